"""How fast and how surely deals pass: conversion and days of every stage, win rates, and the pipeline's velocity."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Avg, DurationField, ExpressionWrapper, F, Min, Window
from django.db.models.functions import Lead

from mainspring.kernel import query, resource, summaries

from .models import DealChange, Opportunity, Stage

ZERO = Decimal(0)

STAGES = """
WITH stay AS ({stays}), told AS (
    SELECT stay.stage, stay.came_on, stay.left_on, next_state, here.position, there.position AS next_position
    FROM stay JOIN crm_stage here ON here.id = stay.stage LEFT JOIN crm_stage there ON there.id = stay.next_stage
    WHERE stay.state = 'open' AND stay.came_on >= %s AND stay.came_on < %s)
SELECT stage, COUNT(*) AS entered, COUNT(*) FILTER (WHERE left_on IS NULL) AS resting,
       COUNT(*) FILTER (WHERE next_state = 'won' OR next_state = 'open' AND next_position > position) AS passed,
       COUNT(*) FILTER (WHERE next_state = 'lost') AS lost,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY left_on - came_on) FILTER (WHERE left_on IS NOT NULL) AS median,
       percentile_cont(0.8) WITHIN GROUP (ORDER BY left_on - came_on) FILTER (WHERE left_on IS NOT NULL) AS p80
FROM told GROUP BY stage"""


@dataclass
class StageFigures:
    """One row a stage, of the deals that entered it in the stretch.

    passed  those that went further or were won; conversion  passed per hundred that left it, None when none left
    """

    stage: Stage
    entered: int
    resting: int
    passed: int
    lost: int
    median: float | None
    p80: float | None

    @property
    def conversion(self) -> float | None:
        left = self.entered - self.resting
        return 100 * self.passed / left if left else None


def deals(ctx, where: dict):
    return query.Query(resource.of(Opportunity), ctx, query.parse(where))


def stages(ctx, process_id: int, starts_on: date, ends_on: date, where: dict) -> list[StageFigures]:
    """Figures of every stage of a process from the memory of the pipeline, in one statement."""
    mine = deals(ctx, where).filtered().values("pk")
    order = {"partition_by": F("opportunity_id"), "order_by": F("id").asc()}
    stays = (
        DealChange.objects.filter(entered=True, opportunity__in=mine)
        .order_by()
        .annotate(
            came_on=F("on"),
            at_stage=F("stage_id"),
            left_on=Window(Lead("on"), **order),
            next_stage=Window(Lead("stage_id"), **order),
            next_state=Window(Lead("state"), **order),
        )
        .values("came_on", "at_stage", "left_on", "next_stage", "next_state", "state")
    )
    sql, params = stays.query.sql_with_params()
    named = f"SELECT came_on, at_stage AS stage, left_on, next_stage, next_state, state FROM ({sql}) stays"
    with connection.cursor() as cursor:
        cursor.execute(STAGES.format(stays=named), [*params, starts_on, ends_on])
        names = [c.name for c in cursor.description]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    rows = []
    for stage in Stage.objects.filter(process_id=process_id).order_by("position", "id"):
        figures = found.get(stage.pk) or {
            "entered": 0,
            "resting": 0,
            "passed": 0,
            "lost": 0,
            "median": None,
            "p80": None,
        }
        figures.pop("stage", None)
        rows.append(StageFigures(stage, **figures))
    return rows


@dataclass
class Rate:
    """Won and lost deals of one source, and the filters that list them."""

    label: str
    won: int
    lost: int
    params: list

    @property
    def share(self) -> float:
        return 100 * self.won / (self.won + self.lost)


def _closed(starts_on: date, ends_on: date) -> dict:
    return {"closed_on__gte": starts_on.isoformat(), "closed_on__lt": ends_on.isoformat()}


def win_rates(ctx, dimension: str, starts_on: date, ends_on: date, where: dict) -> list[Rate]:
    """One row a value of the dimension, of deals decided in the stretch, the most deals first."""
    params = where | _closed(starts_on, ends_on) | {"state__in": "won,lost"}
    found: dict = {}
    for group in summaries.groups(deals(ctx, params), [dimension, "state"], [])[0]:
        rate = found.setdefault(group.keys[0], Rate(group.labels[0], 0, 0, [*params.items(), group.params[0]]))
        setattr(rate, group.keys[1], group.count)
    return sorted(found.values(), key=lambda rate: -(rate.won + rate.lost))


def reasons(ctx, starts_on: date, ends_on: date, where: dict) -> list:
    """Groups of lost deals by reason, the dearest first."""
    params = where | _closed(starts_on, ends_on) | {"state": "lost"}
    found = summaries.groups(deals(ctx, params), ["close_reason"], ["amount_base"])[0]
    for group in found:
        group.params = [*params.items(), *group.params]
    return sorted(found, key=lambda group: -(group.values["amount_base"] or ZERO))


@dataclass
class Velocity:
    """Open deals times win rate times average deal, over the days from first contact to won: amount a day."""

    open: int
    won: int
    lost: int
    average: Decimal
    days: Decimal

    @property
    def win_rate(self) -> Decimal:
        decided = self.won + self.lost
        return Decimal(100 * self.won) / decided if decided else ZERO

    @property
    def a_day(self) -> Decimal | None:
        """None while nothing was won, or won on the day it came."""
        return self.open * self.win_rate / 100 * self.average / self.days if self.days > 0 else None


def velocity(ctx, starts_on: date, ends_on: date, where: dict) -> Velocity:
    """Of deals decided in the stretch and those open now."""
    closed = deals(ctx, where | _closed(starts_on, ends_on)).filtered()
    took = ExpressionWrapper(F("closed_on") - F("began"), output_field=DurationField())
    won = closed.filter(state="won").annotate(began=Min("changes__on")).annotate(took=took)
    figures = won.aggregate(average=Avg("amount_base"), days=Avg("took"))
    seconds = figures["days"].total_seconds() if figures["days"] else 0
    return Velocity(
        deals(ctx, where | {"state": "open"}).filtered().count(),
        closed.filter(state="won").count(),
        closed.filter(state="lost").count(),
        figures["average"] or ZERO,
        Decimal(seconds) / 86400,
    )
