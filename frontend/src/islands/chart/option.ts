/** What the chart library is asked to draw for the properties of a chart. */
import { decimal, dayMonth, escapeHtml, shortDate } from "../../core/text";
import { color, tone } from "./theme";

export interface Series {
  label: string;
  values: (number | string | null)[];
  hrefs?: (string | null)[];
  kind?: string;
  tone?: string;
  axis?: number;
  dashed?: boolean;
  step?: boolean;
  stack?: string;
  /** Drawn without ink: it only lifts what stands on it. */
  unseen?: boolean;
}

export interface Axis {
  label?: string;
  unit?: string;
  digits?: number;
  max?: number;
}

export interface ChartProps {
  kind: string;
  x: { values: string[]; label?: string; dates?: boolean };
  y?: Axis;
  y2?: Axis;
  series: Series[];
  today?: string;
  bands?: { label: string; from: number; to: number; tone?: string }[];
  marks?: { x: string; y: number; label: string; tone?: string; href?: string }[];
  empty?: string;
}

type Point = { value: unknown; href?: string | null; itemStyle?: object };

export function option(props: ChartProps): object {
  if (props.kind === "pie") return pie(props);
  if (props.kind === "funnel") return funnel(props);
  if (props.kind === "heat") return heat(props);
  return cartesian(props.kind === "waterfall" ? waterfall(props) : props);
}

const text = (axis: Axis | undefined, value: unknown): string => (value === null || value === undefined || value === "-" ? "–" : `${decimal(value as number, axis?.digits ?? digits(value))}${axis?.unit ? ` ${axis.unit}` : ""}`);

function digits(value: unknown): number {
  const number = Math.abs(Number(value));
  return Number.isInteger(number) || number >= 1000 ? 0 : number >= 10 ? 1 : 2;
}

/** Short writing of a large number for an axis label, in the person's language. */
function compact(value: number): string {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

function axis(given: Axis | undefined, right: boolean): object {
  const name = [given?.label, given?.unit].filter(Boolean).join(", ");
  return { type: "value", name, nameLocation: "end", nameGap: 12, nameTextStyle: { align: right ? "right" : "left", padding: right ? 0 : [0, 0, 0, -4] }, max: given?.max, axisLabel: { formatter: compact }, splitLine: { show: !right } };
}

function cartesian(props: ChartProps): object {
  const horizontal = props.kind === "horizontal";
  const label = (value: string) => (props.x.dates ? shortDate(value) : value);
  const across = { type: "category", data: props.x.values, name: horizontal ? "" : props.x.label, nameLocation: "middle", nameGap: 28, inverse: horizontal, boundaryGap: props.series.some((one) => isBar(props, one)), axisLabel: { formatter: (value: string) => (props.x.dates ? dayMonth(value) : value), hideOverlap: true, width: horizontal ? 130 : undefined, overflow: horizontal ? "truncate" : undefined } };
  const up = [horizontal ? { ...axis(props.y, false), nameLocation: "middle", nameGap: 24, nameTextStyle: {} } : axis(props.y, false), ...(props.y2 ? [axis(props.y2, true)] : [])];
  return {
    animationDuration: 220,
    grid: { left: 4, right: props.y2 ? 4 : 14, top: props.series.length > 1 ? 58 : 34, bottom: (horizontal ? props.y?.label || props.y?.unit : props.x.label) ? 26 : 4, containLabel: true },
    legend: { show: props.series.length > 1 && props.kind !== "waterfall", top: 0, left: 0, type: "scroll" },
    tooltip: { trigger: "axis", axisPointer: { type: props.series.some((one) => isBar(props, one)) ? "shadow" : "line" }, formatter: (items: { axisValue: string; marker: string; seriesName: string; value: unknown; seriesIndex: number }[]) => tip(props, items, label) },
    xAxis: horizontal ? up[0] : across,
    yAxis: horizontal ? across : up,
    series: props.series.map((one, index) => drawn(props, one, index === 0)),
  };
}

function isBar(props: ChartProps, one: Series): boolean {
  return ["bar", "stacked", "horizontal"].includes(one.kind ?? props.kind);
}

function tip(props: ChartProps, items: { axisValue: string; marker: string; seriesName: string; value: unknown; seriesIndex: number }[], label: (value: string) => string): string {
  const rows = items
    .filter((item) => !item.seriesName.startsWith("\u0000"))
    .map((item) => {
      const unit = props.series[item.seriesIndex]?.axis ? props.y2 : props.y;
      return `<tr><td>${item.marker} ${escapeHtml(item.seriesName)}</td><td style="text-align:right;padding-left:18px;font-variant-numeric:tabular-nums">${escapeHtml(text(unit, item.value))}</td></tr>`;
    });
  return `<strong>${escapeHtml(label(items[0]?.axisValue ?? ""))}</strong><table>${rows.join("")}</table>`;
}

function drawn(props: ChartProps, one: Series, first: boolean): object {
  const bar = isBar(props, one);
  const shade = one.tone ? tone(one.tone) : undefined;
  const kind = one.kind ?? props.kind;
  const data: Point[] = one.values.map((value, index) => ({ value: value ?? "-", href: one.hrefs?.[index] }));
  return {
    name: one.label,
    type: kind === "scatter" ? "scatter" : bar ? "bar" : "line",
    data,
    yAxisIndex: one.axis ?? 0,
    stack: one.stack ?? (kind === "stacked" ? "all" : undefined),
    step: one.step ? "end" : undefined,
    smooth: false,
    showSymbol: one.values.length < 40 && !one.step,
    symbolSize: 6,
    barMaxWidth: 34,
    itemStyle: { opacity: one.unseen ? 0 : 1, color: shade, borderRadius: bar && kind !== "stacked" ? (kind === "horizontal" ? [0, 3, 3, 0] : [3, 3, 0, 0]) : 0 },
    lineStyle: { width: 2, color: shade, type: one.dashed ? "dashed" : "solid" },
    areaStyle: kind === "area" ? { opacity: 0.14 } : undefined,
    cursor: one.hrefs ? "pointer" : "default",
    ...(first ? extras(props) : {}),
  };
}

function extras(props: ChartProps): object {
  const bands = (props.bands ?? []).map((band) => [
    { yAxis: band.from, name: band.label, itemStyle: { color: tone(band.tone ?? "warning"), opacity: 0.1 }, label: { position: "insideTopLeft", color: color("ink-2"), fontSize: 11 } },
    { yAxis: band.to },
  ]);
  return {
    markArea: bands.length ? { silent: true, data: bands } : undefined,
    markLine: props.today ? { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: color("brass-mark"), width: 1.5, type: "solid" }, data: [{ xAxis: props.today }] } : undefined,
    markPoint: props.marks?.length
      ? { symbol: "circle", symbolSize: 9, label: { show: false }, data: props.marks.map((mark) => ({ coord: [mark.x, mark.y], name: mark.label, href: mark.href, itemStyle: { color: tone(mark.tone ?? "primary") } })), tooltip: { formatter: (item: { name: string }) => escapeHtml(item.name) } }
      : undefined,
  };
}

/** Steps up and down from one total to the next: an unseen bar lifts each step to its place. */
function waterfall(props: ChartProps): ChartProps {
  const values = props.series[0].values.map(Number);
  let level = 0;
  const lift: number[] = [];
  const rise: (number | null)[] = [];
  const fall: (number | null)[] = [];
  values.forEach((value) => {
    lift.push(Math.min(level, level + value));
    rise.push(value >= 0 ? value : null);
    fall.push(value < 0 ? -value : null);
    level += value;
  });
  const hrefs = props.series[0].hrefs;
  const hidden: Series = { label: "\u0000", values: lift, kind: "stacked", stack: "w", unseen: true };
  return { ...props, series: [hidden, { label: "+", values: rise, hrefs, kind: "stacked", stack: "w", tone: "success" }, { label: "−", values: fall, hrefs, kind: "stacked", stack: "w", tone: "danger" }] };
}

const named = (props: ChartProps): (Point & { name: string })[] => props.x.values.map((name, index) => ({ name, value: props.series[0].values[index], href: props.series[0].hrefs?.[index] }));

/** At most four slices: the smaller ones are one, and a bar chart shows them better. */
function pie(props: ChartProps): object {
  const data = named(props).sort((a, b) => Number(b.value) - Number(a.value));
  const small = data.slice(3);
  const shown = data.length > 4 ? [...data.slice(0, 3), { name: "…", value: small.reduce((sum, one) => sum + Number(one.value), 0) }] : data;
  return {
    tooltip: { formatter: (item: { name: string; value: number; percent: number }) => `${escapeHtml(item.name)}<br><strong>${escapeHtml(text(props.y, item.value))}</strong> (${item.percent} %)` },
    series: [{ type: "pie", radius: ["56%", "82%"], data: shown, label: { color: color("ink"), formatter: "{b}\n{d} %" }, itemStyle: { borderColor: color("surface"), borderWidth: 2 }, animationDuration: 220 }],
  };
}

function funnel(props: ChartProps): object {
  return {
    tooltip: { formatter: (item: { name: string; value: number }) => `${escapeHtml(item.name)}: <strong>${escapeHtml(text(props.y, item.value))}</strong>` },
    series: [{ type: "funnel", left: 10, right: 10, top: 10, bottom: 10, minSize: "12%", gap: 3, data: named(props), sort: "none", label: { position: "inside", color: color("pine-ink"), formatter: (item: { name: string; value: number }) => `${item.name}  ${text(props.y, item.value)}` }, itemStyle: { borderWidth: 0, color: color("pine-fill") } }],
  };
}

function heat(props: ChartProps): object {
  const cells = props.series.flatMap((one, row) => one.values.map((value, column) => ({ value: [column, row, value ?? "-"], href: one.hrefs?.[column] })));
  const numbers = props.series.flatMap((one) => one.values.map(Number)).filter((value) => !Number.isNaN(value));
  return {
    grid: { left: 4, right: 10, top: 8, bottom: 46, containLabel: true },
    tooltip: { formatter: (item: { value: [number, number, number] }) => `${escapeHtml(props.series[item.value[1]].label)} · ${escapeHtml(props.x.values[item.value[0]])}<br><strong>${escapeHtml(text(props.y, item.value[2]))}</strong>` },
    xAxis: { type: "category", data: props.x.values, axisLabel: { formatter: (value: string) => (props.x.dates ? dayMonth(value) : value) } },
    yAxis: { type: "category", data: props.series.map((one) => one.label), inverse: true },
    visualMap: { min: Math.min(0, ...numbers), max: props.y?.max ?? Math.max(1, ...numbers), orient: "horizontal", left: 0, bottom: 0, itemHeight: 90, itemWidth: 10, calculable: false, textStyle: { color: color("ink-2") }, inRange: { color: [color("surface-3"), color("brass-mark"), color("bad")] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: color("surface"), borderWidth: 2 } }],
  };
}
