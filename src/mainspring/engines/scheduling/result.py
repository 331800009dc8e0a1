"""What a shop solver answers, and how it reports while it works."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class ShopPlan:
    """A schedule of a job shop, checked.

    objective  makespan: when the last operation ends, the first possible start being 0
    bound      no schedule is shorter than this; equal to the objective when it is proven optimal
    start      [operations] start of each
    end        [operations] end of each
    machine    [operations] machine used
    seconds    time spent
    """

    objective: int
    bound: int
    start: np.ndarray
    end: np.ndarray
    machine: np.ndarray
    seconds: float

    @property
    def optimal(self) -> bool:
        """Whether no shorter schedule exists."""
        return self.objective == self.bound


@dataclass(frozen=True)
class Progress:
    """Where a search stands: seconds since it began, best objective so far (None before the first), bound."""

    seconds: float
    objective: float | None
    bound: float
    note: str = ""


class Cancelled(Exception):
    """The search was ended from outside before it had any answer."""


@dataclass
class Control:
    """Time allowed and the way to watch and end a search from outside.

    seconds    wall time allowed, above 0
    progress   called from the calling thread, a few times a second
    cancelled  asked as often; True ends the search with the best found so far
    """

    seconds: float
    progress: Callable[[Progress], None] | None = None
    cancelled: Callable[[], bool] | None = None
    began: float = field(default_factory=time.perf_counter)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        """Seconds that may still be used."""
        return self.seconds - self.elapsed

    def watch(self, report: Callable[[], Progress], *, every: float = 0.2) -> None:
        """Wait until the search is done, the time is up or somebody cancels; report on the way."""
        while not self.done.is_set():
            left = self.left
            if left <= 0 or (self.cancelled is not None and self.cancelled()):
                return
            self.done.wait(min(every, left))
            if self.progress is not None:
                self.progress(report())
