import { debounce, h } from "../../core/dom";
import { shortDate, t } from "../../core/text";

interface Draft {
  at: string;
  /** Name, value and, for an island's field, what the island shows. */
  fields: [string, string, unknown?][];
}

const LIFE = 14 * 24 * 3600 * 1000;

/** Keeps what is typed into a form in this browser until it is sent, and offers it again. */
export default function mount(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const key = `draft:${form.dataset.draft}`;
  const note = form.querySelector<HTMLElement>("[data-draft-note]");
  const kept = load(key);
  if (kept && JSON.stringify(kept.fields) !== JSON.stringify(fields(form)) && !form.querySelector(".has-error, .alert-block[role=alert]")) offer(form, key, kept);
  // What stands there when the person first enters the form is no draft; islands have filled their fields by then.
  let first: string | undefined;
  form.addEventListener("focusin", () => (first ??= JSON.stringify(fields(form))));
  const save = debounce(600, () => {
    const now = fields(form);
    if (first === undefined || JSON.stringify(now) === first) return;
    try {
      localStorage.setItem(key, JSON.stringify({ at: new Date().toISOString(), fields: now }));
      if (note) note.textContent = t("Draft kept on this device");
    } catch {
      /* Storage is full or refused: the form works without a draft. */
    }
  });
  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.addEventListener("submit", () => sessionStorage.setItem("draft-sent", JSON.stringify([key, location.pathname])));
  settle(form);
}

/** A draft is dropped when the next page is another one without errors: the record was saved. */
function settle(form: HTMLFormElement): void {
  const sent = JSON.parse(sessionStorage.getItem("draft-sent") || "null");
  if (!sent) return;
  sessionStorage.removeItem("draft-sent");
  if (!form.querySelector(".has-error, .alert-block") && sent[1] !== location.pathname) localStorage.removeItem(sent[0]);
}

interface Keeper extends HTMLInputElement {
  draft?: () => unknown;
}

function fields(form: HTMLFormElement): Draft["fields"] {
  const skipped = new Set(["csrfmiddlewaretoken", "version", "idempotency_key"]);
  const all = [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string");
  const secret = new Set([...form.querySelectorAll<HTMLInputElement>("input[type=password]")].map((input) => input.name));
  return all.filter(([name]) => !skipped.has(name) && !secret.has(name)).map(([name, value]) => {
    const shown = (form.elements.namedItem(name) as Keeper | null)?.draft?.();
    return shown === undefined ? [name, value] : [name, value, shown];
  });
}

function load(key: string): Draft | null {
  try {
    const draft: Draft | null = JSON.parse(localStorage.getItem(key) || "null");
    if (draft && Date.now() - Date.parse(draft.at) < LIFE) return draft;
    localStorage.removeItem(key);
  } catch {
    /* No storage, no draft. */
  }
  return null;
}

function offer(form: HTMLFormElement, key: string, draft: Draft): void {
  const bar = h(
    "div",
    { class: "alert-block tone-info draft-offer", role: "status" },
    h("div", {}, t("You started this on {date} and did not finish.", { date: shortDate(draft.at) }), " "),
    h("button", { type: "button", class: "link-button", click: () => restore(form, draft, bar) }, t("Continue the draft")),
    h("button", { type: "button", class: "link-button", click: () => (localStorage.removeItem(key), bar.remove()) }, t("Discard it")),
  );
  form.prepend(bar);
}

function restore(form: HTMLFormElement, draft: Draft, bar: HTMLElement): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of draft.fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    const control = field as HTMLInputElement & { tomselect?: { setValue(value: string | string[], silent?: boolean): void } };
    if (!control.name || control.type === "file" || control.name === "csrfmiddlewaretoken") continue;
    const kept = values.get(control.name);
    if (control.tomselect) control.tomselect.setValue(kept ?? [], true);
    else if (control.type === "checkbox" || control.type === "radio") control.checked = !!kept?.includes(control.value);
    else if (field instanceof HTMLSelectElement && field.multiple) for (const option of field.options) option.selected = !!kept?.includes(option.value);
    else if (kept) control.value = kept[0];
    const shown = draft.fields.find(([name]) => name === control.name)?.[2];
    control.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true, detail: shown }));
  }
  bar.remove();
}
