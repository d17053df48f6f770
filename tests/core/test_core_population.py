"""Gradients against finite differences and autograd, and members that don't mix."""

import itertools
import math

import pytest
import torch
from engines import gradients, masks
from torch import nn
from torch.nn import functional

from regplay.core.population import Population
from regplay.core.state import Shape
from regplay.core.torch_engine import is_weight

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
PHI = {
    "tanh": torch.tanh,
    "relu": lambda z: torch.where(z > 0, z, 0.0),
    "gelu": lambda z: z * 0.5 * (1 + torch.erf(z / math.sqrt(2))),
    "sigmoid": lambda z: 1 / (1 + torch.exp(-z)),
}
N, INPUTS = 7, 2


def draw(*shape, generator):
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def population_of(members, activation, loss, depth, seed=0, outputs=3, width=4):
    """A population with random weights, and a batch [M, N, d] and [M, N, outputs] for it."""
    generator = torch.Generator().manual_seed(seed)
    sizes = (INPUTS, *[width] * depth, outputs)
    population = Population(Shape(members, sizes), activation, loss, CPU, torch.float64)
    for member in range(members):
        layers = [
            (draw(b, a, generator=generator), draw(b, generator=generator))
            for a, b in itertools.pairwise(sizes)
        ]
        population.set_member(member, layers)
    x = draw(members, N, INPUTS, generator=generator)
    if loss == "mse":
        y = draw(members, N, outputs, generator=generator)
    else:
        classes = torch.randint(outputs, (members, N), generator=generator)
        y = functional.one_hot(classes, outputs).double()
    return population, x, y


def data_loss(layers, x, y, activation, loss, masks=None):
    """Loss of one network in textbook formulas; x [N, d], masks one [N, width] a hidden layer."""
    *hidden, last = layers
    for i, (weight, bias) in enumerate(hidden):
        x = PHI[activation](x @ weight.T + bias)
        if masks is not None:
            x = x * masks[i]
    output = x @ last[0].T + last[1]
    if loss == "mse":
        return ((output - y) ** 2).mean().item()
    share = torch.exp(output) / torch.exp(output).sum(dim=1, keepdim=True)
    return -(torch.log(share) * y).sum(dim=1).mean().item()


def central_differences(layers, loss_of, step=1e-6):
    """∂loss/∂θ for each parameter, by changing one number at a time."""
    found = []
    for layer in layers:
        for part in layer:
            gradient = torch.zeros_like(part)
            flat, flat_gradient = part.view(-1), gradient.view(-1)
            for i in range(len(flat)):
                here = flat[i].item()
                flat[i] = here + step
                above = loss_of(layers)
                flat[i] = here - step
                below = loss_of(layers)
                flat[i] = here
                flat_gradient[i] = (above - below) / (2 * step)
            found.append(gradient)
    return found


def flat(parts):
    return torch.cat([part.flatten() for part in parts])


# One member alone at night: that it does what it does in company is asked for elsewhere.
@pytest.mark.parametrize("members", [pytest.param(1, marks=pytest.mark.nightly), 3])
@pytest.mark.parametrize(("depth", "dropout"), [(0, 0.0), (1, 0.0), (1, 0.4), (3, 0.0), (3, 0.4)])
# Each activation with one loss by day, with both at night; against autograd with both by day.
@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        pytest.param(activation, loss, marks=pytest.mark.nightly if (i + j) % 2 else ())
        for i, activation in enumerate(PHI)
        for j, loss in enumerate(["mse", "cross_entropy"])
    ],
)
def test_gradients_equal_central_differences(engine, members, depth, loss, activation, dropout):
    population, x, y = population_of(members, activation, loss, depth)
    step, seeds = 5, list(range(members))
    fixed = [
        masks(engine, rows=N, units=4, step=step, layer=layer, seed=seeds, dropout=dropout)
        for layer in range(1, depth + 1)
    ]
    found = gradients(engine, population, x, y, step=step, seed=seeds, dropout=dropout)
    for member in range(members):
        own = [mask[member] for mask in fixed]
        assert all((mask == 0).any() == (dropout > 0) for mask in own)
        expected = central_differences(
            population.member(member),
            lambda layers, m=member, own=own: data_loss(layers, x[m], y[m], activation, loss, own),
        )
        assert max(part.abs().max() for part in expected) > 1e-2
        torch.testing.assert_close(found[member], flat(expected), rtol=1e-6, atol=1e-7)


# A layer that widens, one that narrows, one wider than a vector; each as the first and the last.
SIZES = [(2, 5, 3, 17, 1), (9, 2, 33, 3), (40, 1, 4), (1, 1), (3, 20), (20, 3), (2, 16, 16, 2)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("activation", PHI)
def test_gradients_of_any_sizes_equal_those_of_autograd(engine, sizes, loss, activation):
    for n in (1, 5, 40, 400):
        assert_gradients_are_those_of_autograd(engine, sizes, loss, activation, n)


def assert_gradients_are_those_of_autograd(engine, sizes, loss, activation, n):
    generator = torch.Generator().manual_seed(n)
    population = Population(Shape(2, sizes), activation, loss, CPU, torch.float64)
    population.flat.copy_(0.5 * draw(2, population.shape.parameters, generator=generator))
    x = draw(1, n, sizes[0], generator=generator)
    if loss == "mse":
        y = draw(2, n, sizes[-1], generator=generator)
    else:
        classes = torch.randint(sizes[-1], (2, n), generator=generator)
        y = functional.one_hot(classes, sizes[-1]).double()
    found = gradients(engine, population, x, y)
    leaf = population.flat.clone().requires_grad_()
    *hidden, (weight, bias) = population.shape.views(leaf)
    a = x
    for w, b in hidden:
        a = getattr(functional, activation)(a @ w.mT + b[:, None])
    output = a @ weight.mT + bias[:, None]
    if loss == "mse":
        total = (output - y).square().mean((1, 2)).sum()
    else:
        total = -(output.log_softmax(-1) * y).sum(-1).mean(1).sum()
    total.backward()
    torch.testing.assert_close(
        found, leaf.grad, rtol=1e-9, atol=1e-12, msg=lambda text: f"of {n} points: {text}"
    )


@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_predictions_are_those_of_the_formulas(engine, activation, depth):
    population, x, _ = population_of(3, activation, "mse", depth)
    outputs = population.predict(x)
    for member in range(3):
        *hidden, (weight, bias) = population.member(member)
        a = x[member]
        for w, b in hidden:
            a = PHI[activation](a @ w.T + b)
        torch.testing.assert_close(outputs[member], a @ weight.T + bias, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("members", [5, 6])
@pytest.mark.parametrize("n", [1, 3000])
def test_large_predictions_are_those_of_each_member_alone(engine, members, n):
    # 3,000 points of 64 units are more than what is computed at once.
    population, _, _ = population_of(members, "gelu", "mse", 2, width=64)
    x = draw(members, n, INPUTS, generator=torch.Generator().manual_seed(2))
    together = population.predict(x)
    assert together.shape == (members, n, 3)
    for member in range(members):
        [alone] = population.select(member).predict(x[member])
        torch.testing.assert_close(together[member], alone, rtol=1e-10, atol=1e-12)


def test_inputs_may_be_shared_or_lie_anyhow(engine):
    population, x, _ = population_of(3, "tanh", "mse", 2)
    shared = population.predict(x[0])
    torch.testing.assert_close(population.predict(x[:1]), shared, rtol=0, atol=0)
    torch.testing.assert_close(population.predict(x[0].expand(3, -1, -1)), shared, rtol=0, atol=0)
    strided = x.transpose(0, 1).contiguous().transpose(0, 1)
    assert not strided.is_contiguous()
    torch.testing.assert_close(population.predict(strided), population.predict(x), rtol=0, atol=0)


def test_predicting_leaves_inputs_and_parameters_alone(engine):
    population, x, _ = population_of(2, "tanh", "mse", 2)
    before = x.clone(), population.flat.clone()
    population.predict(x)
    assert torch.equal(x, before[0])
    assert torch.equal(population.flat, before[1])


def test_set_member_changes_that_member_alone():
    population, _, _ = population_of(3, "tanh", "mse", 2)
    before = [population.member(m) for m in range(3)]
    new = [(weight + 1, bias - 1) for weight, bias in before[1]]
    population.set_member(1, new)
    for member, expected in enumerate((before[0], new, before[2])):
        for pair, expected_pair in zip(population.member(member), expected, strict=True):
            for part, numbers in zip(pair, expected_pair, strict=True):
                assert torch.equal(part, numbers)


def test_what_member_and_select_give_are_copies():
    population, x, _ = population_of(2, "tanh", "mse", 1)
    before = population.flat.clone()
    population.member(0)[0][0].zero_()
    alone = population.select(1)
    assert torch.allclose(alone.predict(x[1]), population.predict(x)[1], rtol=1e-12)
    alone.flat.zero_()
    assert torch.equal(population.flat, before)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_row_is_laid_out_as_torch_lays_out_a_network(sizes):
    population = Population(Shape(2, sizes), "tanh", "mse", CPU)
    networks = [
        nn.Sequential(*(nn.Linear(*pair) for pair in itertools.pairwise(sizes))) for _ in "ab"
    ]
    for member, network in enumerate(networks):
        population.set_member(member, [(layer.weight, layer.bias) for layer in network])
        vector = nn.utils.parameters_to_vector(network.parameters())
        assert torch.equal(population.flat[member], vector)
        weights = [torch.full_like(p, p.dim() == 2) for p in network.parameters()]
        assert torch.equal(is_weight(population.shape), flat(weights).bool())
    assert population.shape.parameters == len(vector)
    views = population.shape.views(population.flat)
    for layer, (weight, bias) in enumerate(views):
        assert torch.equal(weight[1], networks[1][layer].weight)
        assert torch.equal(bias[1], networks[1][layer].bias)
    views[0][0].zero_()  # they are views
    assert not population.flat[:, : sizes[0] * sizes[1]].any()


def test_a_dropped_unit_passes_no_gradient(engine):
    population, x, y = population_of(1, "tanh", "mse", 1)
    shape = {"seed": 0, "dropout": 0.9}
    step = next(
        step
        for step in itertools.count()
        if (masks(engine, rows=N, units=4, step=step, **shape)[0].sum(0) == 0).sum() == 1
    )
    [kept] = masks(engine, rows=N, units=4, step=step, **shape).any(dim=1)
    found = gradients(engine, population, x, y, step=step, **shape)
    [(into, into_bias), (out_of, _)] = population.shape.views(found)
    assert not into[0, ~kept].any()
    assert not into_bias[0, ~kept].any()
    assert not out_of[0, :, ~kept].any()
    assert into[0, kept].abs().min() > 0
