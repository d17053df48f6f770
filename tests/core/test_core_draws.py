"""Batches, dropout and input noise: what is drawn, and that members share it."""

import functools
import itertools
from math import ceil

import numpy as np
import pytest
import torch
from engines import TORCH_AT_NIGHT, input_masks, masks, noises
from keywords import by_path
from plain_torch import PlainTorch
from small_trainings import advance, train_to
from trainings import run

from regplay.core.datasets import load
from regplay.core.engine import Orders, Stop
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.layers import MOST_LAYERS
from regplay.core.torch_engine import draw_words, normals, philox
from regplay.core.training import Training

pytestmark = pytest.mark.usefixtures("one_thread")

_WORD = 0xFFFFFFFF


def experiment(**values):
    return replace(Experiment(), by_path(values))


def dropping(p, seed=0, **more):
    return experiment(regularization__dropout=p, seed=seed, epochs=100, **more)


def orders_by_torch(seed, epochs, n):
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(n, generator=generator) for _ in range(epochs)])


# Batches


@pytest.mark.parametrize("n", [1, 7, 20, 3000])
def test_orders_are_those_of_randperm_epoch_after_epoch(n):
    orders, expected = Orders([5]), orders_by_torch(5, 12, n)
    for first, epochs in ((0, 1), (1, 3), (4, 1), (5, 7)):
        found = orders.draw(first, epochs, n)
        assert (found.dtype, found.shape) == (torch.int32, (1, epochs, n))
        assert torch.equal(found[0].long(), expected[first : first + epochs])
    assert (found[0].sort(dim=1).values == torch.arange(n)).all()


def test_orders_are_the_same_after_going_back_or_on_again():
    orders, expected = Orders([8]), orders_by_torch(8, 40, 20)
    far, back = [(0, 10), (9, 2), (10, 1)], [(3, 2), (3, 1), (4, 1)]
    for first, epochs in [*far, *back, (30, 2), (31, 4), (0, 1), (39, 1)]:
        found = orders.draw(first, epochs, 20)
        assert torch.equal(found[0].long(), expected[first : first + epochs])


class StopAfter(Stop):
    """A stop that is set once it has been looked at so often."""

    def __init__(self, looks):
        super().__init__()
        self._looks = looks

    @property
    def is_set(self):
        self._looks -= 1
        return self._looks < 0


@pytest.mark.parametrize(("looks", "count"), [(0, 0), (6, 0), (7, 0), (8, 2), (9, 3), (11, 4)])
def test_drawing_that_is_stopped_goes_on_where_it_was(looks, count):
    """On its way to the first epoch, at it, and at the others."""
    orders = Orders([8, 3])
    expected = torch.stack([orders_by_torch(seed, 20, 20) for seed in (8, 3)])
    found = orders.draw(7, 4, 20, StopAfter(looks))
    assert torch.equal(found.long(), expected[:, 7 : 7 + count])
    for first, epochs in ((7 + count, 2), (8 + count, 1), (7, 3), (9, 1), (9, 4)):
        found = orders.draw(first, epochs, 20)
        assert torch.equal(found.long(), expected[:, first : first + epochs])


def test_the_way_to_an_epoch_far_ahead_can_be_left_and_is_not_begun_again(monkeypatch):
    far = experiment(data__n_train=20, optimizer__batch_size=3, epochs=2500)
    straight, kept = Training([far], device="cpu"), {}
    while not straight.finished:
        kept |= {record.state.epoch: record.state.copy() for record in straight.train()}
    begin = max(epoch for epoch in kept if epoch < 2000)

    drawn = []
    randperm = torch.randperm
    monkeypatch.setattr(torch, "randperm", lambda *a, **k: drawn.append(a) or randperm(*a, **k))
    training, calls = Training([far], device="cpu"), 0
    training.restore(kept[begin])
    while not training.finished:
        records = training.train(stop=StopAfter(100))
        assert calls >= begin // 100 or not records
        calls += 1
        for record in records:
            assert torch.equal(record.state.parameters, kept[record.state.epoch].parameters)
    assert torch.equal(training.population.flat, straight.population.flat)
    assert calls >= 25
    assert len(drawn) == 2500


def test_members_with_a_seed_of_their_own_have_orders_of_their_own():
    orders = Orders([3, 8, 3, 2**31 - 1])
    assert orders.distinct == 3
    assert orders.rows.tolist() == [0, 1, 0, 2]
    found = orders.draw(0, 4, 20)
    for row, seed in zip(found, (3, 8, 2**31 - 1), strict=True):
        assert torch.equal(row.long(), orders_by_torch(seed, 4, 20))


def test_no_order_is_drawn_twice_but_that_of_an_epoch_in_which_a_call_came_back(monkeypatch):
    monkeypatch.setattr("regplay.core.training._FLOPS", 3e6)
    drawn = []
    randperm = torch.randperm
    monkeypatch.setattr(torch, "randperm", lambda *a, **k: drawn.append(a) or randperm(*a, **k))
    settings = experiment(data__n_train=20, optimizer__batch_size=3, epochs=200)
    training, calls = Training([settings], device="cpu"), 0
    while not training.finished:
        training.train()
        training.peek()
        calls += 1
    assert 20 < calls < 200
    assert 200 <= len(drawn) <= 200 + calls


@pytest.mark.parametrize("batch_size", [0, 20, 21])
def test_one_batch_of_all_points_has_no_order(engine, monkeypatch, batch_size):
    def refuse(*_, **__):
        raise AssertionError("an order was drawn")

    settings = experiment(data__n_train=20, optimizer__batch_size=batch_size, epochs=5)
    training = Training([settings], device="cpu")
    monkeypatch.setattr(torch, "randperm", refuse)
    assert [snapshot.step for snapshot in run(training)] == [0, 1, 2, 3, 4, 5]


def test_training_takes_the_smaller_last_batch_too(engine):
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
            advance(training)
            error = weight * x[index] + bias - y[index]
            weight -= 0.01 * 2 * (error * x[index]).mean()
            bias -= 0.01 * 2 * error.mean()
            found = [part.item() for part in training.population.member()[0]]
            assert found == pytest.approx([weight, bias], rel=1e-12)
    assert (training.step, training.epoch, training.finished) == (8, 2, True)


# Words


@functools.cache
def philox_by_hand(counter, key):
    """Salmon et al. (2011), figure 2 and table 2, in Python's whole numbers."""
    (c0, c1, c2, c3), (key0, key1) = counter, key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0
        key0, key1 = (key0 + 0x9E3779B9) % 2**32, (key1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def word_by_hand(seed, step, layer, row, unit):
    high, low = divmod(step, 2**32)
    return philox_by_hand((unit, row // 4, layer + 256 * high, low), (seed, 0))[row % 4]


# Of Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
KNOWN = [
    ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((_WORD,) * 4, (_WORD,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_published_answers(counter, key, words):
    def tensors(numbers):
        return [torch.tensor([number]) for number in numbers]

    assert [word.item() for word in philox(tensors(counter), tensors(key))] == list(words)
    assert philox_by_hand(counter, key) == words


STEPS = (0, 1, 2**31 + 5, 2**32 - 1, 2**32, 2**32 + 1, 5 * 2**32 + 7)


def test_words_are_those_of_their_seed_step_layer_row_and_unit():
    seeds = (0, 1, 2**31 - 1)
    found = draw_words(torch.tensor(seeds), torch.tensor(STEPS), 2, rows=6, units=5)
    assert found.shape == (len(STEPS), 3, 6, 5)
    for (k, step), (s, seed), row, unit in itertools.product(
        enumerate(STEPS), enumerate(seeds), range(6), range(5)
    ):
        assert found[k, s, row, unit] == word_by_hand(seed, step, 2, row, unit)
    layers = [draw_words(torch.tensor([7]), torch.tensor([3]), n, 6, 5) for n in range(9)]
    everything = torch.cat([found.flatten(), *(words.flatten() for words in layers)])
    assert len(everything.unique()) == len(everything)  # 900 of 2³²: equal ones would be a fault


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("layer", [1, 2, 8])
def test_what_is_dropped_depends_on_seed_step_layer_row_and_unit_alone(engine, step, layer):
    """Whatever the width, the size of the batch and the company are."""
    seeds, shares = [0, 2**31 - 1, 0, 12], [0.5, 0.3, 0.95, 0.0]
    for rows, units in ((1, 1), (30, 2), (13, 5), (3, 17)):
        found = masks(
            engine, rows=rows, units=units, step=step, layer=layer, seed=seeds, dropout=shares
        )
        expected = torch.zeros_like(found)
        for member, (seed, p) in enumerate(zip(seeds, shares, strict=True)):
            for row, unit in itertools.product(range(rows), range(units)):
                if word_by_hand(seed, step, layer, row, unit) >= ceil(p * 2**32):
                    expected[member, row, unit] = 1 / (1 - p)
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_a_unit_is_dropped_if_its_word_is_less_than_p_to_the_last_bit(engine):
    for seed in range(40):
        word = word_by_hand(seed, 0, 1, 0, 0)
        p = word / 2**32
        if p < 0.95:
            shares = [p, np.nextafter(p, 1), np.nextafter(p, 0), (word + 1) / 2**32]
            found = masks(engine, rows=1, units=1, seed=seed, dropout=shares)[:, 0, 0]
            assert (found > 0).tolist() == [True, False, True, False]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("rows", "inputs"), [(1, 1), (6, 3), (30, 19)])
def test_noise_is_the_quantile_of_its_word(engine, step, rows, inputs):
    found = noises(
        engine, rows=rows, inputs=inputs, step=step, seed=[5, 9, 5], input_noise=[1.0, 0.5, 0.0]
    )
    for member, (seed, s) in enumerate(((5, 1.0), (9, 0.5))):
        words = [
            [word_by_hand(seed, step, 0, row, unit) for unit in range(inputs)]
            for row in range(rows)
        ]
        expected = s * torch.special.ndtri((torch.tensor(words).double() + 0.5) / 2**32)
        torch.testing.assert_close(found[member], expected, rtol=1e-9, atol=1e-12)
    assert not found[2].any()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("rows", "inputs"), [(1, 1), (6, 3), (30, 19)])
def test_an_input_is_dropped_by_a_word_of_its_own(engine, step, rows, inputs):
    """Not by that of its noise, nor of any unit."""
    seeds, shares = [5, 9, 5], [0.5, 0.2, 0.0]
    found = input_masks(
        engine, rows=rows, inputs=inputs, step=step, seed=seeds, input_dropout=shares
    )
    for member, (seed, p) in enumerate(zip(seeds, shares, strict=True)):
        for row, unit in itertools.product(range(rows), range(inputs)):
            is_kept = word_by_hand(seed, step, MOST_LAYERS, row, unit) >= ceil(p * 2**32)
            expected = 1 / (1 - p) if is_kept else 0
            assert found[member, row, unit].item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("dtype", "rtol"), [(torch.float64, 1e-8), (torch.float32, 1e-6)])
def test_quantiles_are_right_at_both_ends(dtype, rtol):
    found = normals(torch.tensor([0, 1, 2**31 - 1, 2**31, _WORD - 1, _WORD]), dtype)
    assert torch.equal(found, -found.flip(0))
    # Φ⁻¹ of 2⁻³³, of 3·2⁻³³ and of ½ − 2⁻³³; the last is lost in single precision
    expected = torch.tensor([-6.33795774, -6.16642952, -2.91809930e-10], dtype=dtype)
    torch.testing.assert_close(found[:3], expected, rtol=rtol, atol=rtol * 1e-3)


# Dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_and_the_scale_of_what_is_kept(engine, p):
    steps, rows, units = 60, 30, 32
    found = torch.stack(
        [
            torch.cat(
                [
                    masks(engine, rows=rows, units=units, step=step, layer=n, seed=0, dropout=p)
                    for n in (1, 2)
                ]
            )
            for step in range(steps)
        ]
    )  # [steps, layers, rows, units]
    kept = found > 0
    torch.testing.assert_close(
        found[kept], torch.full_like(found[kept], 1 / (1 - p)), rtol=1e-12, atol=0
    )
    # Binomial: all within five standard deviations, over everything and over each unit and point.
    for share, n in (
        (kept.double().mean(), kept.numel()),
        (kept.double().mean(dim=0), steps),
        (kept.double().mean(dim=(0, 1, 2)), steps * 60),
        (kept.double().mean(dim=(0, 2, 3)), steps * 30 * 32),
    ):
        deviation = (p * (1 - p) / n) ** 0.5
        assert ((share - (1 - p)).abs() < 5.5 * deviation).all()
    assert found.mean().item() == pytest.approx(1, abs=0.05)
    # Each step and each layer draws anew: two agree as often as independent draws do.
    for first, second in ((kept[1:], kept[:-1]), (kept[:, 0], kept[:, 1])):
        agree = (first == second).double().mean().item()
        assert agree == pytest.approx(p**2 + (1 - p) ** 2, abs=0.02)


@pytest.mark.parametrize("batch_size", [0, 7])
def test_training_applies_the_mask_to_every_hidden_layer(engine, batch_size):
    settings = dropping(
        0.4,
        model__depth=3,
        model__width=8,
        optimizer__name="sgd",
        optimizer__batch_size=batch_size,
        regularization__input_noise=0.3,
    )
    training = Training([settings], device="cpu", dtype=torch.float64)
    plain = PlainTorch(training)
    train_to(training, 30)
    for _ in range(30):
        plain.step()
    torch.testing.assert_close(training.population.flat[0], plain.parameters, rtol=1e-9, atol=1e-11)


def test_dropout_is_off_when_measuring(engine):
    settings = dropping(0.5, model__width=16)
    training = Training([settings], device="cpu", dtype=torch.float64)
    for _ in range(5):
        advance(training)
    data = load(settings.data)
    *hidden, (weight, bias) = training.population.member()
    a = torch.tensor(data.valid.x)
    for w, b in hidden:
        a = torch.tanh(a @ w.T + b)
    output = (a @ weight.T + bias)[:, 0].numpy()
    expected = np.mean((output - data.valid.y) ** 2)
    assert training.peek().value("valid_loss") == pytest.approx(expected, rel=1e-10)
    assert training.peek().value("valid_loss") == training.peek().value("valid_loss")
    np.testing.assert_allclose(training.fit(None).valid, output, rtol=1e-10)


def test_more_dropout_drops_what_less_drops_and_more(engine):
    shape = {"rows": 30, "units": 64, "layer": 2, "seed": 0}
    for step in range(10):
        dropped = masks(engine, step=step, dropout=[0.2, 0.5, 0.0], **shape) == 0
        assert dropped[0].any()
        assert (dropped[1] & ~dropped[0]).any()
        assert not (dropped[0] & ~dropped[1]).any()
        assert not dropped[2].any()
        alone = masks(engine, step=step, dropout=0.5, **shape) == 0
        assert torch.equal(dropped[1:2], alone)


def test_other_seeds_drop_other_units(engine):
    dropped = masks(engine, rows=30, units=64, seed=[0, 1, 0], dropout=0.5) == 0
    assert torch.equal(dropped[0], dropped[2])
    agree = (dropped[0] == dropped[1]).double().mean().item()
    assert agree == pytest.approx(0.5, abs=0.05)


def test_a_linear_model_has_nothing_to_drop(engine):
    plain, other = (
        [s.values for s in run(Training([dropping(p, model__depth=0)], device="cpu"))]
        for p in (0.0, 0.9)
    )
    np.testing.assert_array_equal(plain, other)


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_dropout_and_noise_do_not_repeat_the_numbers_behind_weights_and_batches(seed):
    words = [draw_words(torch.tensor([seed]), torch.tensor([0]), layer, 64, 1) for layer in (0, 1)]
    generator = torch.Generator().manual_seed(seed)
    uniform = words[1].flatten() / 2**32
    assert not torch.isclose(uniform, torch.rand(64, generator=generator), atol=1e-3).any()
    generator.manual_seed(seed)
    noise = normals(words[0].flatten(), torch.float32)
    assert not torch.isclose(noise, torch.randn(64, generator=generator), atol=1e-3).any()


# Input noise


def test_input_noise_is_standard_normal_and_shared_by_a_seed(engine):
    noise = torch.stack(
        [
            noises(engine, rows=50, inputs=2, step=step, seed=[0, 1, 0], input_noise=1.0)
            for step in range(40)
        ]
    )  # [steps, M, 50, 2]
    assert torch.equal(noise[:, 0], noise[:, 2])
    for member in (0, 1):
        numbers = noise[:, member]
        assert abs(numbers.mean().item()) < 5 / numbers.numel() ** 0.5
        assert numbers.std().item() == pytest.approx(1, abs=0.05)
        # Kolmogorov and Smirnov: further from the normal distribution once in 10⁵ such samples.
        below = torch.special.ndtr(numbers.flatten().sort().values)
        steps = torch.arange(len(below) + 1) / len(below)
        distance = max((steps[1:] - below).max(), (below - steps[:-1]).max())
        assert distance < 2.5 / len(below) ** 0.5
    pairs = [(noise[:, 0], noise[:, 1]), (noise[:-1, 0], noise[1:, 0])]
    pairs += [(noise[:, 0, 1:], noise[:, 0, :-1]), (noise[:, 0, :, 0], noise[:, 0, :, 1])]
    for a, b in pairs:
        correlation = torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].item()
        assert abs(correlation) < 5 / a.numel() ** 0.5


@TORCH_AT_NIGHT  # which has the same noise, bit for bit: `test_noise_is_the_quantile_of_its_word`
def test_input_noise_acts_on_a_linear_model_as_ridge_does(engine):
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
        training.train(training.step + 10)
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
