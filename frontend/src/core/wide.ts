/** Marks scrollers that are wider than their place. Only these fix their first column: each fixed cell costs the browser a layer. */

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scroller = target.matches("table") ? target.parentElement : target;
    if (scroller) mark(scroller); // a table taken out of the page tells once more
    else sizes.unobserve(target);
  }
});

function mark(scroller: Element): void {
  const wide = scroller.scrollWidth > scroller.clientWidth + 1;
  scroller.classList.toggle("is-wide", wide);
  if (wide) scroller.setAttribute("tabindex", "0"); // so that keys scroll it where nothing in it takes them
  else scroller.removeAttribute("tabindex");
}

export function watch(within: ParentNode): void {
  for (const scroller of within.querySelectorAll(".table-scroll, .lines-scroll")) {
    sizes.observe(scroller);
    if (scroller.firstElementChild) sizes.observe(scroller.firstElementChild);
  }
}
