/** The grid itself: cells, the place of the cursor, the block selected, and what keys do. */
import { h, icon } from "../../core/dom";
import { Refused } from "../../core/http";
import { t } from "../../core/text";
import { watch } from "../../core/wide";
import { fromBlock, toBlock } from "./clipboard";
import { Editor } from "./editor";
import { editText, isBlank, isLink, newKey, plainLine, read, show, type Column, type GridProps, type Line, type Total, type Value } from "./model";
import { Saver, type Answer } from "./saver";
import { scanField } from "./scanning";

interface Place {
  row: number;
  col: number;
}

type Change = { key: string; name: string; before: Value };

export class Grid {
  private readonly columns: Column[];
  private lines: Line[];
  private at: Place = { row: 0, col: 0 };
  private anchor: Place | null = null;
  private entryCol = 0;
  private editor?: Editor;
  private active: HTMLElement | null = null;
  private chosen: HTMLElement[] = [];
  private history: Change[][] = [];
  private readonly body = h("tbody");
  private readonly totals = h("dl", { class: "grid-totals", "aria-live": "polite" });
  private readonly status = h("div", { class: "grid-status text-danger", role: "status" });
  private readonly hidden: HTMLInputElement;
  private readonly saver: Saver;
  private readonly table: HTMLTableElement;
  end: () => void = () => undefined;

  constructor(private readonly root: HTMLElement, private readonly props: GridProps) {
    this.columns = props.columns;
    this.lines = props.lines.map((line) => ({ ...line, key: line.key ?? (line.id ? `l${line.id}` : newKey()), values: { ...line.values } }));
    this.hidden = h("input", { type: "hidden", name: props.name });
    Object.assign(this.hidden, { draft: () => this.filled() });
    this.hidden.addEventListener("draft:restored", (event) => this.restore((event as CustomEvent<Line[] | undefined>).detail));
    this.saver = new Saver(props, () => this.lines, (answer, sent) => this.accept(answer, sent), (keys, reason) => this.refuse(keys, reason), (busy) => root.classList.toggle("is-saving", busy));
    this.table = h("table", { class: "lines", role: "grid", "aria-label": props.title ?? t("Lines"), "aria-multiselectable": "true", "aria-colcount": this.columns.length + 1 }, this.head(), this.body);
    this.keepBlankLine();
    root.replaceChildren(this.bar(), h("div", { class: "lines-scroll" }, this.table), h("div", { class: "grid-foot" }, this.status, this.totals), this.hidden);
    watch(root);
    this.renderAll();
    this.showTotals(props.totals ?? []);
    this.listen();
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
    const button = (name: string, label: string, act: () => void) => h("button", { type: "button", class: "icon-button", "aria-label": label, "data-tip": label, tabindex: -1, click: act }, icon(name));
    return h(
      "div",
      { class: "grid-bar" },
      title,
      scanning?.element,
      h(
        "span",
        { class: "grid-tools" },
        button("plus", t("Add a line"), () => this.insert(this.lines.length)),
        button("arrow-up", t("Move up (Alt ↑)"), () => this.moveLine(-1)),
        button("arrow-down", t("Move down (Alt ↓)"), () => this.moveLine(1)),
        button("copy", t("Copy the line below (Ctrl Shift D)"), () => this.duplicate()),
        button("trash", t("Remove the line (Ctrl Delete)"), () => this.removeLines()),
      ),
    );
  }

  private head(): HTMLElement {
    const cells = this.columns.map((column) => {
      const cell = h("th", { scope: "col", role: "columnheader", class: `line-${column.kind}`, title: column.help }, column.label, column.required ? h("span", { class: "required", "aria-hidden": "true" }, " *") : null, column.unit ? h("span", { class: "unit" }, ` ${column.unit}`) : null);
      if (column.width) cell.style.width = cell.style.minWidth = `${column.width}px`;
      return cell;
    });
    return h("thead", {}, h("tr", { role: "row" }, h("th", { scope: "col", role: "columnheader", class: "line-number" }, h("span", { class: "visually-hidden" }, t("Line")), "#"), ...cells));
  }

  private say(text: string, bad = false): void {
    this.status.textContent = text;
    this.status.classList.toggle("text-danger", bad);
  }

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

  private renderAll(): void {
    this.body.replaceChildren(...this.lines.map((line, row) => this.renderRow(line, row)));
    this.markSelection();
  }

  private renderRow(line: Line, row: number): HTMLTableRowElement {
    const number = h("th", { class: "line-number", role: "rowheader", scope: "row" }, line.href ? h("a", { href: line.href, tabindex: -1 }, String(row + 1)) : String(row + 1));
    const cells = this.columns.map((column, col) => {
      const cell = h("td", { role: "gridcell", tabindex: -1, "data-col": col });
      this.fillCell(cell, line, column);
      return cell;
    });
    const element = h("tr", { role: "row", "aria-rowindex": row + 2, "data-key": line.key }, number, ...cells);
    element.classList.toggle("is-blank", isBlank(line));
    return element;
  }

  private fillCell(cell: HTMLElement, line: Line, column: Column): void {
    const value = line.values[column.name];
    const error = line.errors?.[column.name];
    const locked = !this.props.editable || column.readonly || line.readonly;
    cell.className = `line-${column.kind}${locked ? " is-fixed" : ""}${error ? " has-error" : ""}`;
    cell.textContent = show(column, value);
    if (locked) cell.setAttribute("aria-readonly", "true");
    if (error) cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    cell.title = error ?? "";
    if (isLink(value) && value.id === null && !error) cell.classList.add("is-open");
  }

  private cellAt(place: Place): HTMLElement | null {
    return (this.body.rows[place.row]?.cells[place.col + 1] as HTMLElement) ?? null;
  }

  private refresh(row: number): void {
    const line = this.lines[row];
    const element = this.body.rows[row];
    if (!line || !element) return;
    element.classList.toggle("is-blank", isBlank(line));
    this.columns.forEach((column, col) => {
      const cell = element.cells[col + 1] as HTMLElement;
      if (!cell.classList.contains("is-editing")) this.fillCell(cell, line, column);
    });
  }

  private showTotals(totals: Total[]): void {
    this.totals.replaceChildren(...totals.flatMap((total) => [h("dt", { class: total.strong ? "is-strong" : null }, total.label), h("dd", { class: total.strong ? "is-strong" : null }, total.text)]));
  }

  private markSelection(): void {
    const { top, bottom, left, right } = this.range();
    const many = top !== bottom || left !== right;
    for (const old of this.chosen) old.classList.remove("is-chosen");
    this.chosen = [];
    if (many) for (let row = top; row <= bottom; row += 1) for (let col = left; col <= right; col += 1) this.choose({ row, col });
    const active = this.cellAt(this.at);
    this.active?.classList.remove("is-active");
    this.active?.setAttribute("tabindex", "-1");
    active?.setAttribute("tabindex", "0");
    active?.classList.add("is-active");
    this.active = active;
  }

  private choose(place: Place): void {
    const cell = this.cellAt(place);
    if (!cell) return;
    cell.classList.add("is-chosen");
    this.chosen.push(cell);
  }

  // Where the cursor is

  private range(): { top: number; bottom: number; left: number; right: number } {
    const from = this.anchor ?? this.at;
    return { top: Math.min(from.row, this.at.row), bottom: Math.max(from.row, this.at.row), left: Math.min(from.col, this.at.col), right: Math.max(from.col, this.at.col) };
  }

  private go(row: number, col: number, extend = false): void {
    if (extend) this.anchor ??= { ...this.at };
    else this.anchor = null;
    this.at = { row: Math.max(0, Math.min(this.lines.length - 1, row)), col: Math.max(0, Math.min(this.columns.length - 1, col)) };
    this.markSelection();
    const cell = this.cellAt(this.at);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const line = this.lines[this.at.row];
    const column = this.columns[this.at.col];
    const said = line?.errors?.[column.name] ?? "";
    if (this.status.textContent !== said) this.say(said, true);
  }

  private canEdit(place: Place): boolean {
    const column = this.columns[place.col];
    return !!this.props.editable && !column.readonly && !this.lines[place.row]?.readonly;
  }

  private nextEditable(from: Place, step: 1 | -1): Place | null {
    let { row, col } = from;
    for (;;) {
      col += step;
      if (col >= this.columns.length || col < 0) {
        row += step;
        col = step === 1 ? 0 : this.columns.length - 1;
      }
      if (row < 0 || row >= this.lines.length) return null;
      if (!this.props.editable || this.canEdit({ row, col })) return { row, col };
    }
  }

  // What changes

  private set(place: Place, value: Value, error: string | undefined, undo: Change[]): void {
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

  private finish(rows: Iterable<number>, undo: Change[]): void {
    if (undo.length) this.history.push(undo);
    if (this.history.length > 100) this.history.shift();
    this.keepBlankLine();
    while (this.body.rows.length < this.lines.length) this.body.append(this.renderRow(this.lines[this.body.rows.length], this.body.rows.length));
    for (const row of rows) this.refresh(row);
    this.markSelection();
    this.store();
  }

  private keepBlankLine(): void {
    if (!this.props.editable) return;
    const last = this.lines[this.lines.length - 1];
    if (!last || !isBlank(last)) this.lines.push({ key: newKey(), values: {} });
  }

  private filled(): Line[] {
    return this.lines.filter((line) => !isBlank(line));
  }

  private store(): void {
    const filled = this.filled();
    this.hidden.value = JSON.stringify(filled.map(plainLine));
    const count = this.root.querySelector(".grid-bar .tab-count");
    if (count) count.textContent = String(filled.length);
    this.hidden.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private edit(typed?: string): void {
    const cell = this.cellAt(this.at);
    if (!cell || this.editor || !this.canEdit(this.at)) return;
    const column = this.columns[this.at.col];
    if (column.kind === "boolean") return this.toggle();
    this.anchor = null;
    this.editor = new Editor(cell, column, this.lines[this.at.row], typed);
  }

  private toggle(): void {
    const undo: Change[] = [];
    this.set(this.at, !this.lines[this.at.row].values[this.columns[this.at.col].name], undefined, undo);
    this.finish([this.at.row], undo);
  }

  private commit(): void {
    const editor = this.editor;
    if (!editor) return;
    this.editor = undefined;
    const { value, error, also } = editor.result();
    editor.close();
    const undo: Change[] = [];
    this.set(this.at, value, error, undo);
    for (const [name, other] of Object.entries(also ?? {})) {
      const col = this.columns.findIndex((column) => column.name === name);
      if (col >= 0 && !this.columns[col].readonly) this.set({ row: this.at.row, col }, other, undefined, undo);
      else this.lines[this.at.row].values[name] = other;
    }
    this.finish([this.at.row], undo);
  }

  private cancel(): void {
    this.editor?.close();
    this.editor = undefined;
    this.refresh(this.at.row);
    this.go(this.at.row, this.at.col);
  }

  private clear(): void {
    const undo: Change[] = [];
    const { top, bottom, left, right } = this.range();
    for (let row = top; row <= bottom; row += 1) for (let col = left; col <= right; col += 1) this.set({ row, col }, this.columns[col].kind === "boolean" ? false : null, undefined, undo);
    this.finish(span(top, bottom), undo);
  }

  private fillDown(): void {
    const undo: Change[] = [];
    const { top, bottom, left, right } = this.range();
    const from = top === bottom ? top - 1 : top;
    if (from < 0) return;
    for (let row = from + 1; row <= bottom; row += 1) for (let col = left; col <= right; col += 1) this.set({ row, col }, this.lines[from].values[this.columns[col].name], undefined, undo);
    this.finish(span(from, bottom), undo);
  }

  private insert(row: number): void {
    if (!this.props.editable) return;
    const last = this.lines[this.lines.length - 1];
    if (row >= this.lines.length && last && isBlank(last)) return this.go(this.lines.length - 1, 0);
    this.lines.splice(row, 0, { key: newKey(), values: {} });
    this.renderAll();
    this.go(row, 0);
  }

  private duplicate(): void {
    const line = this.lines[this.at.row];
    if (!this.props.editable || !line || isBlank(line)) return;
    const copy: Line = { key: newKey(), values: { ...line.values } };
    this.lines.splice(this.at.row + 1, 0, copy);
    this.saver.change(copy.key);
    this.renderAll();
    this.go(this.at.row + 1, this.at.col);
    this.store();
  }

  private removeLines(): void {
    if (!this.props.editable) return;
    const { top, bottom } = this.range();
    const gone = this.lines.slice(top, bottom + 1).filter((line) => !line.readonly);
    this.lines = this.lines.filter((line) => !gone.includes(line));
    for (const line of gone) if (!isBlank(line)) this.saver.remove(line);
    this.keepBlankLine();
    this.renderAll();
    this.go(Math.min(top, this.lines.length - 1), this.at.col);
    this.store();
  }

  private moveLine(step: 1 | -1): void {
    const to = this.at.row + step;
    const line = this.lines[this.at.row];
    const other = this.lines[to];
    if (!this.props.editable || !other || isBlank(line) || isBlank(other)) return;
    this.lines[to] = line;
    this.lines[this.at.row] = other;
    this.saver.move();
    this.renderAll();
    this.go(to, this.at.col);
    this.store();
  }

  private undo(): void {
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
    this.renderAll();
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
    if (answer.totals) this.showTotals(answer.totals);
    this.markSelection();
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

  // What the person does

  private listen(): void {
    this.table.addEventListener("keydown", (event) => this.onKey(event));
    this.table.addEventListener("pointerdown", (event) => this.onPointer(event));
    this.table.addEventListener("dblclick", () => this.edit());
    this.table.addEventListener("copy", (event) => this.onCopy(event, false));
    this.table.addEventListener("cut", (event) => this.onCopy(event, true));
    this.table.addEventListener("paste", (event) => this.onPaste(event));
    this.table.addEventListener("focusout", (event) => {
      if (this.editor && !this.table.contains(event.relatedTarget as Node)) this.commit();
    });
    this.table.addEventListener("grid:picked", () => {
      this.commit();
      const next = this.nextEditable(this.at, 1);
      if (next) this.go(next.row, next.col);
    });
    const header = this.props.header && !this.props.saved ? document.querySelector(this.props.header) : null;
    header?.addEventListener("change", (event) => {
      // Prices and dates depend on the head of the document: all lines are computed again.
      if (!this.root.contains(event.target as Node)) for (const line of this.filled()) this.saver.change(line.key);
    });
  }

  private onPointer(event: PointerEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>("td[data-col]");
    const number = (event.target as Element).closest<HTMLElement>("th.line-number");
    const row = ((cell ?? number)?.parentElement as HTMLTableRowElement | null)?.sectionRowIndex;
    if (row === undefined || (event.target as Element).closest("a, input")) return;
    if (this.editor) this.commit();
    event.preventDefault();
    if (number) {
      this.go(row, 0);
      this.anchor = { row, col: this.columns.length - 1 };
      return this.markSelection();
    }
    const col = Number(cell!.dataset.col);
    const again = row === this.at.row && col === this.at.col && event.pointerType === "touch";
    this.entryCol = col;
    this.go(row, col, event.shiftKey);
    if (again) this.edit();
    const drag = (move: PointerEvent) => {
      const over = document.elementFromPoint(move.clientX, move.clientY)?.closest<HTMLElement>("td[data-col]");
      if (over && this.table.contains(over) && (over !== this.cellAt(this.at) || this.anchor)) this.go((over.parentElement as HTMLTableRowElement).sectionRowIndex, Number(over.dataset.col), true);
    };
    if (event.pointerType !== "mouse") return;
    document.addEventListener("pointermove", drag);
    document.addEventListener("pointerup", () => document.removeEventListener("pointermove", drag), { once: true });
  }

  private onKey(event: KeyboardEvent): void {
    const handled = this.editor ? this.editingKey(event) : this.movingKey(event);
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private editingKey(event: KeyboardEvent): boolean {
    if (event.isComposing || this.editor!.key(event)) return !event.isComposing;
    if (event.key === "Escape") return this.cancel(), true;
    if (event.key === "Enter") return this.commit(), this.nextLine(), true;
    if (event.key === "Tab") {
      const next = this.nextEditable(this.at, event.shiftKey ? -1 : 1);
      this.commit();
      const to = next ?? this.nextEditable(this.at, event.shiftKey ? -1 : 1);
      if (to) this.go(to.row, to.col);
      else this.go(this.at.row, this.at.col);
      return !!to;
    }
    event.stopPropagation();
    return false;
  }

  private nextLine(): void {
    if (this.at.row < this.lines.length - 1) this.go(this.at.row + 1, this.entryCol);
    else this.go(this.at.row, this.at.col);
  }

  private movingKey(event: KeyboardEvent): boolean {
    const { row, col } = this.at;
    const control = event.ctrlKey || event.metaKey;
    const { shiftKey: extend, key } = event;
    if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) return this.moveLine(key === "ArrowUp" ? -1 : 1), true;
    if (control && key.toLowerCase() === "d") return extend ? this.duplicate() : this.fillDown(), true;
    if (control && key.toLowerCase() === "z") return this.undo(), true;
    if (control && key === "Delete") return this.removeLines(), true;
    if (control && key === "Insert") return this.insert(row), true;
    if (control && key.toLowerCase() === "a") {
      this.go(this.lines.length - 1, this.columns.length - 1);
      this.anchor = { row: 0, col: 0 };
      return this.markSelection(), true;
    }
    const far = control ? this.lines.length : 1;
    switch (key) {
      case "ArrowUp": return this.go(row - far, col, extend), true;
      case "ArrowDown": return this.go(row + far, col, extend), true;
      case "ArrowLeft": return this.go(row, control ? 0 : col - 1, extend), true;
      case "ArrowRight": return this.go(row, control ? this.columns.length : col + 1, extend), true;
      case "Home": return this.go(control ? 0 : row, 0, extend), true;
      case "End": return this.go(control ? this.lines.length : row, this.columns.length, extend), true;
      case "PageUp": return this.go(row - 15, col, extend), true;
      case "PageDown": return this.go(row + 15, col, extend), true;
      case "F2": return (this.entryCol = col), this.edit(), true;
      case "Delete":
      case "Backspace": return this.clear(), true;
      case "Enter": return this.nextLine(), true;
      case "Escape": return this.leave(), true;
      case "Tab": return this.tab(extend);
      case " ": return this.columns[col].kind === "boolean" ? (this.canEdit(this.at) && this.toggle(), true) : (this.edit(""), true);
    }
    if (key.length === 1 && !control && !event.altKey) return this.edit(key), this.editor !== undefined;
    return false;
  }

  /** Tab walks the cells; at the blank last line, or before the first cell, it leaves the grid. */
  private tab(back: boolean): boolean {
    if (!this.props.editable) return false;
    const next = this.nextEditable(this.at, back ? -1 : 1);
    const leaving = !next || (!back && this.at.row === this.lines.length - 1 && isBlank(this.lines[this.at.row]));
    if (leaving) return false;
    if (this.at.col === 0 || next.row !== this.at.row) this.entryCol = next.row !== this.at.row ? next.col : this.at.col;
    return this.go(next.row, next.col), true;
  }

  private leave(): void {
    if (this.anchor) return this.go(this.at.row, this.at.col);
    const all = [...document.querySelectorAll<HTMLElement>("a[href], button:not([disabled]), input:not([type=hidden]), select, textarea")].filter((one) => one.tabIndex >= 0 && one.offsetParent);
    all.find((one) => this.root.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !this.root.contains(one))?.focus();
  }

  private onCopy(event: ClipboardEvent, cut: boolean): void {
    if (this.editor) return;
    const { top, bottom, left, right } = this.range();
    const rows = span(top, bottom).map((row) => span(left, right).map((col) => editText(this.columns[col], this.lines[row].values[this.columns[col].name])));
    event.clipboardData?.setData("text/plain", toBlock(rows));
    event.preventDefault();
    if (cut) this.clear();
  }

  private onPaste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!this.props.editable || (this.editor && !/[\t\n]/.test(text.trim()))) return;
    event.preventDefault();
    this.editor?.close();
    this.editor = undefined;
    const block = fromBlock(text);
    const { top, bottom, left, right } = this.range();
    // One copied cell fills the whole selection, as in a spreadsheet.
    const one = block.length === 1 && block[0].length === 1;
    const rows = one ? span(top, bottom) : span(top, top + block.length - 1);
    const undo: Change[] = [];
    for (const row of rows) {
      while (row >= this.lines.length) this.lines.push({ key: newKey(), values: {} });
      const cells = one ? span(left, right).map(() => block[0][0]) : block[row - top];
      cells.forEach((cell, index) => {
        const column = this.columns[left + index];
        if (!column) return;
        const { value, error } = read(column, cell);
        this.set({ row, col: left + index }, value, error, undo);
      });
    }
    this.finish(rows, undo);
    this.at = { row: top, col: left };
    this.anchor = { row: rows[rows.length - 1], col: Math.min(this.columns.length - 1, left + (one ? right - left : Math.max(...block.map((cells) => cells.length)) - 1)) };
    this.markSelection();
    this.cellAt(this.at)?.focus();
  }
}

function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

const comparable = (line: Line): string => comparableText(JSON.stringify(plainLine(line)));

/** Without the id, which the first answer gives to a new line. */
function comparableText(text: string): string {
  const { id: _id, ...values } = JSON.parse(text);
  return JSON.stringify(values);
}
