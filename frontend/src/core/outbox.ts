/** What was entered without a connection: kept in this browser with an idempotency key, sent once when the network is back.
 *
 * An entry is written before anything is sent and goes only when the server has answered; an answer that got lost is asked for
 * again under the same key, and the server gives the first one. Dialogs keep what htmx could not send; forms are sent from here
 * on phones, where networks come and go, and anywhere without a connection. */
import htmx from "htmx.org";
import { closeDialog } from "./dialog";
import { h, icon } from "./dom";
import { csrf } from "./http";
import * as list from "./outbox_list";
import { t } from "./text";
import { toast } from "./toast";

export type Field = [name: string, value: string | File];

export interface Entry {
  key: string;
  url: string;
  title: string;
  fields: Field[];
  labels: Record<string, string>;
  at: string;
  user: string;
  company: string;
  companyName: string;
  state: "sending" | "waiting" | "refused";
  problem: string;
}

const PATIENCE = 20_000;
const AGAIN = 20_000;
const AWAY = [0, 502, 503, 504];
const USED_MAX = 300;

// -- the store --------------------------------------------------------------------------------------------------------

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("mainspring", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { keyPath: "key" });
      request.result.createObjectStore("used", { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function work<T>(store: "outbox" | "used", mode: IDBTransactionMode, call: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(store, mode);
  const request = call(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

const put = (entry: Entry) => work("outbox", "readwrite", (store) => store.put(entry));
export const remove = (key: string) => work("outbox", "readwrite", (store) => store.delete(key));
const get = (key: string) => work("outbox", "readonly", (store) => store.get(key) as IDBRequest<Entry | undefined>);

/** What this person entered, the oldest first. */
export async function entries(): Promise<Entry[]> {
  const all = await work("outbox", "readonly", (store) => store.getAll() as IDBRequest<Entry[]>);
  return all.filter((entry) => entry.user === document.body.dataset.user).sort((a, b) => a.at.localeCompare(b.at));
}

async function useUp(key: string): Promise<void> {
  const all = await work("used", "readonly", (store) => store.getAll() as IDBRequest<{ key: string; at: number }[]>);
  for (const old of all.sort((a, b) => b.at - a.at).slice(USED_MAX)) await work("used", "readwrite", (store) => store.delete(old.key));
  await work("used", "readwrite", (store) => store.put({ key, at: Date.now() }));
}

// -- keeping ----------------------------------------------------------------------------------------------------------

/** The form as an entry; a page kept on the device may carry a key that was used before: then it gets a new one. */
async function entryOf(form: HTMLFormElement, url: string): Promise<Entry | null> {
  const input = form.querySelector<HTMLInputElement>('input[name="idempotency_key"]');
  if (!input?.value || !document.body.dataset.user) return null;
  if (await work("used", "readonly", (store) => store.get(input.value))) input.value = newKey();
  const labels: Record<string, string> = {};
  for (const field of form.querySelectorAll<HTMLElement>("[data-field]")) labels[field.dataset.field!] = field.querySelector("label, .label")?.textContent?.replace("*", "").trim() ?? "";
  const { user, company, companyName } = document.body.dataset;
  return {
    key: input.value,
    url: new URL(url, location.href).pathname + new URL(url, location.href).search,
    title: (form.querySelector("#dialog-title") ?? document.querySelector("h1"))?.textContent?.trim() ?? "",
    fields: [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.size)) as Field[],
    labels,
    at: new Date().toISOString(),
    user: user!,
    company: company ?? "",
    companyName: companyName ?? "",
    state: "sending",
    problem: "",
  };
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function keep(entry: Entry): Promise<void> {
  await put({ ...entry, state: "waiting" });
  await useUp(entry.key);
  await show();
}

/** A dialog that could not be sent, or whose answer did not come. */
async function keepDialog(form: HTMLFormElement): Promise<void> {
  const entry = await entryOf(form, form.getAttribute("hx-post")!);
  if (!entry) return toast({ text: t("No connection. What you typed is kept; try again."), tone: "danger" });
  await keep(entry);
  closeDialog();
  toast({ text: t("Kept on this device. It is sent when the connection is back."), tone: "info" });
}

/** Sends a form from here, so that a lost answer is noticed. */
async function sendForm(form: HTMLFormElement, entry: Entry): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>(".form-verbs .button-primary");
  button?.classList.add("htmx-request");
  await put(entry);
  const answer = await post(entry);
  button?.classList.remove("htmx-request");
  delete form.dataset.sent; // what keeps a double click away may go
  if (answer.kind === "away" || answer.kind === "sign-in") {
    await keep(entry);
    return startAnew(form);
  }
  await remove(entry.key);
  if (answer.kind === "done") {
    await useUp(entry.key);
    forgetDraft(form);
    return location.assign(answer.href || location.href);
  }
  if (answer.html) await htmx.swap("#content", answer.html, { swapStyle: "outerHTML" } as never, { select: "#content" } as never);
  else toast({ text: answer.text, tone: "danger" });
}

/** The form is empty again, for the next one; a record that was edited stays as it is until it is sent. */
function startAnew(form: HTMLFormElement): void {
  forgetDraft(form);
  const note = h("div", { class: "alert-block tone-info", role: "status" }, icon("cloud-upload"), h("div", {}, t("Kept on this device. It is sent when the connection is back.")));
  form.querySelector(".outbox-note")?.remove();
  note.classList.add("outbox-note");
  form.prepend(note);
  note.scrollIntoView({ block: "nearest" });
  if (!location.pathname.endsWith("/new/")) return;
  form.reset();
  for (const field of form.elements) (field as HTMLInputElement & { tomselect?: { sync(): void } }).tomselect?.sync();
  form.querySelector<HTMLInputElement>('input[name="idempotency_key"]')!.value = newKey();
}

function forgetDraft(form: HTMLFormElement): void {
  try {
    localStorage.removeItem(`draft:${form.dataset.draft}`);
  } catch {
    /* Storage is refused in private windows: there was no draft. */
  }
}

// -- sending ----------------------------------------------------------------------------------------------------------

interface Answer {
  kind: "done" | "refused" | "away" | "sign-in";
  href: string;
  text: string;
  html: string;
}

async function post(entry: Entry): Promise<Answer> {
  const said: Answer = { kind: "away", href: "", text: "", html: "" };
  const hasFiles = entry.fields.some(([, value]) => value instanceof File);
  const body: FormData | URLSearchParams = hasFiles ? new FormData() : new URLSearchParams();
  for (const [name, value] of entry.fields) body.append(name, value as string);
  let answer: Response;
  try {
    const headers = { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": csrf(), "X-Outbox": entry.company };
    answer = await fetch(entry.url, { method: "POST", body, headers, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    said.text = await answer.text();
  } catch {
    return said;
  }
  if (AWAY.includes(answer.status) || answer.status === 429) return said;
  if (answer.status === 401 || new URL(answer.url).pathname.startsWith("/accounts/")) return { ...said, kind: "sign-in" };
  const goes = answer.headers.get("HX-Redirect") ?? (answer.redirected ? answer.url : "");
  if (answer.ok) return { ...said, kind: "done", href: goes };
  const isHtml = (answer.headers.get("Content-Type") ?? "").includes("html");
  return { kind: "refused", href: "", html: isHtml && answer.status === 422 ? said.text : "", text: isHtml ? wrong(said.text) : detail(said.text, answer.status) };
}

function detail(text: string, status: number): string {
  try {
    return JSON.parse(text).detail || t("The server refused this (code {code}).", { code: status });
  } catch {
    return t("The server refused this (code {code}).", { code: status });
  }
}

/** What a form or dialog that came back says is wrong. */
function wrong(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  const found = [...page.querySelectorAll("[data-field].has-error")].map((field) => {
    const label = field.querySelector("label, .label")?.textContent?.replace("*", "").trim();
    return `${label}: ${field.querySelector(".field-error")?.textContent?.trim()}`;
  });
  const above = [...page.querySelectorAll(".alert-block.tone-danger div > div")].map((one) => one.textContent?.trim());
  return [...above, ...found].filter(Boolean).join(" ") || (page.querySelector("h1, p")?.textContent?.trim() ?? "");
}

/** Sends what waits, one after the other; only one window of this browser at a time. */
export async function flush(): Promise<void> {
  if (navigator.locks) await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => (lock ? sendAll() : undefined));
  else await sendAll();
  await show();
}

async function sendAll(): Promise<void> {
  for (const { key } of await entries()) {
    const entry = await get(key);
    const left = entry?.state === "sending" && Date.now() - Date.parse(entry.at) > PATIENCE * 2; // the page went while it was sent
    if (!entry || !(entry.state === "waiting" || left) || entry.company !== (document.body.dataset.company ?? "")) continue;
    const answer = await post(entry);
    if (answer.kind === "away") return;
    if (answer.kind === "sign-in") return toast({ text: t("Sign in again to send what waits."), tone: "danger" });
    if (answer.kind === "done") {
      await remove(key);
      toast({ text: t("Sent: {title}", { title: entry.title }), tone: "success", href: answer.href || undefined });
      htmx.trigger(document.body, "live:table");
      htmx.trigger(document.body, "live:record");
    } else {
      await put({ ...entry, state: "refused", problem: answer.text });
      toast({ text: t("Not sent: {title}", { title: entry.title }) + ". " + answer.text, tone: "danger" });
    }
  }
}

/** Puts an entry back among those that wait, with what was changed in it. */
export async function again(entry: Entry, fields: Field[]): Promise<void> {
  await put({ ...entry, fields, state: "waiting", problem: "" });
  await flush();
}

// -- showing ----------------------------------------------------------------------------------------------------------

async function show(): Promise<void> {
  const waiting = await entries().catch(() => []);
  for (const button of document.querySelectorAll<HTMLElement>("[data-outbox]")) {
    button.hidden = !waiting.length;
    const count = button.querySelector(".dot-count");
    if (count) count.textContent = String(waiting.length);
  }
  document.dispatchEvent(new CustomEvent("outbox:changed", { detail: waiting }));
}

const onPhone = () => matchMedia("(max-width: 899.98px), (pointer: coarse)").matches;

export function start(): void {
  if (!("indexedDB" in window) || !document.body.dataset.user) {
    if (location.pathname.startsWith("/accounts/login")) void caches?.delete("forms-1").catch(() => false); // what another person may have left
    return;
  }
  document.addEventListener("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent).detail;
    if (detail.elt.matches?.("form.dialog-form") && detail.verb === "post") detail.timeout = PATIENCE;
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(
      name,
      (event) => {
        const { elt, xhr } = (event as CustomEvent).detail;
        if (!(elt instanceof HTMLFormElement) || !elt.matches(".dialog-form[hx-post]") || !AWAY.includes(xhr?.status ?? 0)) return;
        event.stopImmediatePropagation();
        void keepDialog(elt);
      },
      true,
    );
  }
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !form.matches("form.record-form[data-draft]") || (navigator.onLine && !onPhone())) return;
    if (!form.querySelector('input[name="idempotency_key"]')) return;
    event.preventDefault();
    void entryOf(form, form.action || location.href).then((entry) => entry && sendForm(form, entry));
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest?.("[data-outbox]")) void list.open(); // part of every page: without a connection nothing more can be loaded
  });
  window.addEventListener("online", () => void flush());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void flush());
  window.setInterval(() => document.querySelector("[data-outbox]:not([hidden])") && void flush(), AGAIN);
  void flush();
}
