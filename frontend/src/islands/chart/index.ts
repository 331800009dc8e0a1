import { BarChart, FunnelChart, HeatmapChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendScrollComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { h } from "../../core/dom";
import { decimal, t } from "../../core/text";
import { option, type ChartProps } from "./option";
import { theme } from "./theme";

use([BarChart, FunnelChart, HeatmapChart, LineChart, PieChart, ScatterChart, GridComponent, LegendScrollComponent, MarkAreaComponent, MarkLineComponent, MarkPointComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

/** A chart; every mark opens the records behind it, and the numbers are there as a table for those who cannot see it. */
export default function mount(element: HTMLElement, props: ChartProps): (() => void) | void {
  if (!props.series.some((one) => one.values.some((value) => value !== null && value !== ""))) {
    element.append(h("p", { class: "empty-state empty-small" }, props.empty ?? t("No figures for this choice.")));
    return;
  }
  const picture = h("div", { "aria-hidden": "true" });
  picture.style.height = "100%";
  element.append(picture, numbers(props));
  let chart = draw(picture, props);
  const resize = new ResizeObserver(() => chart.resize());
  resize.observe(element);
  const redraw = () => {
    chart.dispose();
    chart = draw(picture, props);
  };
  document.addEventListener("theme:changed", redraw);
  return () => {
    document.removeEventListener("theme:changed", redraw);
    resize.disconnect();
    chart.dispose();
  };
}

function draw(picture: HTMLElement, props: ChartProps) {
  const chart = init(picture, theme(), { renderer: "svg" });
  chart.setOption(option(props) as EChartsCoreOption);
  chart.on("click", (event) => {
    const href = (event.data as { href?: string } | undefined)?.href;
    if (href) location.assign(href);
  });
  return chart;
}

function numbers(props: ChartProps): HTMLElement {
  const unit = props.y?.unit ? ` (${props.y.unit})` : "";
  const rows = props.x.values.map((x, index) =>
    h("tr", {}, h("th", { scope: "row" }, x), ...props.series.map((one) => {
      const text = decimal(one.values[index]);
      const href = one.hrefs?.[index];
      return h("td", {}, href && text ? h("a", { href, tabindex: -1 }, text) : text);
    })),
  );
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, props.x.label ?? t("Value")), ...props.series.map((one) => h("th", { scope: "col" }, one.label + unit))));
  return h("div", { class: "visually-hidden" }, h("table", {}, head, h("tbody", {}, ...rows)));
}
