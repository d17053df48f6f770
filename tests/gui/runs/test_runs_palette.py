from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from regplay.gui.runs.palette import pin_color
from regplay.gui.theme import DARK, LIGHT, Colors

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
_SIGHTS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(color: str) -> np.ndarray:
    rgb = np.array(QColor(color).getRgbF()[:3])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    xyz = _XYZ @ linear.clip(0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _nearest(colors: Colors, sight: np.ndarray) -> float:
    """The smallest CIE76 distance of pins from one another and from the present run."""
    pins = [pin_color(index, colors) for index in range(12)]
    labs = {color: _lab(sight @ _linear(color)) for color in (*pins, *_present(colors))}
    pairs = [*combinations(pins, 2), *((a, b) for a in pins for b in _present(colors))]
    return min(float(np.linalg.norm(labs[a] - labs[b])) for a, b in pairs)


def _present(colors: Colors) -> tuple[str, ...]:
    return colors.train, colors.valid, colors.fit, colors.truth


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
class TestPinColors:
    def test_they_stay_apart(self, colors: Colors) -> None:
        assert _nearest(colors, np.eye(3)) > 33

    @pytest.mark.parametrize("sight", _SIGHTS)
    def test_they_stay_apart_for_colour_blind_eyes(self, colors: Colors, sight: str) -> None:
        assert _nearest(colors, np.array(_SIGHTS[sight])) > 14

    def test_they_stand_out_from_the_ground(self, colors: Colors) -> None:
        for index in range(12):
            one, other = (
                float(_XYZ[1] @ _linear(color)) + 0.05
                for color in (pin_color(index, colors), colors.background)
            )
            assert max(one, other) / min(one, other) > 2.7  # WCAG 2.1

    def test_the_thirteenth_is_the_first_again(self, colors: Colors) -> None:
        assert pin_color(12, colors) == pin_color(0, colors)
