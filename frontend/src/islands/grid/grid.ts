/** The grid itself: its lines, what changes them, and what the server says about them. */
import { h } from "../../core/dom";
import { Refused } from "../../core/http";
import { t } from "../../core/text";
import { watch } from "../../core/wide";
import { Cursor, span, type Place } from "./cursor";
import { drawRow, head, redrawRow, tool, totalRows } from "./drawing";
import { Editor } from "./editor";
import { Hands } from "./hands";
import { isBlank, newKey, plainLine, type Column, type GridProps, type Line, type Value } from "./model";
import { Saver, type Answer } from "./saver";
import { scanField } from "./scanning";

/** A cell as it was before a change. */
export type Change = { key: string; name: string; before: Value };

export class Grid {
  readonly columns: Column[];
  lines: Line[];
  editor?: Editor;
  readonly cursor: Cursor;
  readonly table: HTMLTableElement;
  readonly saver: Saver;
  private history: Change[][] = [];
  private readonly body = h("tbody");
  private readonly totals = h("dl", { class: "grid-totals", "aria-live": "polite" });
  private readonly status = h("div", { class: "grid-status text-danger", role: "status" });
  private readonly hidden: HTMLInputElement;
  end: () => void = () => undefined;

  constructor(readonly root: HTMLElement, readonly props: GridProps) {
    this.columns = props.columns;
    this.lines = props.lines.map((line) => ({ ...line, key: line.key ?? (line.id ? `l${line.id}` : newKey()), values: { ...line.values } }));
    this.cursor = new Cursor(this.body, this.columns.length, () => this.lines.length);
    this.hidden = h("input", { type: "hidden", name: props.name });
    Object.assign(this.hidden, { draft: () => this.filled() });
    this.hidden.addEventListener("draft:restored", (event) => this.restore((event as CustomEvent<Line[] | undefined>).detail));
    this.saver = new Saver(props, () => this.lines, (answer, sent) => this.accept(answer, sent), (keys, reason) => this.refuse(keys, reason), (busy) => root.classList.toggle("is-saving", busy));
    this.table = h("table", { class: "lines", role: "grid", "aria-label": props.title ?? t("Lines"), "aria-multiselectable": "true", "aria-colcount": this.columns.length + 1 }, head(this.columns, !!props.editable), this.body);
    this.keepBlankLine();
    root.replaceChildren(this.bar(), h("div", { class: "lines-scroll" }, this.table), h("div", { class: "grid-foot" }, this.status, this.totals), this.hidden);
    watch(root);
    this.drawAll();
    this.totals.replaceChildren(...totalRows(props.totals ?? []));
    new Hands(this).listen();
    this.store();
  }

  get isPending(): boolean {
    return this.saver.isPending;
  }

  // What is drawn

  private bar(): HTMLElement {
    const title = h("h2", { class: "card-title" }, this.props.title ?? t("Lines"), h("span", { class: "tab-count" }, String(this.filled().length)));
    if (!this.props.editable) return h("div", { class: "grid-bar" }, title);
    const scanning = this.props.scan ? scanField(this.props.scan, { all: () => this.lines, fill: (row, values) => this.fillFromScan(row, values), say: (text, bad) => this.say(text, bad) }) : null;
    if (scanning) this.end = scanning.end;
    const tools = h(
      "span",
      { class: "grid-tools" },
      tool("plus", t("Add a line"), () => this.insert(this.lines.length)),
      tool("arrow-up", t("Move up (Alt ↑)"), () => this.moveLine(-1)),
      tool("arrow-down", t("Move down (Alt ↓)"), () => this.moveLine(1)),
      tool("copy", t("Copy the line below (Ctrl Shift D)"), () => this.duplicate()),
      tool("trash", t("Remove the line (Ctrl Delete)"), () => this.removeLines()),
    );
    return h("div", { class: "grid-bar" }, title, scanning?.element, tools);
  }

  private say(text: string, bad = false): void {
    this.status.textContent = text;
    this.status.classList.toggle("text-danger", bad);
  }

  private drawAll(): void {
    this.body.replaceChildren(...this.lines.map((line, row) => drawRow(this.props, line, row)));
    this.cursor.mark();
  }

  private refresh(row: number): void {
    const line = this.lines[row];
    const element = this.body.rows[row];
    if (line && element) redrawRow(element, this.props, line);
  }

  // Where the cursor is

  /** Goes to a cell and says what is wrong with it, if anything is. */
  go(row: number, col: number, extend = false): void {
    this.cursor.go(row, col, extend);
    const said = this.lines[this.cursor.at.row]?.errors?.[this.columns[this.cursor.at.col].name] ?? "";
    if (this.status.textContent !== said) this.say(said, true);
  }

  canEdit(place: Place): boolean {
    const column = this.columns[place.col];
    return !!this.props.editable && !column.readonly && !this.lines[place.row]?.readonly;
  }

  /** The next cell to type in; in a grid that is only read, the next cell. */
  next(step: 1 | -1): Place | null {
    return this.cursor.next(step, (place) => !this.props.editable || this.canEdit(place));
  }

  // What changes

  /** Puts what was scanned into a line, a new one when `row` is -1, and the cursor on its quantity. */
  private fillFromScan(row: number, values: Record<string, Value>): void {
    const undo: Change[] = [];
    const at = row < 0 ? this.lines.findIndex(isBlank) : row;
    for (const [name, value] of Object.entries(values)) this.set({ row: at, col: this.columns.findIndex((column) => column.name === name) }, value, undefined, undo);
    this.finish([at], undo);
    const col = this.columns.findIndex((column) => column.name === this.props.scan!.quantity);
    const field = document.activeElement;
    this.go(at, col);
    if (this.props.scan!.counts) (field as HTMLElement | null)?.focus();
  }

  set(place: Place, value: Value, error: string | undefined, undo: Change[]): void {
    const line = this.lines[place.row];
    const column = this.columns[place.col];
    if (!this.canEdit(place)) return;
    const before = line.values[column.name];
    if (!error && JSON.stringify(before ?? null) === JSON.stringify(value ?? null)) return;
    undo.push({ key: line.key, name: column.name, before });
    line.values[column.name] = value;
    line.errors = { ...line.errors };
    delete line.errors[column.name];
    if (error) line.errors[column.name] = error;
    // A line that cannot be read is not sent: the person corrects it first.
    if (!Object.values(line.errors).some((text) => text === error && error)) this.saver.change(line.key);
  }

  finish(rows: Iterable<number>, undo: Change[]): void {
    if (undo.length) this.history.push(undo);
    if (this.history.length > 100) this.history.shift();
    this.keepBlankLine();
    while (this.body.rows.length < this.lines.length) this.body.append(drawRow(this.props, this.lines[this.body.rows.length], this.body.rows.length));
    for (const row of rows) this.refresh(row);
    this.cursor.mark();
    this.store();
  }

  private keepBlankLine(): void {
    if (!this.props.editable) return;
    const last = this.lines[this.lines.length - 1];
    if (!last || !isBlank(last)) this.lines.push({ key: newKey(), values: {} });
  }

  filled(): Line[] {
    return this.lines.filter((line) => !isBlank(line));
  }

  private store(): void {
    const filled = this.filled();
    this.hidden.value = JSON.stringify(filled.map(plainLine));
    const count = this.root.querySelector(".grid-bar .tab-count");
    if (count) count.textContent = String(filled.length);
    this.hidden.dispatchEvent(new Event("input", { bubbles: true }));
  }

  edit(typed?: string): void {
    const cell = this.cursor.cellAt(this.cursor.at);
    if (!cell || this.editor || !this.canEdit(this.cursor.at)) return;
    const column = this.columns[this.cursor.at.col];
    if (column.kind === "boolean") return this.toggle();
    this.cursor.anchor = null;
    this.editor = new Editor(cell, column, this.lines[this.cursor.at.row], typed);
  }

  toggle(): void {
    const undo: Change[] = [];
    this.set(this.cursor.at, !this.lines[this.cursor.at.row].values[this.columns[this.cursor.at.col].name], undefined, undo);
    this.finish([this.cursor.at.row], undo);
  }

  commit(): void {
    const editor = this.editor;
    if (!editor) return;
    this.editor = undefined;
    const { value, error, also } = editor.result();
    editor.close();
    const undo: Change[] = [];
    this.set(this.cursor.at, value, error, undo);
    for (const [name, other] of Object.entries(also ?? {})) {
      const col = this.columns.findIndex((column) => column.name === name);
      if (col >= 0 && !this.columns[col].readonly) this.set({ row: this.cursor.at.row, col }, other, undefined, undo);
      else this.lines[this.cursor.at.row].values[name] = other;
    }
    this.finish([this.cursor.at.row], undo);
  }

  cancel(): void {
    this.editor?.close();
    this.editor = undefined;
    this.refresh(this.cursor.at.row);
    this.go(this.cursor.at.row, this.cursor.at.col);
  }

  clear(): void {
    const undo: Change[] = [];
    const { top, bottom, left, right } = this.cursor.block();
    for (let row = top; row <= bottom; row += 1) for (let col = left; col <= right; col += 1) this.set({ row, col }, this.columns[col].kind === "boolean" ? false : null, undefined, undo);
    this.finish(span(top, bottom), undo);
  }

  fillDown(): void {
    const undo: Change[] = [];
    const { top, bottom, left, right } = this.cursor.block();
    const from = top === bottom ? top - 1 : top;
    if (from < 0) return;
    for (let row = from + 1; row <= bottom; row += 1) for (let col = left; col <= right; col += 1) this.set({ row, col }, this.lines[from].values[this.columns[col].name], undefined, undo);
    this.finish(span(from, bottom), undo);
  }

  insert(row: number): void {
    if (!this.props.editable) return;
    const last = this.lines[this.lines.length - 1];
    if (row >= this.lines.length && last && isBlank(last)) return this.go(this.lines.length - 1, 0);
    this.lines.splice(row, 0, { key: newKey(), values: {} });
    this.drawAll();
    this.go(row, 0);
  }

  duplicate(): void {
    const line = this.lines[this.cursor.at.row];
    if (!this.props.editable || !line || isBlank(line)) return;
    const copy: Line = { key: newKey(), values: { ...line.values } };
    this.lines.splice(this.cursor.at.row + 1, 0, copy);
    this.saver.change(copy.key);
    this.drawAll();
    this.go(this.cursor.at.row + 1, this.cursor.at.col);
    this.store();
  }

  removeLines(): void {
    if (!this.props.editable) return;
    const { top, bottom } = this.cursor.block();
    const gone = this.lines.slice(top, bottom + 1).filter((line) => !line.readonly);
    this.lines = this.lines.filter((line) => !gone.includes(line));
    for (const line of gone) if (!isBlank(line)) this.saver.remove(line);
    this.keepBlankLine();
    this.drawAll();
    this.go(Math.min(top, this.lines.length - 1), this.cursor.at.col);
    this.store();
  }

  moveLine(step: 1 | -1): void {
    const to = this.cursor.at.row + step;
    const line = this.lines[this.cursor.at.row];
    const other = this.lines[to];
    if (!this.props.editable || !other || isBlank(line) || isBlank(other)) return;
    this.lines[to] = line;
    this.lines[this.cursor.at.row] = other;
    this.saver.move();
    this.drawAll();
    this.go(to, this.cursor.at.col);
    this.store();
  }

  undo(): void {
    const changes = this.history.pop();
    if (!changes) return;
    const rows = new Set<number>();
    for (const change of changes.reverse()) {
      const row = this.lines.findIndex((line) => line.key === change.key);
      if (row < 0) continue;
      this.lines[row].values[change.name] = change.before;
      delete this.lines[row].errors?.[change.name];
      this.saver.change(change.key);
      rows.add(row);
    }
    this.finish(rows, []);
  }

  private restore(lines: Line[] | undefined): void {
    if (!lines) return;
    this.lines = lines.map((line) => ({ ...line, key: newKey() }));
    this.keepBlankLine();
    this.drawAll();
    for (const line of this.filled()) this.saver.change(line.key);
    this.store();
  }

  // What the server says

  private accept(answer: Answer, sent: Map<string, string>): void {
    for (const said of answer.lines ?? []) {
      const row = this.lines.findIndex((line) => line.key === said.key || (said.id != null && String(line.id) === String(said.id)));
      const line = this.lines[row];
      if (!line) continue;
      if (said.id != null) line.id = said.id;
      // When the person typed on meanwhile, the newer text stays and is sent next.
      const untouched = sent.get(line.key) === undefined || comparable(line) === comparableText(sent.get(line.key)!);
      for (const [name, value] of Object.entries(said.values ?? {})) {
        const column = this.columns.find((one) => one.name === name);
        if (untouched || column?.readonly) line.values[name] = value;
      }
      if (said.errors) line.errors = said.errors;
      else if (untouched) line.errors = {};
      this.refresh(row);
    }
    if (!this.props.saved && answer.lines) this.forgetErrors(new Set(answer.lines.map((said) => said.key)));
    if (answer.totals) this.totals.replaceChildren(...totalRows(answer.totals));
    this.cursor.mark();
    this.store();
  }

  /** An unsaved form is checked as a whole: lines the answer does not name are in order. */
  private forgetErrors(named: Set<string>): void {
    for (const [row, line] of this.lines.entries()) {
      if (named.has(line.key) || !Object.keys(line.errors ?? {}).length) continue;
      line.errors = {};
      this.refresh(row);
    }
  }

  private refuse(keys: string[], reason: Refused): void {
    const body = reason.body as { errors?: Record<string, Record<string, string>> } | null;
    for (const [row, line] of this.lines.entries()) {
      if (!keys.includes(line.key)) continue;
      const errors = body?.errors?.[line.key];
      if (errors) line.errors = errors;
      this.refresh(row);
    }
  }
}

const comparable = (line: Line): string => comparableText(JSON.stringify(plainLine(line)));

/** Without the id, which the first answer gives to a new line. */
function comparableText(text: string): string {
  const { id: _id, ...values } = JSON.parse(text);
  return JSON.stringify(values);
}
