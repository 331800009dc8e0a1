import "./pivot.css";
import Sortable from "sortablejs";
import { h, icon } from "../../core/dom";
import { json } from "../../core/http";
import { t } from "../../core/text";
import { toast } from "../../core/toast";
import { watch } from "../../core/wide";

interface Field {
  name: string;
  label: string;
  unit?: string;
}

interface Cell {
  text: string;
  href?: string;
  tone?: string;
}

interface Props {
  url: string;
  fields: Field[];
  measures: Field[];
  rows: string[];
  columns: string[];
  shown: string[];
  head: { text: string; span?: number; href?: string }[][];
  body: { labels: string[]; level: number; cells: Cell[]; total?: boolean; href?: string }[];
  foot?: Cell[];
  truncated?: string;
}

type Zone = "rows" | "columns" | "shown" | "free";

/** A pivot the server computes; dimensions and measures are dragged, or moved by their menus, between the axes. */
export default function mount(element: HTMLElement, props: Props): void {
  new Pivot(element, props).show();
}

class Pivot {
  private isOpen = false;

  constructor(private readonly root: HTMLElement, private props: Props) {}

  show(): void {
    this.root.replaceChildren(this.zones(), this.table());
    watch(this.root);
    for (const list of this.root.querySelectorAll<HTMLElement>(".pivot-chips")) {
      const measures = list.dataset.zone === "shown" || list.dataset.zone === "free-measures";
      Sortable.create(list, { group: measures ? "measures" : "fields", animation: 120, onEnd: () => void this.rearrange(this.fromChips()) });
    }
  }

  private zones(): HTMLElement {
    const { fields, measures, rows, columns, shown } = this.props;
    const used = new Set([...rows, ...columns]);
    const free = fields.filter((field) => !used.has(field.name)).map((field) => field.name);
    const unused = measures.filter((measure) => !shown.includes(measure.name)).map((measure) => measure.name);
    return h(
      "div",
      { class: "pivot-zones" },
      this.zone("rows", t("Rows"), rows),
      this.zone("columns", t("Columns"), columns),
      this.zone("shown", t("Figures"), shown),
      this.zone("free", t("Not used"), [...free, ...unused]),
    );
  }

  private zone(zone: Zone, label: string, names: string[]): HTMLElement {
    if (zone === "free") return this.folded(label, names);
    return h("div", { class: `pivot-zone is-${zone}` }, h("span", { class: "pivot-zone-label" }, label), h("ul", { class: "pivot-chips", "data-zone": zone, "aria-label": label }, ...names.map((name) => this.chip(name, zone))));
  }

  /** What is not used stays folded away until somebody looks for it. */
  private folded(label: string, names: string[]): HTMLElement {
    const chips = h("ul", { class: "pivot-chips", "data-zone": "free", "aria-label": label }, ...names.map((name) => this.chip(name, "free")));
    const fold = h("details", { class: "pivot-zone is-free", open: this.isOpen }, h("summary", { class: "pivot-zone-label" }, label, h("span", { class: "tab-count" }, String(names.length))), chips);
    fold.addEventListener("toggle", () => (this.isOpen = fold.open));
    return fold;
  }

  private chip(name: string, zone: Zone): HTMLElement {
    const measure = this.props.measures.some((one) => one.name === name);
    const field = [...this.props.fields, ...this.props.measures].find((one) => one.name === name);
    const places: [Zone, string][] = measure ? [["shown", t("Figures")], ["free", t("Not used")]] : [["rows", t("Rows")], ["columns", t("Columns")], ["free", t("Not used")]];
    const select = h("select", { class: "pivot-move", "aria-label": t("Place of {name}", { name: field?.label ?? name }), change: (event: Event) => void this.rearrange(this.moved(name, zone, (event.target as HTMLSelectElement).value as Zone)) }, ...places.map(([value, text]) => h("option", { value, selected: value === zone }, text)));
    return h("li", { class: `pivot-chip${measure ? " is-measure" : ""}`, "data-name": name }, icon(measure ? "sum" : "tag", "sm"), field?.label ?? name, select);
  }

  private moved(name: string, from: Zone, to: Zone): Pick<Props, "rows" | "columns" | "shown"> {
    const next = { rows: [...this.props.rows], columns: [...this.props.columns], shown: [...this.props.shown] };
    if (from !== "free") next[from] = next[from].filter((one) => one !== name);
    if (to !== "free") next[to].push(name);
    return next;
  }

  private fromChips(): Pick<Props, "rows" | "columns" | "shown"> {
    const names = (zone: string) => [...this.root.querySelectorAll<HTMLElement>(`[data-zone="${zone}"] [data-name]`)].map((chip) => chip.dataset.name!);
    const isMeasure = (name: string) => this.props.measures.some((one) => one.name === name);
    return { rows: names("rows").filter((name) => !isMeasure(name)), columns: names("columns").filter((name) => !isMeasure(name)), shown: names("shown").filter(isMeasure) };
  }

  private async rearrange(next: Pick<Props, "rows" | "columns" | "shown">): Promise<void> {
    const shown = next.shown.length ? next.shown : this.props.shown;
    const address = new URL(this.props.url, location.href);
    for (const [name, value] of new URL(location.href).searchParams) if (!address.searchParams.has(name)) address.searchParams.append(name, value);
    address.searchParams.set("rows", next.rows.join(","));
    address.searchParams.set("columns", next.columns.join(","));
    address.searchParams.set("measures", shown.join(","));
    this.root.classList.add("is-busy");
    try {
      this.props = await json<Props>(address.toString());
      history.replaceState(null, "", location.pathname + address.search);
    } catch (error) {
      toast({ text: (error as Error).message, tone: "danger" });
    }
    this.root.classList.remove("is-busy");
    this.show();
  }

  private table(): HTMLElement {
    const { head, body, foot, rows, fields } = this.props;
    const link = (cell: Cell | { text: string; href?: string }) => (cell.href ? h("a", { href: cell.href }, cell.text) : cell.text);
    const labels = rows.length ? rows.map((name) => fields.find((field) => field.name === name)?.label ?? name) : [""];
    const headRows = head.map((cells, index) =>
      h("tr", {}, ...(index === head.length - 1 ? labels.map((label) => h("th", { scope: "col" }, label)) : labels.map(() => h("td", {}))), ...cells.map((cell) => h("th", { scope: "col", colspan: cell.span ?? 1, class: "pivot-head" }, link(cell)))),
    );
    const bodyRows = body.map((row) => {
      const names = labels.map((_, index) => h(index === row.level ? "th" : "td", { scope: index === row.level ? "row" : null, class: "pivot-label" }, index === row.level && row.href ? h("a", { href: row.href }, row.labels[index] ?? "") : (row.labels[index] ?? "")));
      return h("tr", { class: row.total ? "is-total" : null }, ...names, ...row.cells.map((cell) => h("td", { class: `cell-number${cell.tone ? ` text-${cell.tone}` : ""}` }, link(cell))));
    });
    const footRow = foot ? h("tfoot", {}, h("tr", {}, h("th", { scope: "row", colspan: labels.length }, t("Total")), ...foot.map((cell) => h("td", { class: "cell-number" }, link(cell))))) : null;
    const table = h("table", { class: "grid-table pivot-table" }, h("thead", {}, ...headRows), h("tbody", {}, ...bodyRows), footRow);
    return h("div", {}, this.props.truncated ? h("p", { class: "pivot-note" }, this.props.truncated) : null, h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": t("Pivot") }, table));
  }
}
