/** Place and time out of a JPEG, before it is made smaller and loses them. */

export type Taken = { lat?: number; lon?: number; takenAt?: string };
const APP1 = 0xffe1;
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const TAKEN = 0x9003;
const TAKEN_OFFSET = 0x9011;

export function readExif(buffer: ArrayBuffer): Taken {
  try {
    const view = new DataView(buffer);
    const start = findExif(view);
    return start === null ? {} : readTiff(new DataView(buffer, start));
  } catch (wrong) {
    // A damaged header is a photo without a place, not an error.
    if (wrong instanceof RangeError) return {};
    throw wrong;
  }
}

/** Where the TIFF part begins. */
function findExif(view: DataView): number | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at);
    if (marker === APP1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

type Entries = Map<number, { type: number; count: number; at: number }>;

function readTiff(view: DataView): Taken {
  const little = view.getUint16(0) === 0x4949;
  const root = entries(view, view.getUint32(4, little), little);
  const detail = follow(view, root, EXIF_IFD, little);
  const gps = follow(view, root, GPS_IFD, little);
  const taken: Taken = {};
  const time = text(view, detail.get(TAKEN), little);
  const [day, clock] = time.split(" ");
  if (day && clock && /^\d{4}:\d\d:\d\d$/.test(day)) {
    taken.takenAt = `${day.replaceAll(":", "-")}T${clock}${text(view, detail.get(TAKEN_OFFSET), little)}`;
  }
  const lat = degrees(view, gps.get(2), text(view, gps.get(1), little), little);
  const lon = degrees(view, gps.get(4), text(view, gps.get(3), little), little);
  if (lat !== null && lon !== null && (lat !== 0 || lon !== 0)) Object.assign(taken, { lat, lon });
  return taken;
}

function entries(view: DataView, offset: number, little: boolean): Entries {
  const found: Entries = new Map();
  const count = view.getUint16(offset, little);
  for (let i = 0; i < count; i++) {
    const at = offset + 2 + i * 12;
    found.set(view.getUint16(at, little), { type: view.getUint16(at + 2, little), count: view.getUint32(at + 4, little), at: at + 8 });
  }
  return found;
}

function follow(view: DataView, from: Entries, tag: number, little: boolean): Entries {
  const entry = from.get(tag);
  return entry ? entries(view, view.getUint32(entry.at, little), little) : new Map();
}

function text(view: DataView, entry: { count: number; at: number } | undefined, little: boolean): string {
  if (!entry) return "";
  const at = entry.count > 4 ? view.getUint32(entry.at, little) : entry.at;
  let read = "";
  for (let i = 0; i < entry.count; i++) {
    const code = view.getUint8(at + i);
    if (code === 0) break;
    read += String.fromCharCode(code);
  }
  return read.trim();
}

function degrees(view: DataView, entry: { count: number; at: number } | undefined, side: string, little: boolean): number | null {
  if (entry?.count !== 3) return null;
  const at = view.getUint32(entry.at, little);
  const part = (i: number) => view.getUint32(at + i * 8, little) / view.getUint32(at + i * 8 + 4, little);
  const value = part(0) + part(1) / 60 + part(2) / 3600;
  if (!Number.isFinite(value)) return null;
  return Math.round((side === "S" || side === "W" ? -value : value) * 1e7) / 1e7;
}
