/** The editor inside one cell: a text field, with a list under it for links and choices. */
import { h } from "../../core/dom";
import { json, withParameters } from "../../core/http";
import { place } from "../../core/popover";
import { decimal, t } from "../../core/text";
import { editText, plainLine, read, type Column, type Line, type Value } from "./model";

export interface Option {
  id: string | number;
  text: string;
  code?: string;
  note?: string;
  stock?: string;
  price?: string;
  disabled?: boolean;
  values?: Record<string, Value>;
}

export interface Edited {
  value: Value;
  error?: string;
  also?: Record<string, Value>;
}

let lists = 0;

export class Editor {
  readonly input: HTMLInputElement;
  private list?: HTMLElement;
  private options: Option[] = [];
  private at = -1;
  private touched = false;
  private stop?: AbortController;
  private timer = 0;

  /** Opens over a cell. `typed` starts with that text instead of the present value. */
  constructor(private readonly cell: HTMLElement, private readonly column: Column, private readonly line: Line, typed?: string) {
    const numeric = column.kind === "decimal" || column.kind === "integer";
    this.input = h("input", {
      class: "grid-input",
      type: "text",
      autocomplete: "off",
      spellcheck: column.kind === "text" ? null : "false",
      inputmode: numeric ? "decimal" : null,
      "aria-label": column.label,
    });
    this.input.value = typed ?? editText(column, line.values[column.name]);
    cell.replaceChildren(this.input);
    cell.classList.add("is-editing");
    this.input.focus();
    if (typed === undefined) this.input.select();
    if (column.kind === "link" || column.kind === "choice") this.openList(typed !== undefined);
  }

  /** The edited value; a link chosen in the list, else what was typed. */
  result(): Edited {
    const option = this.options[this.at];
    if (this.list && option && !option.disabled && (this.touched || this.input.value === "")) {
      const value: Value = this.column.kind === "link" ? { id: option.id, text: option.text } : String(option.id);
      if (this.touched) return { value, also: option.values };
    }
    if (this.column.kind === "link" && !this.touched) return { value: this.line.values[this.column.name] };
    return read(this.column, this.input.value);
  }

  close(): void {
    clearTimeout(this.timer);
    this.stop?.abort();
    this.list?.remove();
    this.list = undefined;
    this.cell.classList.remove("is-editing");
  }

  /** Arrow keys inside the list. True when the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (!this.list || !["ArrowDown", "ArrowUp", "PageDown", "PageUp"].includes(event.key)) return false;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]!;
    this.touched = true;
    this.point(Math.max(0, Math.min(this.options.length - 1, this.at + step)));
    return true;
  }

  private openList(searchNow: boolean): void {
    lists += 1;
    this.list = h("div", { class: "pop grid-list", role: "listbox", id: `grid-list-${lists}`, "aria-label": this.column.label });
    this.list.popover = "manual";
    (this.cell.closest("dialog") ?? document.body).append(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": this.list.id })) this.input.setAttribute(name, value);
    this.list.addEventListener("pointerdown", (event) => this.pick(event));
    this.input.addEventListener("input", () => {
      this.touched = true;
      // What was offered for other letters must not be taken by a quick Tab; the server reads what is typed.
      this.stop?.abort();
      this.options = [];
      this.at = -1;
      this.search(120);
    });
    if (searchNow) this.touched = true;
    this.search(0);
  }

  private search(wait: number): void {
    const text = this.touched ? this.input.value.trim() : "";
    if (this.column.kind === "choice") {
      const wanted = text.toLowerCase();
      const found = (this.column.choices ?? []).filter(([key, label]) => label.toLowerCase().includes(wanted) || key.toLowerCase().startsWith(wanted));
      return this.show(found.map(([id, label]) => ({ id, text: label })));
    }
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(text), wait);
  }

  private async ask(text: string): Promise<void> {
    if (!this.column.search) return;
    this.stop?.abort();
    this.stop = new AbortController();
    const url = withParameters(this.column.search, { q: text, column: this.column.name, line: JSON.stringify(plainLine(this.line)), ...surroundings() });
    try {
      const answer = await json<{ items: Option[] }>(url, { signal: this.stop.signal });
      this.show(answer.items);
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.show([], (error as Error).message);
    }
  }

  private show(options: Option[], message = t("Nothing found.")): void {
    if (!this.list) return;
    this.options = options;
    this.list.replaceChildren(
      ...options.map((option, index) =>
        h(
          "div",
          { class: "grid-option", role: "option", id: `${this.list!.id}-${index}`, "data-index": index, "aria-disabled": option.disabled ? "true" : null },
          option.code ? h("span", { class: "grid-option-code" }, option.code) : null,
          h("span", { class: "grid-option-text" }, option.text, option.note ? h("small", {}, option.note) : null),
          option.stock !== undefined ? h("span", { class: "grid-option-figure", title: t("Available") }, decimal(option.stock)) : null,
          option.price !== undefined ? h("span", { class: "grid-option-figure", title: t("Price") }, option.price) : null,
        ),
      ),
    );
    if (!options.length) this.list.append(h("div", { class: "grid-option-none" }, message));
    if (!this.list.matches(":popover-open")) this.list.showPopover();
    place(this.list, this.cell, 2);
    const present = this.column.kind === "choice" && !this.touched ? options.findIndex((option) => option.id === this.line.values[this.column.name]) : -1;
    this.point(options.length ? Math.max(0, present) : -1);
  }

  private point(index: number): void {
    this.at = index;
    this.list?.querySelectorAll(".grid-option").forEach((element, at) => {
      element.setAttribute("aria-selected", String(at === index));
      if (at === index) element.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) this.input.setAttribute("aria-activedescendant", `${this.list!.id}-${index}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private pick(event: Event): void {
    event.preventDefault();
    const option = (event.target as Element).closest<HTMLElement>(".grid-option");
    if (!option || option.getAttribute("aria-disabled")) return;
    this.touched = true;
    this.at = Number(option.dataset.index);
    this.input.dispatchEvent(new CustomEvent("grid:picked", { bubbles: true }));
  }
}

/** What the choice may depend on: the document, or the form around the lines as it stands. */
function surroundings(): Record<string, string> {
  const record = document.querySelector<HTMLElement>("[data-record]")?.dataset.record;
  if (record) return { document: record };
  const form = document.querySelector<HTMLFormElement>("#record-form");
  const values = form ? new FormData(form) : new FormData();
  return Object.fromEntries(["party", "site", "currency"].map((name) => [name, String(values.get(name) ?? "")]).filter(([, value]) => value));
}
