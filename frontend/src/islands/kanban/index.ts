import htmx from "htmx.org";
import Sortable from "sortablejs";
import { csrf, refusal } from "../../core/http";
import { toast } from "../../core/toast";
import { t } from "../../core/text";

/** A board: dropping a card performs the verb of the move; a refusal puts the card back and says why. */
export default function mount(root: HTMLElement): () => void {
  const drag = new Drag(root);
  const boards = [...root.querySelectorAll<HTMLElement>(".board-cards")].map((column) =>
    Sortable.create(column, {
      group: { name: "cards", put: () => column.dataset.closed === undefined },
      animation: 130,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "is-ghost",
      filter: "[data-locked]",
      preventOnFilter: false,
      onStart: () => drag.begin(),
      onEnd: (event) => {
        const { from, oldIndex, item, to } = event;
        drag.end();
        if (from === to && oldIndex === event.newIndex) return drag.catchUp();
        void move(item, from, from.children[oldIndex! + (from === to && oldIndex! > event.newIndex! ? 1 : 0)] ?? null, to);
      },
    }),
  );
  root.addEventListener("keydown", (event) => onKey(event, root));
  return () => boards.forEach((board) => board.destroy());
}

/** While a card is held in the hand its board is not drawn anew: it would be taken away. What came is fetched after. */
class Drag {
  private held = false;
  private missed = false;

  constructor(root: HTMLElement) {
    const wait = (event: Event) => {
      if (!this.held) return;
      this.missed = true;
      event.preventDefault();
    };
    root.addEventListener("htmx:beforeRequest", wait);
    root.addEventListener("htmx:beforeSwap", wait);
  }

  begin(): void {
    this.held = true;
  }

  end(): void {
    this.held = false;
  }

  catchUp(): void {
    if (this.missed) htmx.trigger(document.body, "live:table");
    this.missed = false;
  }
}

async function move(card: HTMLElement, from: HTMLElement, back: Element | null, to: HTMLElement): Promise<void> {
  const putBack = () => from.insertBefore(card, back);
  if (!card.dataset.move) return void putBack();
  card.classList.add("is-busy");
  try {
    const body = new URLSearchParams({ to: to.dataset.column!, before: (card.nextElementSibling as HTMLElement)?.dataset.id ?? "", version: card.dataset.version ?? "" });
    const answer = await fetch(card.dataset.move, { method: "POST", body, headers: { "X-CSRFToken": csrf(), "HX-Request": "true", Accept: "text/html, application/json" } });
    if (answer.status === 204) return done(card, answer);
    if (answer.ok) return ask(card, await answer.text(), putBack);
    putBack();
    const kind = answer.headers.get("Content-Type") ?? "";
    toast({ text: kind.includes("json") ? refusal(await answer.json(), answer.status) : t("The server refused this (code {code}).", { code: answer.status }), tone: "danger" });
  } catch {
    putBack();
    toast({ text: t("No connection. What you typed is kept; try again."), tone: "danger" });
  } finally {
    card.classList.remove("is-busy");
  }
}

/** The card stays where it was dropped and cannot be taken again before the board is drawn with its new version. */
function settle(card: HTMLElement): void {
  card.dataset.locked = t("This card has just been moved.");
  const redraw = () => htmx.trigger(document.body, "live:table");
  const stale = card.closest(".board")?.classList.contains("htmx-request"); // asked for before the move
  if (stale) document.body.addEventListener("htmx:afterSettle", redraw, { once: true });
  else redraw();
}

function done(card: HTMLElement, answer: Response): void {
  settle(card);
  const trigger = answer.headers.get("HX-Trigger");
  if (trigger?.startsWith("{")) for (const [name, detail] of Object.entries(JSON.parse(trigger))) htmx.trigger(document.body, name, detail as never);
}

/** The move needs inputs: the dialog opens, and leaving it without sending puts the card back. */
function ask(card: HTMLElement, html: string, putBack: () => void): void {
  const dialog = document.getElementById("dialog") as HTMLDialogElement;
  const body = document.getElementById("dialog-body")!;
  body.innerHTML = html;
  htmx.process(body);
  let sent = false;
  const onSent = (event: Event) => {
    if (sent || (event as CustomEvent).detail.xhr.status !== 204) return;
    sent = true;
    settle(card);
  };
  body.addEventListener("htmx:beforeOnLoad", onSent);
  dialog.addEventListener(
    "close",
    () => {
      body.removeEventListener("htmx:beforeOnLoad", onSent);
      if (!sent) putBack();
    },
    { once: true },
  );
  dialog.showModal();
  body.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
}

/** Without a mouse: arrows walk the cards, Ctrl with arrows moves a card to the next column, Enter opens. */
function onKey(event: KeyboardEvent, root: HTMLElement): void {
  const card = (event.target as Element).closest<HTMLElement>(".board-card");
  if (!card) return;
  const columns = [...root.querySelectorAll<HTMLElement>(".board-cards")];
  const column = card.parentElement!;
  const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const step = { ArrowUp: card.previousElementSibling, ArrowDown: card.nextElementSibling }[event.key] as HTMLElement | null | undefined;
  if (event.key === "Enter" && event.target === card) card.querySelector<HTMLAnchorElement>("a")?.click();
  else if (step) step.focus();
  else if (side) {
    const to = columns[columns.indexOf(column) + side];
    if (!to) return;
    if (event.ctrlKey || event.metaKey) {
      if (card.dataset.locked) return toast({ text: card.dataset.locked, tone: "warning" });
      const back = card.nextElementSibling;
      to.prepend(card);
      card.focus();
      void move(card, column, back, to);
    } else (to.firstElementChild as HTMLElement | null)?.focus();
  } else return;
  event.preventDefault();
}
