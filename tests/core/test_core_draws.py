"""Batches, dropout and input noise: what is drawn, and that members share it."""

import numpy as np
import pytest
import torch
from torch import nn

from regplay.core.datasets import load
from regplay.core.draws import Draws
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.training import Training, run

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")


def experiment(**values):
    return replace(Experiment(), {path.replace("__", "."): v for path, v in values.items()})


def dropping(p, seed=0, **more):
    return experiment(regularization__dropout=p, seed=seed, epochs=100, **more)


def mask_of(training, n=30):
    """The masks [M, N · hidden units] of the step made last."""
    return training.population.workspace(n).mask.clone()


# Batches


@pytest.mark.parametrize(("n", "size"), [(20, 6), (20, 5), (7, 1), (30, 29)])
def test_batches_are_those_of_randperm_and_split(n, size):
    draws = Draws([5], CPU, torch.float32)
    generator = torch.Generator().manual_seed(5)
    for _ in range(3):
        expected = torch.randperm(n, generator=generator).split(size)
        found = draws.batches(n, size)
        assert [index.tolist() for index in found] == [index.tolist() for index in expected]
        assert sorted(torch.cat(found).tolist()) == list(range(n))


def test_one_batch_of_all_points_draws_nothing():
    draws = Draws([5], CPU, torch.float32)
    assert draws.batches(20, 20) == [None]
    expected = torch.randperm(20, generator=torch.Generator().manual_seed(5)).split(10)
    assert torch.equal(draws.batches(20, 10)[0], expected[0])


def test_members_with_a_seed_of_their_own_have_batches_of_their_own():
    found = Draws([3, 8, 3], CPU, torch.float32).batches(20, 6)
    for member, seed in enumerate((3, 8, 3)):
        expected = torch.randperm(20, generator=torch.Generator().manual_seed(seed)).split(6)
        assert [index[member].tolist() for index in found] == [part.tolist() for part in expected]


def test_training_takes_the_smaller_last_batch_too():
    settings = experiment(
        data__n_train=20, optimizer__batch_size=6, optimizer__name="sgd", model__depth=0, epochs=2
    )
    training = Training([settings], device="cpu", dtype=torch.float64)
    assert training.steps_per_epoch == 4
    data = load(settings.data)
    x, y = data.train.x[:, 0], data.train.y
    weight, bias = (part.item() for part in training.population.member()[0])
    generator = torch.Generator().manual_seed(0)
    for _ in range(2):
        for index in torch.randperm(20, generator=generator).split(6):
            training.advance()
            error = weight * x[index] + bias - y[index]
            weight -= 0.01 * 2 * (error * x[index]).mean()
            bias -= 0.01 * 2 * error.mean()
            found = [part.item() for part in training.population.member()[0]]
            assert found == pytest.approx([weight, bias], rel=1e-12)
    assert (training.step, training.epoch, training.finished) == (8, 2, True)


# Dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_and_the_scale_of_what_is_kept(p):
    training = Training([dropping(p, model__width=32)], device="cpu")
    steps = 60
    masks = []
    for _ in range(steps):
        training.advance()
        masks.append(mask_of(training))
    masks = torch.stack(masks).double()  # [steps, 1, N · units]
    kept = masks > 0
    torch.testing.assert_close(
        masks[kept], torch.full_like(masks[kept], 1 / (1 - p)), rtol=1e-6, atol=0
    )
    # Binomial: all within five standard deviations, over everything and over each unit and point.
    for share, n in (
        (kept.double().mean(), kept.numel()),
        (kept.double().mean(dim=0), steps),
        (kept.view(steps, 2, 30, 32).double().mean(dim=(0, 1, 2)), steps * 60),
        (kept.view(steps, 2, 30, 32).double().mean(dim=(0, 2, 3)), steps * 30 * 32),
    ):
        deviation = (p * (1 - p) / n) ** 0.5
        assert ((share - (1 - p)).abs() < 5.5 * deviation).all()
    assert masks.mean().item() == pytest.approx(1, abs=0.05)
    # Each step draws anew: two steps agree as often as independent draws do.
    agree = (kept[1:] == kept[:-1]).double().mean().item()
    assert agree == pytest.approx(p**2 + (1 - p) ** 2, abs=0.02)


def test_training_applies_the_mask_to_every_hidden_layer():
    settings = dropping(0.4, model__depth=3, model__width=8, optimizer__name="sgd")
    training = Training([settings], device="cpu", dtype=torch.float64)
    parameters = [p.requires_grad_() for pair in training.population.member() for p in pair]
    optimizer = torch.optim.SGD(parameters, lr=settings.optimizer.lr)
    data = load(settings.data)
    x, y = torch.from_numpy(data.train.x), torch.from_numpy(data.train.y)[:, None]
    for _ in range(30):
        training.advance()
        a = x
        for weight, bias, mask in zip(
            parameters[:-2:2], parameters[1:-2:2], mask_of(training).view(3, 30, 8), strict=True
        ):
            a = torch.tanh(nn.functional.linear(a, weight, bias)) * mask
        loss = nn.functional.mse_loss(nn.functional.linear(a, *parameters[-2:]), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = [p for pair in training.population.member() for p in pair]
    for part, expected in zip(found, parameters, strict=True):
        torch.testing.assert_close(part, expected.detach(), rtol=1e-9, atol=1e-11)


def test_dropout_is_off_when_measuring():
    settings = dropping(0.5, model__width=16)
    training = Training([settings], device="cpu", dtype=torch.float64)
    for _ in range(5):
        training.advance()
    data = load(settings.data)
    *hidden, (weight, bias) = training.population.member()
    a = torch.from_numpy(data.valid.x)
    for w, b in hidden:
        a = torch.tanh(a @ w.T + b)
    output = (a @ weight.T + bias)[:, 0].numpy()
    expected = np.mean((output - data.valid.y) ** 2)
    assert training.peek().value("valid_loss") == pytest.approx(expected, rel=1e-10)
    assert training.peek().value("valid_loss") == training.peek().value("valid_loss")
    np.testing.assert_allclose(training.fit(None).valid, output, rtol=1e-10)


def test_more_dropout_drops_what_less_drops_and_more():
    training = Training([dropping(p) for p in (0.2, 0.5, 0.0)], device="cpu")
    alone = Training([dropping(0.5)], device="cpu")
    for _ in range(10):
        training.advance()
        alone.advance()
        dropped = mask_of(training) == 0
        assert dropped[0].any()
        assert (dropped[1] & ~dropped[0]).any()
        assert not (dropped[0] & ~dropped[1]).any()
        assert not dropped[2].any()
        assert torch.equal(dropped[1:2], mask_of(alone) == 0)


def test_other_seeds_drop_other_units():
    training = Training([dropping(0.5, seed) for seed in (0, 1, 0)], device="cpu")
    training.advance()
    dropped = mask_of(training) == 0
    assert torch.equal(dropped[0], dropped[2])
    agree = (dropped[0] == dropped[1]).double().mean().item()
    assert agree == pytest.approx(0.5, abs=0.05)


def test_a_linear_model_has_nothing_to_drop():
    plain, other = (
        [s.values for s in run(Training([dropping(p, model__depth=0)], device="cpu")) if s]
        for p in (0.0, 0.9)
    )
    np.testing.assert_array_equal(plain, other)


def test_dropout_does_not_change_the_batches_or_the_noise():
    """What is drawn for one purpose does not depend on whether another is switched on."""
    draws, others = (Draws([4], CPU, torch.float64) for _ in range(2))
    for _ in range(3):
        draws.uniform(100)
        draws.batches(20, 5)
        noise = draws.noise(20, 2)
    for _ in range(2):
        others.noise(20, 2)
    assert torch.equal(noise, others.noise(20, 2))
    expected = torch.Generator().manual_seed(4)
    assert torch.equal(torch.cat(others.batches(20, 5)), torch.randperm(20, generator=expected))


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_dropout_and_noise_do_not_repeat_the_numbers_behind_weights_and_batches(seed):
    draws = Draws([seed], CPU, torch.float32)
    generator = torch.Generator().manual_seed(seed)
    assert not torch.equal(draws.uniform(64)[0], torch.rand(64, generator=generator))
    generator.manual_seed(seed)
    assert not torch.equal(draws.noise(64, 1)[:, 0], torch.randn(64, generator=generator))


# Input noise


def test_input_noise_is_standard_normal_and_shared_by_a_seed():
    draws = Draws([0, 1, 0], CPU, torch.float64)
    noise = torch.stack([draws.noise(50, 2) for _ in range(40)])  # [steps, M, 50, 2]
    assert torch.equal(noise[:, 0], noise[:, 2])
    for member in (0, 1):
        numbers = noise[:, member]
        assert abs(numbers.mean().item()) < 5 / numbers.numel() ** 0.5
        assert numbers.std().item() == pytest.approx(1, abs=0.05)
    pairs = [(noise[:, 0], noise[:, 1]), (noise[:-1, 0], noise[1:, 0])]
    for a, b in pairs:
        correlation = torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].item()
        assert abs(correlation) < 5 / a.numel() ** 0.5


def test_input_noise_acts_on_a_linear_model_as_ridge_does():
    """E‖y − (x + sε)·w − b‖² = ‖y − x·w − b‖² + s²·w²: the penalty of λ = 2s², biases spared."""
    s = 0.7
    settings = experiment(
        data__n_train=200,
        model__depth=0,
        optimizer__name="sgd",
        optimizer__lr=0.02,
        regularization__input_noise=s,
        epochs=4000,
    )
    training = Training([settings], device="cpu", dtype=torch.float64)
    late = []
    while not training.finished:
        training.advance()
        if training.epoch > 500:
            late.append([part.item() for part in training.population.member()[0]])
    data = load(settings.data)
    x, y = data.train.x[:, 0], data.train.y
    weight = np.cov(x, y, bias=True)[0, 1] / (x.var() + s**2)
    bias = y.mean() - weight * x.mean()
    unpenalised = np.cov(x, y, bias=True)[0, 1] / x.var()
    found = np.mean(late, axis=0)
    assert found == pytest.approx([weight, bias], abs=0.05 * abs(unpenalised - weight))
    # Off when measuring.
    w, b = (part.item() for part in training.population.member()[0])
    expected = np.mean((w * x + b - y) ** 2)
    assert training.peek().value("train_loss") == pytest.approx(expected, rel=1e-10)
