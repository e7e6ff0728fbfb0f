"""Does the same work in two ways in turn, and compares the medians of what is measured with the limit to reach."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One row: ``ours`` and ``theirs`` return what one run measures, in ``unit``; ``limit`` is the ratio of the medians to reach.

    With ``is_difference`` the limit is how much more ours may be. What is equal in every run is measured in one round
    without warming up.
    """

    title: str
    ours: Callable[[], float]
    theirs: Callable[[], float]
    limit: float
    unit: str = "s"
    is_difference: bool = False
    rounds: int = 5
    warm_up: bool = True


@dataclass(frozen=True)
class Outcome:
    """What all counted runs of one case measured."""

    case: Case
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def result(self) -> float:
        """The median of ours by the median of theirs, or how much more it is."""
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        return ours - theirs if self.case.is_difference else ours / theirs

    @property
    def is_reached(self) -> bool:
        """Whether the result is within the limit."""
        return self.result <= self.case.limit

    @property
    def row(self) -> str:
        """The row of the Markdown table."""
        unit = self.case.unit
        result, limit = (
            (f"{self.result:+.2f} {unit}", f"{self.case.limit:+g} {unit}")
            if self.case.is_difference
            else (f"{self.result:.2f}", f"{self.case.limit:g}")
        )
        sides = (f"{_spread(measured)} {unit}" for measured in (self.ours, self.theirs))
        return f"| {self.case.title} | {' | '.join(sides)} | {result} | {limit} | {'yes' if self.is_reached else 'no'} |"


HEADER = "| work | ours | the other | ratio or difference | to reach | reached |\n|---|---|---|---|---|---|"


def run(case: Case) -> Outcome:
    """Run both sides once to warm up, then in turn, so that a machine whose speed drifts is unfair to neither."""
    if case.warm_up:
        case.ours()
        case.theirs()
    outcome = Outcome(case)
    for _round in range(case.rounds):
        outcome.ours.append(case.ours())
        outcome.theirs.append(case.theirs())
    return outcome


def _spread(measured: list[float]) -> str:
    median = f"{statistics.median(measured):.2f}"
    return median if len(measured) == 1 else f"{median} ({min(measured):.2f}-{max(measured):.2f})"
