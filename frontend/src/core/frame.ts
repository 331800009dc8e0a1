/** The frame's own switches: menu, theme, density. What a person chose is kept in this browser. */
import { t } from "./text";
import { toast } from "./toast";

const root = document.documentElement;

function remember(values: Record<string, string>): void {
  let look: Record<string, string> = {};
  try {
    look = JSON.parse(localStorage.getItem("look") || "{}");
    localStorage.setItem("look", JSON.stringify({ ...look, ...values }));
  } catch {
    /* Storage is refused in private windows: the choice lasts for this page. */
  }
  document.cookie = `look=${encodeURIComponent(JSON.stringify({ ...look, ...values }))}; path=/; max-age=31536000; samesite=lax`;
}

function toggleTheme(): void {
  const theme = root.dataset.themeNow === "dark" ? "light" : "dark";
  root.dataset.themeChoice = theme;
  remember({ theme });
  document.dispatchEvent(new Event("theme:changed"));
}

function toggleDensity(): void {
  const order = ["normal", "compact", "roomy"];
  const density = order[(order.indexOf(root.dataset.density ?? "normal") + 1) % order.length];
  root.dataset.density = density;
  remember({ density });
  toast({ normal: t("Rows: normal"), compact: t("Rows: compact"), roomy: t("Rows: roomy") }[density]!);
}

function menu(action: string): void {
  if (action === "fold") {
    const folded = root.dataset.menu === "folded";
    root.dataset.menu = folded ? "open" : "folded";
    document.querySelector(".menu-fold")?.setAttribute("aria-expanded", String(folded));
    remember({ menu: root.dataset.menu });
    return;
  }
  const open = action === "open";
  root.toggleAttribute("data-menu-open", open);
  document.querySelector(".frame-main")?.toggleAttribute("inert", open);
  if (open) document.querySelector<HTMLElement>(".menu-close")?.focus();
  else document.querySelector<HTMLElement>(".topbar-menu")?.focus();
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  const action = target.closest("[data-menu]:not(html)")?.getAttribute("data-menu");
  if (action) menu(action);
  if (target.closest("[data-theme-toggle]")) toggleTheme();
  if (target.closest("[data-density-toggle]")) toggleDensity();
  const group = target.closest(".menu-group > summary");
  if (group && root.dataset.menu === "folded" && innerWidth >= 900) menu("fold");
}

/** The menu shows where one is, however far down that stands. */
function showCurrent(): void {
  const body = document.querySelector<HTMLElement>(".menu-body");
  const link = body?.querySelector<HTMLElement>("[aria-current]");
  if (!body || !link) return;
  const hidden = link.getBoundingClientRect().bottom - body.getBoundingClientRect().bottom;
  if (hidden > 0) body.scrollTop += hidden + body.clientHeight / 3;
}

export function start(): void {
  showCurrent();
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.hasAttribute("data-menu-open")) menu("close");
  });
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
}
