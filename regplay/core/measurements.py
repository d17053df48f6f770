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
        shape = population.shape
        self._scratch = torch.empty_like(population.flat)
        blocks = shape.blocks(self._scratch)
        self._blocks = [weight for weight, _ in blocks] + [bias for _, bias in blocks]
        self._sums = self._scratch.new_zeros(len(self._blocks), shape.members)
        self._sum_rows = list(self._sums)
        layers = len(blocks)
        self._weight_sums, self._bias_sums = self._sums[:layers], self._sums[layers:]
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

    def measure(self) -> Floats:
        """All of `MEASURES`, float64, [measures, M]; accuracies are NaN in regression."""
        output, n = self._population.predict(self._x), self._n_train
        if self._population.loss == "mse":
            errors = (output - self._y).square().mean(-1)  # [M, N]
            per_point = [errors]
        else:
            errors = output.logsumexp(-1) - (output * self._y).sum(-1)
            per_point = [errors, (output.argmax(-1) == self._classes).to(errors.dtype)]
        rows = [part.mean(-1).view(-1) for p in per_point for part in (p[..., :n], p[..., n:])]
        rows += self._sums_of(torch.square)
        if self._has_l1:
            rows += self._sums_of(torch.abs)
        measured = torch.stack(rows).double().cpu().numpy()
        values = np.full((len(MEASURES), measured.shape[1]), np.nan)
        losses = 2 * len(per_point)
        values[:losses] = measured[:losses]  # the order of MEASURES
        square, square_bias = measured[losses : losses + 2]
        l2 = self._half_decay * (square + square_bias if self._with_bias else square)
        l1: Floats | float = 0.0
        if self._has_l1:
            l1 = self._l1 * (measured[-2] + measured[-1] if self._with_bias else measured[-2])
        values[_ROWS["penalty"]] = l2 + l1
        values[_ROWS["objective"]] = values[0] + (l1 if self._is_decoupled else l2 + l1)
        values[_ROWS["weight_norm"]] = np.sqrt(square)
        return values

    def _sums_of(self, function: Callable[..., Tensor]) -> list[Tensor]:
        """Sums of `function` over each member's weights and over its biases, [M] each."""
        function(self._population.flat, out=self._scratch)
        for block, row in zip(self._blocks, self._sum_rows, strict=True):
            torch.sum(block, -1, out=row)
        return [self._weight_sums.sum(0), self._bias_sums.sum(0)]


def is_finite(values: Floats) -> NDArray[np.bool_]:
    """Which members [M] have finite measurements, given [measures, M]."""
    # The objective holds the training loss and the penalty, the norm every weight.
    total = values[_ROWS["valid_loss"]] + values[_ROWS["objective"]] + values[_ROWS["weight_norm"]]
    finite: NDArray[np.bool_] = np.isfinite(total)
    return finite
