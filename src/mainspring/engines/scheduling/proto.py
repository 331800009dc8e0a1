"""Models of CP-SAT written as their public messages.

The modelling layer of OR-Tools loads pandas, more than a second in which a small shop is proven several times over; the
solver below it takes the messages alone.
"""

from collections.abc import Callable, Sequence

import numpy as np


class Model:
    """Variables are numbers from 0; a makespan to minimise lies between bound and horizon."""

    def __init__(self, bound: int, horizon: int):
        from ortools.sat.python import cp_model_helper

        self.library, self.bound, self.horizon = cp_model_helper, bound, horizon
        self.message = cp_model_helper.CpModelProto()
        self.variables = 0
        self.machines: dict[int, list[int]] = {}
        self.constraints = 0
        self.makespan = self.variable(bound, horizon)

    def variable(self, low: int, high: int, hint: int | None = None) -> int:
        """A whole number within low and high, perhaps with a value to try first."""
        self.message.variables.add().domain.extend([low, high])
        if hint is not None:
            self.message.solution_hint.vars.append(self.variables)
            self.message.solution_hint.values.append(hint)
        self.variables += 1
        return self.variables - 1

    def one_of(self, values: Sequence[int]) -> int:
        """A whole number among these."""
        domain = self.message.variables.add().domain
        for value in sorted(set(values)):
            domain.extend([value, value])
        self.variables += 1
        return self.variables - 1

    def occupy(self, machine: int, start: int, length: int, when: int | None = None) -> None:
        """The machine is busy for so long from the start on, if the literal holds."""
        constraint = self._constraint(when)
        interval = constraint.interval
        for affine, offset in ((interval.start, 0), (interval.end, length)):
            affine.vars.append(start)
            affine.coeffs.append(1)
            affine.offset = offset
        interval.size.offset = length
        self.machines.setdefault(machine, []).append(self.constraints - 1)

    def sum_is(self, terms: Sequence[tuple[int, int]], low: int, high: int, when: int | None = None) -> None:
        """Low <= sum of factor times variable <= high, if the literal holds."""
        linear = self._constraint(when).linear
        linear.vars.extend([variable for variable, _ in terms])
        linear.coeffs.extend([factor for _, factor in terms])
        linear.domain.extend([low, high])

    def exactly_one(self, literals: Sequence[int]) -> None:
        """One of the literals holds."""
        self._constraint(None).exactly_one.literals.extend(literals)

    def ends_before_makespan(self, end: int, length: int = 0) -> None:
        """End + length <= makespan."""
        self.sum_is([(self.makespan, 1), (end, -1)], length, self.horizon)

    def close(self) -> None:
        """Machines do one thing at a time, and the makespan is to be small."""
        for intervals in self.machines.values():
            self._constraint(None).no_overlap.intervals.extend(intervals)
        self.message.objective.vars.append(self.makespan)
        self.message.objective.coeffs.append(1)

    def listener(self, tell: Callable[[int, np.ndarray], None]):
        """A callback that tells the makespan and the values of all variables of each solution."""

        class Found(self.library.SolutionCallback):  # type: ignore[name-defined]
            def OnSolutionCallback(self):
                tell(round(self.ObjectiveValue()), np.array(list(self.Response().solution), np.int64))

        return Found()

    def _constraint(self, when: int | None):
        constraint = self.message.constraints.add()
        if when is not None:
            constraint.enforcement_literal.append(when)
        self.constraints += 1
        return constraint
