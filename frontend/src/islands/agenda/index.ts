import { isTyping } from "../../core/dom";

const KEYS: Record<string, string> = { d: "finish", l: "log", p: "snooze", Enter: "open" };

/** Keys of a list of tasks: j and k walk, d is done, l logs, p puts off, Enter opens. */
export default function mount(element: HTMLElement): () => void {
  const tasks = () => [...element.querySelectorAll<HTMLElement>("[data-task]")];
  const mark = (task: HTMLElement | undefined) => {
    for (const other of tasks()) other.classList.toggle("is-cursor", other === task);
    task?.scrollIntoView({ block: "nearest" });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open], [popover]:popover-open")) return;
    const all = tasks();
    const at = all.findIndex((task) => task.classList.contains("is-cursor"));
    if (event.key === "j" || event.key === "k") {
      const next = all[Math.max(0, Math.min(all.length - 1, at + (event.key === "j" ? 1 : -1)))];
      mark(next);
      next?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
    } else if (KEYS[event.key] && at >= 0) {
      if (event.key === "Enter" && (event.target as HTMLElement).closest("a, button")) return;
      all[at].querySelector<HTMLElement>(`[data-do="${KEYS[event.key]}"]`)?.click();
    } else return;
    event.preventDefault();
  };
  if (location.hash.startsWith("#task-")) mark(element.querySelector<HTMLElement>(`[id="${location.hash.slice(1)}"]`) ?? undefined);
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
