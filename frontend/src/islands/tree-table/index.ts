/** A table whose rows are a tree by `data-depth`: folds by button or arrows, remembered while the page is open. */
const folded = new Set<string>();

export default function mount(element: HTMLElement): () => void {
  const rows = () => [...element.querySelectorAll<HTMLTableRowElement>("tr[data-depth]")];
  const depth = (row: HTMLElement) => Number(row.dataset.depth);
  const button = (row: HTMLElement) => row.querySelector<HTMLButtonElement>("button.tree-fold");

  /** What a row is called, with all it is in: the same after the table was drawn anew. */
  function names(all: HTMLTableRowElement[]): Map<HTMLTableRowElement, string> {
    const path: string[] = [];
    return new Map(all.map((row) => {
      path.length = depth(row);
      path.push(row.querySelector("th")?.textContent?.trim() ?? "");
      return [row, path.join(" / ")];
    }));
  }

  function draw(): void {
    const all = rows();
    const called = names(all);
    let hiddenBelow = Infinity;
    for (const row of all) {
      if (depth(row) <= hiddenBelow) hiddenBelow = Infinity;
      row.hidden = hiddenBelow !== Infinity;
      const fold = button(row);
      if (!fold) continue;
      const closed = folded.has(called.get(row)!);
      fold.setAttribute("aria-expanded", String(!closed));
      if (closed && hiddenBelow === Infinity) hiddenBelow = depth(row);
    }
  }

  function set(row: HTMLTableRowElement, closed: boolean): void {
    const name = names(rows()).get(row)!;
    if (closed) folded.add(name);
    else folded.delete(name);
    draw();
  }

  const onClick = (event: MouseEvent) => {
    const fold = (event.target as HTMLElement).closest<HTMLButtonElement>("button.tree-fold");
    if (fold) set(fold.closest("tr")!, fold.getAttribute("aria-expanded") === "true");
  };
  const onKey = (event: KeyboardEvent) => {
    const here = (event.target as HTMLElement).closest<HTMLTableRowElement>("tr[data-depth]");
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const shown = rows().filter((row) => !row.hidden);
    const at = shown.indexOf(here);
    const fold = button(here);
    let next: HTMLElement | undefined;
    if (event.key === "ArrowDown") next = shown[at + 1];
    else if (event.key === "ArrowUp") next = shown[at - 1];
    else if (event.key === "ArrowRight" && fold?.getAttribute("aria-expanded") === "false") set(here, false);
    else if (event.key === "ArrowLeft" && fold?.getAttribute("aria-expanded") === "true") set(here, true);
    else if (event.key === "ArrowLeft") next = shown.slice(0, at).reverse().find((row) => depth(row) < depth(here));
    else return;
    event.preventDefault();
    next?.querySelector<HTMLElement>("button.tree-fold, a")?.focus();
  };
  draw();
  element.addEventListener("click", onClick);
  element.addEventListener("keydown", onKey);
  return () => {
    element.removeEventListener("click", onClick);
    element.removeEventListener("keydown", onKey);
  };
}
