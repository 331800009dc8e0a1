import htmx from "htmx.org";
import { h, icon } from "../../core/dom";
import { csrf, json } from "../../core/http";
import { decimal, t } from "../../core/text";
import { toast } from "../../core/toast";

/** A list's table: rows that open, selection with ranges, bulk verbs, sums, columns and cells edited in place. */
export default function mount(root: HTMLElement): () => void {
  const table = new Table(root);
  const onKey = (event: KeyboardEvent) => table.onKey(event);
  root.addEventListener("click", (event) => table.onClick(event));
  root.addEventListener("dblclick", (event) => table.onDouble(event));
  root.addEventListener("change", (event) => table.onChange(event));
  root.addEventListener("htmx:configRequest", (event) => table.onRequest(event as CustomEvent));
  root.addEventListener("htmx:afterSettle", (event) => table.onSettled(event.target as Element));
  document.addEventListener("keydown", onKey);
  table.update();
  return () => document.removeEventListener("keydown", onKey);
}

class Table {
  private last?: HTMLInputElement;
  private everything = false;

  constructor(private readonly root: HTMLElement) {}

  private boxes(): HTMLInputElement[] {
    return [...this.root.querySelectorAll<HTMLInputElement>('tbody .cell-check input[name="id"]')];
  }

  onClick(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const box = target.closest<HTMLElement>("td.cell-check")?.querySelector("input");
    if (box) {
      if (target !== box) box.checked = !box.checked;
      if (event.shiftKey && this.last) this.selectRange(this.last, box);
      this.last = box;
      return this.update();
    }
    const select = target.closest("[data-select]")?.getAttribute("data-select");
    if (select === "none") this.selectAll(false);
    if (select === "everything") {
      this.everything = true;
      this.update();
    }
    if (target.closest("[data-columns]")) return void this.chooseColumns();
    this.openRow(event, target);
  }

  private openRow(event: MouseEvent, target: HTMLElement): void {
    const row = target.closest<HTMLElement>("tr[data-href]");
    const chosen = document.getSelection()?.toString();
    if (!row || target.closest("a, button, input, select, textarea, label, form, [data-edit]") || chosen) return;
    if (event.shiftKey) {
      const own = row.querySelector<HTMLInputElement>(".cell-check input");
      if (own) {
        own.checked = true;
        if (this.last) this.selectRange(this.last, own);
        this.last = own;
        this.update();
      }
    } else if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href!);
  }

  onDouble(event: MouseEvent): void {
    this.editCell((event.target as Element).closest<HTMLElement>("td[data-edit]"));
  }

  /** A cell that was edited is a cell again: the focus goes back to its row. */
  onSettled(target: Element): void {
    const cell = target.closest("td[data-edit]");
    if (cell && !cell.querySelector("form") && document.activeElement === document.body) cell.closest("tr")?.querySelector<HTMLElement>("th a")?.focus();
    this.update();
  }

  onChange(event: Event): void {
    const target = event.target as HTMLInputElement;
    if (target.dataset.select === "all") this.selectAll(target.checked);
  }

  onKey(event: KeyboardEvent): void {
    if (!this.root.contains(event.target as Node)) return;
    if (event.key === "F2") this.editCell((event.target as Element).closest("tr")?.querySelector<HTMLElement>("td[data-edit]") ?? null);
    if (event.key === "x" && !(event.target as Element).closest("input, textarea, select")) {
      const box = (event.target as Element).closest("tr")?.querySelector<HTMLInputElement>(".cell-check input");
      if (box) {
        box.checked = !box.checked;
        this.last = box;
        this.update();
      }
    }
  }

  private selectRange(from: HTMLInputElement, to: HTMLInputElement): void {
    const boxes = this.boxes();
    const [start, end] = [boxes.indexOf(from), boxes.indexOf(to)].sort((a, b) => a - b);
    for (const box of boxes.slice(Math.max(0, start), end + 1)) box.checked = to.checked;
  }

  private selectAll(checked: boolean): void {
    this.everything = false;
    for (const box of this.boxes()) box.checked = checked;
    this.update();
  }

  /** The bulk bar, the row marks and the sums of the selection. */
  update(): void {
    const boxes = this.boxes();
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr")!.classList.toggle("is-selected", box.checked);
    if (chosen.length < boxes.length) this.everything = false;
    const all = this.root.querySelector<HTMLInputElement>('[data-select="all"]');
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    const count = Number(this.root.dataset.count || 0);
    const bar = this.root.querySelector<HTMLElement>("[data-bulk]");
    if (bar) {
      bar.hidden = chosen.length === 0;
      bar.querySelector("[data-bulk-count]")!.textContent = t("{n} selected", { n: this.everything ? count : chosen.length });
      const more = bar.querySelector<HTMLElement>('[data-select="everything"]')!;
      more.hidden = this.everything || chosen.length < boxes.length || count <= boxes.length;
      more.textContent = t("Select all {n}", { n: count });
    }
    this.showSums(chosen);
  }

  private showSums(chosen: HTMLInputElement[]): void {
    const place = this.root.querySelector("[data-sums]");
    if (!place) return;
    const columns = [...this.root.querySelectorAll<HTMLElement>("thead th")];
    const parts = columns.flatMap((head, index) => {
      if (!/cell-(money|quantity|number)/.test(head.className) || chosen.length < 2) return [];
      const cells = chosen.map((box) => box.closest("tr")!.cells[index]);
      const units = new Set(cells.map((cell) => cell?.querySelector(".unit")?.textContent ?? ""));
      const values = cells.map((cell) => cell?.dataset.value ?? "");
      // Amounts in several currencies or units have no sum.
      if (units.size !== 1 || values.some((value) => value !== "" && Number.isNaN(Number(value)))) return [];
      const sum = addDecimals(values);
      const digits = /cell-money/.test(head.className) ? Math.max(2, sum.split(".")[1]?.length ?? 0) : undefined;
      return [`${head.textContent!.trim()} ${decimal(sum, digits)} ${[...units][0]}`.trim()];
    });
    place.textContent = parts.length ? `Σ ${parts.join(" · ")}` : "";
  }

  onRequest(event: CustomEvent): void {
    if (!(event.target as Element).closest("[data-bulk-verb]")) return;
    const { parameters } = event.detail;
    const ids = this.boxes().filter((box) => box.checked).map((box) => box.value);
    if (this.everything) {
      parameters.all = "1";
      for (const [name, value] of new URL(location.href).searchParams) parameters[name] ??= value;
    } else parameters.id = ids;
  }

  private editCell(cell: HTMLElement | null): void {
    const row = cell?.closest("tr");
    const url = this.root.dataset.cellUrl;
    if (!cell || !row || !url || cell.querySelector("form")) return;
    const index = [...row.cells].indexOf(cell as HTMLTableCellElement);
    const name = this.root.querySelectorAll<HTMLElement>("thead th")[index]?.dataset.column ?? "";
    const address = new URL(url, location.href);
    address.searchParams.set("id", row.dataset.id!);
    address.searchParams.set("column", name);
    void htmx.ajax("get", address.pathname + address.search, { target: cell, swap: "innerHTML" }).then(() => cell.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus());
  }

  private async chooseColumns(): Promise<void> {
    const url = this.root.dataset.columnsUrl! + location.search;
    const { columns } = await json<{ columns: { name: string; label: string; shown: boolean }[] }>(url);
    const rows = columns.map(({ name, label, shown }) =>
      h(
        "li",
        { class: "column-choice", draggable: "false" },
        h("button", { type: "button", class: "icon-button column-handle", "aria-label": t("Move {name}", { name: label }) }, icon("grip-vertical", "sm")),
        h("label", {}, h("input", { type: "checkbox", value: name, checked: shown }), label),
      ),
    );
    const list = h("ul", { class: "column-list" }, ...rows);
    list.addEventListener("keydown", (event) => moveByKey(event, list));
    const save = async (chosen: string) => {
      const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" }, body: new URLSearchParams({ columns: chosen }) });
      const there = answer.headers.get("HX-Redirect");
      if (there) location.assign(there);
      else if (answer.ok) location.reload();
      else toast({ text: t("The server refused this (code {code}).", { code: answer.status }), tone: "danger" });
    };
    const checked = () => [...list.querySelectorAll<HTMLInputElement>("input:checked")].map((box) => box.value).join(",");
    document.getElementById("dialog-body")!.replaceChildren(
      h("div", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, t("Columns"))),
      h("div", { class: "dialog-content" }, h("p", { class: "text-secondary" }, t("Choose columns; drag, or use Alt with arrows, to put them in order.")), list),
      h("div", { class: "dialog-foot" }, h("button", { type: "button", class: "button button-quiet", click: () => void save("") }, t("Usual columns")), h("span", { class: "table-foot-space" }), h("button", { type: "button", class: "button button-quiet", "data-dialog-close": true }, t("Cancel")), h("button", { type: "button", class: "button button-primary", click: () => void save(checked()) }, t("Save columns"))),
    );
    (document.getElementById("dialog") as HTMLDialogElement).showModal();
    void import("sortablejs").then(({ default: Sortable }) => Sortable.create(list, { handle: ".column-handle", animation: 120 }));
  }
}

function moveByKey(event: KeyboardEvent, list: HTMLElement): void {
  const item = (event.target as Element).closest("li");
  if (!item || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const other = event.key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (event.key === "ArrowUp") list.insertBefore(item, other);
  else list.insertBefore(other, item);
  (event.target as HTMLElement).focus();
}

/** The sum of decimal strings, exact: the digits are added as whole numbers. */
export function addDecimals(values: string[]): string {
  const places = Math.max(0, ...values.map((value) => value.split(".")[1]?.length ?? 0));
  let sum = 0n;
  for (const value of values) {
    if (!value) continue;
    const [whole, part = ""] = value.replace("-", "").split(".");
    const digits = BigInt(whole + part.padEnd(places, "0"));
    sum += value.startsWith("-") ? -digits : digits;
  }
  const text = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const cut = text.length - places;
  return `${sum < 0n ? "-" : ""}${text.slice(0, cut)}${places ? `.${text.slice(cut)}` : ""}`;
}
