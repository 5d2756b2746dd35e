/** Draws the outline of an area: corners to add, move and delete, drawn to the neighbours' corners, with undo. */
import { type GeoJSONSource, type MapMouseEvent, Marker } from "maplibre-gl";
import { type Base, type BaseProps, basemap, boundsOf, buttons, collection, EMPTY, token } from "../lib/basemap.ts";
import { all, h, input, on, toast } from "../lib/dom.ts";
import { crossesItself, fromGeometry, inserted, middle, moved, type Place, type Ring, removed, snapped, toGeometry } from "../lib/ring.ts";
import { word } from "../lib/words.ts";

type Props = BaseProps & { field: string; neighbours?: string | GeoJSON.FeatureCollection; faults?: string | GeoJSON.FeatureCollection };

export async function mount(root: HTMLElement, props: Props): Promise<() => void> {
  const field = input(props.field);
  if (!field) throw new Error(`no field ${props.field}`);
  const start = fromGeometry(field.value ? JSON.parse(field.value) : null);
  const [neighbours, faults] = await Promise.all([collection(props.neighbours), collection(props.faults)]);
  const own: GeoJSON.FeatureCollection = { ...EMPTY, features: field.value ? [feature(JSON.parse(field.value))] : [] };
  const plain = [...root.childNodes];
  const [tools, box, said] = [
    h("div", { class: "editor-tools" }),
    h("div", { class: "mapbox" }),
    h("p", { class: "quiet", role: "status" }, word("drawHint")),
  ];
  root.replaceChildren(tools, box, said);
  root.classList.add("tall");
  const base = await basemap(box, { ...props, areas: neighbours, bounds: props.bounds ?? boundsOf(own) ?? undefined }, own);
  buttons(base, (words) => toast(words, "warning"));
  showFaults(base, faults);
  const editor = new Editor(base, start.ring, neighbours, (ring) => {
    const geometry = toGeometry(ring, start.holes, start.rest);
    field.value = geometry ? JSON.stringify(geometry) : "";
    said.textContent = report(ring, faults);
  });
  said.textContent = report(start.ring, faults); // the field stays: something may have been pasted into it meanwhile
  const button = (words: string, act: () => void, key?: string) => {
    const made = h("button", { type: "button", class: "button small", "data-key": key }, words);
    on(made, "click", act);
    tools.append(made);
  };
  button(word("undo"), () => editor.undo(), "u");
  button(word("deletePoint"), () => editor.deleteChosen(), "d");
  button(word("clear"), () => editor.change([]));
  return all(
    () => editor.end(),
    () => base.map.remove(),
    () => root.replaceChildren(...plain),
  );
}

function feature(geometry: GeoJSON.Geometry): GeoJSON.Feature {
  return { type: "Feature", properties: {}, geometry };
}

function report(ring: Ring, faults: GeoJSON.FeatureCollection): string {
  if (ring.length < 3) return word("drawHint");
  if (crossesItself(ring)) return word("crosses");
  const kinds = new Set(faults.features.map((fault) => String(fault.properties?.kind)));
  return kinds.size ? [...kinds].map((kind) => word(kind)).join(" · ") : word("ok");
}

/** What the server found: overlaps and gaps, each with its word on the map. */
function showFaults({ map }: Base, faults: GeoJSON.FeatureCollection): void {
  const named = {
    ...faults,
    features: faults.features.map((fault) => ({
      ...fault,
      properties: { ...fault.properties, word: word(String(fault.properties?.kind)) },
    })),
  };
  const colour: ["case", ["==", ["get", "kind"], "overlap"], string, string] = [
    "case",
    ["==", ["get", "kind"], "overlap"],
    token("cinnabar"),
    token("gamboge"),
  ] as never;
  map.addSource("faults", { type: "geojson", data: named });
  map.addLayer({ id: "faults-fill", type: "fill", source: "faults", paint: { "fill-color": colour, "fill-opacity": 0.35 } });
  map.addLayer({
    id: "faults-line",
    type: "line",
    source: "faults",
    paint: { "line-color": colour, "line-width": 2, "line-dasharray": [2, 1] },
  });
  map.addLayer({
    id: "faults-word",
    type: "symbol",
    source: "faults",
    layout: { "text-field": ["get", "word"], "text-size": 13, "text-allow-overlap": true },
    paint: { "text-color": token("ink"), "text-halo-color": token("surface"), "text-halo-width": 2 },
  });
}

class Editor {
  private past: Ring[] = [];
  private chosen = -1;
  private dragged = false;
  private marks: Marker[] = [];
  private readonly rings: Ring[];
  private readonly base: Base;
  private ring: Ring;
  private readonly tell: (ring: Ring) => void;

  constructor(base: Base, ring: Ring, neighbours: GeoJSON.FeatureCollection, tell: (ring: Ring) => void) {
    this.base = base;
    this.ring = ring;
    this.tell = tell;
    this.rings = neighbours.features.map(({ geometry }) => fromGeometry(geometry).ring);
    const { map } = base;
    map.addSource("own", { type: "geojson", data: EMPTY });
    map.addLayer({ id: "own-fill", type: "fill", source: "own", paint: { "fill-color": token("indigo"), "fill-opacity": 0.18 } });
    map.addLayer({ id: "own-line", type: "line", source: "own", paint: { "line-color": token("indigo"), "line-width": 2.5 } });
    map.on("click", this.add);
    map.doubleClickZoom.disable();
    this.draw();
  }

  change(ring: Ring): void {
    this.past.push(this.ring);
    this.show(ring);
  }

  undo(): void {
    const before = this.past.pop();
    if (before) this.show(before);
  }

  deleteChosen(): void {
    if (this.chosen >= 0) this.change(removed(this.ring, this.chosen));
  }

  end(): void {
    for (const mark of this.marks) mark.remove();
    this.base.map.off("click", this.add);
  }

  private show(ring: Ring): void {
    this.ring = ring;
    this.chosen = -1;
    this.draw();
    this.tell(ring);
  }

  private add = (event: MapMouseEvent): void => {
    this.change([...this.ring, this.snap([event.lngLat.lng, event.lngLat.lat])]);
  };

  private snap(place: Place): Place {
    const [x, y] = snapped(place, this.rings, (at) => this.base.map.project(at));
    return [Math.round(x * 1e7) / 1e7, Math.round(y * 1e7) / 1e7];
  }

  private line(ring: Ring): void {
    const closed = toGeometry(ring);
    const open: GeoJSON.Geometry = { type: "LineString", coordinates: ring };
    (this.base.map.getSource("own") as GeoJSONSource).setData(
      feature(closed ?? (ring.length > 1 ? open : { type: "MultiPoint", coordinates: [] })),
    );
  }

  private draw(): void {
    for (const mark of this.marks) mark.remove();
    this.line(this.ring);
    const corners = this.ring.map((place, i) => this.corner(place, i));
    const middles =
      this.ring.length < 2
        ? []
        : this.ring.map((place, i) => this.middle(middle(place, this.ring[(i + 1) % this.ring.length] as Place), i));
    this.marks = [...middles, ...corners];
  }

  private corner(place: Place, index: number): Marker {
    const element = h("button", { type: "button", class: "corner", "aria-label": String(index + 1) });
    on<MouseEvent>(element, "click", (event) => {
      event.stopPropagation();
      this.chosen = index;
      for (const mark of this.marks) mark.getElement().classList.toggle("chosen", mark.getElement() === element);
    });
    on<KeyboardEvent>(element, "keydown", (event) => {
      if (event.key === "Delete" || event.key === "Backspace") this.change(removed(this.ring, index));
    });
    return this.drag(element, place, (at) => moved(this.ring, index, at));
  }

  private middle(place: Place, index: number): Marker {
    const element = h("button", { type: "button", class: "middle", tabindex: "-1", "aria-label": `+ ${index + 1}` });
    on<MouseEvent>(element, "click", (event) => {
      event.stopPropagation();
      if (!this.dragged) this.change(inserted(this.ring, index, place));
    });
    return this.drag(element, place, (at) => inserted(this.ring, index, at));
  }

  private drag(element: HTMLElement, place: Place, made: (at: Place) => Ring): Marker {
    const marker = new Marker({ element, draggable: true }).setLngLat(place).addTo(this.base.map);
    const at = () => this.snap(marker.getLngLat().toArray() as Place);
    marker.on("drag", () => this.line(made(at())));
    marker.on("dragend", () => {
      this.dragged = true;
      // The library still works with this marker: it may be taken away only afterwards, and after the click that ends a drag.
      setTimeout(() => {
        this.dragged = false;
        this.change(made(at()));
      });
    });
    return marker;
  }
}
