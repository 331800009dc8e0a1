/** Places native popovers beside their buttons, moves through menus by keys, and shows tips on hover and focus. */

function opener(pop: HTMLElement): HTMLElement | null {
  return document.querySelector(`[popovertarget="${CSS.escape(pop.id)}"]`);
}

export function place(pop: HTMLElement, anchor: Element, gap = 5): void {
  const box = anchor.getBoundingClientRect();
  const width = pop.offsetWidth;
  const height = pop.offsetHeight;
  const left = box.left + width > innerWidth - 8 ? box.right - width : box.left;
  const below = box.bottom + gap;
  const top = below + height > innerHeight - 8 && box.top - gap - height > 8 ? box.top - gap - height : below;
  pop.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  pop.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

function items(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

function onMenuKey(event: KeyboardEvent): void {
  const menu = (event.target as Element).closest?.('[role="menu"]');
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]!;
  all[(next + all.length) % all.length]?.focus();
  event.preventDefault();
}

let tip: HTMLElement | undefined;

function showTip(target: Element): void {
  const text = target.getAttribute("data-why") || target.getAttribute("data-tip");
  const folded = target.closest(".menu") && document.documentElement.dataset.menu !== "folded";
  if (!text || folded) return;
  hideTip();
  tip = document.createElement("div");
  tip.className = "tip";
  tip.popover = "manual";
  tip.setAttribute("role", "tooltip");
  tip.textContent = text;
  (target.closest("dialog") ?? document.body).append(tip);
  tip.showPopover();
  place(tip, target, 7);
}

function hideTip(): void {
  tip?.remove();
  tip = undefined;
}

export function start(): void {
  document.addEventListener(
    "toggle",
    (event) => {
      const pop = event.target as HTMLElement;
      if (!pop.popover || pop.classList.contains("tip") || (event as ToggleEvent).newState !== "open") return;
      const anchor = opener(pop);
      if (anchor) place(pop, anchor);
      (pop.querySelector<HTMLElement>("[autofocus], input:not([type=hidden]), select") ?? items(pop)[0])?.focus();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
    onMenuKey(event);
  });
  document.addEventListener("click", (event) => {
    const item = (event.target as Element).closest?.('.pop [role^="menuitem"]');
    item?.closest<HTMLElement>("[popover]")?.hidePopover();
    const locked = (event.target as Element).closest?.("[data-why]");
    if (locked) showTip(locked);
  });
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const target = (event.target as Element).closest?.("[data-tip], [data-why]");
      if (target) showTip(target);
      else if (kind === "pointerover") hideTip();
    });
  }
  document.addEventListener("focusout", hideTip);
  document.addEventListener("scroll", hideTip, { capture: true, passive: true });
}
