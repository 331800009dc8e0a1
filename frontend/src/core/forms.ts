/** Small manners of forms and lists that need no island: submit on change, upload by drop, keyboard in tabs. */
import { sayKept, toast } from "./toast";
import { t } from "./text";

function onTabKey(event: KeyboardEvent): void {
  const list = (event.target as Element).closest?.('[role="tablist"]');
  if (!list || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  const tabs = [...list.querySelectorAll<HTMLElement>('[role="tab"]')];
  const at = tabs.indexOf(event.target as HTMLElement);
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key]!;
  tabs[(next + tabs.length) % tabs.length].focus();
  event.preventDefault();
}

function onTabClick(event: MouseEvent): void {
  const tab = (event.target as Element).closest?.('[role="tab"]');
  const list = tab?.closest('[role="tablist"]');
  if (!tab || !list) return;
  for (const other of list.querySelectorAll('[role="tab"]')) {
    other.setAttribute("aria-selected", String(other === tab));
    other.setAttribute("tabindex", other === tab ? "0" : "-1");
  }
}

function onDrag(event: DragEvent): void {
  const zone = (event.target as Element).closest?.<HTMLFormElement>("[data-drop]");
  if (!zone) return;
  event.preventDefault();
  zone.classList.toggle("is-over", event.type === "dragover");
  if (event.type !== "drop" || !event.dataTransfer?.files.length) return;
  const input = zone.querySelector<HTMLInputElement>("input[type=file]")!;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** A value edited in place: its field has the focus, Escape puts the value back. */
function inlineEditing(): void {
  document.addEventListener("htmx:load", (event) => {
    const form = event.target as Element;
    if (form.matches?.("[data-inline-edit]")) form.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
  });
  document.addEventListener("keydown", (event) => {
    const form = (event.target as Element).closest?.("[data-inline-edit]");
    if (form && event.key === "Escape") form.querySelector<HTMLElement>("[data-cancel]")?.click();
  });
}

/** A slider and the field of the same value follow each other. */
function onSame(event: Event): void {
  const input = event.target as HTMLInputElement;
  const form = input.form;
  if (!form) return;
  const name = input.dataset?.same;
  const other = name ? form.elements.namedItem(name) : form.querySelector(`input[data-same="${CSS.escape(input.name || "-")}"]`);
  if (other instanceof HTMLInputElement && input.value !== "") other.value = input.value;
}

/** Submit on change, upload by drop, tabs, answers of verbs, and errors of requests. */
export function start(): void {
  inlineEditing();
  sayKept();
  document.addEventListener("input", onSame, { capture: true });
  document.addEventListener("keydown", onTabKey);
  document.addEventListener("click", onTabClick);
  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, onDrag as EventListener);
  document.addEventListener("change", (event) => {
    (event.target as Element).closest<HTMLFormElement>("form[data-submit-on-change]")?.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[hx-post], [hx-get], [data-filters]") || form.method === "get") return;
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    button?.classList.add("htmx-request");
    window.setTimeout(() => delete form.dataset.sent, 5000);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters, elt } = (event as CustomEvent).detail;
    // Empty filters stay out of the address, so that it can be read, kept and sent on.
    if (elt.matches?.("[data-filters]")) for (const name of [...Object.keys(parameters)]) if (parameters[name] === "") delete parameters[name];
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = (event.target as Element).closest?.<HTMLFormElement>("form[data-reset]");
    if (form && (event as CustomEvent).detail.successful) form.reset();
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = (event.target as Element).querySelector?.("progress");
    const { loaded, total } = (event as CustomEvent).detail;
    if (bar && total) {
      bar.hidden = false;
      bar.value = (100 * loaded) / total;
    }
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent).detail;
    let said = "";
    try {
      said = JSON.parse(xhr.responseText).detail;
    } catch {
      /* Not a problem answer: the general sentence is said. */
    }
    toast({ text: said || t("The server refused this (code {code}).", { code: xhr.status }), tone: "danger" });
  });
  document.addEventListener("htmx:sendError", () => toast({ text: t("No connection. What you typed is kept; try again."), tone: "danger" }));
  document.body.addEventListener("toast", (event) => toast((event as CustomEvent).detail.value ?? (event as CustomEvent).detail));
}
