"""Rows of a benchmark, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One comparison, both sides measured in the same run.

    Attributes
    ----------
    theirs, ours
        Medians over rounds, in `unit`; `theirs` is the bound where there is no other side.
    ratio
        How many times better `ours` is, the median over rounds; with `at_most`, `ours / theirs`.
    goal
        What `ratio` should reach or, with `at_most`, not exceed.
    busy
        `ratio` once more, while another program keeps one core busy; None where it isn't measured.
    of_peak
        Share of the cores' peak that `ours` reaches; None where it isn't asked for.
    """

    name: str
    against: str
    theirs: float
    ours: float
    unit: str
    ratio: float
    goal: float
    at_most: bool = False
    busy: float | None = None
    of_peak: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached, with no core kept busy."""
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal


def header() -> str:
    """The line above the rows of a table."""
    return (
        f"{'what':48} {'against':21} {'theirs':>9} {'ours':>9} {'':8} "
        f"{'ratio':>7} {'busy':>7} {'goal':>7} {'of peak':>7}"
    )


def line(row: Row) -> str:
    """A row for people."""
    busy = "" if row.busy is None else f"{row.busy:.2f}"
    of_peak = "" if row.of_peak is None else f"{row.of_peak:.3f}"
    goal = f"{'≤' if row.at_most else '≥'} {row.goal:.4g}"
    return (
        f"{row.name:48} {row.against:21} {row.theirs:9.4g} {row.ours:9.4g} {row.unit:8} "
        f"{row.ratio:7.2f} {busy:>7} {goal:>7} {of_peak:>7} {'ok' if row.is_met else 'MISSED'}"
    )


def as_json(rows: Sequence[Row]) -> str:
    """The rows for programs."""
    return json.dumps([asdict(row) for row in rows], indent=2)
