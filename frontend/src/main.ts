import "./styles/main.scss";
import "./islands/choose/choose.css"; // on most pages: a field that is being dressed must not jump
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import * as dialog from "./core/dialog";
import * as forms from "./core/forms";
import * as frame from "./core/frame";
import { mountAll, unmountAll } from "./core/islands";
import * as outbox from "./core/outbox";
import * as popover from "./core/popover";
import * as wide from "./core/wide";

// Morphing keeps focus, scroll and what is being typed when a region refreshes itself. Grids keep their own state.
htmx.defineExtension("morph", {
  isInlineSwap: (style: string) => style === "morph" || style.startsWith("morph:"),
  handleSwap: (style: string, target: Node, fragment: Node) => {
    if (style !== "morph" && !style.startsWith("morph:")) return false;
    const morphStyle = style === "morph:innerHTML" ? "innerHTML" : "outerHTML";
    const content = morphStyle === "outerHTML" ? (fragment as ParentNode).firstElementChild : [...fragment.childNodes];
    return Idiomorph.morph(target as Element, content as never, { morphStyle, ignoreActiveValue: true, callbacks: { beforeNodeMorphed: keepsItself, beforeNodeRemoved: isOfThePage, beforeAttributeUpdated: mayChange } });
  },
} as never);

function keepsItself(old: Node): boolean {
  return !(old instanceof HTMLElement && old.matches('[data-island="grid"], [data-island="chart"], [data-island="kanban"], .tomselected, label[for$="-ts-control"], .is-editing'));
}

/** What an island put beside its element is not the server's to take away. */
function isOfThePage(old: Node): boolean {
  return !(old instanceof HTMLElement && old.matches(".ts-wrapper"));
}

/** An element that carries an island keeps the mark, or the island would be mounted twice. */
function mayChange(name: string): boolean {
  return name !== "data-mounted";
}

popover.start();
dialog.start();
frame.start();
forms.start();
outbox.start();
htmx.onLoad((element) => {
  if (!(element instanceof HTMLElement)) return;
  mountAll(element);
  wide.watch(element.parentElement ?? document);
});
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const { elt } = (event as CustomEvent).detail;
  if (elt instanceof Element) unmountAll(elt);
});
mountAll(document);
wide.watch(document);

if ("serviceWorker" in navigator && location.protocol === "https:" || ["localhost", "127.0.0.1"].includes(location.hostname)) {
  navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}
