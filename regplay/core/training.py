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

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from regplay.core.cost import Schedule, cost, steps_per_epoch
from regplay.core.datasets import Dataset, load
from regplay.core.device import place
from regplay.core.draws import Draws
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import ADJUSTABLE_FIELDS, MEMBER_FIELDS, differences
from regplay.core.fit import Fit, Grid
from regplay.core.history import Floats, Snapshot
from regplay.core.initial import initial_parameters, layer_sizes
from regplay.core.measurements import Meter
from regplay.core.optimizers import Optimizer, Rates
from regplay.core.population import Population, Shape, loss_of
from regplay.core.predictions import fit_of
from regplay.core.state import State
from regplay.core.stopping import Stopping
from regplay.core.threads import Threads, share_evenly

_MAY_DIFFER = MEMBER_FIELDS | {"seed", "model.init", "model.init_scale"}


class Training:
    """M experiments of one shape, trained together.

    Parameters
    ----------
    experiments
        They may differ in `MEMBER_FIELDS`, the seed, the initial weights and in `data`, as long as
        all have equally many points, inputs and outputs.
    datasets
        The points of each experiment, where they are loaded already.
    device
        As in `regplay.core.device.place`.
    dtype
        Precision of all computing.

    Raises
    ------
    ValueError
        If the experiments can't be trained as one population.
    DatasetError
        If the data can't be made.
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
        _refuse_differences(self.experiments, _MAY_DIFFER, but_data=True)
        self.datasets = load_all(experiments) if datasets is None else list(datasets)
        dataset = self.datasets[0]
        self._n_train = len(dataset.train.y)
        self._batch_size = min(first.optimizer.batch_size or self._n_train, self._n_train)
        self.steps_per_epoch = steps_per_epoch(self._n_train, self._batch_size)

        members = len(self.experiments)
        sizes = layer_sizes(first.model, dataset.n_inputs, dataset.n_outputs)
        n_points = self._n_train + len(dataset.valid.y)
        # As for one member alone, so that in any company it is measured at the same epochs.
        alone = cost(1, sizes, self._batch_size, n_points)
        self.schedule = Schedule.for_cost(alone, self.steps_per_epoch)
        self.placement = place(device, cost(members, sizes, self._batch_size, n_points))
        self._device, self._dtype = self.placement.device, dtype
        loss, shape = loss_of(dataset.task), Shape(members, sizes)
        self.population = Population(shape, first.model.activation, loss, self._device, dtype)
        drawn = {  # once for each seed, which most members share
            (model, seed): initial_parameters(model, sizes, seed)
            for model, seed in {(e.model, e.seed) for e in self.experiments}
        }
        for member, experiment in enumerate(self.experiments):
            self.population.set_member(member, drawn[experiment.model, experiment.seed])
        x, y = self._points()  # [M, N, d], [M, N, outputs]
        self._meter = Meter(self.population, x, y, self._n_train)
        self._x_train, self._y_train = x[..., : self._n_train, :], y[..., : self._n_train, :]
        self._draws = Draws([e.seed for e in self.experiments], self._device, dtype)
        self._optimizer = Optimizer(self.population, first.optimizer.name)

        self.step = 0
        self._no_autograd = torch.inference_mode()  # spares bookkeeping in every operation
        self._batches: list[Tensor | None] = []  # those left in this epoch, last first
        self._next_record = 0
        self._stopping = Stopping(members)
        self._last_flat = self.population.flat.clone()  # at the last record
        self._set_values()

    def _points(self) -> tuple[Tensor, Tensor]:
        """Inputs and targets on the device, training points before validation points."""
        members = self.population.shape.members
        is_shared = all(dataset is self.datasets[0] for dataset in self.datasets)
        datasets = self.datasets[:1] if is_shared else self.datasets
        xs, ys = [], []
        for dataset in datasets:
            splits = (dataset.train, dataset.valid)
            first = self.datasets[0]
            if [split.x.shape for split in splits] != [first.train.x.shape, first.valid.x.shape]:
                raise ValueError("members of one population need equally many points and inputs")
            xs.append(np.concatenate([dataset.inputs(split.x) for split in splits]))
            y = np.concatenate([dataset.targets(split.y) for split in splits])
            is_regression = dataset.task == "regression"
            ys.append(y[:, None] if is_regression else np.eye(dataset.n_outputs)[y])

        def stacked(arrays: list[Floats]) -> Tensor:
            tensor = torch.from_numpy(np.stack(arrays)).to(self._device, self._dtype)
            return tensor[0] if members == 1 else tensor.expand(members, -1, -1)

        return stacked(xs), stacked(ys)

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
        """Whether all epochs are trained or all members have stopped."""
        return self.epoch >= self.epochs or self._all_stopped

    def use_threads(self) -> None:
        """Set torch to the number of CPU threads that is fastest for this size."""
        torch.set_num_threads(self.placement.threads)

    @property
    def threads(self) -> Threads:
        """What chooses the number of threads, where the results don't hang on it."""
        most, shape = self.placement.threads, self.population.shape
        may_choose = shape.members > 1 and share_evenly(self.numbers, most)
        return Threads(most, may_choose=may_choose)

    @property
    def numbers(self) -> set[int]:
        """How many numbers the operations of a step or a measurement take, each by itself."""
        hidden, outputs = self.population.shape.sizes[1:-1], self.population.shape.sizes[-1]
        units, members = {*hidden, sum(hidden), outputs}, self.population.shape.members
        batches = {self._batch_size, self._n_train % self._batch_size}
        n_points = self._n_train + len(self.datasets[0].valid.y)
        at_once = min(members, self.population.predicted_at_once(n_points))
        measured = {at_once * n_points, members % at_once * n_points}
        return {self.population.shape.total} | {
            rows * size
            for rows in {members * batch for batch in batches} | measured
            for size in units
        }

    def adjust(self, experiments: Sequence[Experiment]) -> None:
        """Go on from the present weights with other values of `ADJUSTABLE_FIELDS`.

        Members that had stopped train again; the optimizer's momenta stay.

        Raises
        ------
        ValueError
            If anything else differs.
        """
        for old, new in zip(self.experiments, experiments, strict=True):
            _refuse_differences((old, new), ADJUSTABLE_FIELDS)
        _refuse_differences(experiments, _MAY_DIFFER, but_data=True)
        self.experiments = tuple(experiments)
        self._set_values()

    def _set_values(self) -> None:
        members = len(self.experiments)
        settings = [experiment.regularization for experiment in self.experiments]

        def tensor(values: Sequence[float]) -> Tensor:
            return torch.tensor(values, device=self._device, dtype=self._dtype)

        self._optimizer.set_rates(
            Rates(
                lr=tensor([experiment.optimizer.lr for experiment in self.experiments]),
                weight_decay=tensor([s.weight_decay for s in settings]),
                l1=tensor([s.l1 for s in settings]),
                decay_bias=settings[0].decay_bias,
                momentum=self.experiments[0].optimizer.momentum,
            )
        )
        self._meter.set_penalties(self.experiments)
        self._dropout = tensor([s.dropout for s in settings])[:, None]
        self._keep_scale = 1.0 / (1.0 - self._dropout)
        has_hidden = len(self.population.shape.layers) > 1
        self._drops = has_hidden and bool(self._dropout.any())
        noise = tensor([s.input_noise for s in settings])
        self._is_noisy = bool(noise.any())
        self._input_noise = noise if members == 1 else noise.view(-1, 1, 1)
        self._stopping.begin(np.array([s.early_stopping for s in settings]))
        self._freeze()

    def _freeze(self) -> None:
        """Leave the members that have stopped as they are, from here on."""
        stopped = self._stopping.stopped
        self._all_stopped = bool(stopped.all())
        self._optimizer.freeze(torch.from_numpy(stopped).to(self._device))

    def advance(self) -> Snapshot | None:
        """Make one optimizer step; the snapshot, if a record is due after it."""
        with self._no_autograd:
            self._step()
        self.step += 1
        if self._batches:
            return None
        is_due = self.epoch >= self._next_record or self.epoch >= self.epochs
        return self.record() if is_due else None

    def _step(self) -> None:
        if not self._batches:
            self._batches = self._draws.batches(self._n_train, self._batch_size)[::-1]
        index = self._batches.pop()
        x, y = self._x_train, self._y_train
        if index is not None:
            x, y = _rows(x, index), _rows(y, index)
        if self._is_noisy:
            x = x + self._input_noise * self._draws.noise(*x.shape[-2:])
        if self._drops:
            mask = self.population.workspace(x.shape[-2]).mask  # [M, hidden units of all points]
            # A unit is dropped where u < p.
            torch.ge(self._draws.uniform(mask.shape[1]), self._dropout, out=mask)
            mask.mul_(self._keep_scale)
        self.population.differentiate(x, y, dropout=self._drops)
        self._optimizer.step()

    def record(self) -> Snapshot:
        """Measure, stop members that diverged or stopped improving, and plan the next record."""
        epoch = self.epoch
        self._next_record = self.schedule.following(epoch)
        values = self._meter.measure()
        had_stopped = self._stopping.stopped
        diverged = torch.from_numpy(self._stopping.judge(values, epoch)).to(self._device)
        if diverged.any():
            self._take_back(diverged)
        if (self._stopping.stopped != had_stopped).any():
            self._freeze()
        self._last_flat.copy_(self.population.flat)
        return self._snapshot(values)

    def _take_back(self, members: Tensor) -> None:
        """Give members the parameters they had at the last record, and no momenta."""
        shape = self.population.shape
        now, last = shape.blocks(self.population.flat), shape.blocks(self._last_flat)
        for pair, last_pair in zip(now, last, strict=True):
            for block, last_block in zip(pair, last_pair, strict=True):
                block[members] = last_block[members]
        self._optimizer.forget(members)

    def peek(self) -> Snapshot:
        """Measure now, between records, without any effect on what follows."""
        values = self._meter.measure()
        self._stopping.keep_last(values)
        return self._snapshot(values)

    def _snapshot(self, values: Floats) -> Snapshot:
        state = self._stopping.state
        return Snapshot(self.epoch, self.step, values, state.stopped_at, state.diverged)

    def state(self) -> State:
        """A copy of everything that what follows depends on; only at the end of an epoch.

        Raises
        ------
        ValueError
            In the middle of an epoch.
        """
        if self._batches:
            raise ValueError("a state can be kept only at the end of an epoch")
        return State(
            shape=self.population.shape,
            step=self.step,
            epoch=self.epoch,
            parameters=self.population.flat.clone(),
            optimizer=self._optimizer.state(),
            draws=self._draws.state(),
            stopping=self._stopping.state,
        )

    def restore(self, state: State) -> None:
        """Go on from a state, with the present values of the experiments.

        The state may come from a population of the same shape, with the same seeds; or of one
        member of such a population (`State.member`).
        """
        self.step, self._batches = state.step, []
        self._next_record = self.schedule.following(state.epoch)
        self.population.flat.copy_(state.parameters)
        self._last_flat.copy_(state.parameters)
        self._optimizer.restore(state.optimizer)
        self._draws.restore(state.draws)
        self._stopping.restore(state.stopping)
        self._freeze()

    def fit(self, grid: Grid | None, member: int = 0) -> Fit:
        """What one member predicts now, for its points and on `grid`."""
        network = self.population.select(member)
        return fit_of(network, self.datasets[member], grid, self.epoch, self.step)

    def fit_at(self, grid: Grid | None, state: State) -> Fit:
        """What the only member predicted at a state."""
        network = self.population.with_parameters(state.parameters)
        return fit_of(network, self.datasets[0], grid, state.epoch, state.step)


def load_all(experiments: Sequence[Experiment]) -> list[Dataset]:
    """The points of each experiment; the same settings are loaded once.

    Raises
    ------
    DatasetError
        If the data can't be made.
    """
    loaded: dict[DataSettings, Dataset] = {}
    for experiment in experiments:
        if experiment.data not in loaded:
            loaded[experiment.data] = load(experiment.data)
    return [loaded[experiment.data] for experiment in experiments]


def _refuse_differences(
    experiments: Sequence[Experiment], allowed: frozenset[str], *, but_data: bool = False
) -> None:
    for other in experiments[1:]:
        for path in differences(experiments[0], other):
            if path not in allowed and not (but_data and path.startswith("data.")):
                raise ValueError(f"{path} can't differ here")


def _rows(tensor: Tensor, index: Tensor) -> Tensor:
    """Rows [.., B, k] of `tensor` [.., N, k]: the same of all members, or for each its own."""
    if index.dim() == 1:
        return tensor.index_select(-2, index)
    return tensor.gather(1, index[..., None].expand(-1, -1, tensor.shape[-1]))


def run(training: Training) -> Iterator[Snapshot | None]:
    """Train to the end; stop between any two steps by not going on.

    Yields
    ------
    A snapshot for each record, the first before any training, and None after a step without one.
    """
    training.use_threads()
    if training.step == 0:
        yield training.record()
    while not training.finished:
        yield training.advance()


def train(
    *experiments: Experiment, device: str = "auto", dtype: torch.dtype = torch.float32
) -> Iterator[Snapshot | None]:
    """Train one population of these experiments from their initial weights, as `run` does."""
    yield from run(Training(experiments, device=device, dtype=dtype))
