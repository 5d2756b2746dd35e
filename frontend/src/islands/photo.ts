/** Several photos with preview; made smaller before they travel, their place and time kept in hidden fields. */
import { all, h, input, on, toast } from "../lib/dom.ts";
import { readExif, type Taken } from "../lib/exif.ts";
import { word } from "../lib/words.ts";

type Props = { max?: number; edge?: number; fields?: { lat?: string; lon?: string; taken_at?: string } };
type Photo = { file: File; picture: ImageBitmap | null };
const HEAD = 256 * 1024;

export function mount(root: HTMLElement, { max = 6, edge = 2560, fields = {} }: Props): () => void {
  const field = root.querySelector<HTMLInputElement>("input[type=file]");
  if (!field) return () => undefined;
  const list = root.appendChild(h("ul", { class: "photo-list", "aria-live": "polite" }));
  let photos: Photo[] = [];

  const keep = () => {
    const chosen = new DataTransfer();
    for (const { file } of photos) chosen.items.add(file);
    field.files = chosen.files;
    list.replaceChildren(...photos.map((photo, i) => item(photo, i, remove)));
    root.dispatchEvent(new CustomEvent("photos", { bubbles: true, detail: photos.length }));
  };
  const remove = (index: number) => {
    photos.splice(index, 1)[0]?.picture?.close();
    keep();
  };
  const add = async () => {
    const come = [...(field.files ?? [])].filter((file) => !photos.some((known) => known.file === file));
    if (photos.length + come.length > max) toast(word("tooMany"), "warning");
    root.setAttribute("aria-busy", "true");
    for (const file of come.slice(0, max - photos.length)) {
      note(fields, readExif(await file.slice(0, HEAD).arrayBuffer()));
      photos.push(await smaller(file, edge));
    }
    root.removeAttribute("aria-busy");
    keep();
  };
  if (field.files?.length) void add(); // chosen before this script had come
  return all(
    on(field, "change", () => void add()),
    () => {
      for (const { picture } of photos) picture?.close();
      photos = [];
      list.remove();
    },
  );
}

/** The first photo that knows its place says it; nothing that stands there already is overwritten. */
function note(fields: NonNullable<Props["fields"]>, taken: Taken): void {
  const place = input(fields.lat);
  if (taken.lat !== undefined && place?.value === "") {
    write(fields.lat, String(taken.lat));
    write(fields.lon, String(taken.lon));
  }
  if (taken.takenAt && input(fields.taken_at)?.value === "") write(fields.taken_at, taken.takenAt);
}

function write(id: string | undefined, value: string): void {
  const hidden = input(id);
  if (!hidden) return;
  hidden.value = value;
  hidden.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A picture that this browser cannot open (HEIC on some) travels as it is: the server can. */
async function smaller(file: File, edge: number): Promise<Photo> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return { file, picture: null };
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size < 1_500_000) return { file, picture };
  const canvas = h("canvas", { width: String(Math.round(picture.width * scale)), height: String(Math.round(picture.height * scale)) });
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.86));
  if (!made || made.size >= file.size) return { file, picture };
  return { file: new File([made], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg", lastModified: file.lastModified }), picture };
}

/** Drawn on a canvas: a `blob:` picture would need a weaker content security policy. */
function item({ file, picture }: Photo, index: number, remove: (index: number) => void): HTMLElement {
  const button = h("button", { type: "button", class: "button small" }, word("remove"));
  button.addEventListener("click", () => remove(index));
  if (!picture) return h("li", {}, h("span", { class: "none" }, `${file.name} · ${word("noPreview")}`), button);
  const side = Math.min(picture.width, picture.height);
  const canvas = h("canvas", { width: "256", height: "256", role: "img", "aria-label": `${word("photo")} ${index + 1}` });
  canvas.getContext("2d")?.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 256, 256);
  return h("li", {}, canvas, button);
}
