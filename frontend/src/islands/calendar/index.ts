import { createCalendar, DayGrid, destroyCalendar, Interaction, List, ResourceTimeline, TimeGrid, type Calendar } from "@event-calendar/core";
import "@event-calendar/core/index.css";
import "./calendar.css";
import htmx from "htmx.org";
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
    eventClick: (info: { event: Calendar.Event; jsEvent: MouseEvent | unknown }) => open(info.event, info.jsEvent as MouseEvent),
    eventDrop: (info: { event: Calendar.Event; revert: () => void }) => void move(info),
    eventResize: (info: { event: Calendar.Event; revert: () => void }) => void move(info),
    dateClick: props.create ? (info: { dateStr: string }) => void htmx.ajax("get", withParameters(props.create!, { date: info.dateStr }), { target: "#dialog-body" }) : undefined,
  } as Calendar.Options);
  const refresh = () => calendar.refetchEvents();
  document.body.addEventListener("live:table", refresh);
  return () => {
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

function open(event: Calendar.Event, click: MouseEvent): void {
  const href = event.extendedProps.href as string | undefined;
  if (!href) return;
  if (click.ctrlKey || click.metaKey) window.open(href, "_blank", "noopener");
  else location.assign(href);
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
