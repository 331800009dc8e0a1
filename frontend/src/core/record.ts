/** Keeps a record's page true after it was changed in place: the version its verbs carry, then everything computed from it. */
import htmx from "htmx.org";
import { debounce } from "./dom";

/** Verbs pressed from now on are about this version. */
export function setVersion(version: number | string): void {
  for (const element of document.querySelectorAll(".heading [hx-vals], .record [hx-vals]")) {
    const values = JSON.parse(element.getAttribute("hx-vals") || "{}");
    if (!("version" in values)) continue;
    element.setAttribute("hx-vals", JSON.stringify({ ...values, version }));
  }
  for (const input of document.querySelectorAll<HTMLInputElement>('.record input[name="version"]')) input.value = String(version);
}

/** Brings the page's facts, verbs and figures up to date once the person pauses. */
export const refresh = debounce(900, () => {
  if (!document.querySelector(".record .is-editing")) htmx.trigger(document.body, "live:record");
});
