"""Gradients against finite differences, and members that don't mix."""

import itertools
import math

import pytest
import torch
from torch.nn import functional

from regplay.core.population import Population, Shape

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


def batch_for(population, x, y):
    return (x[0], y[0]) if population.shape.members == 1 else (x, y)


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


def gradients(population, member):
    """Gradients of one member, in the order and shapes of its parameters."""
    found = []
    for weight, bias in population.shape.matrices(population.gradient):
        alone = population.shape.members == 1
        found += [weight, bias[0]] if alone else [weight[member], bias[member, 0]]
    return found


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize("dropout", [False, True])
def test_gradients_equal_central_differences(members, depth, loss, activation, dropout):
    population, x, y = population_of(members, activation, loss, depth)
    generator = torch.Generator().manual_seed(1)
    masks = [None] * members
    if dropout:
        kept = torch.rand(members, depth, N, 4, generator=generator, dtype=torch.float64) > 0.4
        fixed = kept / 0.6
        population.workspace(N).mask.copy_(fixed.view(members, -1))
        masks = [list(fixed[member]) for member in range(members)]
    population.differentiate(*batch_for(population, x, y), dropout=dropout)
    for member in range(members):
        expected = central_differences(
            population.member(member),
            lambda layers, m=member: data_loss(layers, x[m], y[m], activation, loss, masks[m]),
        )
        found = gradients(population, member)
        assert max(part.abs().max() for part in expected) > 1e-2
        for part, numbers in zip(found, expected, strict=True):
            torch.testing.assert_close(part, numbers, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_predictions_are_those_of_the_formulas(activation, depth):
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
def test_large_predictions_are_those_of_each_member_alone(members, n):
    # 3,000 points of 64 units are more than what is computed at once.
    population, _, _ = population_of(members, "gelu", "mse", 2, width=64)
    x = draw(members, n, INPUTS, generator=torch.Generator().manual_seed(2))
    together = population.predict(x)
    assert together.shape == (members, n, 3)
    for member in range(members):
        alone = population.select(member).predict(x[member])
        torch.testing.assert_close(together[member], alone, rtol=1e-10, atol=1e-12)


def test_predicting_leaves_inputs_and_parameters_alone():
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


def test_spread_gives_each_member_its_value_and_biases_nothing_if_asked():
    shape = Shape(2, (3, 4, 1))
    assert shape.total >= 2 * (3 * 4 + 4 + 4 + 1)
    values = torch.tensor([5.0, 7.0])
    for biases in (True, False):
        for weight, bias in shape.blocks(shape.spread(values, biases)):
            for member, value in enumerate(values):
                assert (weight[member] == value).all()
                assert (bias[member] == (value if biases else 0)).all()


def test_a_buffer_holds_the_members_and_whole_vectors_for_each_thread():
    assert Shape(1, (3, 4, 1)).total == 21
    shape = Shape(300, (3, 4, 1))
    assert 300 * 21 < shape.total < 300 * 21 + 4096
    assert shape.total % 4096 == 0
    assert shape.of_member(torch.zeros(shape.total), 7).shape == (21,)


def test_a_dropped_unit_passes_no_gradient():
    population, x, y = population_of(1, "tanh", "mse", 1)
    mask = population.workspace(N).mask
    mask.fill_(1)
    mask.view(N, 4)[:, 2] = 0
    population.differentiate(*batch_for(population, x, y), dropout=True)
    into, into_bias, out_of, _ = gradients(population, 0)
    assert not into[2].any()
    assert into_bias[2] == 0
    assert not out_of[:, 2].any()
    assert into[[0, 1, 3]].abs().min() > 0
