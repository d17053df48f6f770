"""Code of datasets that are made of random points on a plane, in classes placed by a rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from regplay.core.experiment import DataSettings
from regplay.session.export.data_code import NOISE_RNG, X_RNG, DataCode, flips, generators, sampler
from regplay.session.export.python_text import comment, joined

_CIRCULAR = "np.stack([np.cos(angle), np.sin(angle)], axis=1)"


@dataclass(frozen=True)
class _Kind:
    """One dataset: a comment and the lines that come to `x` [n, 2] and `y` [n]."""

    about: str
    body: Sequence[str]
    is_placed: bool = False  # on curves or centres, around which there is position noise
    draws: bool = True  # whether the lines need `x_rng`


_KINDS = {
    "curved": _Kind(
        "normal points in two classes, parted by the parabola x0^2 + 0.8 x1 = 0.5",
        [
            "x = x_rng.standard_normal((n, 2))",
            "y = (x[:, 0] ** 2 + 0.8 * x[:, 1] > 0.5).astype(int)",
        ],
    ),
    "curved-2": _Kind(
        "normal points in two classes, parted by the parabola x0^2 - 0.7 x1 = 0.3",
        [
            "x = x_rng.standard_normal((n, 2))",
            "y = (x[:, 0] ** 2 - 0.7 * x[:, 1] > 0.3).astype(int)",
        ],
    ),
    "xor-quadrants": _Kind(
        "points in a square; class 1 where the signs of the two inputs differ",
        [
            "x = x_rng.uniform(-3, 3, (n, 2))",
            "y = (x[:, 0] * x[:, 1] < 0).astype(int)",
        ],
    ),
    "moons": _Kind(
        "two half-moons that reach into each other",
        [
            "y = np.arange(n) % 2",
            "angle = np.pi * x_rng.random(n)",
            f"moon = 1.5 * {_CIRCULAR} - [0.75, 0.375]",
            "x = np.where(y[:, None] == 0, moon, -moon)",
        ],
        is_placed=True,
    ),
    "circles": _Kind(
        "a ring around a ring",
        [
            "y = np.arange(n) % 2",
            "radius = np.where(y == 0, 1.0, 2.2)",
            "angle = 2 * np.pi * x_rng.random(n)",
            f"x = radius[:, None] * {_CIRCULAR}",
        ],
        is_placed=True,
    ),
    "spirals": _Kind(
        "two arms wound around each other for one and a half turns",
        [
            "y = np.arange(n) % 2",
            "u = x_rng.random(n)",
            "angle = np.pi * (3 * u + y)",
            f"x = (0.3 + 2.5 * u)[:, None] * {_CIRCULAR}",
        ],
        is_placed=True,
    ),
}
PLANES = (*_KINDS, "blobs")


def _blobs(n_classes: int) -> _Kind:
    return _Kind(
        f"{n_classes} clouds of points, their centres on a circle",
        [
            f"y = np.arange(n) % {n_classes}",
            f"angle = 2 * np.pi * y / {n_classes} + np.pi / 6",
            f"x = 1.4 * {_CIRCULAR}",
        ],
        is_placed=True,
        draws=False,
    )


def plane_code(settings: DataSettings) -> DataCode:
    """Points on a plane and their classes, with position noise and flipped labels if asked for."""
    n_classes = settings.n_classes if settings.name == "blobs" else 2
    kind = _blobs(n_classes) if settings.name == "blobs" else _KINDS[settings.name]
    about, body = f"Data: {kind.about}", list(kind.body)
    arguments = [X_RNG] if kind.draws else []
    parts = ["points"] if kind.draws else []
    if kind.is_placed and settings.noise > 0:
        about += f", blurred by Gaussian noise of standard deviation {settings.noise}"
        arguments.append(NOISE_RNG)
        parts.append("noise")
        body.append(f"x += {settings.noise} * noise_rng.standard_normal((n, 2))")
    flipping = ""
    if settings.label_noise > 0:
        about += f"; {100 * settings.label_noise:g} % of the labels are flipped"
        about += ", of the training points alone" if settings.clean_valid else ""
        parts.append("flipped labels")
        flipping = "\n" + flips(settings.label_noise, n_classes, clean_valid=settings.clean_valid)
    lines = [comment(about + "."), *([generators(settings.seed, joined(parts))] if parts else [])]
    return DataCode("\n".join([*lines, sampler(settings, arguments, body)]) + flipping)
