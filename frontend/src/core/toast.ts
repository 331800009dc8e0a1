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
}

/** A short message at the edge; with `undo` it offers to take the change back. Errors stay until closed. */
export function toast(message: Toast | string): void {
  const said: Toast = typeof message === "string" ? { text: message } : message;
  const box = document.getElementById("toasts");
  if (!box || !said.text) return;
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

async function undo(url: string, close: () => void): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
  close();
  if (answer.ok) location.reload();
  else toast({ text: t("This can no longer be undone."), tone: "danger" });
}
