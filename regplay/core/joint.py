"""Many experiments trained together: one population for each shape, in parts that fit in memory."""

import math
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from regplay.core.arrays import Flags, Floats, Indices, Integers
from regplay.core.bias_variance import (
    Decomposition,
    Spread,
    common_points,
    decompose,
    spread,
    why_not,
)
from regplay.core.datasets import Dataset, load_all
from regplay.core.device import Placement
from regplay.core.engine import Stop
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get
from regplay.core.fit import Fit, Grid, grid_of
from regplay.core.history import History
from regplay.core.hyperparameters import MEMBER_FIELDS
from regplay.core.measurements import layer_sizes
from regplay.core.population import fit_at, measured, network_at
from regplay.core.state import Checkpoints, Shape
from regplay.core.training import Training
from regplay.core.verdict import PointLosses

_MEMORY = 1 << 30  # bytes that a population may take while it trains
_KEPT = 128 << 20  # bytes for the states that are kept of all members together
_WHILE = 0.05  # s that parts are trained side by side before anybody hears of it
_ENOUGH = 24  # states of one shape; filling fresh memory may take longer than a step
_UNKNOWN = Decomposition(math.nan, math.nan, math.nan, math.nan, math.nan)


def _shape_of(experiment: Experiment, dataset: Dataset) -> Hashable:
    """What members of one population have in common; equal for those that can share one."""
    points = len(dataset.train.y), len(dataset.valid.y)
    shared = tuple(get(experiment, path) for path in FIELDS if path not in MEMBER_FIELDS)
    return shared, dataset.task, *points, dataset.n_inputs, dataset.n_outputs


def _most_members(experiment: Experiment, dataset: Dataset) -> int:
    """How many members of this shape one population may have, by memory."""
    sizes = layer_sizes(experiment.model, dataset)
    n_train, n_valid = len(dataset.train.y), len(dataset.valid.y)
    batch = min(experiment.optimizer.batch_size or n_train, n_train)
    # Some ten buffers of parameters, and by torch for each unit and point its activation, its
    # slope, ….
    numbers = (
        10 * Shape(1, sizes).parameters
        + 6 * sum(sizes) * batch
        + 2 * sum(sizes) * (n_train + n_valid)
    )
    return max(1, _MEMORY // (4 * numbers))


def plan(experiments: Sequence[Experiment], datasets: Sequence[Dataset]) -> list[Indices]:
    """Which experiments to train as one population: their places, a list for each."""
    groups: dict[Hashable, list[int]] = {}
    for place, (experiment, dataset) in enumerate(zip(experiments, datasets, strict=True)):
        groups.setdefault(_shape_of(experiment, dataset), []).append(place)
    parts = []
    for places in groups.values():
        most = _most_members(experiments[places[0]], datasets[places[0]])
        parts += np.array_split(np.array(places, dtype=np.intp), -(-len(places) // most))
    return parts


class _Part:
    """Members of one shape: a population with its history and the states kept of it."""

    def __init__(
        self,
        places: Indices,
        experiments: Sequence[Experiment],
        datasets: Sequence[Dataset],
        keeps: int,
    ) -> None:
        self.places = places  # among all experiments
        self.experiments = [experiments[place] for place in places]
        self.datasets = [datasets[place] for place in places]
        self.history = History(len(places))
        self.checkpoints = Checkpoints(keeps * len(places) // len(experiments), _ENOUGH)
        self.training: Training | None = None  # None before its turn, and after it
        self.finished = False

    @property
    def stopped_at(self) -> Integers:
        """The epoch at which each of its members stopped; −1 while it trains."""
        last = self.history.last
        return np.full(len(self.places), -1) if last is None else last.stopped_at

    @property
    def progress(self) -> float:
        """Share of its epochs that are trained and recorded, 0–1."""
        last = self.history.last
        if self.finished:
            return 1.0
        return 0.0 if last is None else last.epoch / self.experiments[0].epochs


class JointHistory:
    """The histories of all members of a joint training.

    One thread may train while others read.

    Attributes
    ----------
    places
        The part that each member belongs to, and its place in it.
    """

    def __init__(self, members: int) -> None:
        self._parts: list[_Part] = []
        self.members = members
        self.places: dict[int, tuple[_Part, int]] = {}

    def add(self, part: _Part) -> None:
        """Have the members of one more part."""
        self.places |= {int(place): (part, index) for index, place in enumerate(part.places)}
        self._parts.append(part)

    def _gathered(self, otherwise: object, of_part: Callable[[_Part], object]) -> NDArray[Any]:
        """What the parts say of their members [M], and what is said of those in none."""
        found: NDArray[Any] = np.full(self.members, otherwise)
        for part in tuple(self._parts):
            found[part.places] = of_part(part)
        return found

    @property
    def progress(self) -> float:
        """Share of all epochs of all members that are to be trained so far, 0–1."""
        parts = tuple(self._parts)
        return sum(len(part.places) * part.progress for part in parts) / len(self.places)

    @property
    def finished(self) -> bool:
        """Whether all members have trained to their end."""
        return all(part.finished for part in self._parts)

    @property
    def is_finished(self) -> Flags:
        """Which members [M] have trained to their end, stopped early, or diverged."""
        return self._gathered(False, lambda part: part.finished | (part.stopped_at >= 0))

    @property
    def progress_of(self) -> Floats:
        """Share of its epochs that each member [M] has trained, 0–1."""
        return self._gathered(0.0, lambda part: part.progress)

    @property
    def epochs(self) -> Integers:
        """Recorded epochs, rising: those of the part that has the most."""
        return max((part.history.epochs for part in self._parts), key=len)

    def values(self, measure: str, epoch: int | None = None) -> Floats:
        """One of `MEASURES` of each member [M]; NaN where nothing was recorded yet.

        Parameters
        ----------
        epoch
            The newest record that is not later than this; None is the newest of all.
        """
        return self._gathered(math.nan, lambda part: part.history.row(measure, epoch))

    @property
    def diverged(self) -> Flags:
        """Which members [M] stopped because a loss or a weight was no longer finite."""
        return self._gathered(
            False, lambda part: part.history.last is not None and part.history.last.diverged
        )

    def member(self, member: int) -> History:
        """The history of one member so far, as if it had been trained alone."""
        alone = History()
        self.read_on(alone, member)
        return alone

    def read_on(self, history: History, member: int) -> None:
        """Append to the history of one member what it has recorded since."""
        part, index = self.places[member]
        history.follow(part.history, index)


class JointTraining:
    """Trains many experiments, those of one shape as one population, part after part.

    Parameters
    ----------
    experiments
        Any; those that differ only in what members of a population may differ in share one.
    device, dtype
        As for `Training`.
    keeps
        Bytes for the states that are kept of all members together.
    rounds
        Which members to train one after another, each of them in one; None for all at once.
    chooses
        In place of rounds: asked, at first and whenever what it chose is trained, which members to
        train next; it is over once there are none.

    Attributes
    ----------
    placement
        Where the part that was begun last trains, and why there; None before the first.

    Raises
    ------
    DatasetError
        If the data of a member can't be made.
    """

    def __init__(
        self,
        experiments: Sequence[Experiment],
        *,
        device: str = "auto",
        dtype: torch.dtype = torch.float32,
        keeps: int = _KEPT,
        rounds: Sequence[Collection[int]] | None = None,
        chooses: "Callable[[JointTraining], Collection[int]] | None" = None,
    ) -> None:
        self.experiments = tuple(experiments)
        self.datasets = load_all(experiments)
        self.placement: Placement | None = None
        self._device, self._dtype = device, dtype
        self._keeps, self._chooses = keeps, chooses
        self.history = JointHistory(len(self.experiments))
        self._parts: list[_Part] = []
        self._waiting: list[_Part] = []
        self._rounds: list[list[_Part]] = []
        if chooses is not None:
            rounds = [chooses(self)]
        for members in rounds or [range(len(self.experiments))]:
            self._rounds.append(self._add(members))

    def _add(self, members: Collection[int]) -> list[_Part]:
        """Train these too."""
        added = []
        chosen = np.array(sorted(members), dtype=np.intp)
        experiments = [self.experiments[member] for member in chosen]
        for places in plan(experiments, [self.datasets[member] for member in chosen]):
            part = _Part(chosen[places], self.experiments, self.datasets, self._keeps)
            added.append(part)
            self.history.add(part)
        self._parts += added
        self._waiting += added
        return added

    @property
    def finished(self) -> bool:
        """Whether all members have trained to their end."""
        return not self._waiting

    @property
    def rounds_trained(self) -> int:
        """How many of its rounds are trained to their end."""
        return sum(all(part.finished for part in parts) for parts in self._rounds)

    @property
    def epochs(self) -> int:
        """Epochs that all members together are to be trained."""
        return sum(experiment.epochs for experiment in self.experiments)

    def advance(self, stop: Stop | None = None) -> bool:
        """Train the part whose turn it is for a while; whether there is a new record.

        Where a part has fewer members than the engine trains side by side, those after it are
        trained beside it, as far as threads can be started.

        Parameters
        ----------
        stop
            As for `Training.train`.
        """
        has_record = self._advance(stop or Stop())
        if not self._waiting and self._chooses is not None:
            self._add(self._chooses(self))
        return has_record

    def _advance(self, stop: Stop) -> bool:
        first = self._waiting[0]
        at_once = self._begun(first).engine.at_once // len(first.places)
        if at_once < 2 or len(self._waiting) == 1:
            return self._train(first, stop)
        waiting, end = iter(tuple(self._waiting)), time.perf_counter() + _WHILE

        def train_some() -> bool:
            has_record = False
            for part in waiting:
                while not part.finished:
                    has_record |= self._train(part, stop)
                    if stop.is_set or time.perf_counter() > end:
                        return has_record
            return has_record

        beside = min(at_once, len(self._waiting)) - 1
        with ThreadPoolExecutor(beside) as pool:
            helping: list[Future[bool]] = []
            with suppress(RuntimeError):  # a limit of the system is reached
                helping.extend(pool.submit(train_some) for _ in range(beside))
            has_record = train_some()
            return any([has_record, *(helper.result() for helper in helping)])

    def _begun(self, part: _Part) -> Training:
        if part.training is None:
            part.training = Training(
                part.experiments, datasets=part.datasets, device=self._device, dtype=self._dtype
            )
            self.placement = part.training.placement
        return part.training

    def _train(self, part: _Part, stop: Stop) -> bool:
        training = self._begun(part)
        records = training.train(stop=stop)
        for record in records:
            part.history.append(record.snapshot)
        part.checkpoints.extend([record.state for record in records])
        if training.finished:
            part.training = None  # its last state is kept; the memory is free for the next
            part.finished = True
            self._waiting.remove(part)
        return bool(records)

    def has_begun(self, member: int) -> bool:
        """Whether there is such a member, and a record of it."""
        place = self.history.places.get(member)
        return place is not None and len(place[0].history) > 0

    # what came of it

    def fit(self, grid: Grid | None, member: int, epoch: int | None = None) -> Fit:
        """What one member predicts, or did at the last kept moment not later than `epoch`.

        Raises
        ------
        LookupError
            If the member has not been begun yet.
        """
        part, index = self.history.places[member]
        state = part.checkpoints.at(epoch)
        if state is None:
            raise LookupError(f"member {member} has not been begun")
        return fit_at(state.member(index), self.experiments[member], self.datasets[member], grid)

    def point_losses(self, member: int, epoch: int | None = None) -> PointLosses:
        """The losses of a member's points at a kept epoch, and at its best epoch until then."""
        experiment, dataset = self.experiments[member], self.datasets[member]
        now = self.fit(None, member, epoch)
        best_epoch = self.history.member(member).until(now.epoch).best_epoch
        best = self.fit(None, member, best_epoch).valid if best_epoch >= 0 else None
        return PointLosses.of(experiment, dataset, now, best)

    def predict(self, x: Floats, epoch: int | None = None) -> dict[int, Floats]:
        """What each member that has been begun predicts at measured inputs [n, d].

        Targets [n], or class probabilities [n, classes].
        """
        found: dict[int, Floats] = {}
        for part in self._parts:
            state = part.checkpoints.at(epoch)
            if state is None:
                continue
            inputs = np.stack([dataset.inputs(x) for dataset in part.datasets])
            tensor = torch.from_numpy(inputs).to(state.parameters)
            network = network_at(state, part.experiments[0], part.datasets[0])
            outputs = network.predict(tensor)
            for place, row, dataset in zip(part.places, outputs, part.datasets, strict=True):
                found[int(place)] = measured(row, dataset)
        return found

    def band(self, epoch: int | None = None) -> Spread | None:
        """The spread of all members on the grid of the first one's data, as `predict`.

        Those that diverged are left out. None for more than two inputs, or with fewer than two
        members under way.
        """
        grid = grid_of(self.datasets[0])
        if grid is None:
            return None
        lost, predictions = self.history.diverged, self.predict(grid.x, epoch)
        found = [outputs for member, outputs in predictions.items() if not lost[member]]
        return spread(np.stack(found)) if len(found) > 1 else None

    def decompositions(self, epoch: int | None = None, *, seeds: int) -> list[Decomposition | None]:
        """Bias², variance and noise at each position of an axis; None where a seed is not there.

        Parameters
        ----------
        seeds
            How many members, one after another, belong to a position.
        """
        positions, dataset = len(self.experiments) // seeds, self.datasets[0]
        if why_not(dataset):
            return [None] * positions
        assert dataset.truth is not None
        assert dataset.valid_noise_floor is not None
        x = common_points(self.datasets)
        truth = dataset.targets(dataset.truth(x))
        losses, lost = self.history.values("valid_loss", epoch), self.history.diverged
        predictions = self.predict(x, epoch)
        found: list[Decomposition | None] = []
        for position in range(positions):
            members = np.arange(position * seeds, (position + 1) * seeds)
            if not all(member in predictions for member in members):
                found.append(None)
                continue
            kept = members[~lost[members]]
            if len(kept) > 1:
                rows = [dataset.targets(predictions[member]) for member in kept]
                parts = decompose(rows, truth, dataset.valid_noise_floor, losses[kept])
            else:
                parts = _UNKNOWN
            found.append(replace(parts, diverged=len(members) - len(kept)))
        return found

    def checkpoints(self, member: int) -> Checkpoints:
        """The states that are kept of one member, as if it had been trained alone."""
        part, index = self.history.places[member]
        alone = part.checkpoints.of_member(index)
        stopped_at = int(part.stopped_at[index])
        if stopped_at >= 0:
            alone.forget_after(stopped_at)
        return alone
