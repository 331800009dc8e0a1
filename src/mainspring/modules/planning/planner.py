"""The planner: one process a database that follows every change.

It looks for marks twenty times a second and plans what they reach, company by company. A second planner waits until the
first is gone; what a dead one had not finished was never written, and its marks are still there.
"""

import logging
import signal
import threading
import time

from django.db import close_old_connections, connection

from mainspring.kernel import database
from mainspring.kernel.models import Company

from . import snapshots
from .following import LOCK_SPACE, Kept, Outcome, batch, beside, context, word

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
WAIT_SECONDS = 2
BACK_OFF_SECONDS = (1, 5, 15, 60)
QUIET_SECONDS = 20
"""A plan nothing happened to for so long is kept as a file."""


class Planner:
    """Holds the plan of every company and follows it."""

    def __init__(self) -> None:
        self.kept: dict[int, Kept] = {}
        self.unsaid: dict[int, float] = {}  # company: when to try again to say its reasons
        self.saved: dict[int, int] = {}  # company: the version of its plan that is kept as a file
        self._seen: dict[int, tuple[int | None, float]] = {}
        self._known: list[Company] = []
        self.failed: dict[int, tuple[int, float]] = {}  # company: failures in a row, when to try again

    def turn(self) -> int:
        """Follow what is marked, and whoever has no plan of today yet; how many companies were planned."""
        done = 0
        for company in self._companies():
            if self.failed.get(company.pk, (0, 0.0))[1] > time.monotonic():
                continue
            try:
                if company.pk not in self.kept:
                    self.kept[company.pk] = snapshots.load(company.pk)
                    if not self._is_wanted(company):
                        continue
                outcome = batch(context(company), self.kept[company.pk])
                self.failed.pop(company.pk, None)
                done += 1
                _tell(company, outcome)
            except Exception:
                if not connection.is_usable():
                    raise
                count = self.failed.get(company.pk, (0, 0.0))[0]
                pause = BACK_OFF_SECONDS[min(count, len(BACK_OFF_SECONDS) - 1)]
                self.failed[company.pk] = count + 1, time.monotonic() + pause
                logger.exception("the plan of %s could not be followed; trying again in %s s", company.code, pause)
        return done + sum(beside(self.kept))

    def keep(self) -> int:
        """Keep a plan as a file when nothing happened to it for a while; how many were kept."""
        for company in self._known:
            kept = self.kept.get(company.pk)
            if kept is None or kept.held is None or self.saved.get(company.pk) == kept.version:
                continue
            if self._seen.get(company.pk, (None, 0.0))[0] != kept.version:
                self._seen[company.pk] = kept.version, time.monotonic() + QUIET_SECONDS
            elif self._seen[company.pk][1] < time.monotonic():
                return self._save(company.pk)
        return 0

    def end(self) -> None:
        """Keep the plans that are not kept yet: the next planner begins where this one ends."""
        for key, kept in self.kept.items():
            if kept.held is not None and self.saved.get(key) != kept.version:
                self._save(key)

    def _save(self, key: int) -> int:
        self.saved[key] = self.kept[key].version
        try:
            return int(snapshots.save(key, self.kept[key]))
        except OSError:
            logger.exception("the plan of company %s could not be kept", key)
            return 0

    def word(self) -> int:
        """Say why some proposals are there, when nothing else is to be done; for how many items it was said."""
        for company in self._known:
            kept = self.kept.get(company.pk)
            if kept is None or self.unsaid.get(company.pk, 0.0) > time.monotonic():
                continue
            try:
                if done := word(context(company), kept):
                    return done
            except Exception:
                if not connection.is_usable():
                    raise
                self.unsaid[company.pk] = time.monotonic() + BACK_OFF_SECONDS[-1]
                logger.exception("reasons of proposals of %s could not be said", company.code)
        return 0

    def _companies(self) -> list[Company]:
        """Companies with marks, or whose plan is not of today."""
        marked = {row["company"] for row in database.rows("SELECT DISTINCT company FROM planning_planmark")}
        if marked - self.kept.keys() or not self.kept or time.monotonic() > getattr(self, "_next_look", 0):
            self._next_look = time.monotonic() + 30  # the date changes, companies are added
            self._known = list(Company.objects.order_by("pk"))
        return [c for c in self._known if c.pk in marked or self._is_stale(c)]

    def _is_wanted(self, company: Company) -> bool:
        marked = database.scalar(
            "SELECT EXISTS (SELECT FROM planning_planmark WHERE company = %(company)s)", company=company.pk
        )
        return marked or self._is_stale(company)

    def _is_stale(self, company: Company) -> bool:
        kept = self.kept.get(company.pk)
        return kept is None or kept.held is None or kept.held.today != context(company).business_date


def _tell(company: Company, outcome: Outcome) -> None:
    if outcome.is_full or outcome.seconds > 1:
        logger.info(
            "%s: %s items planned in %.2f s (%s new, %s changed, %s withdrawn)",
            company.code, outcome.items, outcome.seconds, outcome.new, outcome.changed, outcome.withdrawn,
        )  # fmt: skip


def work(stop: threading.Event | None = None) -> None:
    """Be the planner until told to stop."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            _follow(stop)
        except Exception:
            logger.exception("the planner lost the database; looking for it again")
            connection.close()
            stop.wait(WAIT_SECONDS)


def _follow(stop: threading.Event) -> None:
    close_old_connections()
    while not database.scalar("SELECT pg_try_advisory_lock(%(space)s, 0)", space=LOCK_SPACE):
        if stop.wait(WAIT_SECONDS):
            return
    try:
        planner = Planner()
        while not stop.is_set():
            if not planner.turn() and not planner.word() and not planner.keep():
                stop.wait(LOOK_SECONDS)
        planner.end()
    finally:
        if connection.is_usable():
            database.scalar("SELECT pg_advisory_unlock(%(space)s, 0)", space=LOCK_SPACE)
        connection.close()
