"""torch's update rules on the flat buffer of a population, with values of its own per member."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from regplay.core.population import Population, Shape

_BETA1, _BETA2, _EPS = 0.9, 0.999, 1e-8  # torch.optim.Adam's defaults


@dataclass(frozen=True)
class Rates:
    """What the updates use."""

    lr: Tensor  # [M]
    weight_decay: Tensor  # [M]
    l1: Tensor  # [M]
    decay_bias: bool
    momentum: float  # μ of `momentum`


@dataclass(frozen=True, eq=False)
class OptimizerState:
    """Momenta, and the number of updates behind them."""

    momenta: tuple[Tensor, ...]  # as long as the flat buffer, each
    steps: int
    missed: Tensor  # [M], updates that each member did not make

    def member(self, shape: Shape, member: int) -> "OptimizerState":
        """The same of one member."""
        momenta = tuple(shape.of_member(flat, member) for flat in self.momenta)
        return OptimizerState(momenta, self.steps, self.missed[member : member + 1])


class Optimizer:
    """Updates `population.flat` from `population.gradient`, as `torch.optim` does.

    Parameters
    ----------
    population
        The networks to update.
    name
        `sgd`, `momentum` (SGD with momentum, no dampening), `adam` or `adamw`.
    """

    def __init__(self, population: Population, name: str) -> None:
        self._population = population
        self._name = name
        flat = population.flat
        self._scratch = torch.empty_like(flat)
        self._first = torch.zeros_like(flat) if name != "sgd" else flat.new_empty(0)
        self._second = torch.zeros_like(flat) if name.startswith("adam") else flat.new_empty(0)
        self._states = [state for state in (self._first, self._second) if state.numel()]
        self._steps = 0
        self._missed = flat.new_zeros(population.shape.members)  # steps that each did not make
        self._has_missed = False
        self._frozen: Tensor | None = None  # elements of the flat buffer
        self._stopped = self._missed.bool()  # [M]

    def set_rates(self, rates: Rates) -> None:
        """Use these values from the next step on; momenta stay."""
        spread = self._population.shape.spread
        minus_lr = spread(-rates.lr)
        # Where all members have the same, a number: the buffer would have to be read.
        is_same = bool((rates.lr == rates.lr[0]).all())
        self._minus_lr = -float(rates.lr[0]) if is_same else minus_lr
        self._momentum = rates.momentum
        self._decay: Tensor | None = None
        self._shrink: Tensor | None = None
        if rates.weight_decay.any():
            decay = spread(rates.weight_decay, biases=rates.decay_bias)
            # For plain SGD adding λ·w to the gradient and shrinking w by lr·λ are the same update.
            if self._name in ("sgd", "adamw"):
                self._shrink = 1.0 + minus_lr * decay
            else:
                self._decay = decay
        self._l1 = spread(rates.l1, biases=rates.decay_bias) if rates.l1.any() else None

    def state(self) -> OptimizerState:
        """A copy of what the next update depends on, besides the rates."""
        momenta = tuple(state.clone() for state in self._states)
        return OptimizerState(momenta, self._steps, self._missed.clone())

    def restore(self, state: OptimizerState) -> None:
        """Go on from a state of the same optimizer."""
        for own, kept in zip(self._states, state.momenta, strict=True):
            own.copy_(kept)
        self._steps = state.steps
        self._missed.copy_(state.missed)
        self._has_missed = bool(self._missed.any())

    def freeze(self, stopped: Tensor) -> None:
        """Leave the members where `stopped` [M] is true as they are; all others go on."""
        self._stopped = stopped
        self._frozen = self._elements_of(stopped) if bool(stopped.any()) else None

    def forget(self, members: Tensor) -> None:
        """Let the members where `members` [M] is true begin anew, their momenta at 0."""
        for state in self._states:
            state.masked_fill_(self._elements_of(members), 0.0)
        self._missed[members] = self._steps
        self._has_missed = True

    def _elements_of(self, members: Tensor) -> Tensor:
        return self._population.shape.spread(members.to(self._population.flat.dtype)).bool()

    def step(self) -> None:
        """Apply one update; the gradient buffer is used up."""
        flat, gradient = self._population.flat, self._population.gradient
        kept = []
        if self._frozen is not None:
            kept = [buffer[self._frozen] for buffer in (flat, *self._states)]
        if self._l1 is not None:
            torch.sign(flat, out=self._scratch)
            gradient.addcmul_(self._scratch, self._l1)
        if self._decay is not None:
            gradient.addcmul_(flat, self._decay)
        if self._shrink is not None:
            flat.mul_(self._shrink)
        self._steps += 1
        match self._name:
            case "sgd":
                self._descend(gradient)
            case "momentum":
                self._first.mul_(self._momentum).add_(gradient)
                self._descend(self._first)
            case _:
                self._adam(flat, gradient)
        if self._frozen is not None:
            for buffer, numbers in zip((flat, *self._states), kept, strict=True):
                buffer[self._frozen] = numbers
            self._missed[self._stopped] += 1
            self._has_missed = True

    def _adam(self, flat: Tensor, gradient: Tensor) -> None:
        self._first.lerp_(gradient, 1.0 - _BETA1)
        self._second.mul_(_BETA2).addcmul_(gradient, gradient, value=1.0 - _BETA2)
        torch.sqrt(self._second, out=self._scratch)
        # torch divides √v by √(1 − β₂ᵗ); here that root is moved to the two places it meets.
        if not self._has_missed:
            root = math.sqrt(1.0 - _BETA2**self._steps)
            self._scratch.add_(_EPS * root)
            torch.div(self._first, self._scratch, out=self._scratch)
            self._descend(self._scratch, root / (1.0 - _BETA1**self._steps))
            return
        spread = self._population.shape.spread
        steps = (self._steps - self._missed).clamp(min=1.0)  # those of each member, [M]
        roots = torch.sqrt(1.0 - _BETA2**steps)
        self._scratch.addcmul_(spread(roots), torch.full_like(flat, _EPS))
        torch.div(self._first, self._scratch, out=self._scratch)
        self._scratch.mul_(spread(roots / (1.0 - _BETA1**steps)))
        self._descend(self._scratch)

    def _descend(self, direction: Tensor, scale: float = 1.0) -> None:
        """Move against `direction`, `scale` times as far as the learning rate says."""
        flat, minus_lr = self._population.flat, self._minus_lr
        if isinstance(minus_lr, float):
            flat.add_(direction, alpha=scale * minus_lr)
        else:
            flat.addcmul_(direction, minus_lr, value=scale)
