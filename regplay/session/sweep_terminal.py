"""A sweep in a terminal: the progress line, Ctrl-C, and the outcome in words."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from regplay.core.engine import engine_for
from regplay.core.experiment import Experiment
from regplay.core.fields import Value
from regplay.core.joint import JointHistory, JointTraining
from regplay.core.sweep import Sweep
from regplay.session.results import SweepResult, outcome_of
from regplay.session.terminal import (
    CtrlC,
    StatusLine,
    check_folder,
    counted,
    tell_place,
    with_memory,
)

_SHOWN = 5  # of the best combinations
_EARLIEST = 0.5  # seconds of training before an estimate of the time left is worth anything


def train_sweep(
    sweep: Sweep, experiments: Sequence[Experiment], device: str | None, folder: Path | None
) -> tuple[SweepResult, bool]:
    """Train all members to the end or to Ctrl-C; what came of it, and whether it was Ctrl-C.

    As `regplay.session.terminal.train` in all else.

    Parameters
    ----------
    experiments
        The members of the sweep.
    """

    def attempt(device: str, quiet: bool) -> tuple[SweepResult, bool]:
        # Nobody asks for the weights afterwards, so next to none of the states are kept.
        return _train(sweep, JointTraining(experiments, device=device, keeps=0), quiet, folder)

    return with_memory(attempt, device)


def _train(
    sweep: Sweep, training: JointTraining, quiet: bool, folder: Path | None
) -> tuple[SweepResult, bool]:
    if folder is not None:
        check_folder(folder)
    progress = StatusLine(sys.stderr)
    engines: list[str] = []
    start = time.perf_counter()
    try:
        with CtrlC() as ctrl_c:
            while not training.finished and not ctrl_c.pressed:
                has_record = training.advance()
                placement = training.placement
                assert placement is not None
                if not engines:
                    tell_place(placement, quiet)
                engine = engine_for(placement.device).name
                if engine not in engines:
                    engines.append(engine)
                if has_record:
                    progress.show(lambda seconds: status(training.history, seconds))
    finally:
        progress.clear()
    seconds = time.perf_counter() - start
    history = training.history
    outcomes = [
        outcome_of(experiment, history.member(member)) if done else None
        for member, (experiment, done) in enumerate(
            zip(training.experiments, history.is_finished, strict=True)
        )
    ]
    result = SweepResult(sweep, outcomes, seconds, "; ".join(engines) or None)
    return result, not training.finished


def status(history: JointHistory, seconds: float) -> str:
    """How far a sweep is after so many seconds, in one line."""
    done, progress = int(history.is_finished.sum()), history.progress
    networks = counted(history.members, "network")
    parts = [f"{100 * progress:.0f} %", f"{done:,} of {networks} finished"]
    losses = history.values("valid_loss")[~history.diverged]
    losses = losses[np.isfinite(losses)]
    if losses.size:
        parts.append(f"best {losses.min():.4g}")
    if progress > 0 and seconds > _EARLIEST:
        parts.append(f"{_duration(seconds * (1 - progress) / progress)} left")
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def stopped_line(result: SweepResult, *, writes: bool) -> str:
    """What Ctrl-C left of a sweep."""
    done, members = len(result.finished), len(result.outcomes)
    line = f"Stopped: {done:,} of {counted(members, 'network')} had finished"
    if not done:
        return f"{line}; nothing is written." if writes else f"{line}."
    return f"{line}; only {'these are written' if writes else 'these are counted'}."


def describe(result: SweepResult) -> str:
    """The outcome in a few lines: how many networks, and the best combinations."""
    sweep, ranking = result.sweep, result.ranking()
    first = f"{counted(len(result.finished), 'network')} in {result.seconds:.2f} s"
    if sweep.seeds > 1 and sweep.axes:
        combinations = len(result.outcomes) // sweep.seeds
        first += f": {counted(combinations, 'combination')} with {sweep.seeds} seeds each"
    diverged = int(result.diverged.sum())
    if diverged:
        first += f"; {diverged:,} diverged"
    if not ranking:
        return first
    measures = {"train_loss": "train loss", "valid_loss": "valid loss"}
    if result.task != "regression":
        measures["valid_accuracy"] = "valid accuracy"
    rows = [[*(axis.path for axis in sweep.axes), *measures.values()]]
    for place in ranking[:_SHOWN]:
        varied = [_shown(value) for value in result.combination(place).values()]
        rows.append([*varied, *(_over_seeds(result, name, place) for name in measures)])
    lines = [first, "", *_table(rows)]
    if sweep.axes:
        lines[3] += "   best" if result.task != "mixed" else ""
        if len(ranking) > _SHOWN:
            lines.append(f"... and {len(ranking) - _SHOWN:,} more")
    if result.task == "mixed":
        lines += ["", "losses of regressions and classifications can't be compared"]
    if sweep.seeds > 1:
        lines += ["", "mean ± standard deviation over seeds"]
    return "\n".join(lines)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _over_seeds(result: SweepResult, measure: str, place: tuple[int, ...]) -> str:
    values = result.values(measure)[place]
    values = values[np.isfinite(values)]
    if not values.size:
        return "-"
    mean = float(values.mean())
    if measure.endswith("accuracy"):
        spread = f" ± {100 * values.std(ddof=1):.1f}" if values.size > 1 else ""
        return f"{100 * mean:.1f}{spread} %"
    return f"{mean:.4g}" + (f" ± {values.std(ddof=1):.2g}" if values.size > 1 else "")


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, columns as wide as their widest cell, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "   ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
