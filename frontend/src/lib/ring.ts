/** The outline that is drawn: pure functions on open rings of [lon, lat]. */

export type Place = [number, number];
export type Ring = Place[];
export type Screen = { x: number; y: number };

export function fromGeometry(geometry: GeoJSON.Geometry | null): { ring: Ring; rest: GeoJSON.Position[][][]; holes: GeoJSON.Position[][] } {
  const polygons = geometry?.type === "MultiPolygon" ? geometry.coordinates : geometry?.type === "Polygon" ? [geometry.coordinates] : [];
  const [first = [], ...rest] = polygons;
  const [outer = [], ...holes] = first;
  return { ring: outer.slice(0, -1).map(([x, y]) => [x, y] as Place), rest, holes };
}

/** Closed and counter-clockwise (RFC 7946); null while there is no area yet. */
export function toGeometry(ring: Ring, holes: GeoJSON.Position[][] = [], rest: GeoJSON.Position[][][] = []): GeoJSON.Geometry | null {
  if (ring.length < 3) return null;
  const turned = signedArea(ring) < 0 ? [...ring].reverse() : ring;
  const first = [[...turned, turned[0] as Place], ...holes];
  return rest.length ? { type: "MultiPolygon", coordinates: [first, ...rest] } : { type: "Polygon", coordinates: first };
}

export function signedArea(ring: Ring): number {
  return ring.reduce((sum, [x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length] as Place;
    return sum + (x * ny - nx * y) / 2;
  }, 0);
}

export function middle(a: Place, b: Place): Place {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

export function inserted(ring: Ring, after: number, place: Place): Ring {
  return ring.toSpliced(after + 1, 0, place);
}

export function moved(ring: Ring, index: number, place: Place): Ring {
  return ring.with(index, place);
}

export function removed(ring: Ring, index: number): Ring {
  return ring.toSpliced(index, 1);
}

/** Does the outline cross itself? */
export function crossesItself(ring: Ring): boolean {
  const n = ring.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (cross(ring[i] as Place, ring[(i + 1) % n] as Place, ring[j] as Place, ring[(j + 1) % n] as Place)) return true;
    }
  }
  return false;
}

function side([ax, ay]: Place, [bx, by]: Place, [cx, cy]: Place): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

function cross(a: Place, b: Place, c: Place, d: Place): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** The neighbours' corner within reach on the screen, else the nearest point of their edge, else the place itself. */
export function snapped(place: Place, rings: Ring[], project: (place: Place) => Screen, reach = 12): Place {
  const at = project(place);
  const corner = nearest(rings.flat(), (candidate) => distance(at, project(candidate)), reach);
  if (corner) return corner;
  const onEdges = rings.flatMap((ring) => ring.map((a, i) => onEdge(at, a, ring[(i + 1) % ring.length] as Place, project)));
  return nearest(onEdges, (candidate) => distance(at, project(candidate)), reach) ?? place;
}

function nearest(places: Place[], far: (place: Place) => number, reach: number): Place | null {
  let [best, least]: [Place | null, number] = [null, reach];
  for (const place of places) {
    const length = far(place);
    if (length <= least) [best, least] = [place, length];
  }
  return best;
}

function distance(a: Screen, b: Screen): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function onEdge(at: Screen, a: Place, b: Place, project: (place: Place) => Screen): Place {
  const [p, q] = [project(a), project(b)];
  const [dx, dy] = [q.x - p.x, q.y - p.y];
  const length = dx * dx + dy * dy || 1;
  const part = Math.max(0, Math.min(1, ((at.x - p.x) * dx + (at.y - p.y) * dy) / length));
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
}
