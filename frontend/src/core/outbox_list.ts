import { openDialog } from "./dialog";
import { h, icon } from "./dom";
import { again, entries, flush, remove, type Entry, type Field } from "./outbox";
import { shortDate, t } from "./text";

const HIDDEN = new Set(["version", "idempotency_key", "lines"]);

/** The dialog that shows what waits to be sent; what was refused can be put right and sent again. */
export async function open(): Promise<void> {
  await draw();
  openDialog();
  const follow = () => void draw();
  document.addEventListener("outbox:changed", follow);
  document.getElementById("dialog")!.addEventListener("close", () => document.removeEventListener("outbox:changed", follow), { once: true });
}

async function draw(): Promise<void> {
  const body = document.getElementById("dialog-body")!;
  if (body.contains(document.activeElement) && document.activeElement!.matches("input, textarea")) return; // somebody is typing here
  const waiting = await entries();
  body.replaceChildren(
    h(
      "div",
      { class: "dialog-form outbox" },
      h("header", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, t("Waiting to be sent")), h("button", { type: "button", class: "icon-button", "data-dialog-close": true, "aria-label": t("Close") }, icon("x"))),
      h("div", { class: "dialog-content" }, ...(waiting.length ? waiting.map(card) : [h("p", { class: "text-secondary" }, t("Nothing waits."))])),
      h("footer", { class: "dialog-foot" }, h("button", { type: "button", class: "button button-primary", click: () => void flush() }, t("Send now"))),
    ),
  );
}

function card(entry: Entry): HTMLElement {
  const inputs: [Field, HTMLInputElement | HTMLTextAreaElement][] = [];
  const rows = entry.fields.filter(([name, value]) => !HIDDEN.has(name) && value !== "").map((field, index) => {
    const [name, value] = field;
    const label = entry.labels[name] || name;
    if (entry.state !== "refused" || value instanceof File || !entry.labels[name]) return h("div", { class: "fact" }, h("dt", {}, label), h("dd", {}, value instanceof File ? value.name : value));
    const id = `outbox-${entry.key}-${index}`;
    const input = value.length > 60 || value.includes("\n") ? h("textarea", { id, rows: 3 }) : h("input", { id });
    input.value = value;
    inputs.push([field, input]);
    return h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "control" }, input));
  });
  const changed = (): Field[] => entry.fields.map((field) => [field[0], inputs.find(([own]) => own === field)?.[1].value ?? field[1]]);
  return h(
    "section",
    { class: "card outbox-entry" },
    h("h3", {}, entry.title),
    h("p", { class: "text-secondary" }, shortDate(entry.at), entry.company === document.body.dataset.company ? "" : ` · ${t("Sent once you work in {company} again.", { company: entry.companyName })}`),
    entry.problem ? h("div", { class: "alert-block tone-danger", role: "alert" }, icon("alert-circle"), h("div", {}, entry.problem)) : null,
    h("dl", { class: "facts" }, ...rows),
    h(
      "div",
      { class: "button-row" },
      entry.state === "refused" && h("button", { type: "button", class: "button button-primary", click: (event: Event) => ((event.target as HTMLElement).focus(), void again(entry, changed()).then(draw)) }, t("Send again")),
      h("button", { type: "button", class: "button button-quiet", click: () => void remove(entry.key).then(flush).then(draw) }, t("Discard it")),
    ),
  );
}
