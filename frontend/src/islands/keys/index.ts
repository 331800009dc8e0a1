import { h, isTyping } from "../../core/dom";
import { t } from "../../core/text";

interface Go {
  key: string;
  label: string;
  href: string;
}

const NAMED: Record<string, string> = { n: "new", e: "edit", s: "save", k: "previous", j: "next", "/": "filter" };

/** Single-letter keys of the product, off while the person types. */
export default function mount(_element: HTMLElement, props: { go?: Go[] } | string): () => void {
  const go = typeof props === "object" && props ? (props.go ?? []) : [];
  let waiting = 0;
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && press("save")) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]") && event.key !== "s") return;
    if (waiting && Date.now() - waiting < 1500) {
      waiting = 0;
      const place = go.find((one) => one.key === event.key);
      if (place) location.assign(place.href);
      return;
    }
    if (event.key === "g") waiting = Date.now();
    else if (event.key === "?") help(go);
    else if (event.key === "F1" && press("help")) event.preventDefault();
    else if (NAMED[event.key] && (moveInList(event.key) || press(NAMED[event.key]))) event.preventDefault();
  };
  const onClick = (event: MouseEvent) => {
    if ((event.target as Element).closest("[data-keys-help]")) help(go);
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  return () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", onClick);
  };
}

function press(name: string): boolean {
  const element = document.querySelector<HTMLElement>(`dialog[open] [data-key="${name}"], [data-key="${name}"]`);
  if (!element) return false;
  if (element instanceof HTMLInputElement) element.select();
  else element.click();
  return true;
}

/** j and k walk the rows of a list when the page has one. */
function moveInList(key: string): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>(".table-block tbody tr[data-href]")];
  if (!"jk".includes(key) || !rows.length) return false;
  const at = rows.findIndex((row) => row.classList.contains("is-cursor"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + (key === "j" ? 1 : -1)))];
  rows[at]?.classList.remove("is-cursor");
  next.classList.add("is-cursor");
  next.querySelector<HTMLElement>("th a, a")?.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function help(go: Go[]): void {
  const body = document.getElementById("dialog-body")!;
  const line = (keys: string[], text: string) => h("div", { class: "key-line" }, h("span", {}, ...keys.flatMap((key, at) => [at ? " " : null, h("kbd", {}, key)])), h("span", {}, text));
  const general: [string[], string][] = [
    [["Ctrl", "K"], t("Search records and actions")],
    [["/"], t("Filter the list")],
    [["n"], t("New record")],
    [["e"], t("Edit")],
    [["s"], t("Save")],
    [["j"], t("Next record")],
    [["k"], t("Previous record")],
    [["F1"], t("Help on this page")],
    [["?"], t("This list")],
  ];
  const lines: [string[], string][] = [
    [["Tab"], t("Next cell")],
    [["Enter"], t("Next line")],
    [["F2"], t("Edit the cell")],
    [["Ctrl", "D"], t("Fill down")],
    [["Alt", "↑"], t("Move the line")],
    [["Ctrl", "Delete"], t("Remove the line")],
    [["Esc"], t("Leave the lines")],
  ];
  const group = (title: string, rows: [string[], string][]) => h("section", {}, h("h3", {}, title), ...rows.map(([keys, text]) => line(keys, text)));
  body.replaceChildren(
    h("div", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, t("Keyboard shortcuts")), h("button", { type: "button", class: "icon-button", "data-dialog-close": true, "aria-label": t("Close"), autofocus: true }, "×")),
    h("div", { class: "dialog-content key-help is-large" }, group(t("Everywhere"), general), go.length ? group(t("Go to"), go.map((place) => [["g", place.key], place.label])) : null, group(t("In lines"), lines)),
  );
  const dialog = document.getElementById("dialog") as HTMLDialogElement;
  if (!dialog.open) dialog.showModal();
}
