/** Where the person is in the grid: the cell, the block chosen from it, and the way to the next cell. */

export interface Place {
  row: number;
  col: number;
}

export interface Block {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export class Cursor {
  at: Place = { row: 0, col: 0 };
  /** The other corner of the chosen block, null when there is none. */
  anchor: Place | null = null;
  /** The column a person types lines from: Enter goes back to it. */
  entryCol = 0;
  private active: HTMLElement | null = null;
  private chosen: HTMLElement[] = [];

  constructor(private readonly body: HTMLTableSectionElement, private readonly cols: number, private readonly rows: () => number) {}

  cellAt(place: Place): HTMLElement | null {
    return (this.body.rows[place.row]?.cells[place.col + 1] as HTMLElement) ?? null;
  }

  block(): Block {
    const from = this.anchor ?? this.at;
    return { top: Math.min(from.row, this.at.row), bottom: Math.max(from.row, this.at.row), left: Math.min(from.col, this.at.col), right: Math.max(from.col, this.at.col) };
  }

  /** Goes to a cell, or the nearest there is; `extend` chooses the block up to it. */
  go(row: number, col: number, extend = false): void {
    if (extend) this.anchor ??= { ...this.at };
    else this.anchor = null;
    this.at = { row: Math.max(0, Math.min(this.rows() - 1, row)), col: Math.max(0, Math.min(this.cols - 1, col)) };
    this.mark();
    const cell = this.cellAt(this.at);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  mark(): void {
    const { top, bottom, left, right } = this.block();
    for (const old of this.chosen) old.classList.remove("is-chosen");
    this.chosen = [];
    if (top !== bottom || left !== right) for (const row of span(top, bottom)) for (const col of span(left, right)) this.choose({ row, col });
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

  /** The next cell in reading order that `suits`; null at either end. */
  next(step: 1 | -1, suits: (place: Place) => boolean): Place | null {
    let { row, col } = this.at;
    for (;;) {
      col += step;
      if (col >= this.cols || col < 0) {
        row += step;
        col = step === 1 ? 0 : this.cols - 1;
      }
      if (row < 0 || row >= this.rows()) return null;
      if (suits({ row, col })) return { row, col };
    }
  }
}

export function span(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
