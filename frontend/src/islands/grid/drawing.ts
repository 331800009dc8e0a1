/** How the grid is drawn: its head, its lines and cells, its totals; nothing here knows where the cursor is. */
import { h, icon } from "../../core/dom";
import { t } from "../../core/text";
import { isBlank, isLink, show, type Column, type GridProps, type Line, type Total } from "./model";

export function head(columns: Column[], editable: boolean): HTMLElement {
  const cells = columns.map((column) => {
    const cell = h("th", { scope: "col", role: "columnheader", class: `line-${column.kind}`, title: column.help }, column.label, editable && column.required && !column.readonly ? h("span", { class: "required", "aria-hidden": "true" }, " *") : null, column.unit ? h("span", { class: "unit" }, ` ${column.unit}`) : null);
    if (column.width) cell.style.width = cell.style.minWidth = `${column.width}px`;
    return cell;
  });
  return h("thead", {}, h("tr", { role: "row" }, h("th", { scope: "col", role: "columnheader", class: "line-number" }, h("span", { class: "visually-hidden" }, t("Line")), "#"), ...cells));
}

export function tool(name: string, label: string, act: () => void): HTMLElement {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, "data-tip": label, tabindex: -1, click: act }, icon(name));
}

export function drawRow(props: GridProps, line: Line, row: number): HTMLTableRowElement {
  const number = h("th", { class: "line-number", role: "rowheader", scope: "row" }, line.href ? h("a", { href: line.href, tabindex: -1 }, String(row + 1)) : String(row + 1));
  const cells = props.columns.map((column, col) => {
    const cell = h("td", { role: "gridcell", tabindex: -1, "data-col": col });
    fillCell(cell, props, line, column);
    return cell;
  });
  const element = h("tr", { role: "row", "aria-rowindex": row + 2, "data-key": line.key }, number, ...cells);
  element.classList.toggle("is-blank", isBlank(line));
  return element;
}

/** Shows a line's values again, save in the cell that is being edited. */
export function redrawRow(element: HTMLTableRowElement, props: GridProps, line: Line): void {
  element.classList.toggle("is-blank", isBlank(line));
  props.columns.forEach((column, col) => {
    const cell = element.cells[col + 1] as HTMLElement;
    if (!cell.classList.contains("is-editing")) fillCell(cell, props, line, column);
  });
}

function fillCell(cell: HTMLElement, props: GridProps, line: Line, column: Column): void {
  const value = line.values[column.name];
  const error = line.errors?.[column.name];
  const locked = !props.editable || column.readonly || line.readonly;
  cell.className = `line-${column.kind}${locked ? " is-fixed" : ""}${error ? " has-error" : ""}`;
  cell.textContent = show(column, value);
  if (locked) cell.setAttribute("aria-readonly", "true");
  if (error) cell.setAttribute("aria-invalid", "true");
  else cell.removeAttribute("aria-invalid");
  cell.title = error ?? "";
  if (isLink(value) && value.id === null && !error) cell.classList.add("is-open");
}

export function totalRows(totals: Total[]): HTMLElement[] {
  return totals.flatMap((total) => [h("dt", { class: total.strong ? "is-strong" : null }, total.label), h("dd", { class: total.strong ? "is-strong" : null }, total.text)]);
}
