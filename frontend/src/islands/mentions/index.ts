import { debounce, h } from "../../core/dom";
import { json, withParameters } from "../../core/http";
import { place } from "../../core/popover";

interface Person {
  id: string | number;
  name: string;
  text?: string;
}

/** "@" in a note offers colleagues; Ctrl-Enter sends. */
export default function mount(element: HTMLElement): (() => void) | void {
  const area = element.querySelector("textarea");
  if (!area) return;
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (element as HTMLFormElement).requestSubmit();
  });
  const url = element.dataset.url;
  if (!url) return;
  const list = h("div", { class: "pop", role: "listbox" });
  list.popover = "manual";
  document.body.append(list);
  let people: Person[] = [];
  let at = 0;

  const word = () => /(?:^|\s)@([\p{L}\p{N}._-]{0,30})$/u.exec(area.value.slice(0, area.selectionStart));
  const close = () => list.matches(":popover-open") && list.hidePopover();
  const point = (index: number) => {
    at = (index + people.length) % people.length;
    [...list.children].forEach((child, number) => child.setAttribute("aria-selected", String(number === at)));
  };
  const choose = (person: Person) => {
    const found = word();
    if (!found) return close();
    const start = area.selectionStart - found[1].length - 1;
    area.setRangeText(`@${person.name} `, start, area.selectionStart, "end");
    let kept = element.querySelector<HTMLInputElement>(`input[name=mention][value="${CSS.escape(String(person.id))}"]`);
    kept ??= element.appendChild(h("input", { type: "hidden", name: "mention", value: person.id }));
    close();
  };
  const ask = debounce(120, async () => {
    const found = word();
    if (!found) return close();
    people = (await json<{ items: Person[] }>(withParameters(url, { q: found[1] }))).items;
    if (!people.length) return close();
    list.replaceChildren(...people.map((person) => h("div", { class: "pop-item", role: "option", pointerdown: (event: Event) => (event.preventDefault(), choose(person)) }, person.name, person.text ? h("span", { class: "text-secondary" }, person.text) : null)));
    if (!list.matches(":popover-open")) list.showPopover();
    place(list, area);
    point(0);
  });
  area.addEventListener("input", ask);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (!list.matches(":popover-open")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point(at + step);
    else if (event.key === "Enter" || event.key === "Tab") choose(people[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  return () => list.remove();
}
