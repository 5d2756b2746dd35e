/** Draws a line: a click adds a corner, undo takes the last one back; the field beside it holds the corners, one a line. */
import type { GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import { type BaseProps, basemap, buttons, collection, EMPTY } from "../lib/basemap.ts";
import { all, h, input, on, toast } from "../lib/dom.ts";
import { drawLines, token } from "../lib/lines.ts";
import { word } from "../lib/words.ts";

type Props = BaseProps & { field: string; lines?: string };
type Corner = [number, number];

export async function mount(root: HTMLElement, props: Props): Promise<() => void> {
  const field = input(props.field);
  if (!field) throw new Error(`no field ${props.field}`);
  const plain = [...root.childNodes];
  const [tools, box] = [h("div", { class: "editor-tools" }), h("div", { class: "mapbox" })];
  root.replaceChildren(tools, box);
  root.classList.add("tall");
  const base = await basemap(box, props);
  buttons(base, (words) => toast(words, "warning"));
  drawLines(base.map, await collection(props.lines).catch(() => EMPTY));
  base.map.addSource("drawn", { type: "geojson", data: EMPTY });
  base.map.addLayer({
    id: "drawn-line",
    type: "line",
    source: "drawn",
    paint: { "line-color": token("celadon"), "line-width": 4 },
  });
  base.map.addLayer({
    id: "drawn-corners",
    type: "circle",
    source: "drawn",
    paint: { "circle-radius": 5, "circle-color": token("surface"), "circle-stroke-color": token("celadon"), "circle-stroke-width": 2 },
  });
  base.map.getCanvas().style.cursor = "crosshair";
  const read = (): Corner[] =>
    field.value
      .split("\n")
      .map((row) => row.split(/[,，]/).slice(0, 2).map(Number) as Corner)
      .filter((corner) => corner.length === 2 && corner.every(Number.isFinite));
  const show = () => {
    const corners = read();
    const features: GeoJSON.Feature[] = corners.map((one) => ({
      type: "Feature",
      properties: {},
      geometry: { type: "Point", coordinates: one },
    }));
    if (corners.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: corners } });
    (base.map.getSource("drawn") as GeoJSONSource).setData({ type: "FeatureCollection", features });
  };
  const write = (corners: Corner[]) => {
    field.value = corners.map(([lon, lat]) => `${lon.toFixed(6)}, ${lat.toFixed(6)}`).join("\n");
    show();
  };
  const add = ({ lngLat }: MapMouseEvent) => write([...read(), [lngLat.lng, lngLat.lat]]);
  base.map.on("click", add);
  const button = (words: string, act: () => void) => {
    const made = h("button", { type: "button", class: "button small" }, words);
    on(made, "click", act);
    tools.append(made);
  };
  button(word("undo"), () => write(read().slice(0, -1)));
  button(word("clear"), () => write([]));
  const off = on(field, "change", show);
  show();
  return all(
    off,
    () => base.map.remove(),
    () => root.replaceChildren(...plain),
  );
}
