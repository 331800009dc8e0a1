/** The lines of a document as the grid holds them, and how values are shown and read. */
import { decimal, language, parseDecimal, shortDate, t } from "../../core/text";

export interface Link {
  id: string | number | null;
  text: string;
}

export type Value = string | number | boolean | Link | null | undefined;

export interface Column {
  name: string;
  label: string;
  kind: "text" | "decimal" | "integer" | "date" | "choice" | "link" | "boolean";
  width?: number;
  required?: boolean;
  readonly?: boolean;
  digits?: number;
  unit?: string;
  help?: string;
  choices?: [string, string][];
  search?: string;
}

export interface Line {
  key: string;
  id?: string | number | null;
  values: Record<string, Value>;
  errors?: Record<string, string>;
  readonly?: boolean;
  href?: string;
}

export interface Total {
  label: string;
  text: string;
  strong?: boolean;
}

export interface GridProps {
  name: string;
  title?: string;
  editable?: boolean;
  saved?: boolean;
  url?: string;
  header?: string;
  version?: number | string;
  columns: Column[];
  lines: (Omit<Line, "key"> & { key?: string })[];
  totals?: Total[];
  scan?: Scan | null;
}

/** Which columns a scanned code fills, by the model it stands for; `counts`: each scan adds one to the quantity. */
export interface Scan {
  url: string;
  columns: Record<string, string>;
  quantity: string;
  counts: boolean;
}

let counter = 0;

export function newKey(): string {
  counter += 1;
  return `n${counter}`;
}

export function isLink(value: Value): value is Link {
  return typeof value === "object" && value !== null;
}

export function isBlank(line: Line): boolean {
  return !line.id && Object.values(line.values).every((value) => value === null || value === undefined || value === "" || value === false);
}

/** The text a cell shows. */
export function show(column: Column, value: Value): string {
  if (value === null || value === undefined || value === "") return "";
  if (isLink(value)) return value.text;
  if (column.kind === "decimal") return decimal(String(value), digitsShown(column, String(value)));
  if (column.kind === "integer") return decimal(String(value), 0);
  if (column.kind === "date") return shortDate(String(value));
  if (column.kind === "choice") return column.choices?.find(([key]) => key === String(value))?.[1] ?? String(value);
  if (column.kind === "boolean") return value ? "✓" : "";
  return String(value);
}

function digitsShown(column: Column, value: string): number | undefined {
  const own = value.split(".")[1]?.replace(/0+$/, "").length ?? 0;
  return column.digits === undefined ? undefined : Math.max(column.digits, Math.min(own, 6));
}

/** The text a cell is edited as: plain, so that it can be typed again as it stands. */
export function editText(column: Column, value: Value): string {
  if (value === null || value === undefined) return "";
  if (isLink(value)) return value.text;
  if (column.kind === "decimal" || column.kind === "integer") {
    const point = new Intl.NumberFormat(language()).format(1.5).charAt(1);
    return String(value).replace(".", point);
  }
  if (column.kind === "date") return String(value);
  return show(column, value);
}

export interface Read {
  value: Value;
  error?: string;
}

/** What was typed or pasted as a value, or the reason why it is none. */
export function read(column: Column, text: string): Read {
  const plain = text.trim();
  if (!plain) return { value: column.kind === "boolean" ? false : null };
  switch (column.kind) {
    case "decimal":
    case "integer": {
      const number = parseDecimal(plain);
      const whole = column.kind === "decimal" || (number !== null && /^-?\d+(\.0*)?$/.test(number));
      if (number === null || !whole) return { value: plain, error: t("“{text}” is not a number.", { text: plain }) };
      return { value: column.kind === "integer" ? number.split(".")[0] : number };
    }
    case "date": {
      const date = readDate(plain);
      return date ? { value: date } : { value: plain, error: t("“{text}” is not a date.", { text: plain }) };
    }
    case "choice": {
      const wanted = plain.toLowerCase();
      const found = column.choices?.find(([key, label]) => key.toLowerCase() === wanted || label.toLowerCase() === wanted);
      return found ? { value: found[0] } : { value: plain, error: t("“{text}” is not one of the choices.", { text: plain }) };
    }
    case "link":
      return { value: { id: null, text: plain } };
    case "boolean":
      return { value: !/^(0|no|n|false|ne|否)$/i.test(plain) };
    default:
      return { value: text };
  }
}

/** ISO date of "2026-03-05", "5/3", "5.3.26" in the person's order, "t" for today, "+7" for a week from now. */
export function readDate(text: string, today = new Date()): string | null {
  const shift = /^(?:t|([+-]\d{1,3}))$/i.exec(text);
  if (shift) return iso(new Date(today.getFullYear(), today.getMonth(), today.getDate() + Number(shift[1] ?? 0)));
  const numbers = text.split(/[^\d]+/).filter(Boolean).map(Number);
  if (numbers.length < 2 || numbers.length > 3 || /[a-z]/i.test(text)) return null;
  let year = today.getFullYear();
  let month: number;
  let day: number;
  if (numbers[0] > 31 && numbers.length === 3) [year, month, day] = numbers;
  else {
    const order = new Intl.DateTimeFormat(language() === "en" ? "en-GB" : language()).formatToParts(today).map((part) => part.type).filter((type) => type === "day" || type === "month");
    [day, month] = order[0] === "day" ? numbers : [numbers[1], numbers[0]];
    if (numbers.length === 3) year = numbers[2] < 100 ? 2000 + numbers[2] : numbers[2];
  }
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? iso(date) : null;
}

function iso(date: Date): string {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

/** The value as the server takes it: links as their id, or as the text it has to look up. */
export function plain(value: Value): unknown {
  if (isLink(value)) return value.id === null ? { text: value.text } : value.id;
  return value ?? null;
}

export function plainLine(line: Line): Record<string, unknown> {
  const values = Object.fromEntries(Object.entries(line.values).map(([name, value]) => [name, plain(value)]));
  return line.id ? { id: line.id, ...values } : values;
}
