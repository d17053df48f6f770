from itertools import combinations

import numpy as np
import pytest
from color_vision import BLIND, USUAL, ciede2000, contrast, difference

from regplay.gui.runs.run_rows import pin_color
from regplay.gui.theme import DARK, LIGHT, Colors

APART, APART_TO_THE_BLIND = 19.0, 7.5  # CIEDE2000


def _nearest(colors: Colors, sight: np.ndarray) -> tuple[float, str, str]:
    """The two colours that look most alike, of pins and of a pin and the present run."""
    pins = [colors.of(pin_color(index)) for index in range(12)]
    present = (colors.train, colors.valid, colors.fit, colors.truth)
    pairs = [*combinations(pins, 2), *((a, b) for a in pins for b in present)]
    return min((difference(a, b, sight), a, b) for a, b in pairs)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
class TestPinColors:
    def test_they_stay_apart(self, colors: Colors) -> None:
        assert _nearest(colors, USUAL) > (APART,)

    @pytest.mark.parametrize("sight", BLIND)
    def test_they_stay_apart_for_colour_blind_eyes(self, colors: Colors, sight: str) -> None:
        assert _nearest(colors, BLIND[sight]) > (APART_TO_THE_BLIND,)

    def test_they_stand_out_from_the_ground(self, colors: Colors) -> None:
        for index in range(12):
            assert contrast(colors.of(pin_color(index)), colors.background) >= 3

    def test_the_thirteenth_is_the_first_again(self, colors: Colors) -> None:
        assert colors.of(pin_color(12)) == colors.of(pin_color(0))


@pytest.mark.parametrize(
    "colors",
    [("#8f30df", "#0000ff"), ("#af40ff", "#8070df"), ("#8f0080", "#703050")],
)
def test_two_purples_would_not_do(colors: tuple[str, str]) -> None:
    """What the measure says of such pairs."""
    sights = [USUAL, *BLIND.values()]
    seen = [difference(*colors, sight) for sight in sights]
    assert seen[0] < APART
    assert min(seen[1:]) < APART_TO_THE_BLIND


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [  # Sharma, Wu & Dalal (2005), table 1
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_agrees_with_its_authors(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)
