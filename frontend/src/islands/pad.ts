/** A thumb or a signature on the glass becomes a picture of the form; without a script a photo of paper can be chosen. */
import { all, h, on } from "../lib/dom.ts";

type Props = { clear: string; label: string };
const WIDE = 1200;
const HIGH = 600;

export function mount(root: HTMLElement, props: Props): () => void {
  const field = root.querySelector<HTMLInputElement>("input[type=file]");
  const glass = h("canvas", { width: String(WIDE), height: String(HIGH), class: "glass", role: "img", "aria-label": props.label });
  const pen = glass.getContext("2d");
  if (!field || !pen) return () => undefined;
  const clear = h("button", { type: "button", class: "button small" }, props.clear);
  field.hidden = true;
  root.append(glass, h("div", { class: "row" }, clear));
  let drawing = false;
  let marks = 0;

  const blank = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDE, HIGH);
    pen.fillStyle = pen.strokeStyle = "#7a1f16";
    pen.lineCap = pen.lineJoin = "round";
    marks = 0;
    field.value = "";
  };
  const at = (event: PointerEvent) => {
    const box = glass.getBoundingClientRect();
    const scale = WIDE / box.width;
    return {
      x: (event.clientX - box.left) * scale,
      y: (event.clientY - box.top) * scale,
      wide: event.width * scale,
      high: event.height * scale,
    };
  };
  const down = (event: PointerEvent) => {
    event.preventDefault();
    glass.setPointerCapture(event.pointerId);
    const { x, y, wide, high } = at(event);
    // As broad as what touches the glass: a thumb leaves its oval, a pen its dot.
    pen.beginPath();
    pen.ellipse(x, y, Math.max(wide / 2, 4), Math.max(high / 2, 4), 0, 0, 2 * Math.PI);
    pen.fill();
    pen.lineWidth = 8;
    pen.beginPath();
    pen.moveTo(x, y);
    drawing = true;
  };
  const move = (event: PointerEvent) => {
    if (!drawing) return;
    const { x, y } = at(event);
    pen.lineTo(x, y);
    pen.stroke();
  };
  const up = () => {
    if (!drawing) return;
    drawing = false;
    marks += 1;
    const mine = marks;
    glass.toBlob((blob) => {
      if (!blob || mine !== marks) return;
      const chosen = new DataTransfer();
      chosen.items.add(new File([blob], "mark.png", { type: "image/png" }));
      field.files = chosen.files;
      glass.dataset.marks = String(marks);
    }, "image/png");
  };
  blank();
  return all(
    on<PointerEvent>(glass, "pointerdown", down),
    on<PointerEvent>(glass, "pointermove", move),
    on(glass, "pointerup", up),
    on(glass, "pointercancel", up),
    on(clear, "click", () => {
      blank();
      delete glass.dataset.marks;
    }),
  );
}
