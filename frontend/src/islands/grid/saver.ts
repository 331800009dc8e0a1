/** Sends changed lines to the server, one request at a time, and hands back what it computed. */
import { json, Refused } from "../../core/http";
import { refresh, setVersion } from "../../core/record";
import { toast } from "../../core/toast";
import { plain, plainLine, isBlank, type GridProps, type Line, type Total, type Value } from "./model";

export interface Answer {
  lines?: { key: string; id?: string | number; values?: Record<string, Value>; errors?: Record<string, string> }[];
  totals?: Total[];
  version?: number | string;
}

export class Saver {
  private changed = new Set<string>();
  private removed: (string | number)[] = [];
  private moved = false;
  private timer = 0;
  private busy = false;

  constructor(
    private readonly props: GridProps,
    private readonly lines: () => Line[],
    private readonly accept: (answer: Answer, sent: Map<string, string>) => void,
    private readonly refuse: (keys: string[], reason: Refused) => void,
    private readonly showBusy: (busy: boolean) => void,
  ) {}

  change(key: string): void {
    this.changed.add(key);
    this.later();
  }

  remove(line: Line): void {
    this.changed.delete(line.key);
    if (line.id) this.removed.push(line.id);
    this.later();
  }

  move(): void {
    this.moved = true;
    this.later();
  }

  get isPending(): boolean {
    return this.busy || this.changed.size > 0 || this.removed.length > 0 || this.moved;
  }

  private later(wait = 250): void {
    if (!this.props.url) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), wait);
  }

  private async send(): Promise<void> {
    if (this.busy) return this.later();
    const all = this.lines();
    const positions = new Map(all.map((line, position) => [line.key, position]));
    const lines = all.filter((line) => this.changed.has(line.key) && !isBlank(line));
    const sent = new Map(lines.map((line) => [line.key, JSON.stringify(plainLine(line))]));
    const body = {
      changed: lines.map((line) => ({
        key: line.key,
        id: line.id ?? null,
        position: positions.get(line.key),
        values: Object.fromEntries(Object.entries(line.values).map(([name, value]) => [name, plain(value)])),
      })),
      removed: this.removed,
      moved: this.moved ? all.filter((line) => line.id).map((line) => ({ id: line.id, position: positions.get(line.key) })) : [],
      version: this.props.version ?? null,
      ...(this.props.saved ? {} : { lines: all.filter((line) => !isBlank(line)).map((line) => ({ key: line.key, ...plainLine(line) })), header: this.header() }),
    };
    this.changed.clear();
    const removed = this.removed;
    this.removed = [];
    this.moved = false;
    this.busy = true;
    this.showBusy(true);
    try {
      const answer = await json<Answer>(this.props.url!, { body });
      if (answer.version !== undefined) this.props.version = answer.version;
      if (this.props.saved) {
        if (answer.version !== undefined) setVersion(answer.version);
        refresh();
      }
      this.accept(answer, sent);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 0) {
        // Without a connection the edits stay queued and go out when it is back.
        for (const key of sent.keys()) this.changed.add(key);
        this.removed.unshift(...removed);
        window.addEventListener("online", () => this.later(), { once: true });
      }
      this.refuse([...sent.keys()], error);
      toast({ text: error.message, tone: "danger" });
    } finally {
      this.busy = false;
      this.showBusy(false);
      if (this.changed.size || this.removed.length || this.moved) if (navigator.onLine) this.later(400);
    }
  }

  private header(): Record<string, string> {
    const form = this.props.header ? document.querySelector<HTMLFormElement>(this.props.header) : null;
    if (!form) return {};
    return Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== this.props.name && name !== "csrfmiddlewaretoken") as [string, string][]);
  }
}
