/** A voice note: recorded here, kept with the form like a photo. Without a microphone a recording can be chosen. */
import { all, h, on } from "../lib/dom.ts";

type Props = { seconds: number; record: string; stop: string; listen: string; remove: string; full: string; noMicrophone: string };
// What telephones can record, the smallest first.
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS = 24_000;

export function mount(root: HTMLElement, props: Props): () => void {
  const field = root.querySelector<HTMLInputElement>("input[type=file]");
  const kind = globalThis.MediaRecorder && KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const pick = root.querySelector<HTMLElement>("label.button");
  if (!field || !kind || !pick || !navigator.mediaDevices) return () => undefined;
  const button = h(
    "button",
    { type: "button", class: "button", "aria-pressed": "false" },
    ...[...pick.childNodes].map((node) => node.cloneNode(true)),
  );
  const said = h("span", { class: "quiet num", role: "status" });
  const after = h("span", { class: "row", hidden: true });
  const listen = after.appendChild(h("button", { type: "button", class: "button small" }, props.listen));
  const remove = after.appendChild(h("button", { type: "button", class: "button small" }, props.remove));
  pick.hidden = true;
  root.append(h("div", { class: "row" }, button, said, after));
  const words = button.lastChild as Text | Element;
  let recorder: MediaRecorder | null = null;
  let ticking = 0;
  let playing: { context: AudioContext; source: AudioBufferSourceNode } | null = null;

  const keep = (file: File | null, seconds = 0) => {
    const chosen = new DataTransfer();
    if (file) chosen.items.add(file);
    field.files = chosen.files;
    after.hidden = !file;
    said.textContent = file ? minutes(seconds) : "";
  };
  const stop = () => recorder?.state === "recording" && recorder.stop();
  const start = async () => {
    quiet();
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
    } catch {
      said.textContent = props.noMicrophone;
      pick.hidden = false;
      return;
    }
    const parts: Blob[] = [];
    const began = Date.now();
    recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: BITS });
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => {
      clearInterval(ticking);
      for (const track of stream.getTracks()) track.stop();
      recorder = null;
      button.setAttribute("aria-pressed", "false");
      words.textContent = props.record;
      const type = kind.split(";")[0]!;
      keep(new File(parts, `voice.${type.split("/")[1]}`, { type }), (Date.now() - began) / 1000);
    };
    recorder.start();
    button.setAttribute("aria-pressed", "true");
    words.textContent = props.stop;
    after.hidden = true;
    ticking = setInterval(() => {
      const passed = (Date.now() - began) / 1000;
      said.textContent = minutes(passed);
      if (passed < props.seconds) return;
      stop();
      said.textContent = props.full;
    }, 250) as unknown as number;
  };
  /** Played without an address of its own: the page allows none for sound made here. */
  const play = async () => {
    if (playing) return quiet();
    const file = field.files?.[0];
    if (!file) return;
    const context = new AudioContext();
    const source = context.createBufferSource();
    playing = { context, source };
    source.buffer = await context.decodeAudioData(await file.arrayBuffer());
    source.connect(context.destination);
    source.onended = quiet;
    source.start();
  };
  const quiet = () => {
    void playing?.context.close();
    playing = null;
  };
  return all(
    on(button, "click", () => (recorder ? stop() : void start())),
    on(listen, "click", () => void play()),
    on(remove, "click", () => {
      quiet();
      keep(null);
    }),
    stop,
    quiet,
  );
}

function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
