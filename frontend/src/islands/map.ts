/** The map: named areas, points with number and shape, clusters that open, the list of what is in view, a point to choose. */
import { type GeoJSONSource, Marker } from "maplibre-gl";
import { type Base, type BaseProps, basemap, boundsOf, buttons, collection, nameAt, staysWhole } from "../lib/basemap.ts";
import { all, h, input, on, toast } from "../lib/dom.ts";
import { drawLines, type LineFacts, lineLink, openLines, runsThrough } from "../lib/lines.ts";
import { word } from "../lib/words.ts";

type Props = BaseProps & {
  points?: string | GeoJSON.FeatureCollection;
  lines?: string | GeoJSON.FeatureCollection;
  pick?: { lat: string; lon: string; name?: string };
  list?: boolean;
  tall?: boolean;
  link?: boolean;
  inside?: boolean; // an area is gone into on the map itself; no page of it is opened
  refresh?: string;
};
type Facts = { id?: string; number?: string | number; name?: string; state?: string; count?: number; url?: string; note?: string };
type Point = GeoJSON.Feature<GeoJSON.Point, Facts>;
type Lines = GeoJSON.FeatureCollection<GeoJSON.LineString, LineFacts>;
const MOST_LISTED = 60;

export async function mount(root: HTMLElement, props: Props): Promise<() => void> {
  const points = (await collection(props.points)) as GeoJSON.FeatureCollection<GeoJSON.Point, Facts>;
  const plain = [...root.childNodes];
  const box = h("div", { class: "mapbox" });
  const list = props.list ? h("div", { class: "maplist", "aria-live": "polite" }) : null;
  root.replaceChildren(box, ...(list ? [list] : []));
  root.classList.toggle("tall", props.tall === true);
  root.classList.toggle("listed", props.list === true);
  const base = await basemap(box, props, points);
  if (!props.pick && !props.centre) staysWhole(base);
  buttons(base, (words) => toast(words, "warning"));
  const lines = props.lines ? ((await collection(props.lines)) as Lines) : null;
  if (lines) drawLines(base.map, lines);
  // Beside a map of lines stand the lines; what stands at them is on the map.
  if (lines && list) listLines(list, base, lines);

  const undo = [
    drawPoints(base, points, lines ? null : list, props),
    props.pick ? choose(base, props.pick) : () => undefined,
    lines && props.link ? openLines(base) : () => undefined,
    props.inside ? enterAreas(base) : openAreas(base, props.link === true && !lines), // beside a line one must not land on a page of its area
    () => base.map.remove(),
    () => root.replaceChildren(...plain),
  ];
  return all(...undo);
}

function drawPoints(
  base: Base,
  first: GeoJSON.FeatureCollection<GeoJSON.Point, Facts>,
  list: HTMLElement | null,
  props: Props,
): () => void {
  const { map } = base;
  let points = first;
  map.addSource("points", {
    type: "geojson",
    data: points,
    cluster: true,
    clusterRadius: 44,
    clusterMaxZoom: 17,
    clusterProperties: { bad: ["+", ["case", ["in", ["get", "state"], ["literal", ["late", "danger"]]], 1, 0]] },
  });
  // The marks themselves are buttons. This layer, which shows nothing, keeps their room free of names.
  map.addImage("room", { width: 1, height: 1, data: new Uint8Array(4) });
  map.addLayer({
    id: "points",
    type: "symbol",
    source: "points",
    layout: { "icon-image": "room", "icon-size": 34, "icon-allow-overlap": true },
  });
  let shown = new Map<string, Marker>();

  const draw = () => {
    const next = new Map<string, Marker>();
    for (const feature of map.querySourceFeatures("points")) {
      const facts = feature.properties as Facts & { cluster?: boolean; cluster_id?: number; point_count?: number; bad?: number };
      const key = facts.cluster ? `c${facts.cluster_id}` : `p${facts.id ?? JSON.stringify(feature.geometry)}`;
      if (next.has(key)) continue;
      const at = (feature.geometry as GeoJSON.Point).coordinates as [number, number];
      const make = () =>
        facts.cluster
          ? clusterMark(facts, () => void openCluster(facts.cluster_id ?? 0, at))
          : mark(props.lines ? { ...facts, number: "" } : facts, props.link === true);
      next.set(key, shown.get(key) ?? new Marker({ element: make() }).setLngLat(at).addTo(map));
    }
    for (const [key, marker] of shown) if (!next.has(key)) marker.remove();
    shown = next;
  };
  const openCluster = async (id: number, at: [number, number]) => {
    const zoom = await (map.getSource("points") as GeoJSONSource).getClusterExpansionZoom(id);
    map.jumpTo({ center: at, zoom: Math.min(zoom + 0.5, 20) });
  };
  const tell = () => list && fillList(list, base, points, props.link === true);
  const reload = async () => {
    points = (await collection(props.points)) as typeof points;
    for (const marker of shown.values()) marker.remove();
    shown = new Map();
    (map.getSource("points") as GeoJSONSource).setData(points);
  };
  map.on("render", () => map.isSourceLoaded("points") && draw());
  map.on("moveend", tell);
  tell();
  return props.refresh ? on(document.body, props.refresh, () => void reload().then(tell)) : () => undefined;
}

function mark(facts: Facts, link: boolean): HTMLElement {
  const words = `${facts.number ?? ""} ${facts.name ?? ""}`.trim();
  const attributes = { class: `pin ${facts.state ?? "open"}`, title: words, "aria-label": words };
  const text = String(facts.number ?? "");
  if (link && facts.url) return h("a", { ...attributes, href: facts.url }, text);
  return h("span", attributes, text);
}

function clusterMark(facts: { point_count?: number; bad?: number }, open: () => void): HTMLElement {
  const made = h("button", { type: "button", class: `pin cluster${facts.bad ? " late" : ""}` }, String(facts.point_count));
  on(made, "click", open);
  return made;
}

/** The same as the map shows, in words. */
function fillList(list: HTMLElement, { map }: Base, points: GeoJSON.FeatureCollection<GeoJSON.Point, Facts>, link: boolean): void {
  const view = map.getBounds();
  const seen = points.features.filter(({ geometry }) => view.contains(geometry.coordinates as [number, number]));
  const lines = seen.slice(0, MOST_LISTED).map(({ properties }: Point) => {
    const name = properties.name ?? String(properties.number ?? "");
    const words = properties.url && link ? h("a", { href: properties.url }, name) : h("span", {}, name);
    const note = properties.note ? [h("span", { class: "sub" }, properties.note)] : [];
    return h("li", {}, mark({ ...properties, url: undefined }, false), h("div", {}, words, ...note));
  });
  tellRows(list, lines, seen.length);
}

function tellRows(list: HTMLElement, rows: HTMLElement[], seen: number): void {
  const more = seen - rows.length;
  list.replaceChildren(
    h("p", { class: "maphead" }, `${word("inView")} ${seen}`),
    rows.length ? h("ul", { "data-rows": true }, ...rows) : h("p", { class: "empty quiet" }, word("nothing")),
    ...(more > 0 ? [h("p", { class: "maphead" }, `${word("more")} ${more}`)] : []),
  );
}

/** The lines that run through what the map shows. */
function listLines(list: HTMLElement, { map }: Base, lines: Lines): void {
  const tell = () => {
    const view = map.getBounds();
    const seen = lines.features.filter((one) => runsThrough(one, [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()]));
    const row = ({ properties }: Lines["features"][number]) =>
      h("li", {}, h("div", {}, lineLink(properties), h("span", { class: "sub" }, properties.note ?? "")));
    tellRows(list, seen.slice(0, MOST_LISTED).map(row), seen.length);
  };
  map.on("moveend", tell);
  tell();
}

/** The cross in the middle is the place once somebody has moved the map under it; until then nothing is written. */
function choose({ map, box }: Base, pick: NonNullable<Props["pick"]>): () => void {
  const [lat, lon, name] = [input(pick.lat), input(pick.lon), input(pick.name)];
  box.insertAdjacentHTML(
    "beforeend",
    '<svg class="cross" viewBox="0 0 48 48" aria-hidden="true"><path d="M24 4v14M24 30v14M4 24h14M30 24h14M24 22v4M22 24h4"/></svg>',
  );
  const shown = box.appendChild(h("p", { class: "mapname", role: "status" }));
  const say = () => {
    const { lat: y, lng: x } = map.getCenter();
    const here = nameAt(map, map.project([x, y]));
    shown.textContent = here;
    return { y, x, here };
  };
  const tell = ({ y, x, here }: ReturnType<typeof say>) =>
    box.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { lat: y, lon: x, name: here } }));
  let resized = false; // a map that got another size says that it moved
  const write = () => {
    const place = say();
    if (resized) {
      resized = false;
      return;
    }
    const { y, x, here } = place;
    if (lat) lat.value = y.toFixed(6);
    if (lon) lon.value = x.toFixed(6);
    if (name) name.value = here;
    tell(place);
  };
  const follow = () => {
    if (lat?.value && lon?.value)
      map.jumpTo({ center: [Number(lat.value), Number(lon.value)].reverse() as [number, number], zoom: Math.max(16, map.getZoom()) });
  };
  follow();
  map.once("idle", () => {
    const place = say();
    if (lat?.value && lon?.value) tell(place); // a place that is known already, of a photo or a draft
  });
  map.on("resize", () => {
    resized = true;
  });
  map.on("moveend", write);
  const off = lat ? on(lat, "change", follow) : () => undefined;
  return off;
}

function openAreas({ map }: Base, link: boolean): () => void {
  if (!link) return () => undefined;
  map.on("click", "areas-fill", (event) => {
    const url = event.features?.findLast((feature) => feature.properties.url)?.properties.url;
    if (url) location.assign(url);
  });
  return () => undefined;
}

/** The area that was touched fills the map; what is in view stands beside it. */
function enterAreas({ map, areas }: Base): () => void {
  map.on("click", "areas-fill", (event) => {
    if (event.originalEvent.target !== map.getCanvas()) return; // a mark or a cluster opens by itself
    const code: string | undefined = event.features?.findLast((feature) => feature.properties.code)?.properties.code;
    const one = areas.features.find((area) => area.properties?.code === code);
    const to = one ? boundsOf({ type: "FeatureCollection", features: [one] }) : null;
    if (to) map.fitBounds(to, { padding: 24, duration: 0 });
  });
  return () => undefined;
}
