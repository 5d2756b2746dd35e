/** Lines of a map: a colour by kind, dashed while they are planned. */
import type { ExpressionSpecification, Map as GLMap, MapMouseEvent } from "maplibre-gl";
import { type Base, token } from "./basemap.ts";
import { all, h, on } from "./dom.ts";

export { token };
export const LINES = "utility-lines";
const REACH = 8; // pixels round a click

export type LineFacts = { kind: string; state: string; name: string; note?: string; url: string };
type Line = GeoJSON.Feature<GeoJSON.LineString, LineFacts>;

/** Adds the layer; under points, over areas. Each line carries `kind`, `state` and `name`. */
export function drawLines(map: GLMap, lines: GeoJSON.FeatureCollection): void {
  const kinds = ["water", "rain", "sewage", "gas", "heat", "power", "telecom"];
  const colour = ["match", ["get", "kind"], ...kinds.flatMap((kind) => [kind, token(`line-${kind}`)]), token("ink")];
  map.addSource(LINES, { type: "geojson", data: lines });
  for (const planned of [false, true])
    map.addLayer({
      id: planned ? `${LINES}-planned` : LINES,
      type: "line",
      source: LINES,
      filter: [planned ? "==" : "!=", ["get", "state"], "planned"],
      layout: { "line-cap": planned ? "butt" : "round", "line-join": "round" },
      paint: {
        "line-color": colour as unknown as ExpressionSpecification,
        "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.5, 16, 4],
        ...(planned ? { "line-dasharray": [2, 1.5] } : {}),
      },
    });
  map.addLayer({
    id: `${LINES}-name`,
    type: "symbol",
    source: LINES,
    minzoom: 15,
    layout: { "symbol-placement": "line", "text-offset": [0, -1], "text-field": ["get", "name"], "text-size": 12 },
    paint: { "text-color": token("ink"), "text-halo-color": token("surface"), "text-halo-width": 1.5 },
  });
}

/** The lines under a point, each once. */
function linesAt(map: GLMap, { x, y }: { x: number; y: number }): LineFacts[] {
  const reach: [[number, number], [number, number]] = [
    [x - REACH, y - REACH],
    [x + REACH, y + REACH],
  ];
  const found = map.queryRenderedFeatures(reach, { layers: [LINES, `${LINES}-planned`] });
  return [...new Map(found.map(({ properties }) => [properties.url, properties as LineFacts])).values()];
}

/** A click on one line opens its page; where several lie close together, they are named to choose from. */
export function openLines({ map, box }: Base): () => void {
  const choice = box.appendChild(h("div", { class: "mapchoice", role: "status", hidden: true }));
  const shut = () => {
    choice.hidden = true;
  };
  map.on("click", (event: MapMouseEvent) => {
    shut();
    if ((event.originalEvent.target as Element).closest(".pin")) return; // it has a page of its own
    const [first, ...others] = linesAt(map, event.point);
    if (!first) return;
    if (!others.length) return location.assign(first.url);
    choice.replaceChildren(h("ul", {}, ...[first, ...others].map((one) => h("li", {}, lineLink(one)))));
    choice.hidden = false;
    // It stays within the map, wherever the click was.
    const room = { x: box.clientWidth - choice.offsetWidth - 8, y: box.clientHeight - choice.offsetHeight - 8 };
    choice.style.left = `${Math.max(8, Math.min(event.point.x, room.x))}px`;
    choice.style.top = `${Math.max(8, Math.min(event.point.y, room.y))}px`;
  });
  map.on("movestart", shut);
  map.on("mousemove", ({ point }) => {
    map.getCanvas().style.cursor = linesAt(map, point).length ? "pointer" : "";
  });
  return all(
    on<KeyboardEvent>(document, "keydown", ({ key }) => key === "Escape" && shut()),
    () => choice.remove(),
  );
}

/** A line's colour, dashed while it is planned, and its name. */
export function lineLink(one: LineFacts): HTMLElement {
  return h("a", { href: one.url, class: `line-${one.kind}${one.state === "planned" ? " planned" : ""}` }, one.name);
}

/** Does a part of it run through this box (west, south, east, north)? By the boxes of its parts, which is near enough for a list. */
export function runsThrough({ geometry }: Line, [west, south, east, north]: [number, number, number, number]): boolean {
  const corners = geometry.coordinates as [number, number][];
  return corners.some(([lon, lat], n) => {
    const [x, y] = corners[n + 1] ?? [lon, lat];
    return Math.max(lon, x) >= west && Math.min(lon, x) <= east && Math.max(lat, y) >= south && Math.min(lat, y) <= north;
  });
}
