"""What is measured of a population: losses, accuracies, penalty, objective, weight norm."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from regplay.core.experiment import Experiment
from regplay.core.history import MEASURES, Floats
from regplay.core.population import Population

_ROWS = {name: row for row, name in enumerate(MEASURES)}


class Meter:
    """Measures a population in evaluation mode.

    Parameters
    ----------
    population
        The networks.
    x, y
        Inputs [M, N, d] and targets [M, N, outputs], one-hot for classes, the training points
        first; without M for a single member.
    n_train
        Number of training points.
    """

    def __init__(self, population: Population, x: Tensor, y: Tensor, n_train: int) -> None:
        self._population, self._n_train = population, n_train
        self._x, self._y = x, y
        self._classes = y.argmax(-1)
        self._has_classes = population.loss == "cross_entropy"
        self._scratch = torch.empty_like(population.flat)
        blocks = population.shape.blocks(self._scratch)
        self._blocks = [weight for weight, _ in blocks] + [bias for _, bias in blocks]
        # Everything measured, a row each: means over points, then sums over blocks.
        self._means = 4 if self._has_classes else 2
        count = self._means + 2 * len(self._blocks)
        self._table = self._scratch.new_zeros(count, population.shape.members)
        self._rows = [row.view(x.shape[:-2]) for row in self._table[: self._means]]
        self._square_rows = list(self._table[self._means : -len(self._blocks)])
        self._absolute_rows = list(self._table[-len(self._blocks) :])
        self.set_penalties([])

    def set_penalties(self, experiments: Sequence[Experiment]) -> None:
        """Use the penalties of these experiments, one a member."""
        settings = [experiment.regularization for experiment in experiments]
        self._half_decay = np.array([s.weight_decay for s in settings]) / 2
        self._l1 = np.array([s.l1 for s in settings])
        self._has_l1 = bool(self._l1.any())
        self._with_bias = bool(settings) and settings[0].decay_bias
        # AdamW shrinks the weights beside the gradient: its λ is in no objective.
        self._is_decoupled = bool(experiments) and experiments[0].optimizer.name == "adamw"

    @torch.inference_mode()
    def measure(self) -> Floats:
        """All of `MEASURES`, float64, [measures, M]; accuracies are NaN in regression."""
        output = self._population.predict(self._x)
        if self._has_classes:
            errors = output.logsumexp(-1, keepdim=True) - (output * self._y).sum(-1, keepdim=True)
            right = (output.argmax(-1) == self._classes).to(errors.dtype)
            self._split_means([errors, right.unsqueeze(-1)])
        else:
            self._split_means([(output - self._y).square_()])
        self._sum_blocks(torch.square, self._square_rows)
        if self._has_l1:
            self._sum_blocks(torch.abs, self._absolute_rows)
        measured = self._table.cpu().numpy().astype(np.float64)

        values = np.full((len(MEASURES), measured.shape[1]), np.nan)
        values[: self._means] = measured[: self._means]  # in the order of MEASURES
        sums = measured[self._means :].reshape(2, 2, -1, measured.shape[1]).sum(axis=2)
        square, penalized = sums[0, 0], sums[:, 0] + sums[:, 1] if self._with_bias else sums[:, 0]
        with np.errstate(invalid="ignore"):  # 0 · ∞, when a member diverges without that penalty
            l2, l1 = self._half_decay * penalized[0], self._l1 * penalized[1]
        values[_ROWS["penalty"]] = l2 + l1
        values[_ROWS["objective"]] = values[0] + (l1 if self._is_decoupled else l2 + l1)
        values[_ROWS["weight_norm"]] = np.sqrt(square)
        return values

    def _split_means(self, per_point: Sequence[Tensor]) -> None:
        """Means over the training and over the validation points of [M, N, k] each."""
        n, rows = self._n_train, iter(self._rows)
        for numbers in per_point:
            for split in (numbers[..., :n, :], numbers[..., n:, :]):
                torch.mean(split, (-2, -1), out=next(rows))

    def _sum_blocks(self, function: Callable[..., Tensor], rows: Sequence[Tensor]) -> None:
        """Sums of `function` over each member's weights and biases, layer by layer."""
        function(self._population.flat, out=self._scratch)
        for block, row in zip(self._blocks, rows, strict=True):
            torch.sum(block, -1, out=row)


def is_finite(values: Floats) -> NDArray[np.bool_]:
    """Which members [M] have finite measurements, given [measures, M]."""
    # The objective holds the training loss and the penalty, the norm every weight.
    total = values[_ROWS["valid_loss"]] + values[_ROWS["objective"]] + values[_ROWS["weight_norm"]]
    finite: NDArray[np.bool_] = np.isfinite(total)
    return finite
