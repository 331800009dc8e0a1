import { h, icon } from "../../core/dom";
import { t } from "../../core/text";
import { toast } from "../../core/toast";

const SECONDS_MAX = 300;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** Voice notes and pictures of a form: spoken or taken here, listed, heard again and removed before they are sent. */
export default function mount(form: HTMLElement): (() => void) | void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const list = form.querySelector<HTMLElement>("[data-files]")!;
  const button = form.querySelector<HTMLButtonElement>("[data-record]")!;
  const bytesMax = Number(form.dataset.bytes) || 12_000_000;
  let kept: File[] = [];

  const put = (files: File[]) => {
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
    kept = files;
    draw();
  };
  const add = (files: File[]) => {
    const large = files.find((file) => file.size > bytesMax);
    if (large) toast({ text: t("“{name}” is too large.", { name: large.name }), tone: "danger" });
    put([...kept, ...files.filter((file) => file.size <= bytesMax)]);
  };
  const draw = () => {
    list.replaceChildren(...kept.map((file) => {
      const url = URL.createObjectURL(file);
      const shown = file.type.startsWith("audio/") ? h("audio", { controls: true, src: url, "aria-label": file.name }) : h("img", { src: url, alt: file.name });
      const remove = h("button", { type: "button", class: "icon-button", "aria-label": t("Remove {name}", { name: file.name }), click: () => put(kept.filter((other) => other !== file)) }, icon("x"));
      return h("li", {}, shown, remove);
    }));
  };
  // What is chosen is added to what was spoken: a file field alone would replace it.
  input.addEventListener("change", () => add([...(input.files ?? [])].filter((file) => !kept.includes(file))));

  if (!("MediaRecorder" in window) || !navigator.mediaDevices?.getUserMedia) return;
  button.hidden = false;
  let recorder: MediaRecorder | undefined;
  const end = () => recorder?.state === "recording" && recorder.stop();
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") return end();
    recorder = await start(button, add);
  });
  return () => void end();
}

async function start(button: HTMLButtonElement, add: (files: File[]) => void): Promise<MediaRecorder | undefined> {
  const label = button.querySelector<HTMLElement>("[data-record-label]")!;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    button.hidden = true;
    toast({ text: t("The microphone is not available. Write it down, or choose a recording."), tone: "danger" });
    return;
  }
  const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 32000 } : {});
  const parts: Blob[] = [];
  const began = Date.now();
  const clock = window.setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    label.textContent = t("Stop ({seconds} s)", { seconds });
    if (seconds >= SECONDS_MAX && recorder.state === "recording") recorder.stop();
  }, 500);
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  recorder.addEventListener("stop", () => {
    window.clearInterval(clock);
    stream.getTracks().forEach((track) => track.stop());
    label.textContent = t("Speak");
    button.classList.remove("is-recording");
    const kind = (recorder.mimeType || "audio/webm").split(";")[0];
    const blob = new Blob(parts, { type: kind });
    if (blob.size) add([new File([blob], `${t("Voice note")}.${kind.split("/")[1]}`, { type: kind })]);
  });
  recorder.start();
  button.classList.add("is-recording");
  label.textContent = t("Stop ({seconds} s)", { seconds: 0 });
  return recorder;
}
