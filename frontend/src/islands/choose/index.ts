import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";
import { json, withParameters } from "../../core/http";
import { escapeHtml, t } from "../../core/text";

TomSelect.define("remove_button", removeButton);

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
  const chosen = field.dataset.names ? Object.keys(names) : field.value ? [field.value] : [];
  const start = chosen.map((id) => ({ id, text: names[id] ?? text ?? id }));
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
    loadThrottle: 130,
    // A refresh that is put off would open the list again after the choice, over the next field.
    refreshThrottle: 0,
    preload: url ? "focus" : false,
    shouldLoad: () => !!url,
    load: url
      ? (query: string, done: (items?: Item[]) => void) => {
          json<{ items: Item[] }>(asking(query)).then(
            (answer) => {
              chooser.clearOptions(((option: Item) => chooser.items.includes(String(option.id))) as never);
              done(answer.items);
              // An answer that comes after the choice must not open the list again, over the next field.
              if (!chooser.isFocused) chooser.close();
            },
            () => done(),
          );
        }
      : undefined,
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
  } as never) as TomSelect & { items: string[]; isFocused: boolean; activeOption: HTMLElement | null };
  // A scanner types a code and Enter before any answer is there: the code is looked up and the one record taken.
  chooser.control_input.addEventListener(
    "keydown",
    (event: KeyboardEvent) => {
      const typed = chooser.control_input.value.trim();
      if (event.key !== "Enter" || !url || !typed || chooser.activeOption) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void json<{ items: Item[] }>(asking(typed)).then(({ items }) => {
        const exact = items.find((item) => item.code?.toLowerCase() === typed.toLowerCase()) ?? (items.length === 1 ? items[0] : null);
        if (!exact) return chooser.open();
        chooser.addOption(exact as never);
        chooser.addItem(String(exact.id));
      });
    },
    true,
  );
  // What belonged to another owner is no choice any more; the next focus asks again.
  const forget = () => {
    chooser.clear();
    chooser.clearOptions();
    chooser.loadedSearches = {};
    chooser.wrapper.classList.remove("preloaded");
  };
  owner?.addEventListener("change", forget);
  // The field itself is only the carrier of the value now.
  field.setAttribute("aria-hidden", "true");
  return () => {
    owner?.removeEventListener("change", forget);
    chooser.destroy();
  };
}
