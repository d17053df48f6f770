"""Training by torch's own operations: on a GPU, and on a CPU without the native library.

Batched matrices [M, …] and a hand-written backward pass: autograd and `torch.optim` would take
twice as long, and know no values of each member's own.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from regplay.core.device import cores
from regplay.core.engine import Networks, Stop, Stretch, Work
from regplay.core.layers import MOST_LAYERS
from regplay.core.state import Shape

_BETA1, _BETA2, _EPS = 0.9, 0.999, 1e-8  # torch.optim.Adam's defaults
_DRAWN_AHEAD = 1 << 18  # random words of one layer, for as many steps as they are enough for
_SPLIT_FLOPS = 2e7  # a smaller step gains nothing from a second CPU thread


class ActivationFunction(NamedTuple):
    """A hidden unit's function φ and its slope φ′."""

    forward: Callable[[Tensor], Tensor]  # φ(z)
    slope: Callable[[Tensor, Tensor], Tensor]  # φ′(z), from z and φ(z)


def _gelu_slope(z: Tensor, _: Tensor) -> Tensor:
    """Φ(z) + z·φ(z), of the standard normal distribution."""
    below: Tensor = torch.special.ndtr(z)
    return below + z * torch.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


ACTIVATIONS = {
    "tanh": ActivationFunction(torch.tanh, lambda _, a: 1 - a * a),
    "relu": ActivationFunction(torch.relu, lambda z, _: (z > 0).to(z.dtype)),
    "gelu": ActivationFunction(functional.gelu, _gelu_slope),
    "sigmoid": ActivationFunction(torch.sigmoid, lambda _, a: a * (1 - a)),
}


class TorchEngine:
    """`regplay.core.engine.Engine` by torch's operations.

    On the CPU they count with numbers below the smallest normal one, which the kernel takes for 0:
    torch sets that for the calling thread alone and does not tell how it was. Weights that decay to
    0 may therefore slow training down.
    """

    at_once = 1  # all members together are one computation
    overhead = 5e-4  # some fifty operations

    def __init__(self, name: str, problem: str = "") -> None:
        self.name, self.problem = name, problem

    @torch.inference_mode()
    def train(self, work: Work, stretch: Stretch, goal: int, stop: Stop) -> None:
        """As `Engine.train`; all members stand at the same step."""
        _use_threads(work)
        trains = work.rates["trains"] != 0
        if not trains.any():
            return
        steps = _Steps(work, stretch, goal)
        progress = work.progress
        while True:
            step, record = (int(progress[name][trains][0]) for name in ("step", "record"))
            if record < len(stretch.record_steps) and stretch.record_steps[record] == step:
                stretch.values[record] = _measure(work, self.predict(work.population, work.x))
                for kept, tensor in zip(
                    stretch.kept, (work.population.flat, *work.momenta), strict=True
                ):
                    kept[record].copy_(tensor)
                progress["record"][trains] += 1
            if step >= goal or stop.is_set:
                return
            steps.take(step)
            progress["step"][trains] += 1
            progress["updates"][trains] += 1

    def settle(self, work: "Work") -> None:
        """As `Engine.settle`: it never stops in the middle of a step."""

    @torch.inference_mode()
    def predict(self, population: Networks, x: Tensor) -> Tensor:
        """As `Engine.predict`."""
        layers = population.shape.views(population.flat)
        phi = ACTIVATIONS[population.activation]
        a = x.expand(population.shape.members, -1, -1)
        for weight, bias in layers[:-1]:
            a = phi.forward(torch.baddbmm(bias[:, None], a, weight.mT))
        weight, bias = layers[-1]
        return torch.baddbmm(bias[:, None], a, weight.mT)


def _use_threads(work: Work) -> None:
    """On the CPU one thread for small steps: two would wait for each other in each operation."""
    if work.population.flat.device.type != "cpu":
        return
    points = work.batch_size * work.population.shape.members
    is_large = 6.0 * points * work.population.shape.parameters > _SPLIT_FLOPS
    torch.set_num_threads(cores() if is_large else 1)


class _Steps:
    """Steps of one stretch, with what all of them need."""

    def __init__(self, work: Work, stretch: Stretch, goal: int) -> None:
        self._work, self._stretch, self._goal = work, stretch, goal
        population, rates = work.population, work.rates
        flat = population.flat
        self._flat, self._device = flat, flat.device
        self._layers = population.shape.views(flat)
        self._gradient = torch.empty_like(flat)
        self._gradients = population.shape.views(self._gradient)
        self._phi = ACTIVATIONS[population.activation]

        def tensor(name: str) -> Tensor:
            return self._on_device(rates[name])

        self._lr = tensor("lr")[:, None]
        self._smoothing = tensor("label_smoothing")[:, None, None]
        self._smooths = bool(rates["label_smoothing"].any())
        is_penalised = (is_weight(population.shape) | work.decays_biases).to(self._device)
        self._decay = tensor("weight_decay")[:, None] * is_penalised
        self._l1 = tensor("l1")[:, None] * is_penalised
        self._has_l1 = bool(rates["l1"].any())
        self._drops = [bool(shares.any()) for shares in rates["dropout"].T]  # of each layer
        self._is_noisy = bool(rates["input_noise"].any())
        self._noise = tensor("input_noise")[:, None, None]
        has_bound = torch.as_tensor(rates["max_norm"] > 0).to(self._device)
        self._is_bounded = bool(has_bound.any())
        self._most = torch.where(has_bound, tensor("max_norm"), torch.inf)[:, None, None]
        # A unit is dropped where u < p, u = word/2³²: a comparison of whole numbers.
        # [layers, M, 1, 1], of what each takes.
        below = np.ceil(rates["dropout"].T * 2.0**32).astype(np.int64)
        self._below = torch.as_tensor(below).to(self._device)[:, :, None, None]
        self._scale = 1.0 / (1.0 - self._on_device(rates["dropout"].T))[:, :, None, None]
        distinct = work.orders.distinct
        self._row = torch.as_tensor(work.orders.rows.astype(np.int64)).to(self._device)
        seeds = torch.zeros(distinct, dtype=torch.int64)
        seeds[self._row.cpu()] = torch.as_tensor(rates["seed"].astype(np.int64))
        self._seeds = seeds.to(self._device)
        self._ahead: dict[int, tuple[int, Tensor]] = {}  # first step and words of each layer
        stopped = np.flatnonzero(rates["trains"] == 0)
        self._stopped = torch.as_tensor(stopped).to(self._device) if len(stopped) else None

    def _on_device(self, numbers: np.ndarray) -> Tensor:
        """In the parameters' precision; some GPUs know no other."""
        return torch.tensor(numbers, dtype=self._flat.dtype).to(self._device)

    def take(self, step: int) -> None:
        """Make one update of all members that train."""
        held = (self._flat, *self._work.momenta)
        kept = [] if self._stopped is None else [tensor[self._stopped] for tensor in held]
        self._differentiate(step)
        self._update()
        if self._is_bounded:
            self._bound_norms()
        if self._stopped is not None:
            for tensor, rows in zip(held, kept, strict=True):
                tensor[self._stopped] = rows

    def _words(self, step: int, layer: int, rows: int, units: int) -> Tensor:
        """Random words [M, rows, units]."""
        first, ahead = self._ahead.get(layer, (0, None))
        if ahead is None or not first <= step < first + len(ahead):
            most = self._work.batch_size
            count = max(1, _DRAWN_AHEAD // (len(self._seeds) * most * units))
            steps = torch.arange(step, min(step + count, self._goal), device=self._device)
            ahead = draw_words(self._seeds, steps, layer, most, units)
            first, self._ahead[layer] = step, (step, ahead)
        return ahead[step - first, :, :rows][self._row]

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        work, orders = self._work, self._stretch.orders
        x, y = work.x[:, : work.n_train], work.y[:, : work.n_train]
        if orders is not None:
            epoch, batch = divmod(step, work.steps_per_epoch)
            place = slice(batch * work.batch_size, (batch + 1) * work.batch_size)
            index = orders[:, epoch - self._stretch.first_epoch, place].to(self._device)[self._row]

            def rows(tensor: Tensor) -> Tensor:
                each = tensor.expand(len(index), -1, -1)
                return each.gather(1, index.long()[..., None].expand(-1, -1, tensor.shape[-1]))

            x, y = rows(x), rows(y)
        if self._is_noisy:
            words = self._words(step, 0, x.shape[1], x.shape[2])
            x = x + self._noise * normals(words, x.dtype)
        members = work.population.shape.members
        x = x.expand(members, -1, -1)
        if self._drops[0]:
            x = x * self._kept(step, MOST_LAYERS, 0, x)
        return x, y.expand(members, -1, -1)

    def _kept(self, step: int, stream: int, layer: int, a: Tensor) -> Tensor:
        """0 where a number that a layer takes [M, rows, units] is dropped, else 1/(1 − p)."""
        words = self._words(step, stream, *a.shape[1:])
        return torch.where(words >= self._below[layer], self._scale[layer], 0.0)

    def _differentiate(self, step: int) -> None:
        """Fill the gradient with that of the data loss on the step's batch."""
        a, y = self._batch(step)
        inputs, slopes = [a], []
        for index, (weight, bias) in enumerate(self._layers[:-1]):
            z = torch.baddbmm(bias[:, None], a, weight.mT)
            a = self._phi.forward(z)
            slope = self._phi.slope(z, a)
            if self._drops[index + 1]:
                factor = self._kept(step, index + 1, index + 1, a)
                a, slope = a * factor, slope * factor
            inputs.append(a)
            slopes.append(slope)
        weight, bias = self._layers[-1]
        output = torch.baddbmm(bias[:, None], a, weight.mT)
        if self._work.population.loss == "mse":
            delta = (output - y) * (2.0 / (y.shape[1] * y.shape[2]))
        else:
            if self._smooths:  # as torch's CrossEntropyLoss(label_smoothing=...)
                y = torch.lerp(y, torch.full_like(y, 1.0 / y.shape[2]), self._smoothing)
            delta = (output.softmax(-1) - y) / y.shape[1]
        for index in range(len(self._layers) - 1, -1, -1):
            weight_gradient, bias_gradient = self._gradients[index]
            weight_gradient.copy_(torch.bmm(delta.mT, inputs[index]))
            bias_gradient.copy_(delta.sum(1))
            if index:
                delta = torch.bmm(delta, self._layers[index][0]) * slopes[index - 1]

    def _update(self) -> None:
        work, flat, gradient = self._work, self._flat, self._gradient
        if self._has_l1:
            gradient += self._l1 * flat.sign()
        if work.optimizer == "adamw":
            flat *= 1.0 - self._lr * self._decay
        else:
            gradient += self._decay * flat
        match work.optimizer:
            case "sgd":
                flat -= self._lr * gradient
            case "momentum":
                first = work.momenta[0].mul_(work.momentum).add_(gradient)
                flat -= self._lr * first
            case _:
                first, second = work.momenta
                first.lerp_(gradient, 1.0 - _BETA1)
                second.mul_(_BETA2).addcmul_(gradient, gradient, value=1.0 - _BETA2)
                updates = work.progress["updates"] + 1
                root, length = self._corrections(updates)
                flat -= self._lr * length * root * first / (second.sqrt() + _EPS * root)

    def _bound_norms(self) -> None:
        """`torch.renorm` of the weights into each unit, with each member's own bound."""
        for weight, _ in self._layers:
            norm = torch.linalg.vector_norm(weight, dim=-1, keepdim=True)
            weight *= torch.where(norm > self._most, self._most / (norm + 1e-7), 1.0)

    def _corrections(self, updates: np.ndarray) -> tuple[Tensor, Tensor]:
        """√(1 − β₂ᵗ) and 1/(1 − β₁ᵗ) [M, 1], computed in double precision."""
        t = updates[:, None].astype(np.float64)
        both = np.sqrt(1.0 - _BETA2**t), 1.0 / (1.0 - _BETA1**t)
        root, length = (self._on_device(x) for x in both)
        return root, length


def is_weight(shape: Shape) -> Tensor:
    """Which of the P parameters of each member are weights, not biases."""
    flags = torch.zeros(1, shape.parameters, dtype=torch.bool)
    for weight, _ in shape.views(flags):
        weight.fill_(True)
    return flags[0]


def _measure(work: Work, outputs: Tensor) -> np.ndarray:
    """What is measured of each member now, [M, MEASURED], in double precision on the CPU.

    Parameters
    ----------
    outputs
        [M, N, outputs].
    """
    population, n = work.population, work.n_train
    output = outputs.cpu().double()
    y = work.y.cpu().double().expand_as(output)
    columns = []
    if population.loss == "mse":
        errors = (output - y).square().mean(-1)
        columns += [errors[:, :n].mean(1), errors[:, n:].mean(1)]
        columns += [torch.zeros_like(columns[0])] * 2 + columns[:1]
    else:
        errors = output.logsumexp(-1) - (output * y).sum(-1)
        right = (output.argmax(-1) == y.argmax(-1)).double()
        columns += [part.mean(1) for each in (errors, right) for part in (each[:, :n], each[:, n:])]
        # Of smoothed labels the loss is log Σ exp(z) less their mean z.
        above = ((output * y).sum(-1) - output.mean(-1))[:, :n].mean(1)
        columns += [columns[0] + torch.as_tensor(work.rates["label_smoothing"]) * above]
    flat, weights = population.flat.cpu().double(), is_weight(population.shape)
    for powers in (flat.square(), flat.abs()):
        columns += [powers[:, weights].sum(1), powers[:, ~weights].sum(1)]
    values: np.ndarray = torch.stack(columns, 1).numpy()
    return values


# Dropout and input noise come from a counter-based generator, so that each number depends on seed,
# step, layer, point and unit alone: there is no state to keep, and what differs along a slider is
# the slider (common random numbers).

_LOW = 0xFFFFFFFF
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROWS = 4  # that one counter draws for


def philox(counter: Sequence[Tensor], key: Sequence[Tensor]) -> list[Tensor]:
    """Four random words for each counter of four: Philox4x32-10.

    Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

    Parameters
    ----------
    counter, key
        Four and two tensors of whole numbers in [0, 2³²), int64, of shapes that broadcast.
    """
    c0, c1, c2, c3 = counter
    key0, key1 = key
    for _ in range(10):
        # As unsigned numbers these products fit 64 bits; what is shifted in from the sign goes.
        p0, p1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (p1 >> 32) & _LOW ^ c1 ^ key0,
            p1 & _LOW,
            (p0 >> 32) & _LOW ^ c3 ^ key1,
            p0 & _LOW,
        )
        key0, key1 = key0 + _KEY_STEPS[0] & _LOW, key1 + _KEY_STEPS[1] & _LOW
    return [c0, c1, c2, c3]


def draw_words(seeds: Tensor, steps: Tensor, layer: int, rows: int, units: int) -> Tensor:
    """Random words [K, S, rows, units] in [0, 2³²), int64.

    Parameters
    ----------
    seeds
        [S], int64.
    steps
        [K], int64.
    layer
        0 for the noise of inputs, then the hidden layers; `MOST_LAYERS` for the inputs' dropout.
    rows, units
        Points of a batch, and units of the layer.
    """
    device = seeds.device
    groups = -(-rows // _ROWS)
    unit = torch.arange(units, device=device)
    group = torch.arange(groups, device=device)[:, None]
    step = steps[:, None, None, None]
    place = layer + (step >> 32 << 8)
    key = seeds[None, :, None, None], torch.zeros(1, dtype=torch.int64, device=device)
    words = philox((unit, group, place, step & _LOW), key)
    return torch.stack(words, dim=3).flatten(2, 3)[:, :, :rows]


def normals(words: Tensor, dtype: torch.dtype) -> Tensor:
    """Standard normal numbers: the quantiles of (word + ½)/2³²."""
    is_high = words >= 1 << 31
    # The distance from the nearer end, so that nothing is lost at either.
    u = (torch.where(is_high, _LOW - words, words).to(dtype) + 0.5) * 2.0**-32
    quantile = torch.special.ndtri(u)
    return torch.where(is_high, -quantile, quantile)
