"""Rows of a benchmark, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One comparison, both sides measured in the same run.

    `ratio` is how many times better `ours` is, the median over rounds; `goal` what it should reach.
    """

    name: str
    against: str
    theirs: float
    ours: float
    unit: str
    ratio: float
    goal: float


def table(rows: Sequence[Row]) -> str:
    """The rows as a table for people."""
    lines = [
        f"{'what':44} {'against':20} {'theirs':>10} {'ours':>10} {'':8} {'ratio':>7} {'goal':>6}"
    ]
    for row in rows:
        sign = "ok" if row.ratio >= row.goal else "MISSED"
        lines.append(
            f"{row.name:44} {row.against:20} {row.theirs:10.4g} {row.ours:10.4g} {row.unit:8} "
            f"{row.ratio:7.2f} {row.goal:6.2f} {sign}"
        )
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> str:
    """The rows for programs."""
    return json.dumps([asdict(row) for row in rows], indent=2)
