import { json } from "../../core/http";
import { toast, type Toast } from "../../core/toast";

interface News {
  at?: string;
  unread?: number;
  counts?: Record<string, number>;
  topics?: string[];
  toasts?: Toast[];
}

interface Changes {
  at: string;
  marks: Record<string, string>;
}

const WATCH_EVERY = 3_000;
const EVERY = 20_000;
const RARELY = 120_000;

/**
 * Keeps counts, messages and regions of the page current. The stream knocks when it opens and when there is news; while
 * it is closed, and rarely while it is open, the page asks by itself. A page nobody looks at asks nothing and holds no stream.
 */
export default function mount(element: HTMLElement): (() => void) | void {
  const { url, stream } = element.dataset;
  if (!url) return;
  let at = "";
  let failures = 0;
  let timer = 0;
  let source: EventSource | undefined;
  const ask = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const address = new URL(url, location.href);
      if (at) address.searchParams.set("since", at);
      const news = await json<News>(address.toString());
      at = news.at ?? at;
      tell(news);
      failures = 0;
    } catch {
      failures += 1;
    }
    const open = source?.readyState === EventSource.OPEN;
    timer = window.setTimeout(ask, failures ? Math.min(EVERY * 2 ** failures, 300_000) : open ? RARELY : EVERY);
  };
  const listen = () => {
    if (!stream || source) return;
    source = new EventSource(stream);
    source.addEventListener("knock", () => void ask());
  };
  const hush = () => {
    source?.close();
    source = undefined;
    clearTimeout(timer);
  };
  const turn = () => {
    if (document.hidden) return hush();
    listen();
    if (source) timer = window.setTimeout(ask, 5000);
    else void ask();
  };
  timer = window.setTimeout(turn, 1500);
  const unwatch = watch(new URL("changes/", new URL(url, location.href)));
  document.addEventListener("visibilitychange", turn);
  return () => {
    hush();
    unwatch();
    document.removeEventListener("visibilitychange", turn);
  };
}

function tell(news: News): void {
  const counts = { ...news.counts, ...(news.unread === undefined ? {} : { unread: news.unread }) };
  for (const [name, count] of Object.entries(counts)) {
    for (const badge of document.querySelectorAll<HTMLElement>(`[data-live-count="${CSS.escape(name)}"]`)) {
      badge.textContent = count > 99 ? "99+" : String(count);
      badge.hidden = count === 0;
    }
  }
  for (const message of news.toasts ?? []) toast(message);
  for (const topic of news.topics ?? []) document.body.dispatchEvent(new CustomEvent(`live:${topic}`));
}

/**
 * Draws anew what shows records of some kinds (`data-watch="crm.opportunity parties.party"`) within seconds of a change
 * by anybody. Only pages in front of somebody ask, and only while there is such a part.
 */
function watch(address: URL): () => void {
  let since = "";
  let known: Record<string, string> | undefined;
  let kinds = "";
  let failures = 0;
  let timer = 0;
  const ask = async () => {
    const parts = [...document.querySelectorAll<HTMLElement>("[data-watch]")];
    const asked = [...new Set(parts.flatMap((part) => (part.dataset.watch ?? "").split(" ")))].filter(Boolean).sort().join(",");
    if (asked && !document.hidden) {
      if (asked !== kinds) [kinds, since, known] = [asked, "", undefined];
      address.searchParams.set("of", kinds);
      address.searchParams.set("since", since);
      try {
        const found = await json<Changes>(address.toString());
        const changed = known !== undefined && Object.entries(found.marks).some(([kind, mark]) => mark !== known?.[kind]);
        [since, known, failures] = [found.at, found.marks, 0];
        if (changed) document.body.dispatchEvent(new CustomEvent("live:table"));
      } catch {
        failures += 1;
      }
    }
    timer = window.setTimeout(ask, WATCH_EVERY * 2 ** Math.min(failures, 6));
  };
  timer = window.setTimeout(ask, 200);
  return () => clearTimeout(timer);
}
