"""Times two ways of doing the same work in turn, and compares their medians with the ratio to reach."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One row: ``ours`` and ``theirs`` return the seconds of one run; ``limit`` is the ratio of the medians to reach."""

    title: str
    ours: Callable[[], float]
    theirs: Callable[[], float]
    limit: float
    rounds: int = 5


@dataclass(frozen=True)
class Outcome:
    """The seconds of all counted runs of one case."""

    case: Case
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median of ours by the median of theirs."""
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def is_reached(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.ratio <= self.case.limit

    @property
    def row(self) -> str:
        """The row of the Markdown table."""
        return (
            f"| {self.case.title} | {_spread(self.ours)} | {_spread(self.theirs)} "
            f"| {self.ratio:.2f} | {self.case.limit:g} | {'yes' if self.is_reached else 'no'} |"
        )


HEADER = "| work | ours, s | the other, s | ratio | to reach | reached |\n|---|---|---|---|---|---|"


def run(case: Case) -> Outcome:
    """Run both sides once to warm up, then in turn, so that a machine whose speed drifts is unfair to neither."""
    case.ours()
    case.theirs()
    outcome = Outcome(case)
    for _round in range(case.rounds):
        outcome.ours.append(case.ours())
        outcome.theirs.append(case.theirs())
    return outcome


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}-{max(seconds):.2f})"
