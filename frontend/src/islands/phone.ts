/** The page that works without a network: shows what is carried, keeps what is written, sends it when it can. */
import { all, h, on } from "../lib/dom.ts";
import type { Language } from "../lib/near.ts";
import type { Box } from "../phone/box.ts";
import { enliven, read } from "../phone/form.ts";
import { Cut, netIn, Refused } from "../phone/net.ts";
import { find, home, narrow, notice, one, outbox, record, type Scene } from "../phone/pages.ts";
import { type Outcome, sendAll } from "../phone/queue.ts";
import { enter, forget, HOLDER, remembered } from "../phone/session.ts";
import { openStore, removeStore, type Store } from "../phone/store.ts";
import type { Entry } from "../phone/types.ts";
import { clock, count, say } from "../phone/words.ts";

type Props = { part: number; icons: string; language: "zh-hans" | "en" };
const SPOKEN = "lifang-spoken";
const BACK_OFF = [3, 10, 30, 60];

export async function mount(root: HTMLElement, props: Props): Promise<() => void> {
  const main = root.querySelector<HTMLElement>("#main")!;
  let store: Store;
  try {
    store = await openStore();
  } catch {
    main.replaceChildren(notice("danger", say("noStoreTitle"), say("noStore")));
    return () => undefined;
  }
  const phone = new Phone(root, main, store, props);
  await phone.start();
  const undo = all(
    on(window, "hashchange", () => void phone.show(true)),
    on(window, "online", () => void phone.sync()),
    on(window, "offline", () => void phone.offline()),
    on(document, "visibilitychange", () => document.visibilityState === "visible" && void phone.sync()),
    on<MouseEvent>(root, "click", (event) => void phone.pressed(event)),
    on(root, "input", (event) => (event.target as Element).matches("[data-find]") && narrow(event.target as HTMLInputElement)),
    on<SubmitEvent>(root, "submit", (event) => void phone.submitted(event)),
  );
  return () => {
    undo();
    phone.stop();
  };
}

class Phone {
  private readonly root: HTMLElement;
  private readonly main: HTMLElement;
  private readonly store: Store;
  private readonly props: Props;
  private readonly net;
  private box: Box | null = null;
  private outcome: Outcome | "none" = "none";
  private sending = "";
  private sentAt: string | null = null;
  private tries = 0;
  private timer = 0;
  private undoForm: () => void = () => undefined;
  private shown = "";
  private readonly unfolded = new Set<string>();

  constructor(root: HTMLElement, main: HTMLElement, store: Store, props: Props) {
    this.root = root;
    this.main = main;
    this.store = store;
    this.props = props;
    this.net = netIn(props.language);
  }

  async start(): Promise<void> {
    void navigator.storage?.persist?.();
    // What the service worker answers in, when the address does not say it.
    void globalThis.caches
      ?.open(SPOKEN)
      .then((cache) => cache.put("/desk/phone/language", new Response(this.props.language === "en" ? "en" : "zh")));
    this.sentAt = (await this.store.get<string>("sentAt")) ?? null;
    this.box = await remembered(this.store, new Date());
    await this.show();
    void this.sync();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.undoForm();
  }

  // -- what is seen

  async show(moved = false): Promise<void> {
    const scene = await this.scene();
    this.draw(scene);
    await this.state(scene.entries);
    if (moved) {
      scrollTo(0, 0);
      this.main.focus();
    }
    for (const link of this.root.querySelectorAll<HTMLAnchorElement>(".bottombar a")) {
      const here = link.getAttribute("href") === (location.hash || "#/");
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** Nothing moves under the reader's finger while nothing has changed. */
  private draw(scene: Scene): void {
    const seen = JSON.stringify([location.hash, scene.bundle?.words[this.props.language], scene.entries, scene.carriedAt === null]);
    if (seen === this.shown) return;
    this.shown = seen;
    const [, page = "", ...rest] = location.hash.split("/");
    this.undoForm();
    this.undoForm = () => undefined;
    this.main.replaceChildren(...this.page(scene, page, rest));
    for (const more of this.main.querySelectorAll<HTMLDetailsElement>("details[data-more]")) {
      const name = more.dataset.more ?? "";
      more.open = this.unfolded.has(name);
      more.addEventListener("toggle", () => (more.open ? this.unfolded.add(name) : this.unfolded.delete(name)));
    }
  }

  private page(scene: Scene, page: string, [kind = "", of = "", id = ""]: string[]): Node[] {
    if (page === "of") return one(scene, find(scene.words, kind, of));
    if (page === "new") return this.form(scene, kind, of, id);
    if (page === "records") return outbox(scene);
    const entry = scene.entries.find((known) => known.id === kind);
    if (page === "record") return record(scene, entry);
    return home({ ...scene, away: page === "away" });
  }

  private async scene(): Promise<Scene> {
    const bundle = (await this.box?.carried()) ?? null;
    return {
      language: (this.props.language === "en" ? "en" : "zh") as Language,
      icons: this.props.icons,
      bundle,
      words: bundle?.words[this.props.language] ?? null,
      carriedAt: (await this.store.get<string>("carriedAt")) ?? null,
      entries: (await this.box?.entries()) ?? [],
      away: false,
    };
  }

  private form(scene: Scene, kind: string, of: string, id: string): Node[] {
    const template = document.querySelector<HTMLTemplateElement>(`template[data-form="${CSS.escape(kind)}"]`);
    const about = id ? find(scene.words, of, id) : undefined;
    if (!template || !this.box || (id && !about)) return [notice("warn", say("notCarriedTitle"), say("notCarried"))];
    const form = h("form", { class: "record card stack", "data-kind": kind });
    form.append(template.content.cloneNode(true));
    form.append(h("div", { class: "acts sticky" }, h("button", { class: "button primary big" }, say("keep"))));
    if (about) form.dataset.about = `${of}/${id}`;
    this.undoForm = enliven(form, scene.words?.lists ?? {}, this.props.language);
    for (const [name, value] of Object.entries(about?.start ?? {})) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.value = value;
    }
    const subject = about ? [h("p", { class: "lead", "data-content": true }, `${about.title} · ${about.place}`)] : [];
    return [h("h2", {}, template.dataset.label ?? ""), ...subject, form];
  }

  /** The line that always says how things stand. */
  private async state(entries: Entry[]): Promise<void> {
    const of = (state: Entry["state"]) => entries.filter((entry) => entry.state === state).length;
    const [waiting, needs] = [of("waiting"), of("needs")];
    const others = (await this.store.rows()).filter((row) => row.state !== "sent" && row.account !== this.box?.account).length;
    const [kind, words] = this.standing(waiting, needs, others);
    const line = this.root.querySelector<HTMLElement>("[data-state]")!;
    line.className = `phonestate ${kind}`;
    line.querySelector("[data-words]")!.textContent = words;
    line.querySelector("[data-needs]")!.replaceChildren(...(needs ? [h("a", { href: "#/records" }, count("needs", needs))] : []));
    line.querySelector<HTMLElement>("[data-send]")!.hidden = !waiting || this.outcome === "signed-out" || !!this.sending;
    line.querySelector<HTMLElement>("[data-enter]")!.hidden = this.outcome !== "signed-out";
    line.querySelector("[data-others]")!.textContent = this.box && others ? count("others", others) : "";
    const badge = this.root.querySelector<HTMLElement>("[data-badge]")!;
    badge.hidden = !(waiting + needs);
    badge.textContent = String(waiting + needs);
  }

  private standing(waiting: number, needs: number, others: number): [kind: string, words: string] {
    if (this.sending) return ["progress", this.sending];
    if (this.outcome === "signed-out") return ["late", waiting + others ? count("signIn", waiting + others) : say("signInNothing")];
    if (!navigator.onLine || this.outcome === "cut") return ["waiting", waiting ? count("offline", waiting) : say("offlineNothing")];
    if (waiting) return ["waiting", count("wait", waiting)];
    // Nothing is promised before what she needs out there is on the telephone.
    if (!this.box) return ["progress", say("oneMoment")];
    // Not all is well while the server has refused something.
    if (needs) return ["late", ""];
    return ["done", this.sentAt ? say("allSent", { at: clock(this.sentAt) }) : say("nothingWaits")];
  }

  async offline(): Promise<void> {
    this.outcome = "cut";
    await this.show();
  }

  // -- sending

  /** One page at a time sends; another that wants to waits for it and finds nothing left to do. */
  async sync(): Promise<void> {
    clearTimeout(this.timer);
    if (!navigator.onLine) return this.offline();
    await navigator.locks.request("lifang-phone-send", () => this.exchange());
  }

  private async exchange(): Promise<void> {
    const before = this.box;
    this.outcome = await this.once();
    this.sending = "";
    if (this.outcome === "done") this.tries = 0;
    else if (this.outcome !== "signed-out") this.later();
    else this.box = null;
    // What somebody is writing just now is not taken from under their fingers.
    if (this.main.querySelector("form") && before && this.box) await this.state((await this.box.entries()) ?? []);
    else await this.show();
  }

  private async once(): Promise<Outcome> {
    try {
      this.box = (await enter(this.store, this.net)).box;
      const { box, net, props } = this;
      const before = await this.settled(box);
      const tell = (number: number, of: number) => {
        this.sending = say("sending", { n: number, of });
        void box.entries().then((entries) => this.state(entries));
      };
      const outcome = await sendAll({ box, net, now: () => new Date(), part: props.part, tell });
      if ((await this.settled(box)) !== before) await this.sent(box);
      if (outcome === "signed-out") await forget(this.store);
      return outcome;
    } catch (wrong) {
      if (wrong instanceof Cut) return "cut";
      if (!(wrong instanceof Refused)) throw wrong;
      return wrong.status === 401 ? "signed-out" : "later";
    }
  }

  /** Which entries the server has taken. */
  private async settled(box: Box): Promise<string> {
    return (await box.entries())
      .filter((entry) => entry.state === "sent")
      .map((entry) => entry.id)
      .join();
  }

  /** What was sent changed what is to do: take it along anew. */
  private async sent(box: Box): Promise<void> {
    this.sentAt = new Date().toISOString();
    await this.store.set({ sentAt: this.sentAt });
    await box.carry(await this.net.bundle());
  }

  private later(): void {
    const wait = BACK_OFF[Math.min(this.tries, BACK_OFF.length - 1)]!;
    this.tries += 1;
    this.timer = setTimeout(() => void this.sync(), wait * 1000) as unknown as number;
  }

  // -- what is done

  async submitted(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-kind]") || !this.box) return;
    event.preventDefault();
    const button = form.querySelector<HTMLButtonElement>(".acts button")!;
    button.disabled = true;
    try {
      await this.write(form, this.box);
    } catch (wrong) {
      button.disabled = false;
      const full = wrong instanceof DOMException && wrong.name === "QuotaExceededError";
      form.querySelector(".notice.danger")?.remove();
      const said = notice("danger", say(full ? "fullTitle" : "notKeptTitle"), say(full ? "full" : "notKept"));
      form.querySelector(".acts")?.before(said);
      said.scrollIntoView({ block: "center" });
    }
  }

  private async write(form: HTMLFormElement, box: Box): Promise<void> {
    const scene = await this.scene();
    const [of = "", id = ""] = (form.dataset.about ?? "").split("/");
    const about = id ? (find(scene.words, of, id) ?? null) : null;
    const { facts, photos, shown } = read(form);
    if (about) facts[of] = id;
    const label =
      document.querySelector<HTMLTemplateElement>(`template[data-form="${CSS.escape(form.dataset.kind ?? "")}"]`)?.dataset.label ?? "";
    const title = about
      ? `${about.title} · ${about.place}`
      : shown.map(([, value]) => value).find((value) => !/^\d*$/.test(value)) || label;
    const made_at = new Date().toISOString();
    await box.write({ kind: form.dataset.kind ?? "", label, language: this.props.language, title, facts, shown, made_at, about }, photos);
    location.hash = "#/records";
    await this.show();
    void this.sync();
  }

  async pressed(event: MouseEvent): Promise<void> {
    const at = (event.target as Element).closest<HTMLElement>("[data-send], [data-again], [data-instead], [data-discard], [data-wipe]");
    if (!at) return;
    const { again, instead, discard } = at.dataset;
    if ("send" in at.dataset) return this.sync();
    if ("wipe" in at.dataset) return this.wipe();
    const entry = await this.box?.entry(again ?? instead ?? discard ?? "");
    if (!entry || !this.box) return;
    if (again) await this.box.save({ ...entry, state: "waiting" });
    if (instead) await this.asNote(this.box, entry, at.dataset.kind ?? "");
    if (discard) return this.discard(this.box, entry);
    return this.sync();
  }

  /** The same words and photos, as something that can still be said about it. */
  private async asNote(box: Box, entry: Entry, kind: string): Promise<void> {
    const of = entry.about?.kind ?? "";
    const text = entry.shown.map(([label, value]) => `${label}${say("colon")}${value}`).join("\n");
    const label = document.querySelector<HTMLTemplateElement>(`template[data-form="${CSS.escape(kind)}"]`)?.dataset.label ?? "";
    await box.save({ ...entry, state: "waiting", kind, label, facts: { [of]: entry.about?.id, text } });
  }

  private async discard(box: Box, entry: Entry): Promise<void> {
    if (!(await asks(say("discardAsk")))) return;
    await box.discard(entry);
    location.hash = "#/records";
    await this.show();
  }

  /** Everything off this telephone; asked in words while something waits. */
  private async wipe(): Promise<void> {
    const waiting = (await this.store.rows()).filter((row) => row.state !== "sent").length;
    if (!(await asks(waiting ? count("wipeAsk", waiting) : say("wipeAskNothing")))) return;
    this.box = null;
    await removeStore();
    localStorage.removeItem(HOLDER);
    location.replace(location.pathname);
  }
}

/** In words, by the page's own dialog. */
function asks(words: string): Promise<boolean> {
  const dialog = document.getElementById("confirm") as HTMLDialogElement;
  dialog.querySelector("#confirm-words")!.textContent = words;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}
