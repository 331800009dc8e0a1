/** What the server sends of a board, and the lanes and places of its bars in each view. */

export type Bar = [id: number, order: number, sequence: number, name: string, lane: number, start: number, end: number, setup: number, flags: number, person: number | null, seen: string];

export interface Lane {
  id: string;
  label: string;
  note: string;
  group: string;
  calendar: number | null;
  center: number | null;
  machine: number | null;
  place: number;
}

/** number, item code, item name, minutes late, late from, state, quantity follow the key. */
export type Order = [id: string, number: string, code: string, name: string, late: number, due: number, state: string, quantity: string];

export interface Data {
  revision: number;
  now: number;
  zone: string;
  first: number;
  last: number;
  more: boolean;
  lanes: Lane[];
  calendars: number[][];
  people: { id: number; label: string; calendar: number }[];
  orders: Order[];
  bars: Bar[];
}

export const [ID, ORDER, SEQUENCE, NAME, LANE, START, END, SETUP, FLAGS, PERSON, SEEN] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
export const [PINNED, STARTED, OUTSIDE] = [1, 2, 4] as const;

export type View = "machines" | "people" | "orders";

/** A line of the board: a lane, tall enough for bars that overlap in it. */
export interface Line {
  lane: Lane;
  top: number;
  height: number;
  bars: number[];
  /** Which floor of the line each bar stands on, in the order of `bars`. */
  floors: number[];
}

export const ROW = 30;

export interface Layout {
  lines: Line[];
  /** Of each bar its line, -1 when the view does not show it. */
  lineOf: Int32Array;
  floorOf: Int32Array;
  height: number;
}

export function layout(data: Data, view: View, text: string): Layout {
  const lanes = lanesOf(data, view);
  const wanted = text.trim().toLowerCase();
  const lists: number[][] = lanes.map(() => []);
  data.bars.forEach((bar, index) => {
    if (wanted && !matches(data, bar, wanted)) return;
    const lane = view === "machines" ? bar[LANE] : view === "orders" ? bar[ORDER] : data.people.findIndex((one) => one.id === bar[PERSON]);
    lists[lane]?.push(index);
  });
  const lines: Line[] = [];
  const lineOf = new Int32Array(data.bars.length).fill(-1);
  const floorOf = new Int32Array(data.bars.length);
  let top = 0;
  lanes.forEach((lane, n) => {
    const bars = lists[n];
    if (!bars.length && (view !== "machines" || wanted)) return;
    const ends: number[] = [];
    const floors = bars.map((index) => {
      const bar = data.bars[index];
      let floor = ends.findIndex((end) => end <= bar[START]);
      if (floor < 0) floor = ends.length;
      ends[floor] = bar[END];
      lineOf[index] = lines.length;
      floorOf[index] = floor;
      return floor;
    });
    const height = ROW * Math.max(1, ends.length);
    lines.push({ lane, top, height, bars, floors });
    top += height;
  });
  return { lines, lineOf, floorOf, height: top };
}

function lanesOf(data: Data, view: View): Lane[] {
  if (view === "machines") return data.lanes;
  const none = { group: "", calendar: null, center: null, machine: null, place: 0 };
  if (view === "people") return data.people.map((one) => ({ ...none, id: `p${one.id}`, label: one.label, note: "", calendar: one.calendar }));
  return data.orders.map((one) => ({ ...none, id: one[0], label: one[1], note: one[2] }));
}

function matches(data: Data, bar: Bar, text: string): boolean {
  const order = data.orders[bar[ORDER]];
  return [order[1], order[2], order[3], bar[NAME]].some((part) => part.toLowerCase().includes(text));
}
