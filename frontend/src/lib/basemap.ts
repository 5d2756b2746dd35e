/** The vector map of areas that both map islands stand on: no outside tiles, labels from the reader's own fonts. */
import * as maplibre from "maplibre-gl";
import { h, on } from "./dom.ts";
import { word } from "./words.ts";

declare const MAP_WORKER: string;
maplibre.setWorkerUrl(new URL(MAP_WORKER, import.meta.url).href);

export type Bounds = [number, number, number, number];
export type BaseProps = {
  areas?: string | GeoJSON.FeatureCollection;
  tiles?: string;
  credit?: string;
  bounds?: Bounds;
  centre?: [number, number];
  zoom?: number;
  refresh?: string;
};
export type Base = { map: maplibre.Map; box: HTMLElement; areas: GeoJSON.FeatureCollection; whole: Bounds | null };
export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export async function collection(source: string | GeoJSON.FeatureCollection | undefined): Promise<GeoJSON.FeatureCollection> {
  if (!source) return EMPTY;
  if (typeof source !== "string") return source;
  const answer = await fetch(source, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(`${source}: ${answer.status}`);
  return answer.json();
}

/** Everything the collections hold, as west south east north. */
export function boundsOf(...collections: GeoJSON.FeatureCollection[]): Bounds | null {
  const box: Bounds = [180, 90, -180, -90];
  const visit = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    if (typeof coordinates[0] === "number") {
      const [lon, lat] = coordinates as [number, number];
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    } else for (const part of coordinates) visit(part);
  };
  for (const { features } of collections)
    for (const { geometry } of features) if (geometry && "coordinates" in geometry) visit(geometry.coordinates);
  return box[0] <= box[2] ? box : null;
}

export async function basemap(box: HTMLElement, props: BaseProps, also: GeoJSON.FeatureCollection = EMPTY): Promise<Base> {
  const areas = await collection(props.areas);
  const whole = props.bounds ?? boundsOf(areas, also);
  const map = new maplibre.Map({
    container: box,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    fadeDuration: 0,
    maxZoom: 20,
    localIdeographFontFamily: token("sans"),
    locale: { "Map.Title": word("map") },
    style: style(areas, props.tiles, wallScale(box)),
    ...(props.centre
      ? { center: props.centre, zoom: props.zoom ?? 15 }
      : whole
        ? { bounds: whole, fitBoundsOptions: { padding: 24 } }
        : {}),
  });
  // Whoever lends tiles wants to be named on the map.
  if (props.tiles && props.credit) box.append(h("p", { class: "mapcredit" }, props.credit));
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  await new Promise<void>((ready) => map.once("load", () => ready()));
  if (props.refresh && typeof props.areas === "string") {
    // Colours and numbers of areas follow events; the frame stays where it is.
    const source = map.getSource("areas") as maplibre.GeoJSONSource;
    const off = on(
      document.body,
      props.refresh,
      () =>
        void collection(props.areas).then(
          (fresh) => source.setData(fresh),
          () => undefined,
        ),
    );
    map.once("remove", off);
  }
  return { map, box, areas, whole };
}

/** A map that opened at the whole and was not moved since stays at the whole when its box gets another size. */
export function staysWhole({ map, whole }: Base): void {
  if (!whole) return;
  const where = () => `${map.getCenter()} ${map.getZoom()}`;
  let fitted = where();
  const fit = () => {
    if (where() !== fitted) return;
    map.fitBounds(whole, { padding: 24, duration: 0 });
    fitted = where();
  };
  fit(); // the box may have grown while the map was loading
  map.on("resize", fit);
}

/** How much larger the names on a wall are than at a desk; 0 is the desk. */
function wallScale(box: HTMLElement): number {
  return box.closest(".screen") ? Number.parseFloat(getComputedStyle(box).fontSize) / 14 : 0;
}

function style(areas: GeoJSON.FeatureCollection, tiles: string | undefined, wall: number): maplibre.StyleSpecification {
  const bottom: maplibre.LayerSpecification[] = [{ id: "land", type: "background", paint: { "background-color": token("map-land") } }];
  if (tiles) bottom.push({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-saturation": -0.6, "raster-opacity": 0.7 } });
  return {
    version: 8,
    sources: {
      areas: { type: "geojson", data: areas },
      ...(tiles ? { tiles: { type: "raster", tiles: [tiles], tileSize: 256 } } : {}),
    },
    layers: [...bottom, ...areaLayers(wall)],
  };
}

function areaLayers(wall: number): maplibre.LayerSpecification[] {
  const grid: maplibre.ExpressionSpecification = ["==", ["get", "level"], "grid"];
  return [
    {
      id: "areas-fill",
      type: "fill",
      source: "areas",
      paint: {
        "fill-color": ["case", ["==", ["get", "tone"], "late"], token("cinnabar"), ["has", "value"], token("celadon"), token("map-area")],
        "fill-opacity": ["case", ["has", "value"], ["+", 0.06, ["*", 0.5, ["get", "value"]]], grid, 0.25, 0.8],
      },
    },
    { id: "grids-line", type: "line", source: "areas", filter: grid, paint: { "line-color": token("map-hair"), "line-width": 1 } },
    { id: "areas-line", type: "line", source: "areas", filter: ["!", grid], paint: { "line-color": token("map-line"), "line-width": 1.5 } },
    {
      id: "grids-name",
      type: "symbol",
      source: "areas",
      filter: grid,
      minzoom: wall ? 0 : 14,
      ...label(12 * (wall || 1), "soft", wall ? -2 : 0),
    },
    { id: "areas-name", type: "symbol", source: "areas", filter: ["!", grid], ...label(14 * (wall || 1), "ink") },
  ];
}

function label(size: number, colour: string, above = 0) {
  return {
    layout: {
      "text-field": ["get", "name"] as maplibre.ExpressionSpecification,
      "text-size": size,
      "text-max-width": 8,
      "text-padding": 4,
      // A name steps aside for a mark that stands on it.
      "text-variable-anchor-offset": [
        ...["center", [0, above], "top", [0, 1.1], "bottom", [0, -1.1]],
        ...["left", [1.3, 0], "right", [-1.3, 0]],
      ] as maplibre.VariableAnchorOffsetCollectionSpecification,
    },
    paint: { "text-color": token(colour), "text-halo-color": token("map-land"), "text-halo-width": 1.5 },
  };
}

/** The round of buttons: closer, farther, all, and where I am. */
export function buttons({ map, box, whole }: Base, onError: (words: string) => void): HTMLElement {
  const made = h("div", { class: "mapbuttons" });
  const add = (path: string, words: string, act: () => void) => {
    const button = h("button", { type: "button", class: "button", title: words, "aria-label": words });
    button.innerHTML = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
    on(button, "click", act);
    made.append(button);
  };
  add("M12 5v14M5 12h14", word("zoomIn"), () => void map.zoomIn({ duration: 0 }));
  add("M5 12h14", word("zoomOut"), () => void map.zoomOut({ duration: 0 }));
  if (whole)
    add(
      "M16 4h4v4M14 10l6-6M8 20H4v-4M4 20l6-6M16 20h4v-4M14 14l6 6M8 4H4v4M4 4l6 6",
      word("whole"),
      () => void map.fitBounds(whole, { padding: 24, duration: 0 }),
    );
  if (navigator.geolocation) {
    add("M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0M12 2v2M12 20v2M20 12h2M2 12h2", word("here"), () =>
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => void map.jumpTo({ center: [coords.longitude, coords.latitude], zoom: Math.max(17, map.getZoom()) }),
        () => onError(word("noPosition")),
        { enableHighAccuracy: true, timeout: 10_000 },
      ),
    );
  }
  box.append(made);
  return made;
}

/** The name of the finest area under a point of the box. */
export function nameAt(map: maplibre.Map, point: maplibre.PointLike): string {
  const found = map.queryRenderedFeatures(point, { layers: ["areas-fill"] });
  const names = found.map((feature) => String(feature.properties.name ?? "")).filter(Boolean);
  return [...new Set(names)].reverse().join(" · ");
}
