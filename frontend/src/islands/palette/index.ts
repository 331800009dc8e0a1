import "./palette.css";
import htmx from "htmx.org";
import { debounce, h, icon } from "../../core/dom";
import { json, withParameters } from "../../core/http";
import { t } from "../../core/text";

interface Item {
  label: string;
  number?: string;
  text?: string;
  icon?: string;
  href?: string;
  url?: string;
  dialog?: boolean;
  confirm?: string;
  key?: string;
  /** A button of the present page that is pressed. */
  button?: HTMLElement;
}

interface Answer {
  groups: { label: string; items: Item[] }[];
}

/** Ctrl-K: finds records and verbs, by keyboard alone. */
export default function mount(element: HTMLElement): () => void {
  const palette = new Palette(element.dataset.url!);
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.toggle();
    }
  };
  const onClick = (event: MouseEvent) => {
    if ((event.target as Element).closest("[data-palette]")) palette.toggle();
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  return () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", onClick);
  };
}

class Palette {
  private readonly input = h("input", { type: "search", class: "palette-input", role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": "palette-list", "aria-label": t("Search records and actions"), placeholder: t("Search records and actions"), autocomplete: "off", spellcheck: "false" });
  private readonly list = h("div", { id: "palette-list", role: "listbox", "aria-label": t("Results"), class: "palette-list" });
  private readonly dialog = h("dialog", { class: "palette", "aria-label": t("Search records and actions") }, h("div", { class: "palette-head" }, icon("search"), this.input, h("kbd", {}, "Esc")), this.list);
  private items: Item[] = [];
  private at = 0;
  private stop?: AbortController;
  private readonly searchSoon = debounce(110, () => void this.search());

  constructor(private readonly url: string) {
    document.body.append(this.dialog);
    this.input.addEventListener("input", this.searchSoon);
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.open(this.items[Number(option.dataset.index)], event.ctrlKey || event.metaKey);
    });
  }

  toggle(): void {
    if (this.dialog.open) return this.dialog.close();
    this.dialog.showModal();
    this.input.select();
    void this.search();
  }

  private async search(): Promise<void> {
    this.stop?.abort();
    this.stop = new AbortController();
    this.dialog.classList.add("is-busy");
    try {
      this.show(await json<Answer>(withParameters(this.url, { q: this.input.value.trim() }), { signal: this.stop.signal }));
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.list.replaceChildren(h("p", { class: "palette-none" }, (error as Error).message));
    }
    this.dialog.classList.remove("is-busy");
  }

  private show(answer: Answer): void {
    this.items = [];
    const here = { label: t("On this page"), items: verbsHere(this.input.value) };
    const groups = [...(this.input.value.trim() ? answer.groups : []), here, ...(this.input.value.trim() ? [] : answer.groups)].filter((group) => group.items.length).map((group, number) => {
      const options = group.items.map((item) => this.option(item));
      return h("div", { role: "group", "aria-labelledby": `palette-group-${number}` }, h("div", { class: "palette-group", id: `palette-group-${number}`, role: "presentation" }, group.label), ...options);
    });
    this.list.replaceChildren(...(groups.length ? groups : [h("p", { class: "palette-none" }, t("Nothing found."))]));
    this.point(0);
  }

  private option(item: Item): HTMLElement {
    const index = this.items.push(item) - 1;
    return h(
      "div",
      { role: "option", id: `palette-${index}`, "data-index": index, class: "palette-item" },
      icon(item.icon ?? (item.url ? "bolt" : "file-text")),
      h("span", { class: "palette-label" }, item.number ? h("span", { class: "recent-number" }, `${item.number} `) : null, item.label),
      item.text ? h("span", { class: "text-secondary palette-text" }, item.text) : null,
      item.key ? h("kbd", {}, item.key) : null,
    );
  }

  private point(index: number): void {
    if (!this.items.length) return this.input.removeAttribute("aria-activedescendant");
    this.at = (index + this.items.length) % this.items.length;
    for (const option of this.list.querySelectorAll("[role=option]")) option.setAttribute("aria-selected", String(option.id === `palette-${this.at}`));
    this.input.setAttribute("aria-activedescendant", `palette-${this.at}`);
    document.getElementById(`palette-${this.at}`)?.scrollIntoView({ block: "nearest" });
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) this.point(Math.abs(step) === 1 ? this.at + step : Math.max(0, Math.min(this.items.length - 1, this.at + step)));
    else if (event.key === "Escape") this.dialog.close();
    else if (event.key === "Enter" && this.items[this.at]) this.open(this.items[this.at], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  private open(item: Item, aside: boolean): void {
    this.dialog.close();
    if (item.button) item.button.click();
    else if (item.href) {
      if (aside) window.open(item.href, "_blank", "noopener");
      else location.assign(item.href);
    } else if (item.url && (!item.confirm || window.confirm(item.confirm))) {
      void htmx.ajax(item.dialog ? "get" : "post", item.url, item.dialog ? { target: "#dialog-body" } : { target: "body", swap: "none" });
    }
  }
}

const plain = (text: string): string => text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase();

/** What may be done on the page the palette was opened over: the verbs of its title line, free ones only. */
function verbsHere(typed: string): Item[] {
  const wanted = plain(typed.trim());
  const buttons = [...document.querySelectorAll<HTMLElement>("#heading :is(.button, .pop-item):not(.is-locked, [popovertarget])")];
  return buttons.map((button) => ({ label: button.textContent!.trim(), button, icon: "bolt" })).filter(({ label }) => label && plain(label).includes(wanted));
}
