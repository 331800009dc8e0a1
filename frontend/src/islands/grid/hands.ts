/** What the person does with the grid: keys, the pointer, copying and pasting. */
import { fromBlock, toBlock } from "./clipboard";
import { span } from "./cursor";
import type { Change, Grid } from "./grid";
import { editText, isBlank, newKey, read } from "./model";

export class Hands {
  constructor(private readonly grid: Grid) {}

  listen(): void {
    const { grid } = this;
    grid.table.addEventListener("keydown", (event) => this.onKey(event));
    grid.table.addEventListener("pointerdown", (event) => this.onPointer(event));
    grid.table.addEventListener("dblclick", () => grid.edit());
    grid.table.addEventListener("copy", (event) => this.onCopy(event, false));
    grid.table.addEventListener("cut", (event) => this.onCopy(event, true));
    grid.table.addEventListener("paste", (event) => this.onPaste(event));
    grid.table.addEventListener("focusout", (event) => {
      if (grid.editor && !grid.table.contains(event.relatedTarget as Node)) grid.commit();
    });
    grid.table.addEventListener("grid:picked", () => {
      grid.commit();
      const next = grid.next(1);
      if (next) grid.go(next.row, next.col);
    });
    const header = grid.props.header && !grid.props.saved ? document.querySelector(grid.props.header) : null;
    header?.addEventListener("change", (event) => {
      // Prices and dates depend on the head of the document: all lines are computed again.
      if (!grid.root.contains(event.target as Node)) for (const line of grid.filled()) grid.saver.change(line.key);
    });
  }

  private onPointer(event: PointerEvent): void {
    const { grid } = this;
    const cell = (event.target as Element).closest<HTMLElement>("td[data-col]");
    const number = (event.target as Element).closest<HTMLElement>("th.line-number");
    const row = ((cell ?? number)?.parentElement as HTMLTableRowElement | null)?.sectionRowIndex;
    if (row === undefined || (event.target as Element).closest("a, input")) return;
    if (grid.editor) grid.commit();
    event.preventDefault();
    if (number) {
      grid.go(row, 0);
      grid.cursor.anchor = { row, col: grid.columns.length - 1 };
      return grid.cursor.mark();
    }
    const col = Number(cell!.dataset.col);
    const again = row === grid.cursor.at.row && col === grid.cursor.at.col && event.pointerType === "touch";
    grid.cursor.entryCol = col;
    grid.go(row, col, event.shiftKey);
    if (again) grid.edit();
    const drag = (move: PointerEvent) => {
      const over = document.elementFromPoint(move.clientX, move.clientY)?.closest<HTMLElement>("td[data-col]");
      if (over && grid.table.contains(over) && (over !== grid.cursor.cellAt(grid.cursor.at) || grid.cursor.anchor)) grid.go((over.parentElement as HTMLTableRowElement).sectionRowIndex, Number(over.dataset.col), true);
    };
    if (event.pointerType !== "mouse") return;
    document.addEventListener("pointermove", drag);
    document.addEventListener("pointerup", () => document.removeEventListener("pointermove", drag), { once: true });
  }

  private onKey(event: KeyboardEvent): void {
    const handled = this.grid.editor ? this.editingKey(event) : this.movingKey(event);
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private editingKey(event: KeyboardEvent): boolean {
    const { grid } = this;
    if (event.isComposing || grid.editor!.key(event)) return !event.isComposing;
    if (event.key === "Escape") return grid.cancel(), true;
    if (event.key === "Enter") return grid.commit(), this.nextLine(), true;
    if (event.key === "Tab") {
      const next = grid.next(event.shiftKey ? -1 : 1);
      grid.commit();
      const to = next ?? grid.next(event.shiftKey ? -1 : 1);
      if (to) grid.go(to.row, to.col);
      else grid.go(grid.cursor.at.row, grid.cursor.at.col);
      return !!to;
    }
    event.stopPropagation();
    return false;
  }

  private nextLine(): void {
    const { grid } = this;
    if (grid.cursor.at.row < grid.lines.length - 1) grid.go(grid.cursor.at.row + 1, grid.cursor.entryCol);
    else grid.go(grid.cursor.at.row, grid.cursor.at.col);
  }

  private movingKey(event: KeyboardEvent): boolean {
    const { grid } = this;
    const { row, col } = grid.cursor.at;
    const control = event.ctrlKey || event.metaKey;
    const { shiftKey: extend, key } = event;
    if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) return grid.moveLine(key === "ArrowUp" ? -1 : 1), true;
    if (control && key.toLowerCase() === "d") return extend ? grid.duplicate() : grid.fillDown(), true;
    if (control && key.toLowerCase() === "z") return grid.undo(), true;
    if (control && key === "Delete") return grid.removeLines(), true;
    if (control && key === "Insert") return grid.insert(row), true;
    if (control && key.toLowerCase() === "a") {
      grid.go(grid.lines.length - 1, grid.columns.length - 1);
      grid.cursor.anchor = { row: 0, col: 0 };
      return grid.cursor.mark(), true;
    }
    const far = control ? grid.lines.length : 1;
    switch (key) {
      case "ArrowUp": return grid.go(row - far, col, extend), true;
      case "ArrowDown": return grid.go(row + far, col, extend), true;
      case "ArrowLeft": return grid.go(row, control ? 0 : col - 1, extend), true;
      case "ArrowRight": return grid.go(row, control ? grid.columns.length : col + 1, extend), true;
      case "Home": return grid.go(control ? 0 : row, 0, extend), true;
      case "End": return grid.go(control ? grid.lines.length : row, grid.columns.length, extend), true;
      case "PageUp": return grid.go(row - 15, col, extend), true;
      case "PageDown": return grid.go(row + 15, col, extend), true;
      case "F2": return (grid.cursor.entryCol = col), grid.edit(), true;
      case "Delete":
      case "Backspace": return grid.clear(), true;
      case "Enter": return this.nextLine(), true;
      case "Escape": return this.leave(), true;
      case "Tab": return this.tab(extend);
      case " ": return grid.columns[col].kind === "boolean" ? (grid.canEdit(grid.cursor.at) && grid.toggle(), true) : (grid.edit(""), true);
    }
    if (key.length === 1 && !control && !event.altKey) return grid.edit(key), grid.editor !== undefined;
    return false;
  }

  /** Tab walks the cells; at the blank last line, or before the first cell, it leaves the grid. */
  private tab(back: boolean): boolean {
    const { grid } = this;
    if (!grid.props.editable) return false;
    const next = grid.next(back ? -1 : 1);
    const leaving = !next || (!back && grid.cursor.at.row === grid.lines.length - 1 && isBlank(grid.lines[grid.cursor.at.row]));
    if (leaving) return false;
    if (grid.cursor.at.col === 0 || next.row !== grid.cursor.at.row) grid.cursor.entryCol = next.row !== grid.cursor.at.row ? next.col : grid.cursor.at.col;
    return grid.go(next.row, next.col), true;
  }

  private leave(): void {
    const { grid } = this;
    if (grid.cursor.anchor) return grid.go(grid.cursor.at.row, grid.cursor.at.col);
    const all = [...document.querySelectorAll<HTMLElement>("a[href], button:not([disabled]), input:not([type=hidden]), select, textarea")].filter((one) => one.tabIndex >= 0 && one.offsetParent);
    all.find((one) => grid.root.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !grid.root.contains(one))?.focus();
  }

  private onCopy(event: ClipboardEvent, cut: boolean): void {
    const { grid } = this;
    if (grid.editor) return;
    const { top, bottom, left, right } = grid.cursor.block();
    const rows = span(top, bottom).map((row) => span(left, right).map((col) => editText(grid.columns[col], grid.lines[row].values[grid.columns[col].name])));
    event.clipboardData?.setData("text/plain", toBlock(rows));
    event.preventDefault();
    if (cut) grid.clear();
  }

  private onPaste(event: ClipboardEvent): void {
    const { grid } = this;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!grid.props.editable || (grid.editor && !/[\t\n]/.test(text.trim()))) return;
    event.preventDefault();
    grid.editor?.close();
    grid.editor = undefined;
    const block = fromBlock(text);
    const { top, bottom, left, right } = grid.cursor.block();
    // One copied cell fills the whole selection, as in a spreadsheet.
    const one = block.length === 1 && block[0].length === 1;
    const rows = one ? span(top, bottom) : span(top, top + block.length - 1);
    const undo: Change[] = [];
    for (const row of rows) {
      while (row >= grid.lines.length) grid.lines.push({ key: newKey(), values: {} });
      const cells = one ? span(left, right).map(() => block[0][0]) : block[row - top];
      cells.forEach((cell, index) => {
        const column = grid.columns[left + index];
        if (!column) return;
        const { value, error } = read(column, cell);
        grid.set({ row, col: left + index }, value, error, undo);
      });
    }
    grid.finish(rows, undo);
    grid.cursor.at = { row: top, col: left };
    grid.cursor.anchor = { row: rows[rows.length - 1], col: Math.min(grid.columns.length - 1, left + (one ? right - left : Math.max(...block.map((cells) => cells.length)) - 1)) };
    grid.cursor.mark();
    grid.cursor.cellAt(grid.cursor.at)?.focus();
  }
}
