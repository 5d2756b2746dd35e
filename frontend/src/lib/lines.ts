/** Lines of a map: a colour by kind, dashed while they are planned. */
import type { ExpressionSpecification, Map as GLMap } from "maplibre-gl";
import { token } from "./basemap.ts";

export { token };
export const LINES = "utility-lines";

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
    layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-size": 12 },
    paint: { "text-color": token("ink"), "text-halo-color": token("surface"), "text-halo-width": 1.5 },
  });
}
