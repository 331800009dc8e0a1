/** The one modal dialog: opens when htmx brings something into it, closes on cancel or when the server is done. */

const dialog = () => document.getElementById("dialog") as HTMLDialogElement;

export function openDialog(): void {
  const element = dialog();
  if (!element.open) element.showModal();
  const first = element.querySelector<HTMLElement>(".has-error input, .has-error select, [autofocus], .field input:not([type=hidden]), .field select, .field textarea, [type=submit]");
  first?.focus();
}

export function closeDialog(): void {
  const element = dialog();
  if (element.open) element.close();
}

export function start(): void {
  const element = dialog();
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as Element).id === "dialog-body") openDialog();
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, target } = (event as CustomEvent).detail;
    if (target?.id === "dialog-body" && xhr.status === 204) closeDialog();
  });
  element.addEventListener("close", () => {
    element.dispatchEvent(new CustomEvent("dialog:closed", { bubbles: true }));
    document.getElementById("dialog-body")!.replaceChildren();
  });
  element.addEventListener("click", (event) => {
    const inside = (event.target as Element).closest("[data-dialog-close]");
    if (inside || event.target === element) closeDialog();
  });
}
