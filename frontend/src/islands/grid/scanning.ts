/** A field over the lines that takes scanned codes: items go to their line, places are kept for the lines that follow. */
import { h, icon } from "../../core/dom";
import { json, withParameters } from "../../core/http";
import { t } from "../../core/text";
import listen from "../scan";
import { isLink, type Line, type Link, type Scan } from "./model";

interface Found {
  model: string;
  id: string;
  text: string;
  href: string;
}

export interface Lines {
  all(): Line[];
  /** Sets cells of a line, or of a new one (row -1), and puts the cursor on the quantity. */
  fill(row: number, values: Record<string, Link | string>): void;
  say(text: string, bad?: boolean): void;
}

/** "12*4006381333931" counts twelve at once. */
const TIMES = /^(\d{1,5})\s*[*x×]\s*(.+)$/i;

export function scanField(scan: Scan, lines: Lines): { element: HTMLElement; end: () => void } {
  let place: { column: string; link: Link } | null = null;
  const input = h("input", { class: "input", type: "search", placeholder: t("Scan or type a code"), "aria-label": t("Scan or type a code"), autocomplete: "off", "data-scan-lines": true }) as HTMLInputElement;
  const take = async (typed: string) => {
    input.value = "";
    const [, times, code] = TIMES.exec(typed) ?? ["", "1", typed];
    const { items } = await json<{ items: Found[] }>(withParameters(scan.url, { q: code.trim() }));
    const found = items.find((item) => scan.columns[item.model]);
    if (!found) return items.length ? location.assign(items[0].href) : lines.say(t("No record has the code “{code}”.", { code }), true);
    const column = scan.columns[found.model];
    const link = { id: found.id, text: found.text };
    if (found.model !== "items.item") {
      place = { column, link };
      return lines.say(t("Place: {place}", { place: link.text }));
    }
    const row = lineOf(column, link);
    const before = row < 0 ? 0 : Number(lines.all()[row].values[scan.quantity] ?? 0);
    const values: Record<string, Link | string> = row < 0 ? { [column]: link, ...(place ? { [place.column]: place.link } : {}) } : {};
    if (scan.counts || row < 0) values[scan.quantity] = String(before + Number(times));
    lines.fill(row, values);
    lines.say(`${link.text}: ${values[scan.quantity] ?? before}`);
  };
  const lineOf = (column: string, link: Link) =>
    lines.all().findIndex((line) => {
      const own = line.values[column];
      const there = place ? line.values[place.column] : null;
      return isLink(own) && String(own.id) === String(link.id) && (!place || (isLink(there) && String(there.id) === String(place.link.id)));
    });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || !input.value.trim()) return;
    event.preventDefault();
    void take(input.value);
  });
  input.addEventListener("scan", (event) => void take((event as CustomEvent<{ code: string }>).detail.code));
  const element = h("span", { class: "grid-scan" }, icon("barcode"), input);
  return { element, end: listen(input) ?? (() => undefined) };
}
