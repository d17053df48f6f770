"""From what an engine measures to what is reported: penalties, objective, weight norm."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regplay.core.experiment import Experiment
from regplay.core.history import MEASURES, Floats

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
            [R, M, MEASURED], as `regplay.core.work` describes them.
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


def is_finite(values: Floats) -> NDArray[np.bool_]:
    """Which members [.., M] single precision can hold the measurements of, [.., measures, M].

    They are computed in double precision, where a network that diverges would go on for a while.
    """
    # The objective holds the training loss and the penalty, the norm every weight.
    checked = [values[..., _ROWS[name], :] for name in ("valid_loss", "objective", "weight_norm")]
    with np.errstate(invalid="ignore", over="ignore"):
        finite: NDArray[np.bool_] = np.abs(sum(checked)) <= _LARGEST
    return finite
