import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";
import { json, withParameters } from "../../core/http";
import { escapeHtml, t } from "../../core/text";

TomSelect.define("remove_button", removeButton);

const PAUSE_MILLISECONDS = 130;

interface Item {
  id: string;
  text: string;
  code?: string;
  note?: string;
  disabled?: boolean;
}

/** A choice with search: by code, name or what the server matches. */
export default function mount(element: HTMLElement): () => void {
  const field = element as HTMLInputElement | HTMLSelectElement;
  const { url, text, create, within } = field.dataset;
  const owner = within ? (field.form?.elements.namedItem(within) as HTMLInputElement | null) : null;
  const asking = (query: string) => withParameters(url!, { q: query, ...(owner?.value ? { within: within!, of: owner.value } : {}) });
  const many = field instanceof HTMLSelectElement ? field.multiple : field.dataset.many !== undefined;
  const names: Record<string, string> = JSON.parse(field.dataset.names ?? "{}");
  // What was typed before the field was dressed is a word to look up, never the key of a record.
  const early = url && document.activeElement === field && field instanceof HTMLInputElement && field.value !== field.defaultValue ? field.value : "";
  if (early) field.value = (field as HTMLInputElement).defaultValue;
  const chosen = field.dataset.names ? Object.keys(names) : field.value ? [field.value] : [];
  const start = chosen.map((id) => ({ id, text: names[id] ?? text ?? id }));
  let questions = 0;
  let listed: string | null = null;
  let isPointing = false;
  const forgetList = () => {
    chooser.clearOptions(((option: Item) => chooser.items.includes(String(option.id))) as never);
    listed = null;
    isPointing = false;
  };
  // What belongs to another word or owner is not the list any more; the next focus asks again.
  const renew = () => {
    forgetList();
    chooser.wrapper.classList.remove("preloaded");
  };
  /** Ask for what stands in the box after a pause. Only the answer to the last question counts: that to an earlier one
   *  may come later, and the question every focus puts must not take the place of what is typed meanwhile. */
  const ask = (_word: string, done: (items?: Item[]) => void) => {
    const mine = ++questions;
    chooser.loading = 1;
    window.setTimeout(async () => {
      if (mine !== questions) return;
      const word = chooser.inputValue();
      const items = await json<{ items: Item[] }>(asking(word)).then((answer) => answer.items, () => undefined);
      if (mine !== questions) return;
      if (items) forgetList();
      listed = items ? word : null;
      done(items);
    }, PAUSE_MILLISECONDS);
  };
  /** The record that is meant by a word whose list is not there yet: of this code, or the only one found. */
  const take = async (word: string) => {
    const items = await json<{ items: Item[] }>(asking(word)).then((answer) => answer.items, () => []);
    const exact = items.find((item) => item.code?.toLowerCase() === word.toLowerCase()) ?? (items.length === 1 ? items[0] : null);
    if (!exact) return chooser.open();
    chooser.addOption(exact as never);
    chooser.addItem(String(exact.id));
  };
  const chooser = new TomSelect(field as never, {
    valueField: url ? "id" : "value",
    labelField: "text",
    searchField: url ? [] : ["text", "value"],
    ...(url && field instanceof HTMLInputElement ? { options: start } : {}),
    delimiter: field.dataset.names ? " " : ",",
    maxItems: many ? null : 1,
    maxOptions: 60,
    plugins: many ? ["remove_button"] : [],
    openOnFocus: true,
    selectOnTab: true,
    loadThrottle: null,
    // A refresh that is put off would open the list again after the choice, over the next field.
    refreshThrottle: 0,
    preload: url ? "focus" : false,
    shouldLoad: () => !!url,
    load: url ? ask : undefined,
    // The server has chosen and ordered what it sends.
    score: url ? () => () => 1 : undefined,
    render: {
      option: (item: Item) => `<div>${item.code ? `<span class="choose-code">${escapeHtml(item.code)}</span>` : ""}<span>${escapeHtml(item.text)}</span>${item.note ? `<small>${escapeHtml(item.note)}</small>` : ""}</div>`,
      item: (item: Item) => `<div>${escapeHtml(item.text)}</div>`,
      no_results: () => `<div class="no-results">${escapeHtml(t("Nothing found."))}${create ? ` <a href="${escapeHtml(create)}" target="_blank" rel="noopener">${escapeHtml(t("Create it"))}</a>` : ""}</div>`,
      loading: () => "",
    },
    onItemAdd: () => {
      chooser.setTextboxValue("");
      if (!many) chooser.blur();
    },
    onBlur: () => {
      isPointing = false;
      if (!url || listed === "") return;
      questions++; // nobody waits for the answer any more
      chooser.loading = 0;
      renew();
    },
  } as never) as TomSelect & { items: string[]; isFocused: boolean; activeOption: HTMLElement | null; loading: number };
  // A scanner, or a quick hand, types a word and Enter before its list is there: what the list of an earlier word has
  // first is not what is meant. Neither is what heads the list meant by who only passes an empty field with Tab.
  chooser.control_input.addEventListener(
    "keydown",
    (event: KeyboardEvent) => {
      const word = chooser.inputValue();
      if (event.key === "ArrowDown" || event.key === "ArrowUp") isPointing = true;
      if (!url || !["Enter", "Tab"].includes(event.key)) return;
      if (event.key === "Tab" && !word && !isPointing) return event.stopImmediatePropagation();
      if (!word || (chooser.activeOption && listed === word)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void take(word);
    },
    true,
  );
  if (early) {
    chooser.focus();
    chooser.control_input.value = early;
    chooser.control_input.dispatchEvent(new Event("input"));
  }
  const forget = () => {
    chooser.clear();
    renew();
  };
  owner?.addEventListener("change", forget);
  // The field itself is only the carrier of the value now.
  field.setAttribute("aria-hidden", "true");
  return () => {
    owner?.removeEventListener("change", forget);
    chooser.destroy();
  };
}
