"""The kernel's parts, each against torch in double precision, in every variant and precision."""

import itertools

import numpy as np
import pytest
import torch
from engines import DTYPES, VARIANTS, kernels
from torch.nn import functional

from regplay.core.torch_engine import draw_words

pytestmark = pytest.mark.usefixtures("one_thread")

PHI = {  # in the order of kernel.h
    "tanh": torch.tanh,
    "relu": torch.relu,
    "gelu": functional.gelu,
    "sigmoid": torch.sigmoid,
}
TINY = 1e-30  # below this an error counts as if it were one of a number of this size
INF, NAN = float("inf"), float("nan")


@pytest.fixture(params=list(itertools.product(VARIANTS, DTYPES)), ids=lambda p: f"{p[0]}-{p[1]}")
def precision(request):
    """A kernel, and its dtype."""
    variant, dtype = request.param
    return kernels(variant).of(dtype), dtype


def activated(kernel, activation, z):
    """φ(z) and φ′(z) as the kernel computes them."""
    active, slope = torch.full_like(z, NAN), torch.full_like(z, NAN)
    index = list(PHI).index(activation)
    kernel.activate(index, z.data_ptr(), active.data_ptr(), slope.data_ptr(), len(z))
    return active, slope


def by_torch(activation, z):
    """The same in double precision, the slope by autograd."""
    leaf = z.double().clone().requires_grad_()
    active = PHI[activation](leaf)
    active.sum().backward()
    return active.detach(), leaf.grad


def arguments(dtype):
    """Where the functions bend, everywhere between, and numbers of every size, of both signs."""
    generator = torch.Generator().manual_seed(0)
    sizes = torch.rand(40_000, generator=generator, dtype=torch.float64) * 70 - 36
    edges = torch.tensor([0.0, 4.0 * 2**0.5, 7.90531110763549805, 87.3, 88.7, 1e30, 3e37])
    around = edges.double() * (1 + torch.arange(-50, 51)[:, None] * 1e-7)
    z = torch.cat(
        [
            torch.linspace(0, 12, 60_001, dtype=torch.float64),
            torch.linspace(12, 120, 10_001, dtype=torch.float64),
            10**sizes,
            around.flatten(),
        ]
    )
    return torch.cat([z, -z]).to(dtype)


@pytest.mark.parametrize("activation", PHI)
def test_functions_are_right_to_some_units_in_the_last_place(precision, activation):
    kernel, dtype = precision
    z = arguments(dtype)
    active, slope = (part.double() for part in activated(kernel, activation, z))
    expected, expected_slope = by_torch(activation, z)
    epsilon = torch.finfo(dtype).eps
    size = expected.abs()
    if activation == "gelu":  # z·(½ + ½·erf(z/√2)), as torch computes it: the sum may cancel
        size = torch.maximum(size, z.double().abs().clamp(max=6))
    assert ((active - expected).abs() <= 4 * epsilon * size + TINY).all()
    assert ((slope - expected_slope).abs() <= 6 * epsilon).all()
    if activation == "relu":
        assert torch.equal(active, expected)
        assert torch.equal(slope, expected_slope)


@pytest.mark.parametrize("activation", PHI)
def test_ends_and_zeros_are_those_of_torch(precision, activation):
    kernel, dtype = precision
    z = torch.tensor([0.0, -0.0, INF, -INF, 1e30, -1e30, 3e38, -3e38], dtype=dtype)
    active, slope = (part.double() for part in activated(kernel, activation, z))
    expected, expected_slope = by_torch(activation, z)
    if activation == "gelu":  # ∞·0 and −∞·0
        assert not torch.isfinite(active[2:4]).any()
        assert not torch.isfinite(slope[2:4]).any()
        z, active, slope, expected, expected_slope = (
            torch.cat([part[:2], part[4:]]) for part in (z, active, slope, expected, expected_slope)
        )
    epsilon = torch.finfo(dtype).eps
    torch.testing.assert_close(active, expected, rtol=4 * epsilon, atol=0)
    torch.testing.assert_close(slope, expected_slope, rtol=0, atol=6 * epsilon)
    assert (torch.signbit(active) == torch.signbit(expected))[expected == 0].all()


@pytest.mark.parametrize("activation", PHI)
def test_what_is_no_number_stays_none_and_stays_where_it_is(precision, activation):
    kernel, dtype = precision
    for n in (1, 2, 3, 7, 16, 33):
        for place in range(n):
            z = torch.linspace(-2, 2, n, dtype=dtype)
            z[place] = NAN
            active, slope = activated(kernel, activation, z)
            expected, expected_slope = by_torch(activation, z)
            assert torch.equal(torch.isnan(active), torch.isnan(z))
            rest = ~torch.isnan(z)
            tolerance = {"rtol": 1e-6, "atol": 1e-6}
            torch.testing.assert_close(active[rest].double(), expected[rest], **tolerance)
            torch.testing.assert_close(slope[rest].double(), expected_slope[rest], **tolerance)


def test_nothing_is_written_beyond_the_end(precision):
    kernel, dtype = precision
    for n in range(1, 40):
        z, active, slope = (torch.full((n + 40,), 7.0, dtype=dtype) for _ in range(3))
        kernel.activate(0, z.data_ptr(), active.data_ptr(), slope.data_ptr(), n)
        assert (active[:n] != 7).all()
        assert (slope[:n] != 7).all()
        assert (active[n:] == 7).all()
        assert (slope[n:] == 7).all()


# Widths that are odd and even, below and above those of tiles, by day, each with all that m and k
# leave over; the others at night.
@pytest.mark.parametrize(
    "n", [pytest.param(n, marks=() if n % 5 == 1 else pytest.mark.nightly) for n in range(1, 41)]
)
def test_products_are_those_of_torch_whatever_is_left_over(precision, n):
    """All m, n and k from 1 to 40; wider ones too, so that n fills tiles of every variant."""
    kernel, dtype = precision
    most = 40
    columns = n if n % 2 else n + 64
    workspace = torch.empty(8 * (4 * (most + 32) * (columns + 96)), dtype=torch.uint8)
    generator = torch.Generator().manual_seed(n)
    for k in range(1, most + 1):
        a = torch.randn(most, k, generator=generator, dtype=torch.float64).to(dtype)
        b = torch.randn(k, columns, generator=generator, dtype=torch.float64).to(dtype)
        found = torch.full((most + 1, most + 1, columns), 7.0, dtype=dtype)
        for m in range(1, most + 1):
            kernel.multiply(
                a.data_ptr(),
                b.data_ptr(),
                found[m].data_ptr(),
                m,
                columns,
                k,
                workspace.data_ptr(),
            )
        expected = a.double() @ b.double()
        bound = k * torch.finfo(dtype).eps * (a.double().abs() @ b.double().abs())
        is_computed = torch.ones(most + 1, most + 1).tril(-1).bool()  # row i of the m-th, i < m
        errors = (found[:, :most].double() - expected).abs() - bound
        assert (errors[is_computed[:, :most]] <= 0).all()
        assert (found[~is_computed] == 7).all()


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (
            (0xFFFFFFFF,) * 4,
            (0xFFFFFFFF,) * 2,
            (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
        ),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_answers(precision, counter, key, words):
    """Those of Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds."""
    kernel, _ = precision
    assert drawn(kernel, counter, key) == list(words)


def drawn(kernel, counter, key):
    counter, key = (np.array(numbers, dtype=np.uint32) for numbers in (counter, key))
    found = np.zeros(4, dtype=np.uint32)
    kernel.draw(counter.ctypes.data, key.ctypes.data, found.ctypes.data)
    return found.tolist()


def test_both_engines_have_the_same_generator(precision):
    kernel, _ = precision
    seeds, steps = (0, 3, 2**31 - 1), (0, 2**32 - 1, 2**32 + 9)
    words = draw_words(torch.tensor(seeds), torch.tensor(steps), 5, rows=8, units=3)
    for (k, step), (s, seed), group, unit in itertools.product(
        enumerate(steps), enumerate(seeds), range(2), range(3)
    ):
        counter = (unit, group, 5 + 256 * (step >> 32), step % 2**32)
        own = words[k, s, 4 * group : 4 * group + 4, unit]
        assert drawn(kernel, counter, (seed, 0)) == own.tolist()


def test_normal_numbers_are_quantiles_up_to_both_ends(precision):
    kernel, dtype = precision
    near = np.unique(np.concatenate([np.arange(4000), np.geomspace(1, 2**31, 20_000)]).round())
    words = np.concatenate([near[near < 2**31], 2**31 - 1 - np.arange(1000)]).astype(np.uint32)
    words = np.concatenate([words, ~words])
    found = torch.full((len(words) + 1,), 7.0, dtype=dtype)
    kernel.normal(words.ctypes.data, found.data_ptr(), len(words))
    assert found[-1] == 7
    found = found[:-1].double()
    low, high = found.chunk(2)
    assert torch.equal(low, -high)
    u = (torch.from_numpy(words[: len(low)].astype(np.float64)) + 0.5) / 2**32
    expected = torch.special.ndtri(u)
    tolerance = 1e-5 if dtype == torch.float32 else 1e-11
    torch.testing.assert_close(low, expected, rtol=0, atol=tolerance)
