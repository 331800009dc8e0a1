import { h, icon } from "./dom";
import { t } from "./text";
import { csrf } from "./http";

export interface Toast {
  text: string;
  tone?: string;
  href?: string;
  label?: string;
  /** Address that takes the change back when posted to. */
  undo?: string;
  /** To be said on the next page, because this one is about to be left. */
  later?: boolean;
}

/** A short message at the edge; with `undo` it offers to take the change back. Errors stay until closed. */
export function toast(message: Toast | string): void {
  const said: Toast = typeof message === "string" ? { text: message } : message;
  const box = document.getElementById("toasts");
  if (!box || !said.text) return;
  if (said.later) return keep(said);
  const close = () => element.remove();
  const element = h(
    "div",
    { class: `toast tone-${said.tone ?? "neutral"}`, role: said.tone === "danger" ? "alert" : null },
    h("span", {}, said.text),
    said.href && h("a", { href: said.href }, said.label ?? t("Open")),
    said.undo && h("button", { type: "button", click: () => undo(said.undo!, close) }, t("Undo")),
    h("button", { type: "button", class: "toast-close", "aria-label": t("Close"), click: close }, icon("x", "sm")),
  );
  box.append(element);
  while (box.children.length > 4) box.firstElementChild!.remove();
  if (said.tone === "danger") return;
  let timer = window.setTimeout(close, said.undo ? 9000 : 5000);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => (timer = window.setTimeout(close, 3000)));
}

const KEY = "toast";

function keep(said: Toast): void {
  try {
    const { text, tone, href, label, undo } = said;
    sessionStorage.setItem(KEY, JSON.stringify({ text, tone, href, label, undo }));
  } catch {
    /* Storage is refused in private windows: the message is lost with the page. */
  }
}

/** Say what the page before this one left to be said. */
export function sayKept(): void {
  try {
    const said = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    if (said) toast(JSON.parse(said) as Toast);
  } catch {
    /* As above. */
  }
}

async function undo(url: string, close: () => void): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
  close();
  const there = answer.headers.get("HX-Redirect");
  if (answer.ok && there) location.assign(there);
  else if (answer.ok) location.reload();
  else toast({ text: t("This can no longer be undone."), tone: "danger" });
}
