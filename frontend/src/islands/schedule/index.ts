import htmx from "htmx.org";
import "./schedule.css";
import { debounce, h, icon } from "../../core/dom";
import { json, Refused } from "../../core/http";
import { language, t } from "../../core/text";
import { toast } from "../../core/toast";
import { END, FLAGS, ID, LANE, NAME, ORDER, OUTSIDE, PERSON, PINNED, ROW, SEEN, SEQUENCE, SETUP, START, STARTED, layout, type Bar, type Data, type Layout, type View } from "./model";
import { colors, paint, type Marks, type Sight } from "./paint";

interface Props {
  url: string;
  may: boolean;
  undo: boolean;
}

interface Effect {
  rows: [id: number, start: number, end: number, setup: number][];
  text: string;
}

const ZOOMS = { day: 1.6, week: 0.32, month: 0.075 } as const;
type Zoom = keyof typeof ZOOMS;
const SNAP: Record<Zoom, number> = { day: 5, week: 30, month: 240 };
const HEAD = 44;

export default async function mount(element: HTMLElement, props: Props): Promise<() => void> {
  const board = new Board(element, props);
  await board.load();
  return () => board.end();
}

/** The schedule of a site: lanes down, time across, painted on a canvas as large as the window onto it. */
class Board {
  private data!: Data;
  private drawn!: Layout;
  private view: View = "machines";
  private zoom: Zoom = "week";
  private search = "";
  private tone = colors();
  private marks: Marks = { focused: -1, ghosts: new Map(), drag: null };
  private frame = 0;
  private offsets = new Map<number, number>();
  private readonly canvas = h("canvas", { class: "sb-canvas", "aria-hidden": "true" });
  private readonly sizer = h("div", { class: "sb-sizer" }, this.canvas);
  private readonly scroll = h("div", { class: "sb-scroll", tabindex: 0, role: "application", "aria-roledescription": t("Schedule board") }, this.sizer);
  private readonly labels = h("div", { class: "sb-labels" });
  private readonly labelBox = h("div", { class: "sb-label-box" }, this.labels);
  private readonly times = h("canvas", { class: "sb-times", "aria-hidden": "true" });
  private readonly said = h("p", { class: "sb-said", role: "status" });
  private readonly panel = h("div", { class: "sb-panel", hidden: true });
  private readonly undo: HTMLButtonElement;
  private readonly stop = new AbortController();
  private readonly watcher = new ResizeObserver(() => this.resize());

  constructor(private readonly root: HTMLElement, private readonly props: Props) {
    const signal = this.stop.signal;
    this.undo = h("button", { type: "button", class: "button button-quiet", disabled: !props.undo, click: () => void this.takeBack() }, icon("arrow-back-up"), t("Undo"));
    const hint = h("p", { class: "visually-hidden", id: "sb-hint" }, t("Arrows go from one operation to the next. Enter shows it, M moves it, P pins it, W says why it is late."));
    this.scroll.setAttribute("aria-label", t("Operations by machine and time"));
    this.scroll.setAttribute("aria-describedby", "sb-hint");
    this.root.replaceChildren(this.tools(), hint, h("div", { class: "sb-frame" }, h("div", { class: "sb-corner" }), this.times, this.labelBox, this.scroll), this.said, this.panel);
    this.scroll.addEventListener("scroll", () => this.draw(), { signal, passive: true });
    this.scroll.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.scroll.addEventListener("pointerdown", (event) => this.onDown(event), { signal });
    this.scroll.addEventListener("pointermove", (event) => this.onHover(event), { signal });
    this.scroll.addEventListener("dblclick", () => this.open(), { signal });
    document.body.addEventListener("live:table", () => void this.load(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolor(), { signal });
    new MutationObserver(() => this.recolor()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "data-bs-theme", "class"] });
    this.watcher.observe(this.scroll);
  }

  end(): void {
    this.stop.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
  }

  private tools(): HTMLElement {
    const choose = (name: string, label: string, options: [string, string][], value: string, change: (value: string) => void) =>
      h("label", { class: "sb-choose" }, h("span", { class: "visually-hidden" }, label), h("select", { class: "input", name, change: (event: Event) => change((event.target as HTMLSelectElement).value) }, ...options.map(([key, text]) => h("option", { value: key, selected: key === value }, text))));
    const legend = h("span", { class: "sb-legend" }, ...([["late", t("late")], ["started", t("started")], ["outside", t("at the supplier")], ["setup", t("change-over")], ["pinned", t("pinned")]] as const).map(([kind, text]) => h("span", { class: `sb-key is-${kind}` }, text)));
    return h("div", { class: "sb-tools" },
      choose("view", t("Lines"), [["machines", t("Machines")], ["people", t("People")], ["orders", t("Orders")]], this.view, (value) => this.show(value as View)),
      choose("zoom", t("Zoom"), [["day", t("Day")], ["week", t("Week")], ["month", t("Month")]], this.zoom, (value) => this.zoomTo(value as Zoom)),
      h("button", { type: "button", class: "button button-quiet", click: () => this.toNow() }, t("Now")),
      h("input", { class: "input sb-search", type: "search", placeholder: t("Order or item"), "aria-label": t("Order or item"), input: debounce(200, (event: Event) => this.find((event.target as HTMLInputElement).value)) as never }),
      this.props.may && this.undo, legend);
  }

  // -- data ------------------------------------------------------------------------------------------------------

  async load(): Promise<void> {
    if (this.marks.drag) return;
    const known = this.data ? `?revision=${this.data.revision}` : "";
    const answer = await fetch(`${this.props.url}bars/${known}`, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: this.stop.signal }).catch(() => null);
    if (!answer?.ok) return;
    const focused = this.data && this.marks.focused >= 0 ? this.data.bars[this.marks.focused][ID] : 0;
    const before = this.data;
    this.data = (await answer.json()) as Data;
    this.offsets.clear();
    this.arrange();
    this.marks.focused = focused ? this.data.bars.findIndex((bar) => bar[ID] === focused) : -1;
    this.root.dataset.bars = String(this.data.bars.length);
    this.root.dataset.revision = String(this.data.revision);
    if (!before) this.toNow();
    if (this.data.more) this.say(t("Only the first operations are shown; search for an order to see the rest of it."));
    if (!this.panel.hidden) this.open();
  }

  private arrange(): void {
    this.drawn = layout(this.data, this.view, this.search);
    let group = "";
    this.labels.replaceChildren(...this.drawn.lines.flatMap((line) => {
      const found = h("div", { class: `sb-label${line.lane.group !== group ? " is-first" : ""}`, title: [line.lane.group, line.lane.note].filter(Boolean).join(" · ") }, h("strong", {}, line.lane.label), line.lane.note && h("span", {}, line.lane.note));
      found.style.height = `${line.height}px`;
      group = line.lane.group;
      return [found];
    }));
    this.resize();
  }

  private resize(): void {
    if (!this.data) return;
    const wide = (this.data.last - this.data.first) * ZOOMS[this.zoom];
    const room = Math.max(200, Math.min(this.drawn.height + 18, window.innerHeight - 180));
    this.scroll.style.height = this.labelBox.style.height = `${room}px`;
    this.sizer.style.width = `${wide}px`;
    this.sizer.style.height = `${Math.max(this.drawn.height, this.scroll.clientHeight - 2)}px`;
    for (const [canvas, width, height] of [[this.canvas, this.scroll.clientWidth, this.scroll.clientHeight], [this.times, this.scroll.clientWidth, HEAD]] as const) {
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      canvas.getContext("2d")!.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.draw();
  }

  private recolor(): void {
    this.tone = colors();
    this.draw();
  }

  private sight(): Sight {
    const scale = ZOOMS[this.zoom];
    return { left: this.data.first + this.scroll.scrollLeft / scale, top: this.scroll.scrollTop, width: this.scroll.clientWidth, height: this.scroll.clientHeight, scale };
  }

  private draw(): void {
    if (this.frame || !this.data) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const sight = this.sight();
      this.labels.style.transform = `translateY(${-sight.top}px)`;
      paint(this.canvas.getContext("2d")!, this.data, this.drawn, sight, this.marks, this.tone, (minute) => this.offset(minute));
      this.paintTimes(sight);
      this.root.dataset.frames = String(Number(this.root.dataset.frames ?? 0) + 1);
    });
  }

  /** Minutes the site's clock is ahead of UTC; looked up once a week of the board. */
  private offset(minute: number): number {
    const week = Math.floor(minute / 10080);
    let found = this.offsets.get(week);
    if (found === undefined) {
      const parts = new Intl.DateTimeFormat("en-US", { timeZone: this.data.zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" }).formatToParts(new Date(minute * 60000));
      const of = (type: string) => Number(parts.find((part) => part.type === type)!.value);
      found = Math.round(Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute")) / 60000) - Math.floor(minute);
      this.offsets.set(week, found);
    }
    return found;
  }

  private paintTimes(sight: Sight): void {
    const context = this.times.getContext("2d")!;
    context.clearRect(0, 0, sight.width, HEAD);
    context.fillStyle = this.tone["surface-2"];
    context.fillRect(0, 0, sight.width, HEAD);
    context.textBaseline = "middle";
    const shift = this.offset(sight.left);
    const until = sight.left + sight.width / sight.scale;
    const day = new Intl.DateTimeFormat(language(), { timeZone: "UTC", weekday: sight.scale > 0.2 ? "short" : undefined, day: "numeric", month: "short" });
    const every = sight.scale < 0.1 ? 7 : 1;
    for (let n = Math.floor((sight.left + shift) / 1440); n * 1440 - shift < until; n++) {
      const left = (n * 1440 - shift - sight.left) * sight.scale;
      if (every > 1 && (n + 3) % 7 !== 0) continue;
      context.fillStyle = this.tone.ink;
      context.font = `600 12px ${this.tone.font}`;
      const width = 1440 * every * sight.scale;
      const text = day.format(new Date(n * 86400000));
      context.fillText(text, Math.max(left, Math.min(0, left + width - 90)) + 6, 13);
      context.fillStyle = this.tone["line-strong"];
      context.fillRect(Math.round(left), 0, 1, HEAD);
      const hours = sight.scale > 1.2 ? 1 : sight.scale > 0.25 ? 6 : 0;
      context.fillStyle = this.tone["ink-2"];
      context.font = `11px ${this.tone.font}`;
      for (let hour = hours; hours && hour < 24; hour += hours) context.fillText(`${String(hour).padStart(2, "0")}`, left + hour * 60 * sight.scale - 6, 32);
    }
    const now = (this.data.now - sight.left) * sight.scale;
    context.fillStyle = this.tone["brass-mark"];
    context.fillRect(Math.round(now) - 3, HEAD - 8, 8, 8);
  }

  // -- looking around --------------------------------------------------------------------------------------------

  private show(view: View): void {
    this.view = view;
    this.arrange();
  }

  private zoomTo(zoom: Zoom): void {
    const middle = this.sight().left + this.scroll.clientWidth / 2 / ZOOMS[this.zoom];
    this.zoom = zoom;
    this.resize();
    this.scroll.scrollLeft = (middle - this.data.first) * ZOOMS[zoom] - this.scroll.clientWidth / 2;
    this.draw();
  }

  private toNow(): void {
    this.scroll.scrollLeft = (this.data.now - this.data.first) * ZOOMS[this.zoom] - 60;
    this.draw();
  }

  private find(text: string): void {
    this.search = text;
    this.arrange();
    const line = this.drawn.lines.find((one) => one.bars.length);
    if (text && line) this.focus(line.bars[0]);
  }

  private say(text: string): void {
    this.said.textContent = text;
  }

  private words(bar: Bar): string {
    const order = this.data.orders[bar[ORDER]];
    const lane = this.data.lanes[bar[LANE]];
    const parts = [`${order[1]} ${bar[SEQUENCE]} ${bar[NAME]}`, order[2], `${lane.label}${lane.note ? ` ${lane.note}` : ""}`, `${this.moment(bar[START])} – ${this.moment(bar[END])}`];
    if (bar[PERSON]) parts.push(this.data.people.find((one) => one.id === bar[PERSON])?.label ?? "");
    if (bar[SETUP]) parts.push(t("change-over {n} min", { n: bar[SETUP] }));
    if (order[4]) parts.push(t("late"));
    if (bar[FLAGS] & PINNED) parts.push(t("pinned"));
    if (bar[FLAGS] & STARTED) parts.push(t("started"));
    return parts.filter(Boolean).join(", ");
  }

  private moment(minute: number): string {
    return new Intl.DateTimeFormat(language(), { timeZone: this.data.zone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(minute * 60000));
  }

  private focus(index: number): void {
    this.marks.focused = index;
    const bar = this.data.bars[index];
    if (!bar) return;
    const sight = this.sight(), line = this.drawn.lines[this.drawn.lineOf[index]];
    const left = (bar[START] - this.data.first) * sight.scale, right = (bar[END] - this.data.first) * sight.scale;
    if (left < this.scroll.scrollLeft + 20 || left > this.scroll.scrollLeft + sight.width - 60) this.scroll.scrollLeft = Math.max(0, left - Math.max(40, (sight.width - (right - left)) / 3));
    if (line && (line.top < sight.top || line.top + line.height > sight.top + sight.height)) this.scroll.scrollTop = Math.max(0, line.top - sight.height / 3);
    this.say(this.words(bar));
    this.draw();
  }

  private at(event: PointerEvent): { index: number; minute: number; line: number } {
    const box = this.scroll.getBoundingClientRect(), sight = this.sight();
    const y = event.clientY - box.top + sight.top, minute = sight.left + (event.clientX - box.left) / sight.scale;
    const line = this.drawn.lines.findIndex((one) => y >= one.top && y < one.top + one.height);
    if (line < 0) return { index: -1, minute, line };
    const { bars, floors, top } = this.drawn.lines[line];
    const floor = Math.floor((y - top) / ROW), near = 3 / sight.scale;
    const found = bars.findIndex((index, n) => floors[n] === floor && this.data.bars[index][START] - near <= minute && minute < Math.max(this.data.bars[index][END], this.data.bars[index][START] + 6 / sight.scale));
    return { index: found < 0 ? -1 : bars[found], minute, line };
  }

  private onHover(event: PointerEvent): void {
    if (this.marks.drag || event.buttons) return;
    const { index } = this.at(event);
    this.scroll.style.cursor = index < 0 ? "" : this.movable(index) ? "grab" : "pointer";
    this.scroll.title = index < 0 ? "" : this.words(this.data.bars[index]);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.data) return;
    const key = event.key;
    if (key === "Escape" && !this.panel.hidden) this.panel.hidden = true;
    else if (key.startsWith("Arrow") || key === "Home" || key === "End") this.step(key);
    else if (this.marks.focused < 0) return;
    else if (key === "Enter") this.open();
    else if (key === "m" || key === "M") this.ask();
    else if (key === "p" || key === "P") void this.pin();
    else if (key === "w" || key === "W") this.why();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step(key: string): void {
    const lines = this.drawn.lines.filter((line) => line.bars.length);
    if (!lines.length) return;
    const now = this.marks.focused >= 0 && this.drawn.lineOf[this.marks.focused] >= 0 ? this.marks.focused : -1;
    if (now < 0) return this.focus(this.nearest(lines[0].bars, this.data.now));
    const line = this.drawn.lines[this.drawn.lineOf[now]], place = line.bars.indexOf(now), n = lines.indexOf(line);
    if (key === "ArrowRight") this.focus(line.bars[Math.min(place + 1, line.bars.length - 1)]);
    else if (key === "ArrowLeft") this.focus(line.bars[Math.max(place - 1, 0)]);
    else if (key === "Home") this.focus(line.bars[0]);
    else if (key === "End") this.focus(line.bars.at(-1)!);
    else {
      const other = lines[n + (key === "ArrowDown" ? 1 : -1)];
      if (other) this.focus(this.nearest(other.bars, this.data.bars[now][START]));
    }
  }

  private nearest(bars: number[], minute: number): number {
    return bars.reduce((best, index) => (Math.abs(this.data.bars[index][START] - minute) < Math.abs(this.data.bars[best][START] - minute) ? index : best), bars[0]);
  }

  // -- one bar ---------------------------------------------------------------------------------------------------

  private movable(index: number): boolean {
    return this.props.may && this.view === "machines" && !(this.data.bars[index][FLAGS] & (STARTED | OUTSIDE));
  }

  private open(): void {
    const bar = this.data.bars[this.marks.focused];
    if (!bar) return void (this.panel.hidden = true);
    const order = this.data.orders[bar[ORDER]];
    const free = this.props.may && !(bar[FLAGS] & (STARTED | OUTSIDE));
    this.panel.hidden = false;
    this.panel.replaceChildren(
      h("p", {}, h("a", { href: `/production/production-orders/${order[0]}/` }, `${order[1]} ${order[2]}`), ` ${order[3]}, ${order[7]}`),
      h("p", {}, this.words(bar)),
      h("p", { class: "sb-verbs" },
        free && h("button", { type: "button", class: "button button-quiet", click: () => this.ask() }, t("Move to…")),
        free && h("button", { type: "button", class: "button button-quiet", click: () => void this.pin() }, bar[FLAGS] & PINNED ? t("Unpin") : t("Pin")),
        h("button", { type: "button", class: "button button-quiet", click: () => this.why() }, t("Why late")),
        h("button", { type: "button", class: "button button-quiet", click: () => void (this.panel.hidden = true) }, t("Close"))),
      h("div", { class: "sb-why" }));
  }

  private ask(): void {
    const bar = this.data.bars[this.marks.focused];
    if (bar && this.props.may) void htmx.ajax("get", `${this.props.url}${bar[ID]}/move/`, { target: "#dialog-body" });
  }

  private why(): void {
    const bar = this.data.bars[this.marks.focused];
    if (!bar) return;
    if (this.panel.hidden) this.open();
    void htmx.ajax("get", `${this.props.url}why/${this.data.orders[bar[ORDER]][0]}/`, { target: this.panel.querySelector<HTMLElement>(".sb-why")! });
  }

  private async pin(): Promise<void> {
    const bar = this.data.bars[this.marks.focused];
    if (!bar || !this.props.may) return;
    await this.send(`${this.props.url}${bar[ID]}/pin/`, {});
  }

  private async takeBack(): Promise<void> {
    await this.send(`${this.props.url}undo/`, {});
  }

  /** Something is changed; the board is loaded again and says what was done, with the way back. */
  private async send(url: string, body: unknown): Promise<boolean> {
    try {
      const done = await json<{ text: string; undo: string }>(url, { body });
      this.undo.disabled = !done.undo && url.endsWith("undo/") ? true : false;
      if (done.text) toast({ text: done.text, undo: done.undo || undefined, tone: "success" });
      this.say(done.text);
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    } finally {
      htmx.trigger(document.body, "live:table", {});
    }
  }

  private refused(error: unknown): void {
    const text = error instanceof Refused ? error.message : String(error);
    this.say(text);
    toast({ text, tone: "danger" });
  }

  // -- dragging --------------------------------------------------------------------------------------------------

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === "touch") return this.tapped(event);
    const box = this.scroll.getBoundingClientRect();
    if (event.clientX > box.left + this.scroll.clientWidth || event.clientY > box.top + this.scroll.clientHeight) return; // the scroll bars
    const { index, minute } = this.at(event);
    if (index < 0) return;
    this.scroll.focus({ preventScroll: true });
    this.focus(index);
    if (!this.movable(index)) return;
    event.preventDefault();
    new Drag(this.scroll, event, {
      move: (moved) => this.dragTo(index, minute, moved),
      drop: () => void this.drop(index),
      cancel: () => this.letGo(),
    });
  }

  private tapped(event: PointerEvent): void {
    const { index } = this.at(event);
    if (index < 0) return;
    this.focus(index);
    this.open();
  }

  private dragTo(index: number, grabbed: number, event: PointerEvent): void {
    const bar = this.data.bars[index];
    this.pan(event);
    const { minute, line } = this.at(event);
    const snap = SNAP[this.zoom], shift = this.offset(bar[START]);
    const wanted = bar[START] + minute - grabbed;
    const start = Math.round((wanted + shift) / snap) * snap - shift;
    const target = line < 0 ? (this.marks.drag?.line ?? this.drawn.lineOf[index]) : line;
    if (this.marks.drag?.start === start && this.marks.drag.line === target) return;
    this.marks.drag = { bar: index, start, line: target, refused: false };
    this.preview();
    this.draw();
  }

  /** Near the edge the board goes on underneath. */
  private pan(event: PointerEvent): void {
    const box = this.scroll.getBoundingClientRect();
    if (event.clientX > box.right - 40) this.scroll.scrollLeft += 16;
    else if (event.clientX < box.left + 40) this.scroll.scrollLeft -= 16;
    if (event.clientY > box.bottom - 24) this.scroll.scrollTop += 10;
    else if (event.clientY < box.top + 24) this.scroll.scrollTop -= 10;
  }

  private asked = 0;
  private readonly preview = debounce(160, () => void this.foresee());

  private place(index: number): { row: number; starts_at: string; center: number | null; machine: number | null; seen: string } {
    const drag = this.marks.drag!, bar = this.data.bars[index], lane = this.drawn.lines[drag.line].lane;
    return { row: bar[ID], starts_at: new Date(drag.start * 60000).toISOString(), center: lane.center, machine: lane.machine, seen: bar[SEEN] };
  }

  /** What dropping it here would do, before it is dropped. */
  private async foresee(): Promise<void> {
    const drag = this.marks.drag;
    if (!drag) return;
    const number = ++this.asked;
    try {
      const found = await json<Effect>(`${this.props.url}move/`, { body: { ...this.place(drag.bar), preview: true } });
      if (number !== this.asked || !this.marks.drag) return;
      this.marks.ghosts = new Map(found.rows.map(([id, start, end]) => [id, [start, end]]));
      this.marks.drag.refused = false;
      this.say(found.text);
    } catch (error) {
      if (number !== this.asked || !this.marks.drag) return;
      this.marks.ghosts = new Map();
      this.marks.drag.refused = true;
      if (error instanceof Refused) this.say(error.message);
    }
    this.draw();
  }

  private async drop(index: number): Promise<void> {
    const drag = this.marks.drag;
    if (!drag) return;
    const body = this.place(index), bar = this.data.bars[index];
    const stays = drag.start === bar[START] && drag.line === this.drawn.lineOf[index];
    this.letGo();
    if (!stays) await this.send(`${this.props.url}move/`, body);
  }

  private letGo(): void {
    this.asked += 1;
    this.marks.drag = null;
    this.marks.ghosts = new Map();
    this.draw();
  }
}

/** One drag from the press on: it begins after some pixels and ends with the button or with Escape. */
class Drag {
  constructor(element: HTMLElement, event: PointerEvent, act: { move: (event: PointerEvent) => void; drop: () => void; cancel: () => void }) {
    const stop = new AbortController();
    let began = false;
    const end = (done: () => void) => {
      stop.abort();
      element.classList.remove("is-dragging");
      if (began) done();
    };
    element.setPointerCapture(event.pointerId);
    element.addEventListener("pointermove", (moved) => {
      if (!began && Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) < 4) return;
      began = true;
      element.classList.add("is-dragging");
      act.move(moved);
    }, { signal: stop.signal });
    element.addEventListener("pointerup", () => end(act.drop), { signal: stop.signal });
    element.addEventListener("pointercancel", () => end(act.cancel), { signal: stop.signal });
    document.addEventListener("keydown", (key) => {
      if (key.key !== "Escape") return;
      key.preventDefault();
      end(act.cancel);
    }, { signal: stop.signal, capture: true });
  }
}
