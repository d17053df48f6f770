"""From what an engine measures to what is reported, when it is measured, and who stops by it.

Deterministic on purpose: how often losses are measured and which device `auto` takes must not hang
on how busy the machine is, nor on what computes, or the same experiment would not give the same
history twice. The constants were measured with torch's operations on two cores at 2.8 GHz; the
native kernel has hardly any overhead, but records stay where they are.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from regplay.core.arrays import Flags, Floats, Integers
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment, ModelSettings
from regplay.core.history import MEASURES
from regplay.core.layers import hidden_widths
from regplay.core.state import StoppingState, parameters_in

_ROWS = {name: row for row, name in enumerate(MEASURES)}
_LARGEST = np.finfo(np.float32).max
_REPORTED = 4  # losses and accuracies, the first of MEASURES


class Penalties:
    """The penalties of M experiments, and what they minimise.

    The objective is the loss over the training points that steps minimise, in evaluation mode, plus
    the penalties that are in their gradients. With label smoothing that loss is of smoothed labels;
    it doesn't follow from the loss of plain ones, so that engines measure it too. A max-norm bounds
    the weights after each step and is in no objective.

    Parameters
    ----------
    experiments
        One a member.
    has_classes
        Whether there are accuracies.
    """

    def __init__(self, experiments: Sequence[Experiment], *, has_classes: bool) -> None:
        settings = [experiment.regularization for experiment in experiments]
        self._half_decay = np.array([s.weight_decay for s in settings]) / 2
        self._l1 = np.array([s.l1 for s in settings])
        self._with_bias = settings[0].decay_bias
        # AdamW shrinks the weights beside the gradient: its λ is in no objective.
        self._is_decoupled = experiments[0].optimizer.name == "adamw"
        self._has_classes = has_classes

    def report(self, measured: Floats) -> Floats:
        """All of `MEASURES` [R, measures, M]; accuracies are NaN in regression.

        Parameters
        ----------
        measured
            [R, M, MEASURED], as `regplay.core.engine` describes them.
        """
        values = np.full((len(measured), len(MEASURES), measured.shape[1]), np.nan)
        means = _REPORTED if self._has_classes else 2
        values[:, :means] = measured[:, :, :means].transpose(0, 2, 1)
        minimised, *sums = np.moveaxis(measured[:, :, _REPORTED:], 2, 0)
        squares, bias_squares, sizes, bias_sizes = sums
        with np.errstate(invalid="ignore", over="ignore"):  # 0 · ∞, of a member that diverges
            if self._with_bias:
                l2 = self._half_decay * (squares + bias_squares)
                l1 = self._l1 * (sizes + bias_sizes)
            else:
                l2, l1 = self._half_decay * squares, self._l1 * sizes
        values[:, _ROWS["penalty"]] = l2 + l1
        values[:, _ROWS["objective"]] = minimised + (l1 if self._is_decoupled else l2 + l1)
        values[:, _ROWS["weight_norm"]] = np.sqrt(squares)
        return values


def is_finite(values: Floats) -> Flags:
    """Which members [.., M] single precision can hold the measurements of, [.., measures, M].

    They are computed in double precision, where a network that diverges would go on for a while.
    """
    # The objective holds the training loss and the penalty, the norm every weight.
    checked = [values[..., _ROWS[name], :] for name in ("valid_loss", "objective", "weight_norm")]
    with np.errstate(invalid="ignore", over="ignore"):
        finite: Flags = np.abs(sum(checked)) <= _LARGEST
    return finite


_STEP_OVERHEAD = 9.0  # µs for each affine layer of a step: about eight operations
_STEP_BASE = 8.0  # µs
_MEASURE_OVERHEAD = 8.0
_MEASURE_BASE = 45.0
_FLOPS_PER_US = 60_000.0  # one thread


@dataclass(frozen=True)
class Cost:
    """Expected times in µs on one CPU thread, and the arithmetic in a step."""

    step: float
    measure: float
    step_flops: float


def cost(members: int, sizes: tuple[int, ...], batch: int, measured: int) -> Cost:
    """Expected cost of one step on `batch` points and one measurement of `measured` points."""
    layers = len(sizes) - 1
    flops = members * 2.0 * sum(a * b for a, b in itertools.pairwise(sizes))
    units = members * sum(sizes[1:])
    # Activations, masks and updates: passes over memory, here as if each were some arithmetic.
    parameters = members * parameters_in(sizes)
    step_flops = 3.0 * flops * batch + 60.0 * units * batch + 20.0 * parameters
    measure_flops = flops * measured + 60.0 * units * measured + 4.0 * parameters
    return Cost(
        step=_STEP_BASE + layers * _STEP_OVERHEAD + step_flops / _FLOPS_PER_US,
        measure=_MEASURE_BASE + layers * _MEASURE_OVERHEAD + measure_flops / _FLOPS_PER_US,
        step_flops=step_flops,
    )


def cost_of(
    experiment: Experiment, dataset: Dataset, members: int = 1, n_train: int | None = None
) -> Cost:
    """That of an experiment's networks; on `n_train` points, if not on all that the dataset has."""
    n_train = n_train or len(dataset.train.y)
    batch = min(experiment.optimizer.batch_size or n_train, n_train)
    sizes = layer_sizes(experiment.model, dataset)
    return cost(members, sizes, batch, n_train + len(dataset.valid.y))


def layer_sizes(model: ModelSettings, dataset: Dataset) -> tuple[int, ...]:
    """Units of each layer from what the model sees to the outputs, `depth + 2` numbers."""
    seen = model.degree if model.kind == "polynomial" else dataset.n_inputs
    return (seen, *hidden_widths(model), dataset.n_outputs)


def steps_per_epoch(n_train: int, batch_size: int) -> int:
    """Optimizer steps in one pass over `n_train` points; a batch size of 0 takes all at once."""
    return -(-n_train // min(batch_size or n_train, n_train))


def training_seconds(experiment: Experiment, dataset: Dataset, n_train: int | None = None) -> float:
    """Expected time of a training on one thread of the native kernel, for its arithmetic alone.

    A polynomial is not trained.

    Parameters
    ----------
    n_train
        Training points, if other than the dataset has.
    """
    step = cost_of(experiment, dataset, 1, n_train).step_flops / _FLOPS_PER_US
    steps = steps_per_epoch(n_train or len(dataset.train.y), experiment.optimizer.batch_size)
    is_solved = experiment.model.kind == "polynomial"
    return 0.0 if is_solved else experiment.epochs * steps * step / 1e6


@dataclass(frozen=True)
class Schedule:
    """At which epochs losses are recorded: at all of the first 20, then ever more rarely.

    After epoch e the next record is due e/10 epochs later, so that the best epoch is known to a
    tenth, but at the latest after `stride` epochs, which keeps measuring under a fifth of the time,
    and at the earliest after e/180, so that a million epochs give fewer than 2,000 records. How
    many epochs are planned doesn't matter: a longer run begins with the records of a shorter one.
    """

    stride: int

    @staticmethod
    def of(experiment: Experiment, dataset: Dataset) -> "Schedule":
        """That of an experiment; in any company it is measured as if it were trained alone."""
        steps = steps_per_epoch(len(dataset.train.y), experiment.optimizer.batch_size)
        return Schedule.for_cost(cost_of(experiment, dataset), steps)

    @staticmethod
    def for_cost(cost: Cost, steps_per_epoch: int) -> "Schedule":
        """The schedule that keeps measuring to about a twelfth of the time in a long run."""
        return Schedule(max(1, round(12.0 * cost.measure / (cost.step * steps_per_epoch))))

    def following(self, epoch: int) -> int:
        """The epoch of the record after the one at `epoch`."""
        return epoch + max(1, min(epoch // 10, self.stride), epoch // 180)

    def after(self, epoch: int) -> int:
        """The epoch of the first record after `epoch`, at which there may be none."""
        found = 0
        while found <= epoch:
            found = self.following(found)
        return found


class Stopping:
    """Decides at each record who stops.

    Attributes
    ----------
    state
        Replaced as a whole, so that it can be kept.
    is_plain
        No member has stopped or may stop early, so that there is nothing to decide.
    """

    def __init__(self, members: int) -> None:
        self.state = StoppingState.fresh(members)
        self.begin(np.zeros(members, dtype=np.int64))

    def begin(self, patience: Integers) -> None:
        """Let all members train, each with so many epochs of patience [M]; 0 is endless.

        They have yet to find their best.
        """
        fresh = StoppingState.fresh(len(patience))
        self.state = replace(fresh, last_values=self.state.last_values)
        self._patience = patience
        self.is_plain = not patience.any()

    def restore(self, state: StoppingState) -> None:
        """Go back to what was known then; the patience stays."""
        self.state = state
        self.is_plain = not (self._patience.any() or (state.stopped_at >= 0).any())

    @property
    def stopped(self) -> Flags:
        """Who has stopped, [M]."""
        stopped: Flags = self.state.stopped_at >= 0
        return stopped

    def judge(self, values: Floats, epoch: int, finite: Flags) -> tuple[Flags | None, Flags]:
        """Who stops at this record [M], None for nobody; and who of them diverged [M].

        Those that stop, and who had, keep their last values.

        Parameters
        ----------
        values
            Measurements [len(MEASURES), M], changed in place where a member keeps its last ones.
        finite
            Which of them are finite [M].
        """
        state = self.state
        if self.is_plain and finite.all():
            self.state = StoppingState(
                state.stopped_at, state.diverged, state.best_loss, state.best_epoch, values
            )
            return None, state.diverged
        trains = ~self.stopped
        diverged = trains & ~finite
        better = trains & finite & (values[_ROWS["valid_loss"]] < state.best_loss)
        best_loss = np.where(better, values[_ROWS["valid_loss"]], state.best_loss)
        best_epoch = np.where(better, epoch, state.best_epoch)
        has_waited = (self._patience > 0) & (epoch - best_epoch >= self._patience)
        stops = diverged | (trains & has_waited)
        keep = ~trains | diverged
        values[:, keep] = state.last_values[:, keep]
        self.is_plain &= not stops.any()
        self.state = StoppingState(
            stopped_at=np.where(stops, epoch, state.stopped_at),
            diverged=state.diverged | diverged,
            best_loss=best_loss,
            best_epoch=best_epoch,
            last_values=values,
        )
        return stops if stops.any() else None, diverged

    def keep_last(self, values: Floats) -> None:
        """Between records: the last values for who has stopped or is not finite now."""
        keep = self.stopped | ~is_finite(values)
        values[:, keep] = self.state.last_values[:, keep]
