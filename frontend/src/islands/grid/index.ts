import { t } from "../../core/text";
import "./grid.css";
import { Grid } from "./grid";
import type { GridProps } from "./model";

/** Lines of a document, edited like a spreadsheet. */
export default function mount(element: HTMLElement, props: GridProps): () => void {
  const grid = new Grid(element, props);
  const warn = (event: BeforeUnloadEvent) => {
    if (props.saved && grid.isPending) event.returnValue = t("A change is still being saved.");
  };
  window.addEventListener("beforeunload", warn);
  return () => {
    grid.end();
    window.removeEventListener("beforeunload", warn);
  };
}
