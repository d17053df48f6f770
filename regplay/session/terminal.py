"""Training in a terminal, and the outcome of a run or a sweep in words."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from regplay.core.advice import Tried, compare, lineup, neighbours
from regplay.core.datasets import remarks
from regplay.core.device import Placement
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.history import History
from regplay.core.joint import JointHistory, JointTraining
from regplay.core.number_text import (
    counted,
    duration_text,
    number,
    percent_text,
    spread_text,
    value_text,
)
from regplay.core.population import engine_for, fit_at
from regplay.core.sweep import Sweep
from regplay.core.training import Training
from regplay.core.verdict import PointLosses, Verdict
from regplay.session.files import prepare_folder
from regplay.session.progress_line import progress_line
from regplay.session.results import Result, SweepResult, outcome_of
from regplay.session.text_table import table_lines

Returned = TypeVar("Returned")
_SHOWN = 5  # of the best combinations
_EARLIEST = 0.5  # seconds of training before an estimate of the time left is worth anything


def train(experiment: Experiment, device: str | None, folder: Path | None) -> tuple[Result, bool]:
    """Train to the end or to Ctrl-C; what came of it, and whether it was Ctrl-C.

    What there is to say meanwhile goes to stderr. Should a GPU have too little memory, training
    begins again on the CPU.

    Parameters
    ----------
    device
        As in `regplay.core.device.place`; None is `auto`, without a word about the CPU.
    folder
        Where results will be written: refused before training if that can't be.

    Raises
    ------
    DatasetError, DeviceError, OutputError
        Before any training.
    """

    tell_data(experiment.data)

    def attempt(device: str, quiet: bool) -> tuple[Result, bool]:
        return _train(Training([experiment], device=device), quiet, folder)

    return with_memory(attempt, device)


def with_memory(train: Callable[[str, bool], Returned], device: str | None) -> Returned:
    """What `train` returns; should a GPU have too little memory for it, of another try on the CPU.

    It is called with a device and whether a CPU goes without saying, as for `tell_place`; with None
    for a device it does.
    """
    try:
        return train(device or "auto", device is None)
    except torch.OutOfMemoryError:
        if device == "cpu":
            raise
    # Outside of `except`, whose error would keep the memory of the first attempt alive.
    tell("The GPU has too little memory: training again on the CPU, from the start.")
    return train("cpu", True)


def tell_data(data: DataSettings) -> None:
    """Say how a person's table was taken, what was left out and what is odd about it."""
    for line in remarks(data):
        tell(f"{Path(data.file.strip()).name}: {line}")


def tell_place(placement: Placement, quiet: bool) -> None:
    """Say where training runs; if `quiet`, not of the CPU."""
    if not quiet or placement.device.type != "cpu":
        tell(f"Training on {placement.reason}")


def check_folder(folder: Path) -> None:
    """Make sure that results can be written into `folder`; one that is not there yet is not made.

    Raises
    ------
    OutputError
        If it can't be created or written to.
    """
    missing = [place for place in (folder, *folder.parents) if not os.path.lexists(place)]
    try:
        prepare_folder(folder)
    finally:
        for place in missing:  # the innermost first
            with contextlib.suppress(OSError):
                place.rmdir()


def _train(training: Training, quiet: bool, folder: Path | None) -> tuple[Result, bool]:
    tell_place(training.placement, quiet)
    problem = training.engine.problem
    if problem and quiet:
        tell(f"{problem[0].upper()}{problem[1:]}")
    if folder is not None:
        check_folder(folder)
    history, best = History(), None
    start = time.perf_counter()
    with progress_line() as (progress, ctrl_c):
        records = training.train(0)  # so that there is something to show, if steps take long
        while True:
            for record in records:
                history.append(record.snapshot)
                if history.best() == len(history) - 1:
                    best = record.state.copy()
            if records:
                state = records[-1].state.copy()
            progress.show(lambda seconds: status(training, history, seconds))
            if ctrl_c.pressed or training.finished:
                break
            records = training.train()
    final, was_stopped = history.last, not training.finished
    assert final is not None
    if final.step < training.step:
        recorded, final = final, training.peek()
        is_same = np.array_equal(final.values, recorded.values, equal_nan=True)
        if is_same and not torch.equal(training.population.flat, state.parameters):
            # It is diverging: these values are of the record before. Back to the weights of then.
            training.restore(state)
            final = recorded
        elif final.epoch > recorded.epoch:
            history.append(final)
    seconds = time.perf_counter() - start
    if was_stopped:
        tell(f"Stopped at epoch {training.epoch:,} of {training.epochs:,}.")
    experiment, dataset, fit = training.experiments[0], training.datasets[0], training.fit(None)
    fit_at_best = None if best is None else fit_at(best, experiment, dataset, None).valid
    result = Result(
        experiment=experiment,
        dataset=dataset,
        history=history,
        final=final,
        fit=fit,
        points=PointLosses.of(experiment, dataset, fit, fit_at_best),
        layers=training.population.member(0),
        seconds=seconds,
        engine=training.engine.name,
    )
    return result, was_stopped


def status(training: Training, history: History, seconds: float) -> str:
    """How far a training is after so many seconds, in one line; empty before any record."""
    if history.last is None:
        return ""
    losses = f"train {number(history.last.value('train_loss'))}   "
    losses += f"valid {number(history.last.value('valid_loss'))}"
    rate = float(f"{training.step / seconds:.2g}")
    return f"epoch {training.epoch:,} of {training.epochs:,}   {losses}   {rate:,.0f} steps/s"


def tell(message: str) -> None:
    """A line on stderr, beside what is asked for on stdout."""
    print(message, file=sys.stderr, flush=True)


def try_neighbours(result: Result, device: str | None) -> Tried | None:
    """Train neighbours of the experiment of a run; what they showed, None after Ctrl-C."""
    changes = neighbours(result.experiment, result.history)
    count = f"trying {counted(len(changes), 'nearby setting')}"

    def attempt(device: str, quiet: bool) -> Tried | None:
        tried = lineup(result.experiment, changes)
        training = JointTraining(tried.experiments, device=device, chooses=tried.chooses)
        history = training.history
        with progress_line() as (progress, ctrl_c):
            while not training.finished and not ctrl_c.pressed:
                if training.advance():
                    progress.show(lambda _: f"{count} · {percent_text(history.progress)}")
        return compare(training, changes) if training.finished else None

    return with_memory(attempt, device)


def describe(result: Result, verdict: Verdict, tried: Tried | None) -> str:
    """The outcome in a few lines: losses, accuracies, the best epoch, the verdict, advice."""
    final, history = result.final, result.history
    is_classification = result.dataset.task == "classification"

    def line(name: str, split: str) -> str:
        text = f"{name + ' loss':<15}  {number(final.value(f'{split}_loss')):<9}"
        if is_classification:
            text += f"  accuracy {percent_text(final.value(f'{split}_accuracy'), 1)}"
        return text.rstrip()

    is_solved = result.experiment.model.kind == "polynomial"
    trained = "solved exactly" if is_solved else counted(final.epoch, "epoch")
    lines = [f"{trained} in {result.seconds:.2f} s"]
    if final.has_stopped_early(result.experiment.epochs):
        patience = result.experiment.regularization.early_stopping
        lines[0] += f", stopped early: no better for {counted(patience, 'epoch')}"
    lines += [line("training", "train"), line("validation", "valid")]
    if not is_solved and history.best_epoch >= 0:
        loss = number(history.at_best("valid_loss"))
        lines.append(f"best validation  {loss:<9}  epoch {history.best_epoch:,}")
    if verdict.kind != "untrained":
        lines += ["", verdict.headline, *([verdict.reason] if verdict.reason else [])]
        lines += [] if tried is None else [tried.text]
    return "\n".join(lines)


# sweeps


def train_sweep(
    sweep: Sweep, experiments: Sequence[Experiment], device: str | None, folder: Path | None
) -> tuple[SweepResult, bool]:
    """Train all members of a sweep, as `train` does one experiment."""
    tables: dict[tuple[str, str], DataSettings] = {}
    for member in experiments:
        tables.setdefault((member.data.name, member.data.file), member.data)
    for data in tables.values():
        tell_data(data)

    def attempt(device: str, quiet: bool) -> tuple[SweepResult, bool]:
        # Nobody asks for the weights afterwards, so next to none of the states are kept.
        return _train_together(
            sweep, JointTraining(experiments, device=device, keeps=0), quiet, folder
        )

    return with_memory(attempt, device)


def _train_together(
    sweep: Sweep, training: JointTraining, quiet: bool, folder: Path | None
) -> tuple[SweepResult, bool]:
    if folder is not None:
        check_folder(folder)
    engines: list[str] = []
    start = time.perf_counter()
    with progress_line() as (progress, ctrl_c):
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
                progress.show(lambda seconds: sweep_status(training.history, seconds))
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


def sweep_status(history: JointHistory, seconds: float) -> str:
    """How far a sweep is after so many seconds, in one line."""
    done, progress = int(history.is_finished.sum()), history.progress
    networks = counted(history.members, "network")
    parts = [percent_text(progress), f"{done:,} of {networks} finished"]
    losses = history.values("valid_loss")[~history.diverged]
    losses = losses[np.isfinite(losses)]
    if losses.size:
        parts.append(f"best {number(losses.min())}")
    if progress > 0 and seconds > _EARLIEST:
        parts.append(f"{duration_text(seconds * (1 - progress) / progress)} left")
    return " · ".join(parts)


def stopped_line(result: SweepResult, *, writes: bool) -> str:
    """What Ctrl-C left of a sweep."""
    done, members = len(result.finished), len(result.outcomes)
    line = f"Stopped: {done:,} of {counted(members, 'network')} had finished"
    if not done:
        return f"{line}; nothing is written." if writes else f"{line}."
    return f"{line}; only {'these are written' if writes else 'these are counted'}."


def describe_sweep(result: SweepResult) -> str:
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
        varied = [value_text(value, 6) for value in result.combination(place).values()]
        rows.append([*varied, *(_over_seeds(result, name, place) for name in measures)])
    lines = [first, "", *table_lines(rows)]
    if sweep.axes:
        lines[3] += "   best" if result.task != "mixed" else ""
        for line, place in enumerate(ranking[:_SHOWN], 3):
            if count := int(result.diverged[place]):  # whose losses are in no mean
                lines[line] += f"   {count} of {sweep.seeds} diverged"
        if len(ranking) > _SHOWN:
            lines.append(f"... and {len(ranking) - _SHOWN:,} more")
    if result.task == "mixed":
        lines += ["", "losses of regressions and classifications can't be compared"]
    if sweep.seeds > 1:
        lines += ["", "mean ± standard deviation over seeds"]
    return "\n".join(lines)


def _over_seeds(result: SweepResult, measure: str, place: tuple[int, ...]) -> str:
    values = result.values(measure)[place]
    values = values[np.isfinite(values)]
    if not values.size:
        return "-"
    mean = float(values.mean())
    if measure.endswith("accuracy"):
        spread = f" ± {100 * values.std(ddof=1):.1f}" if values.size > 1 else ""
        return f"{100 * mean:.1f}{spread} %"
    return spread_text(mean, values.std(ddof=1)) if values.size > 1 else number(mean)
