import { createCalendar, DayGrid, destroyCalendar, Interaction, List, ResourceTimeline, TimeGrid, type Calendar } from "@event-calendar/core";
import "@event-calendar/core/index.css";
import "./calendar.css";
import { h } from "../../core/dom";
import { json, withParameters } from "../../core/http";
import { language, t } from "../../core/text";
import { toast } from "../../core/toast";

interface Event {
  id: string;
  title: string;
  start: string;
  end?: string;
  all_day?: boolean;
  href?: string;
  tone?: string;
  move?: string;
  resource?: string;
}

interface Props {
  events: string;
  view?: "month" | "week" | "day" | "list" | "timeline";
  date?: string;
  create?: string;
  /** Field of the day in a new record, and whether it holds a time as well. */
  field?: string;
  timed?: boolean;
  resources?: { id: string; title: string }[];
}

const VIEWS: Record<string, string> = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay", list: "listMonth", timeline: "resourceTimelineMonth" };

/** Records by date. Dragging an event performs its move; a refusal puts it back. */
export default function mount(element: HTMLElement, props: Props): () => void {
  const narrow = innerWidth < 700;
  const view = VIEWS[props.view ?? (narrow ? "list" : "month")];
  const choices = [...(props.resources?.length ? ["resourceTimelineMonth"] : []), "dayGridMonth", ...(narrow ? [] : ["timeGridWeek"]), "listMonth"];
  const calendar = createCalendar(element, [DayGrid, TimeGrid, List, ResourceTimeline, Interaction], {
    view,
    date: props.date,
    locale: language(),
    firstDay: 1,
    height: narrow ? "auto" : "max(560px, calc(100dvh - 260px))",
    dayMaxEvents: true,
    nowIndicator: true,
    pointer: true,
    longPressDelay: 400,
    headerToolbar: { start: "prev,next today", center: "title", end: choices.join(",") },
    buttonText: { today: t("Today"), dayGridMonth: t("Month"), timeGridWeek: t("Week"), timeGridDay: t("Day"), listMonth: t("List"), resourceTimelineMonth: t("Timeline") },
    allDayContent: t("all day"),
    noEventsContent: t("Nothing in this period."),
    moreLinkContent: (more: { num: number }) => t("{n} more", { n: more.num }),
    resources: props.resources ?? [],
    eventSources: [{ events: (span: { startStr: string; endStr: string }) => load(props.events, span) as never }],
    eventContent: (info: { event: Calendar.Event; timeText: string }) => ({ domNodes: [content(info.event, info.timeText)] }),
    eventDragStop: () => (dragged = Date.now()),
    eventDrop: (info: { event: Calendar.Event; revert: () => void }) => void move(info),
    eventResize: (info: { event: Calendar.Event; revert: () => void }) => void move(info),
    dateClick: props.create ? (info: { dateStr: string }) => location.assign(withParameters(props.create!, { [props.field ?? "date"]: info.dateStr.slice(0, props.timed ? 16 : 10) })) : undefined,
  } as Calendar.Options);
  const watch = new MutationObserver(() => tidy(element));
  watch.observe(element, { childList: true, subtree: true });
  tidy(element);
  const refresh = () => calendar.refetchEvents();
  document.body.addEventListener("live:table", refresh);
  return () => {
    watch.disconnect();
    document.body.removeEventListener("live:table", refresh);
    void destroyCalendar(calendar);
  };
}

async function load(url: string, span: { startStr: string; endStr: string }): Promise<object[]> {
  const answer = await json<{ events: Event[] } | Event[]>(withParameters(url, { from: span.startStr.slice(0, 10), until: span.endStr.slice(0, 10) }));
  const events = Array.isArray(answer) ? answer : answer.events;
  return events.map((event) => ({
    id: event.id,
    title: event.title,
    start: event.start,
    end: event.end ?? event.start,
    allDay: event.all_day ?? event.start.length === 10,
    resourceIds: event.resource ? [event.resource] : [],
    classNames: [`tone-${event.tone ?? "primary"}`],
    editable: !!event.move,
    extendedProps: { href: event.href, move: event.move },
  }));
}

let dragged = 0;

/** The event as a link, so that it opens by mouse and by keyboard alike; the end of a drag is no click. */
function content(event: Calendar.Event, time: string): HTMLElement {
  const href = event.extendedProps.href as string | undefined;
  const text = [time && !event.allDay ? h("span", { class: "ec-own-time" }, `${time} `) : null, String(event.title)];
  if (!href) return h("span", { class: "ec-own" }, ...text);
  const link = h("a", { class: "ec-own", href, draggable: "false" }, ...text);
  link.addEventListener("click", (click) => Date.now() - dragged < 300 && click.preventDefault());
  return link;
}

/** The calendar marks itself up as a table it is not quite; plain text reads better than a broken table. */
function tidy(element: HTMLElement): void {
  const broken = "table row rowgroup cell columnheader rowheader list listitem".split(" ").map((role) => `[role="${role}"]`).join(",");
  for (const one of element.querySelectorAll(broken)) one.removeAttribute("role");
  for (const one of element.querySelectorAll("[aria-colindex], [aria-rowindex]")) for (const name of ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount"]) one.removeAttribute(name);
  for (const head of element.querySelectorAll("h4:not([aria-level])")) {
    head.setAttribute("role", "heading");
    head.setAttribute("aria-level", "2");
  }
  element.querySelector(".ec-prev")?.setAttribute("aria-label", t("Earlier"));
  element.querySelector(".ec-next")?.setAttribute("aria-label", t("Later"));
}

const stamp = (date: Date, days: boolean): string => {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
  return days ? local.slice(0, 10) : local.slice(0, 19);
};

async function move({ event, revert }: { event: Calendar.Event; revert: () => void }): Promise<void> {
  const body = { start: stamp(event.start, event.allDay), end: stamp(event.end, event.allDay), all_day: event.allDay, resource: event.resourceIds[0] ?? null };
  try {
    const answer = await json<{ toast?: { text: string; undo?: string } } | null>(event.extendedProps.move as string, { body });
    if (answer?.toast) toast(answer.toast);
  } catch (error) {
    revert();
    toast({ text: (error as Error).message, tone: "danger" });
  }
}
