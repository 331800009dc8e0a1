import { json } from "../../core/http";
import { toast, type Toast } from "../../core/toast";

interface News {
  at?: string;
  unread?: number;
  counts?: Record<string, number>;
  topics?: string[];
  toasts?: Toast[];
}

const EVERY = 20_000;

/** Keeps counts, messages and regions of the page current; asks less often while the page is hidden or the server is away. */
export default function mount(element: HTMLElement): (() => void) | void {
  const { url, stream } = element.dataset;
  if (stream) {
    const source = new EventSource(stream);
    source.addEventListener("news", (event) => tell(JSON.parse((event as MessageEvent).data)));
    return () => source.close();
  }
  if (!url) return;
  let at = "";
  let wait = EVERY;
  let timer = 0;
  const ask = async () => {
    if (!document.hidden) {
      try {
        const address = new URL(url, location.href);
        if (at) address.searchParams.set("since", at);
        const news = await json<News>(address.toString());
        at = news.at ?? at;
        tell(news);
        wait = EVERY;
      } catch {
        wait = Math.min(wait * 2, 300_000);
      }
    }
    timer = window.setTimeout(ask, wait);
  };
  const back = () => {
    if (document.hidden) return;
    clearTimeout(timer);
    void ask();
  };
  timer = window.setTimeout(ask, 3000);
  document.addEventListener("visibilitychange", back);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", back);
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
