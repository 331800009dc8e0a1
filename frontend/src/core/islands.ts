/** Islands: parts of a page with a program of their own, loaded only where used. */

export interface Island {
  (element: HTMLElement, props: never): void | (() => void) | Promise<void | (() => void)>;
}

const islands: Record<string, () => Promise<{ default: Island }>> = {
  "bom-tree": () => import("../islands/bom-tree"),
  agenda: () => import("../islands/agenda"),
  calendar: () => import("../islands/calendar"),
  chart: () => import("../islands/chart"),
  choose: () => import("../islands/choose"),
  dossier: () => import("../islands/dossier"),
  drafts: () => import("../islands/drafts"),
  grid: () => import("../islands/grid"),
  kanban: () => import("../islands/kanban"),
  keys: () => import("../islands/keys"),
  live: () => import("../islands/live"),
  mentions: () => import("../islands/mentions"),
  palette: () => import("../islands/palette"),
  pivot: () => import("../islands/pivot"),
  recorder: () => import("../islands/recorder"),
  scan: () => import("../islands/scan"),
  schedule: () => import("../islands/schedule"),
  signature: () => import("../islands/signature"),
  table: () => import("../islands/table"),
  "tree-table": () => import("../islands/tree-table"),
};

const ends = new WeakMap<Element, () => void>();
const waitsForSight = new Set(["chart", "calendar", "dossier", "pivot"]);

function props(element: HTMLElement): unknown {
  const script = element.querySelector<HTMLScriptElement>(":scope > script.props");
  const text = script?.textContent ?? element.dataset.props;
  return text ? JSON.parse(text) : {};
}

// Asked for once: only the first import waits for the style sheet too, and unstyled parts would jump.
const loading = new Map<string, ReturnType<(typeof islands)[string]>>();

async function mount(element: HTMLElement): Promise<void> {
  const name = element.dataset.island!;
  if (!islands[name]) return;
  if (!loading.has(name)) loading.set(name, islands[name]());
  const island = (await loading.get(name)!).default;
  if (!element.isConnected) return;
  const end = await island(element, props(element) as never);
  element.classList.add("is-mounted");
  if (end) ends.set(element, end);
}

const sight = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      sight.unobserve(entry.target);
      void mount(entry.target as HTMLElement);
    }
  },
  { rootMargin: "200px" },
);

/** Mounts every island in the given part of the page that is not mounted yet. */
export function mountAll(within: ParentNode): void {
  const found = [...within.querySelectorAll<HTMLElement>("[data-island]")];
  if (within instanceof HTMLElement && within.dataset.island) found.unshift(within);
  for (const element of found) {
    if (element.dataset.mounted) continue;
    element.dataset.mounted = "1";
    if (waitsForSight.has(element.dataset.island!)) sight.observe(element);
    else void mount(element);
  }
}

export function unmountAll(within: Element): void {
  for (const element of [within, ...within.querySelectorAll("[data-island]")]) {
    ends.get(element)?.();
    ends.delete(element);
    sight.unobserve(element);
  }
}
