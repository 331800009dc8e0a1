/** The charts' colours, read from the page's theme, so that light and dark follow it. */

let probe: HTMLElement | undefined;

/** A theme variable as a colour the canvas understands. */
export function color(name: string): string {
  if (!probe) {
    probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

const TONES: Record<string, string> = { success: "good", warning: "warn", danger: "bad", info: "note", progress: "note", accent: "plum", primary: "pine", neutral: "line-strong" };

export const tone = (name: string): string => color(TONES[name] ?? "pine");

/** Series colours in order; far enough apart for colour-blind eyes, and told apart by label as well. */
export function series(): string[] {
  return ["pine", "brass-mark", "note", "plum", "bad", "line-strong", "good", "warn"].map(color);
}

export function theme(): object {
  const ink = color("ink-2");
  const line = color("line");
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: ink, fontSize: 12 },
    nameTextStyle: { color: ink, fontSize: 12 },
    splitLine: { lineStyle: { color: line } },
  };
  return {
    color: series(),
    backgroundColor: "transparent",
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: color("ink") },
    categoryAxis: { ...axis, splitLine: { show: false } },
    timeAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    legend: { textStyle: { color: ink }, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 16, inactiveColor: line },
    tooltip: {
      backgroundColor: color("surface"),
      borderColor: line,
      textStyle: { color: color("ink"), fontSize: 13 },
      extraCssText: "box-shadow: var(--shadow-2); border-radius: 8px;",
      axisPointer: { lineStyle: { color: color("line-strong") }, crossStyle: { color: color("line-strong") }, shadowStyle: { color: color("surface-3"), opacity: 0.6 } },
    },
  };
}
