/** A tree of folds walked with the arrows: up and down from line to line, right opens, left closes or goes up. */
export default function mount(element: HTMLElement): () => void {
  const places = () => [...element.querySelectorAll<HTMLElement>("summary, .bom-leaf a")].filter((one) => one.offsetParent !== null);
  const onKey = (event: KeyboardEvent) => {
    const here = (event.target as HTMLElement).closest<HTMLElement>("summary, .bom-leaf a");
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const fold = here.matches("summary") ? (here.parentElement as HTMLDetailsElement) : null;
    const all = places();
    const at = all.indexOf(here);
    let next: HTMLElement | null | undefined;
    if (event.key === "ArrowDown") next = all[at + 1];
    else if (event.key === "ArrowUp") next = all[at - 1];
    else if (event.key === "Home") next = all[0];
    else if (event.key === "End") next = all.at(-1);
    else if (event.key === "ArrowRight" && fold && !fold.open) fold.open = true;
    else if (event.key === "ArrowRight") next = all[at + 1];
    else if (event.key === "ArrowLeft" && fold?.open) fold.open = false;
    else if (event.key === "ArrowLeft") next = here.closest("ul")?.closest("details")?.querySelector<HTMLElement>(":scope > summary");
    else return;
    event.preventDefault();
    next?.focus();
  };
  element.addEventListener("keydown", onKey);
  return () => element.removeEventListener("keydown", onKey);
}
