"""Training gives what plain PyTorch gives: `nn.Sequential`, autograd and `torch.optim`."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
import torch
from engines import ENGINES, use
from plain_torch import ACTIVATIONS
from torch import nn
from trainings import run

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

# Larger steps overshoot along the steepest direction, where rounding errors grow tenfold a step.
LEARNING_RATES = {"sgd": 0.05, "momentum": 0.01, "adam": 0.01, "adamw": 0.01}
PENALTIES = {  # weight decay, L1, max-norm, label smoothing
    "none": (0.0, 0.0, 0.0, 0.0),
    "decay": (0.02, 0.0, 0.0, 0.0),
    "l1": (0.0, 0.003, 0.0, 0.0),
    "both": (0.01, 0.003, 0.0, 0.2),
    # Without L1: under so strict a bound weights come to 0, and the sign of what is left hangs on
    # rounding, so that torch's own fused and plain optimizers differ by 1e-7.
    "bounded": (0.02, 0.0, 0.4, 0.0),
}
N = 20
STEPS = 100
BATCH = 6  # of 20 points: 6, 6, 6 and 2


class Case(NamedTuple):
    """One cell of the grid; all penalties and both kinds of biases are computed in it."""

    optimizer: str
    activation: str
    depth: int
    data: str
    batch_size: int

    def __str__(self):
        return "-".join(map(str, self))


# Any two of optimizer, activation and depth meet with each data and batch size, so that any four
# values that include those two do; `test_core_random_experiments` draws from all that there are.
_FED = list(itertools.product(("sine", "curved"), (0, BATCH)))
_GRID = {
    (i, j, k): Case(optimizer, activation, depth, *_FED[i ^ j ^ k])
    for (i, optimizer), (j, activation), (k, depth) in itertools.product(
        enumerate(LEARNING_RATES), enumerate(ACTIVATIONS), enumerate((0, 1, 2, 5))
    )
}
# A quarter of them in which any two values meet, by two Latin squares that are orthogonal; the
# others, in which any three do, take a minute and a half: they are asked for at night.
QUARTER = [case for (i, j, k), case in _GRID.items() if k == (0, 2, 3, 1)[i] ^ (0, 3, 1, 2)[j]]
CASES = [
    pytest.param(case, id=str(case), marks=() if case in QUARTER else pytest.mark.nightly)
    for case in _GRID.values()
]


def experiments(case, decay_bias):
    return [
        replace(
            Experiment(),
            {
                "data.name": case.data,
                "data.n_train": N,
                "data.n_valid": N,
                "model.depth": case.depth,
                "model.width": 8,
                "model.activation": case.activation,
                "optimizer.name": case.optimizer,
                "optimizer.lr": LEARNING_RATES[case.optimizer],
                "optimizer.batch_size": case.batch_size,
                "regularization.weight_decay": weight_decay,
                "regularization.l1": l1,
                "regularization.max_norm": max_norm,
                "regularization.label_smoothing": smoothing,
                "regularization.decay_bias": decay_bias,
                "epochs": STEPS // (4 if case.batch_size else 1),
                "seed": 3,
            },
        )
        for weight_decay, l1, max_norm, smoothing in PENALTIES.values()
    ]


class PlainNetworks:
    """An `nn.Sequential` for each experiment, which differ in regularization; trained all at once.

    Each has a leaf for its weights and one for its biases, all layers in a row: what `torch.optim`
    makes of an element depends on that element alone, and it takes longer for many small tensors.
    """

    def __init__(self, experiments, n_inputs, n_outputs):
        self.networks = [sequential(experiment, n_inputs, n_outputs) for experiment in experiments]
        self._linear = [layer for layer in self.networks[0] if isinstance(layer, nn.Linear)]
        self._activation = ACTIVATIONS[experiments[0].model.activation]()
        self._all = [
            (experiment.regularization, leaf_of(network, 2), leaf_of(network, 1))
            for experiment, network in zip(experiments, self.networks, strict=True)
        ]

    def _by_layer(self, weights, biases):
        """Weights [..., out, in] and biases [..., out] of each layer, of rows with all of them."""
        weights = weights.split([layer.weight.numel() for layer in self._linear], dim=-1)
        biases = biases.split([layer.bias.numel() for layer in self._linear], dim=-1)
        return [
            (weight.unflatten(-1, layer.weight.shape), bias)
            for layer, weight, bias in zip(self._linear, weights, biases, strict=True)
        ]

    def parameter_groups(self):
        """One group for each value of weight decay, over all networks."""
        groups = {}
        for settings, weights, biases in self._all:
            groups.setdefault(settings.weight_decay, []).append(weights)
            groups.setdefault(settings.weight_decay * settings.decay_bias, []).append(biases)
        return [{"params": group, "weight_decay": decay} for decay, group in groups.items()]

    def outputs(self, x):
        """Of points [points, inputs], [networks, points, outputs]."""
        x = x.expand(len(self._all), *x.shape)
        _, weights, biases = zip(*self._all, strict=True)
        for index, (w, b) in enumerate(self._by_layer(torch.stack(weights), torch.stack(biases))):
            x = torch.baddbmm(b[:, None], self._activation(x) if index else x, w.mT)
        return x

    def l1(self):
        """The penalties of all networks."""
        return sum(
            settings.l1 * leaf.abs().sum()
            for settings, weights, biases in self._all
            if settings.l1
            for leaf in ([weights, biases] if settings.decay_bias else [weights])
        )

    @torch.no_grad()
    def bound(self):
        """Bring the weights of each unit within its network's max-norm."""
        for settings, weights, biases in self._all:
            if settings.max_norm:
                for weight, _ in self._by_layer(weights, biases):
                    weight.copy_(torch.renorm(weight, 2, 0, settings.max_norm))

    @torch.no_grad()
    def trained(self):
        """Each `nn.Sequential`, with the parameters as they are now."""
        for network, (_, weights, biases) in zip(self.networks, self._all, strict=True):
            of_linear = [layer for layer in network if isinstance(layer, nn.Linear)]
            for layer, parts in zip(of_linear, self._by_layer(weights, biases), strict=True):
                layer.weight.copy_(parts[0])
                layer.bias.copy_(parts[1])
        return self.networks


def sequential(experiment, n_inputs, n_outputs):
    model = experiment.model
    torch.manual_seed(experiment.seed)
    layers, size = [], n_inputs
    for _ in range(model.depth):
        layers += [nn.Linear(size, model.width), ACTIVATIONS[model.activation]()]
        size = model.width
    return nn.Sequential(*layers, nn.Linear(size, n_outputs)).double()


def leaf_of(network, dim):
    """The weights, of two dimensions, or the biases of a network in a row."""
    of_dim = [p.detach().view(-1) for p in network.parameters() if p.dim() == dim]
    return torch.cat(of_dim).requires_grad_()


def torch_optimizer(experiment, groups):
    settings = experiment.optimizer
    # `fused` is torch's own code for all of a group's tensors at once: a third of the time.
    match settings.name:
        case "sgd":
            return torch.optim.SGD(groups, lr=settings.lr, fused=True)
        case "momentum":
            return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum, fused=True)
        case "adam":
            return torch.optim.Adam(groups, lr=settings.lr, fused=True)
    return torch.optim.AdamW(groups, lr=settings.lr, fused=True)


def as_tensors(split, task):
    y = torch.tensor(split.y)
    return torch.tensor(split.x), y[:, None] if task == "regression" else y


def plain_torch(case):
    """Losses and parameters after `STEPS` updates, biases penalised or not: [2, penalties, ...].

    The first two numbers are the training and validation loss, the others the parameters. All
    networks have a loss of their own; one `backward` through their sum gives each its gradient.
    """
    both = [experiments(case, decay_bias) for decay_bias in (True, False)]
    first = both[0][0]
    data = load(first.data)
    is_regression = data.task == "regression"
    loss_of = nn.functional.mse_loss if is_regression else nn.functional.cross_entropy
    x, y = as_tensors(data.train, data.task)

    # Without a penalty it makes no difference whether biases are penalised.
    distinct = both[0] + both[1][1:]
    networks = PlainNetworks(distinct, data.n_inputs, data.n_outputs)
    optimizer = torch_optimizer(first, networks.parameter_groups())
    alike = {}  # networks by their label smoothing
    for index, experiment in enumerate(distinct):
        smoothing = 0.0 if is_regression else experiment.regularization.label_smoothing
        alike.setdefault(smoothing, []).append(index)

    batches = torch.Generator().manual_seed(first.seed)
    for _ in range(first.epochs):
        indices = [slice(None)]
        if case.batch_size:
            indices = torch.randperm(N, generator=batches).split(case.batch_size)
        for index in indices:
            outputs = networks.outputs(x[index])
            objective = networks.l1()
            for smoothing, those in alike.items():
                more = {"label_smoothing": smoothing} if smoothing else {}
                targets = torch.cat([y[index]] * len(those))
                # The sum of their means over the points.
                mean = loss_of(outputs[those].flatten(0, 1), targets, **more)
                objective = objective + len(those) * mean
            optimizer.zero_grad()
            objective.backward()
            optimizer.step()
            networks.bound()

    splits = [as_tensors(split, data.task) for split in (data.train, data.valid)]
    with torch.no_grad():
        trained = networks.trained()
        # What was trained is what `nn.Sequential` is.
        torch.testing.assert_close(networks.outputs(x), torch.stack([net(x) for net in trained]))
        results = torch.stack(
            [
                torch.cat([loss_of(net(x), y).view(1) for x, y in splits] + flattened(net))
                for net in trained
            ]
        )
    members = len(PENALTIES)
    return torch.stack([results[:members], torch.cat([results[:1], results[members:]])]).numpy()


def flattened(network):
    return [parameter.view(-1) for parameter in network.parameters()]


def test_any_two_values_meet_in_a_quarter_of_the_grid():
    fed = [(*case[:3], case[3:]) for case in QUARTER]
    for one, other in itertools.combinations(range(4), 2):
        assert len({(case[one], case[other]) for case in fed}) == len(fed) == 16


@pytest.mark.parametrize("case", CASES)
def test_losses_and_weights_equal_those_of_plain_torch(monkeypatch, case):
    expected = plain_torch(case)
    # Had a penalty been left out, or left off or put on the biases, it would be seen.
    none, *penalised = expected[0]
    assert all(np.abs(result - none).max() > 1e-4 for result in penalised)
    assert (np.abs(expected[0, 1:] - expected[1, 1:]).max(axis=-1) > 1e-5).all()
    for name, make in ENGINES.items():
        use(monkeypatch, make())
        found = []
        for decay_bias in (True, False):
            training = Training(experiments(case, decay_bias), device="cpu", dtype=torch.float64)
            last = list(run(training))[-1]
            assert last.step == STEPS
            found.append(np.column_stack([last.values[:2].T, training.population.flat]))
        losses, parameters = np.split(np.stack(found), [2], axis=-1)
        close = np.testing.assert_allclose
        close(losses, expected[..., :2], rtol=1e-6, err_msg=name)
        close(parameters, expected[..., 2:], rtol=1e-5, atol=1e-8, err_msg=name)
