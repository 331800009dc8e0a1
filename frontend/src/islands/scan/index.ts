import { h, icon } from "../../core/dom";
import { t } from "../../core/text";
import { toast } from "../../core/toast";

declare class BarcodeDetector {
  constructor(options?: { formats: string[] });
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

/** Reads codes into a field: with the camera where the browser can, and from keyboard-wedge scanners everywhere. */
export default function mount(element: HTMLElement): (() => void) | void {
  const input = element as HTMLInputElement;
  const take = (code: string) => {
    input.value = code;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: { code } }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    navigator.vibrate?.(40);
    if (input.dataset.submit !== undefined) input.form?.requestSubmit();
  };
  if ("BarcodeDetector" in window && navigator.mediaDevices) {
    const button = h("button", { type: "button", class: "icon-button", "aria-label": t("Scan with the camera"), click: () => void film(take) }, icon("camera"));
    input.after(button);
  }
  if (element instanceof HTMLTextAreaElement) return; // what a scanner types there may have many lines
  return listenToScanner(input, take);
}

/** A scanner types a whole code within a moment and ends with Enter; a person does not. */
function listenToScanner(input: HTMLInputElement, take: (code: string) => void): () => void {
  let typed = "";
  let last = 0;
  const onKey = (event: KeyboardEvent) => {
    const pause = event.timeStamp - last;
    last = event.timeStamp;
    if (pause > 60) typed = "";
    if (event.key.length === 1) typed += event.key;
    else if (event.key === "Enter" && typed.length >= 4 && !event.defaultPrevented) {
      event.preventDefault();
      if (document.activeElement !== input && (document.activeElement as HTMLElement)?.matches("input, textarea")) return;
      take(document.activeElement === input ? input.value : typed);
      typed = "";
    }
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

async function film(take: (code: string) => void): Promise<void> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    return toast({ text: t("The camera is not available. Type the code instead."), tone: "danger" });
  }
  const video = h("video", { class: "scan-video", playsinline: true, muted: true });
  const dialog = h("dialog", { class: "dialog scan-dialog", "aria-label": t("Scan with the camera") }, video, h("button", { type: "button", class: "button button-quiet", click: () => dialog.close() }, t("Cancel")));
  document.body.append(dialog);
  dialog.showModal();
  video.srcObject = stream;
  await video.play();
  const detector = new BarcodeDetector();
  dialog.addEventListener("close", () => {
    stream.getTracks().forEach((track) => track.stop());
    dialog.remove();
  });
  const look = async () => {
    if (!dialog.open) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (found) {
      dialog.close();
      return take(found.rawValue);
    }
    setTimeout(look, 120);
  };
  void look();
}
