"""Runs the benchmarks and prints tables; with --write also between the markers of docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from measure import HEADER, run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- {name}:begin -->\n", "<!-- {name}:end -->\n"


def main() -> int:
    """Return 0 when all limits are reached, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="+", choices=["host", "envs", "venv_image"])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    is_reached = True
    for suite in arguments.suites:
        outcomes = []
        print(HEADER, flush=True)
        for case in importlib.import_module(suite).cases():
            outcomes.append(run(case))
            print(outcomes[-1].row, flush=True)
        is_reached = is_reached and all(outcome.is_reached for outcome in outcomes)
        if arguments.write:
            write(suite, "\n".join([HEADER, *(outcome.row for outcome in outcomes)]))
    return 0 if is_reached else 1


def write(suite: str, table: str) -> None:
    """Replace the suite's table in the page."""
    begin, end = BEGIN.format(name=suite), END.format(name=suite)
    before, rest = PAGE.read_text().split(begin)
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n{table}\n\n{end}{after}")


if __name__ == "__main__":
    sys.exit(main())
