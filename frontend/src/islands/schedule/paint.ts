import { END, FLAGS, ID, NAME, ORDER, OUTSIDE, PINNED, ROW, SEQUENCE, SETUP, START, STARTED, type Bar, type Data, type Layout } from "./model";

/** What is looked at: minutes across, pixels down. */
export interface Sight {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Pixels a minute. */
  scale: number;
}

export interface Marks {
  focused: number;
  /** Bars as they would stand: key to [start, end], while something is dragged. */
  ghosts: Map<number, [number, number]>;
  drag: { bar: number; start: number; line: number; refused: boolean } | null;
}

interface Colors {
  [name: string]: string;
}

const NAMES = ["surface", "surface-2", "surface-3", "line", "line-strong", "ink", "ink-2", "pine-soft", "pine", "pine-fill", "bad-soft", "bad", "bad-fill", "note-soft", "note", "brass", "brass-mark", "warn-soft", "good-soft", "good"];

/** The theme's colours as the canvas needs them; they differ between light and dark. */
export function colors(): Colors {
  const probe = document.createElement("span");
  document.body.append(probe);
  const found: Colors = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  found.font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return found;
}

const DAY = 1440;
/** Width of most letters at the size of the bars' text, pixels. */
const LETTER = 7;

/** Draws what is in sight and nothing else: the cost of a frame does not grow with the board. */
export function paint(context: CanvasRenderingContext2D, data: Data, drawn: Layout, sight: Sight, marks: Marks, tone: Colors, offset: (minute: number) => number): void {
  const { width, height } = sight;
  context.clearRect(0, 0, width, height);
  context.fillStyle = tone.surface;
  context.fillRect(0, 0, width, height);
  const from = sight.left, until = sight.left + width / sight.scale;
  const x = (minute: number) => (minute - from) * sight.scale;
  context.font = `12px ${tone.font}`;
  context.textBaseline = "middle";
  const first = drawn.lines.findIndex((line) => line.top + line.height > sight.top);
  if (first >= 0) {
    for (let n = first; n < drawn.lines.length && drawn.lines[n].top < sight.top + height; n++) paintClosed(context, data, drawn, n, sight, tone, x, from, until);
  }
  paintGrid(context, sight, tone, x, from, until, offset);
  if (first >= 0) {
    for (let n = first; n < drawn.lines.length && drawn.lines[n].top < sight.top + height; n++) {
      const line = drawn.lines[n];
      context.fillStyle = tone.line;
      context.fillRect(0, line.top + line.height - sight.top - 1, width, 1);
      paintBars(context, data, drawn, n, sight, marks, tone, x, from, until);
    }
  }
  context.fillStyle = tone["brass-mark"];
  context.fillRect(Math.round(x(data.now)), 0, 2, height);
  if (marks.drag) paintDrag(context, data, drawn, sight, marks, tone, x);
}

function paintClosed(context: CanvasRenderingContext2D, data: Data, drawn: Layout, n: number, sight: Sight, tone: Colors, x: (minute: number) => number, from: number, until: number): void {
  const line = drawn.lines[n];
  if (line.lane.calendar === null) return;
  const open = data.calendars[line.lane.calendar];
  const y = line.top - sight.top;
  context.fillStyle = tone["surface-3"];
  context.fillRect(0, y, sight.width, line.height);
  context.fillStyle = tone.surface;
  let k = after(open, from);
  for (; k < open.length && open[k] < until; k += 2) {
    const left = Math.max(0, x(open[k])), right = Math.min(sight.width, x(open[k + 1]));
    if (right > left) context.fillRect(left, y, right - left, line.height);
  }
}

/** Place of the first interval that ends after a minute. */
function after(open: number[], minute: number): number {
  let low = 0, high = open.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (open[2 * middle + 1] > minute) high = middle;
    else low = middle + 1;
  }
  return 2 * low;
}

function paintGrid(context: CanvasRenderingContext2D, sight: Sight, tone: Colors, x: (minute: number) => number, from: number, until: number, offset: (minute: number) => number): void {
  const step = sight.scale > 1.2 ? 60 : sight.scale > 0.4 ? 240 : DAY;
  context.fillStyle = tone.line;
  const shift = offset(from);
  for (let minute = Math.floor((from + shift) / step) * step - shift; minute < until; minute += step) {
    const left = Math.round(x(minute));
    context.fillStyle = (minute + shift) % DAY === 0 ? tone["line-strong"] : tone.line;
    context.fillRect(left, 0, 1, sight.height);
  }
}

function paintBars(context: CanvasRenderingContext2D, data: Data, drawn: Layout, n: number, sight: Sight, marks: Marks, tone: Colors, x: (minute: number) => number, from: number, until: number): void {
  const line = drawn.lines[n];
  for (let k = 0; k < line.bars.length; k++) {
    const index = line.bars[k], bar = data.bars[index];
    const ghost = marks.ghosts.get(bar[ID]);
    const start = ghost ? ghost[0] : bar[START], end = ghost ? ghost[1] : bar[END];
    if (end <= from || start >= until) continue;
    if (marks.drag?.bar === index) continue;
    const left = x(start), wide = Math.max(2, (end - start) * sight.scale - 1);
    paintBar(context, data, bar, left, line.top - sight.top + line.floors[k] * ROW, wide, sight, tone, !!ghost, index === marks.focused);
  }
}

function paintBar(context: CanvasRenderingContext2D, data: Data, bar: Bar, left: number, top: number, wide: number, sight: Sight, tone: Colors, isGhost: boolean, isFocused: boolean): void {
  const order = data.orders[bar[ORDER]];
  const late = order[4] > 0, proposal = order[6] === "proposed";
  const y = top + 3, high = ROW - 7;
  context.globalAlpha = isGhost ? 0.65 : 1;
  context.fillStyle = late ? tone["bad-soft"] : bar[FLAGS] & STARTED ? tone["note-soft"] : bar[FLAGS] & OUTSIDE ? tone["warn-soft"] : proposal ? tone["surface-2"] : tone["pine-soft"];
  context.fillRect(left, y, wide, high);
  const strong = late ? tone.bad : bar[FLAGS] & STARTED ? tone.note : bar[FLAGS] & OUTSIDE ? tone.brass : proposal ? tone["line-strong"] : tone.pine;
  if (bar[SETUP] > 0) {
    context.fillStyle = tone["brass-mark"];
    context.fillRect(left, y, Math.max(2, Math.min(wide, bar[SETUP] * sight.scale)), high);
  }
  context.fillStyle = strong;
  context.fillRect(left, y, Math.min(3, wide), high);
  if (proposal) {
    context.strokeStyle = strong;
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.strokeRect(left + 0.5, y + 0.5, Math.max(1, wide - 1), high - 1);
    context.setLineDash([]);
  } else {
    context.fillRect(left, y, wide, 1);
    context.fillRect(left, y + high - 1, wide, 1);
    context.fillRect(left + wide - 1, y, 1, high);
  }
  if (isFocused) {
    context.strokeStyle = tone.ink;
    context.lineWidth = 2;
    context.strokeRect(left - 2, y - 2, wide + 4, high + 4);
  }
  if (wide > 26) {
    // Cut by the letter: clipping every bar costs more than all else together.
    const from = Math.max(left, 0) + 7;
    const letters = Math.floor((left + wide - from - 3) / LETTER);
    if (letters > 1) {
      const text = `${bar[FLAGS] & PINNED ? "◆ " : ""}${order[1]} ${bar[SEQUENCE]} ${bar[NAME]}`;
      context.fillStyle = late ? tone.bad : tone.ink;
      context.fillText(text.length > letters ? text.slice(0, letters) : text, from, y + high / 2);
    }
  } else if (bar[FLAGS] & PINNED) {
    context.fillStyle = strong;
    context.fillRect(left, y - 2, Math.max(4, wide), 3);
  }
  context.globalAlpha = 1;
}

function paintDrag(context: CanvasRenderingContext2D, data: Data, drawn: Layout, sight: Sight, marks: Marks, tone: Colors, x: (minute: number) => number): void {
  const { bar: index, start, line, refused } = marks.drag!;
  const bar = data.bars[index], target = drawn.lines[line];
  if (!target) return;
  const wide = Math.max(4, (bar[END] - bar[START]) * sight.scale);
  context.shadowColor = tone["ink-2"];
  context.shadowBlur = 8;
  paintBar(context, data, bar, x(start), target.top - sight.top, wide, sight, tone, false, true);
  context.shadowBlur = 0;
  if (refused) {
    context.strokeStyle = tone.bad;
    context.lineWidth = 3;
    context.strokeRect(x(start) - 2, target.top - sight.top + 1, wide + 4, ROW - 3);
  }
}
