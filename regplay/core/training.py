"""Training: a population, its data and its optimizer, one step after another.

What plain PyTorch would do with the same experiment, in a dozen lines (for dropout 0)::

    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(d, width), nn.Tanh(), ..., nn.Linear(width, outputs))
    optimizer = torch.optim.Adam(network.parameters(), lr=lr, weight_decay=weight_decay)
    batches = torch.Generator().manual_seed(seed)
    for epoch in range(epochs):
        order = torch.randperm(n_train, generator=batches)
        for index in order.split(batch_size):  # one batch, in the given order, if batch_size is 0
            loss = loss_function(network(x[index]), y[index])
            optimizer.zero_grad(); loss.backward(); optimizer.step()
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from regplay.core.arrays import Flags, Floats, Integers
from regplay.core.datasets import Dataset, load_all, seen_by
from regplay.core.device import place, within_memory
from regplay.core.engine import (
    PROGRESS,
    RATES,
    RECORDING,
    Orders,
    Stop,
    Stretch,
    Work,
    record_buffers,
)
from regplay.core.experiment import MOMENTA, Experiment
from regplay.core.fields import differences, get
from regplay.core.fit import Fit, Grid
from regplay.core.history import History, Snapshot
from regplay.core.hyperparameters import ADJUSTABLE_FIELDS, MEMBER_FIELDS, RATE_FIELDS
from regplay.core.layers import dropouts
from regplay.core.measurements import (
    Penalties,
    Schedule,
    Stopping,
    cost_of,
    is_finite,
    layer_sizes,
    steps_per_epoch,
)
from regplay.core.polynomial import as_trained
from regplay.core.population import Population, fit_of, initial_population, points_of
from regplay.core.state import Checkpoints, State, StoppingState, parameters_in

# What bounds a stretch: none of it changes any number.
_FLOPS = 2e10  # a tenth of a second of one fast core
_SECONDS = 0.1  # of an engine's overhead
_RECORDS = 256
_KEPT = 8 << 20  # bytes of states
_ORDERS = 1 << 20  # places in orders of batches
_DRAWS = 1000  # orders, drawn with the interpreter's lock: some milliseconds


@dataclass(frozen=True, eq=False)
class Record:
    """What was measured at an epoch, and the state then.

    Its tensors lie in buffers that hold those of many records. The next call of `train` may write
    into them: whoever keeps the state keeps a copy.
    """

    snapshot: Snapshot
    state: State


class Training:
    """M experiments of one shape, trained together.

    Parameters
    ----------
    experiments
        They may differ in `MEMBER_FIELDS`, as long as all have equally many points, inputs and
        outputs.
    datasets
        The points of each experiment, where they are loaded already.
    device
        As in `regplay.core.device.place`.
    dtype
        Precision of all computing.

    Attributes
    ----------
    engine
        What computes.

    Raises
    ------
    ValueError
        If the experiments can't be trained as one population.
    DatasetError
        If the data can't be made, or the model can't learn them.
    MemoryFullError
        If there is not enough memory for the population; `train` too may raise it, and may be
        called again.
    """

    def __init__(
        self,
        experiments: Sequence[Experiment],
        *,
        datasets: Sequence[Dataset] | None = None,
        device: str = "auto",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.experiments = tuple(experiments)
        first = self.experiments[0]
        _refuse_differences(self.experiments, MEMBER_FIELDS)
        given = zip(experiments, datasets or load_all(experiments), strict=True)
        self.datasets = [seen_by(experiment.model, dataset) for experiment, dataset in given]
        dataset, members = self.datasets[0], len(self.experiments)
        self.steps_per_epoch = steps_per_epoch(len(dataset.train.y), first.optimizer.batch_size)
        self.schedule = Schedule.of(first, dataset)
        together = cost_of(first, dataset, members)
        self.placement = place(device, together, members)
        parameters = parameters_in(layer_sizes(first.model, dataset))
        self._what = f"{members:,} networks" if members > 1 else "a network"
        self._what += f" of {parameters:,} parameters"
        with within_memory(self._what):
            self._population = initial_population(
                self.experiments, self.datasets, self.placement.device, dtype
            )
            self._work = self._initial_work()
            self._last_flat = self._population.flat.clone()  # at the last record; never written to
        self.engine = self._population.engine
        if self.engine.problem:
            reason = f"{self.placement.reason}; {self.engine.problem}"
            self.placement = replace(self.placement, reason=reason)
        most = min(_FLOPS / together.step_flops, _SECONDS / self.engine.overhead)
        self._most_steps = max(1, int(most))
        self._stretch: Stretch | None = None  # under way
        # For the states of records, used by turns, since the last state of a stretch is needed in
        # the next one: to fill fresh pages, and to give them back, takes some milliseconds.
        self._buffers: list[tuple[Tensor, ...]] = []
        self._collected = 0  # records of it that were handed out
        self._owed: list[Record] = []  # made before the next call of `train`, which hands them out
        self._last_record, self._next_record = -1, 0  # epochs
        # Before a record at the end, where none would be if there were more epochs; else None.
        self._before_end: StoppingState | None = None
        self._stopping = Stopping(members)
        self._set_values()
        self._let_all_train()

    def _initial_work(self) -> Work:
        flat = self._population.flat
        x, y = points_of(self.datasets, flat)
        settings, members = self.experiments[0].optimizer, len(self.experiments)
        n_train = len(self.datasets[0].train.y)
        return Work(
            population=self._population,
            x=x,
            y=y,
            n_train=n_train,
            batch_size=min(settings.batch_size or n_train, n_train),
            optimizer=settings.name,
            orders=Orders([experiment.seed for experiment in self.experiments]),
            momenta=tuple(torch.zeros_like(flat) for _ in range(MOMENTA[settings.name])),
            rates=np.zeros(members, dtype=RATES),
            progress=np.zeros(members, dtype=PROGRESS),
        )

    @property
    def population(self) -> Population:
        """The networks as they are now: after a stop, each where it was left."""
        self.engine.settle(self._work)
        return self._population

    @property
    def step(self) -> int:
        """Updates that all members have made, or would have, had they not stopped."""
        return int(self._steps.min())

    @property
    def _steps(self) -> Integers:
        """Updates of each member [M], with one that is half made and only has to be settled."""
        progress = self._work.progress
        steps: Integers = progress["step"] + (progress["updated"] > 0)
        return steps

    @property
    def epoch(self) -> int:
        """Complete passes over the training points."""
        return self.step // self.steps_per_epoch

    @property
    def epochs(self) -> int:
        """Passes after which training is finished."""
        return self.experiments[0].epochs

    @property
    def finished(self) -> bool:
        """Whether all epochs are trained and recorded, or all members have stopped."""
        is_over = self._last_record >= self.epochs and self._stretch is None
        return (is_over or not self._trains.any()) and not self._owed

    @property
    def owes_record(self) -> bool:
        """Whether it was stopped at a record that is not made yet; the next `train` makes it."""
        if self._stretch is None:
            return self.epoch >= self.epochs and not self.finished
        if self._collected == len(self._stretch.record_steps):
            return False
        return int(self._stretch.record_steps[self._collected]) <= self.step

    @property
    def extra_record(self) -> int | None:
        """The epoch of the last record if a training of more epochs would not make it."""
        last = self._last_record
        return last if last > 0 and self.schedule.after(last - 1) != last else None

    @property
    def _trains(self) -> Flags:
        """Which members [M] have not stopped."""
        trains: Flags = self._work.rates["trains"] != 0
        return trains

    def adjust(self, experiments: Sequence[Experiment]) -> None:
        """Go on from the present weights with other values of `ADJUSTABLE_FIELDS`.

        Members that had stopped train again, unless nothing but the number of epochs is another:
        they stop where they would have. The optimizer's momenta stay. Those that a stop left behind
        others are trained to where these are before.

        Raises
        ------
        ValueError
            If anything else differs.
        """
        for old, new in zip(self.experiments, experiments, strict=True):
            _refuse_differences((old, new), ADJUSTABLE_FIELDS)
        _refuse_differences(experiments, MEMBER_FIELDS)
        pairs = zip(self.experiments, experiments, strict=True)
        changed = {path for old, new in pairs for path in differences(old, new)}
        self._catch_up()
        self.experiments = tuple(experiments)
        self._settle()
        self._leave_stretch()
        self._set_values()
        if changed - {"epochs"}:
            self._let_all_train()
        elif self._before_end is not None and not self._stopping.state.diverged.any():
            self._stopping.restore(self._before_end)
            self._work.rates["trains"] = ~self._stopping.stopped
        self._before_end = None

    def _settle(self) -> None:
        """Let the tensors alone say where the members stand; what is begun of a step is lost."""
        self.engine.settle(self._work)
        self._work.forget()

    def _set_values(self) -> None:
        work, rates = self._work, self._work.rates
        experiments = [as_trained(experiment) for experiment in self.experiments]
        settings = [experiment.regularization for experiment in experiments]
        for path in RATE_FIELDS:
            name = path.rpartition(".")[2]
            rates[name] = [get(experiment, path) for experiment in experiments]
        for own, experiment in zip(rates["dropout"], experiments, strict=True):
            found = dropouts(experiment)
            own[: len(found)] = found
        rates["seed"] = [experiment.seed for experiment in experiments]
        rates["order"] = work.orders.rows
        work.momentum = experiments[0].optimizer.momentum
        work.decays_biases = settings[0].decay_bias
        has_classes = work.population.loss == "cross_entropy"
        self._penalties = Penalties(experiments, has_classes=has_classes)

    def _let_all_train(self) -> None:
        settings = [as_trained(experiment).regularization for experiment in self.experiments]
        self._stopping.begin(np.array([s.early_stopping for s in settings]))
        self._work.rates["trains"] = 1

    def train(self, goal: int | None = None, stop: Stop | None = None) -> list[Record]:
        """Train towards a step, for a while; the records on the way.

        It comes back at the goal, at the latest after some tenths of a second, and soon after
        `stop` is set. Before the first step it records the initial weights. When it was stopped,
        some members may have come further than others; more calls bring all to the next record.

        Parameters
        ----------
        goal
            None is the last step of the experiment.
        """
        owed, self._owed = self._owed, []
        if self.finished:
            return owed
        last = self.epochs * self.steps_per_epoch
        goal = last if goal is None else min(goal, last)
        stop = stop or Stop()
        if self.experiments[0].model.kind == "polynomial":  # there is nothing to train
            if self._last_record < 0:
                goal = 0
            elif goal > self.step:
                # One record more, as logarithmic axes begin at epoch 1.
                self._next_record = self.epochs if self._last_record else 1
                goal = self._next_record * self.steps_per_epoch
                self._work.progress["step"] = goal
        with within_memory(self._what):
            if self._stretch is None:
                self._stretch, self._collected = self._next_stretch(last, goal, stop), 0
                if self._stretch is None:
                    return owed
            self.engine.train(self._work, self._stretch, min(goal, self._stretch.end), stop)
            records = owed + self._collect(self._stretch)
        if self.finished:
            self._buffers, self._last_flat = [], self._last_flat.clone()
        return records

    def _next_stretch(self, last: int, goal: int, stop: Stop) -> Stretch | None:
        """From the present step on, as far as it is worth to go in one go.

        None if it was stopped before it had drawn the order of a single epoch.
        """
        work, per_epoch, epoch = self._work, self.steps_per_epoch, self.epoch
        if goal <= self.step == epoch * per_epoch:  # nothing but a record is asked for
            last = self.step
        end = min(last, self.step + self._most_steps)
        if work.batch_size < work.n_train:
            distinct = work.orders.distinct
            at_once = max(1, min(_DRAWS // distinct, _ORDERS // (distinct * work.n_train)))
            end = min(end, (epoch + at_once) * per_epoch)
        flat = work.population.flat
        size = flat.numel() * flat.element_size() * (1 + len(work.momenta))
        most = max(1, min(_RECORDS, _KEPT // size))
        steps: list[int] = []
        following = min(self._next_record, self.epochs)
        while len(steps) < most and epoch <= following and following * per_epoch <= end:
            steps.append(following * per_epoch)
            if following == self.epochs:
                break
            following = min(self.schedule.following(following), self.epochs)
        if len(steps) == most:
            end = steps[-1]
        orders = None
        if work.batch_size < work.n_train and end > epoch * per_epoch:
            epochs = -(-end // per_epoch) - epoch
            orders = work.orders.draw(epoch, epochs, work.n_train, stop)
            drawn = orders.shape[1]
            if not drawn:
                return None
            end = min(end, (epoch + drawn) * per_epoch)
            steps = [step for step in steps if step <= end]
        if not self._buffers:
            self._buffers = [record_buffers(work, most) for _ in range(2)]
        record_steps = np.array(steps, dtype=np.int64)
        stretch = Stretch(work, record_steps, epoch, end, orders, self._buffers[0])
        stopped = ~self._trains
        for kept, tensor in zip(stretch.kept, (flat, *work.momenta), strict=True):
            if stopped.any():
                kept[:, stopped] = tensor[stopped]
        work.progress[RECORDING] = 0
        return stretch

    def _catch_up(self) -> None:
        """Bring members that a stop left behind others to the step of the furthest.

        What is recorded on the way comes with the next call of `train`.
        """
        while (steps := self._steps[self._trains]).size > 1 and steps.min() < steps.max():
            for record in self.train(int(steps.max())):
                self._owed.append(Record(record.snapshot, record.state.copy()))

    def _leave_stretch(self) -> None:
        """Begin a new one next, such as with other values; all members stand at one step."""
        progress, stretch = self._work.progress, self._stretch
        if stretch is not None and self._collected:
            self._last_flat = stretch.kept[0][self._collected - 1]
            self._buffers.reverse()
        progress[RECORDING] = 0
        self._stretch = None

    def _collect(self, stretch: Stretch) -> list[Record]:
        """The records that all members have made since."""
        progress, trains = self._work.progress, self._trains
        found: list[Record] = []
        new = range(self._collected, int(progress["record"][trains].min()))
        if new:
            values = self._penalties.report(stretch.values[new.start : new.stop])
            finite = is_finite(values)
            updates, trains = self._updates_at_0()
            kept = [tensor[new.start : new.stop].unbind() for tensor in stretch.kept]
            rows = zip(new, values, finite, zip(*kept, strict=True), strict=True)
            for index, each, are_finite, tensors in rows:
                epoch = int(stretch.record_steps[index]) // self.steps_per_epoch
                before = self._stopping.state
                stops, diverged = self._stopping.judge(each, epoch, are_finite)
                if stops is not None:
                    self._halt(stretch, index, stops, diverged)
                    updates, trains = self._updates_at_0()
                self._collected = index + 1
                self._last_record = epoch
                self._before_end = before if epoch < self._next_record else None
                if epoch == self._next_record:
                    self._next_record = self.schedule.following(epoch)
                found.append(self._record(epoch, each, tensors, updates, trains))
                if stops is not None and not trains.any():
                    break
        trains = self._trains
        if not trains.any():  # each stands where it stopped
            progress["step"] = progress["step"].max()
            self._leave_stretch()
            return found
        progress["step"][~trains] = progress["step"][trains].min()
        is_over = (progress["step"] >= stretch.end).all()
        if is_over and self._collected == len(stretch.record_steps):
            self._leave_stretch()
        return found

    def _updates_at_0(self) -> tuple[Integers, Flags]:
        """The count of updates that members [M] would have had at step 0; which of them train on.

        Members may stand beyond the record that is looked at.
        """
        progress, trains = self._work.progress, self._trains
        return progress["updates"] - progress["step"] * trains, trains

    def _record(
        self,
        epoch: int,
        values: Floats,
        tensors: Sequence[Tensor],
        updates: Integers,
        trains: Flags,
    ) -> Record:
        step = epoch * self.steps_per_epoch
        stopping = self._stopping.state
        state = State(
            shape=self._work.population.shape,
            epoch=epoch,
            step=step,
            parameters=tensors[0],
            momenta=tuple(tensors[1:]),
            updates=updates + step * trains,
            stopping=stopping,
        )
        snapshot = Snapshot(epoch, step, values, stopping.stopped_at, stopping.diverged)
        return Record(snapshot, state)

    def _halt(self, stretch: Stretch, index: int, stops: Flags, diverged: Flags) -> None:
        """Leave members as they were at a record, which they may have trained on from.

        Those that diverged get the parameters of the record before, and no momenta.
        """
        work, progress = self._work, self._work.progress
        self._settle()
        step = int(stretch.record_steps[index])
        progress["updates"][stops] -= progress["step"][stops] - step
        progress["updates"][diverged] = 0
        progress["step"][stops] = step
        work.rates["trains"][stops] = 0
        previous = stretch.kept[0][index - 1] if index else self._last_flat
        for number, (kept, tensor) in enumerate(
            zip(stretch.kept, (work.population.flat, *work.momenta), strict=True)
        ):
            rows = kept[index].clone()
            rows[diverged] = previous[diverged] if number == 0 else 0.0
            kept[index:, stops] = rows[stops]
            tensor[stops] = rows[stops]

    def peek(self) -> Snapshot:
        """Measure now, between records, without any effect on what follows.

        Members that a stop left behind others are trained to where these are before.
        """
        self._catch_up()
        self.engine.settle(self._work)
        work = replace(self._work, progress=self._work.progress.copy(), held=[])
        work.progress[["row", "passed", *RECORDING]] = 0
        step, epoch = self.step, self.epoch
        here = Stretch(work, np.array([step]), epoch, epoch * self.steps_per_epoch)
        self.engine.train(work, here, here.end, Stop())
        values = self._penalties.report(here.values)[0]
        self._stopping.keep_last(values)
        state = self._stopping.state
        return Snapshot(epoch, step, values, state.stopped_at, state.diverged)

    def restore(self, state: State) -> None:
        """Go on from a state, with the present values of the experiments.

        The state may come from a population of the same shape, with the same seeds; or of one
        member of such a population (`State.member`).
        """
        work, progress = self._work, self._work.progress
        self._settle()
        self._stretch = None
        self._owed.clear()
        self._last_record = state.epoch
        self._next_record = self.schedule.after(state.epoch)
        self._before_end = None
        self._last_flat = work.population.flat.copy_(state.parameters).clone()
        for momentum, kept in zip(work.momenta, state.momenta, strict=True):
            momentum.copy_(kept)
        progress[:] = 0
        progress["step"], progress["updates"] = state.step, state.updates
        self._stopping.restore(state.stopping)
        work.rates["trains"] = ~self._stopping.stopped

    def fit(self, grid: Grid | None, member: int = 0) -> Fit:
        """What one member predicts now, for its points and on `grid`."""
        network = self.population
        if network.shape.members > 1:
            network = network.select(member)
        return fit_of(network, self.datasets[member], grid, self.epoch, self.step)

    def fill_in(
        self, checkpoints: Checkpoints, history: History, stop: Stop | None = None
    ) -> Iterator[None]:
        """Train again from each kept state to the next, and keep the states at the records between.

        Of a member of a large population few states are kept; alone it has room for many. As each
        stretch begins at a state of the run itself, differences by rounding don't add up. This
        training is to be of the run's experiment alone, as it was all through the run; what it has
        trained is lost.

        Parameters
        ----------
        checkpoints, history
            Of the run; the former gets the states.
        stop
            Makes a stretch come back before its end.

        Yields
        ------
        After each stretch, so that it can be left off at any time.
        """
        best_epoch = history.best_epoch
        for state, following in itertools.pairwise(list(checkpoints)):
            epochs = history.epochs
            between = epochs[(epochs > state.epoch) & (epochs < following.epoch)]
            if not between.size:
                continue
            self.restore(state)
            goal = int(between[-1]) * self.steps_per_epoch
            while (self.step < goal or self.owes_record) and not self.finished:
                for record in self.train(goal, stop):
                    checkpoints.insert(record.state.copy(), best_epoch)
                yield


def _refuse_differences(experiments: Sequence[Experiment], allowed: frozenset[str]) -> None:
    for other in experiments[1:]:
        for path in differences(experiments[0], other):
            if path not in allowed:
                raise ValueError(f"{path} can't differ here")
