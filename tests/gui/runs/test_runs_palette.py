from itertools import combinations

import numpy as np
import pytest
from color_vision import BLIND, USUAL, contrast, distance

from regplay.gui.runs.palette import pin_color
from regplay.gui.theme import DARK, LIGHT, Colors


def _nearest(colors: Colors, sight: np.ndarray) -> float:
    """The smallest CIE76 distance of pins from one another and from the present run."""
    pins = [pin_color(index, colors) for index in range(12)]
    pairs = [*combinations(pins, 2), *((a, b) for a in pins for b in _present(colors))]
    return min(distance(a, b, sight) for a, b in pairs)


def _present(colors: Colors) -> tuple[str, ...]:
    return colors.train, colors.valid, colors.fit, colors.truth


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
class TestPinColors:
    def test_they_stay_apart(self, colors: Colors) -> None:
        assert _nearest(colors, USUAL) > 33

    @pytest.mark.parametrize("sight", BLIND)
    def test_they_stay_apart_for_colour_blind_eyes(self, colors: Colors, sight: str) -> None:
        assert _nearest(colors, BLIND[sight]) > 14

    def test_they_stand_out_from_the_ground(self, colors: Colors) -> None:
        for index in range(12):
            assert contrast(pin_color(index, colors), colors.background) > 2.7

    def test_the_thirteenth_is_the_first_again(self, colors: Colors) -> None:
        assert pin_color(12, colors) == pin_color(0, colors)
