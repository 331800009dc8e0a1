import { h } from "../../core/dom";
import { t } from "../../core/text";

/** A field to sign with finger or pen; the picture goes into a hidden field. */
export default function mount(element: HTMLElement, props: { name: string }): void {
  const canvas = h("canvas", { class: "signature", width: 640, height: 200, "aria-label": t("Signature"), role: "img" });
  const value = h("input", { type: "hidden", name: props.name });
  const clear = () => {
    canvas.getContext("2d")!.clearRect(0, 0, canvas.width, canvas.height);
    value.value = "";
  };
  element.replaceChildren(canvas, h("button", { type: "button", class: "button button-quiet button-small", click: clear }, t("Sign again")), value);
  const pen = canvas.getContext("2d")!;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  const spot = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.strokeStyle = "#101820";
    pen.beginPath();
    pen.moveTo(...spot(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    pen.lineTo(...spot(event));
    pen.stroke();
  });
  canvas.addEventListener("pointerup", () => {
    value.value = canvas.toDataURL("image/png");
    value.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
