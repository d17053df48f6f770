"""The numbers beside the colours of a surface are not cut."""

import pytest
from PySide6.QtGui import QImage

from regplay.gui.plots.scale import Scale
from regplay.gui.plots.surface_colors import Bar, ColorBar
from regplay.gui.theme import LIGHT


@pytest.fixture
def bar(qtbot) -> ColorBar:
    bar = ColorBar()
    qtbot.addWidget(bar)
    return bar


def _columns_with_ink(bar: ColorBar) -> list[int]:
    image: QImage = bar.grab().toImage()
    return [
        x
        for x in range(image.width())
        if any(
            image.pixelColor(x, y).name() != LIGHT.background
            for y in range(bar.fontMetrics().height() + 6, image.height())  # below the name
        )
    ]


@pytest.mark.parametrize("size", [1.0, 60.0, 5432.1, -87_654.0, 2.5e6, 3e-7, 1e29])
def test_all_of_a_number_is_seen(bar, size) -> None:
    bar.set_bar(Bar(Scale(*sorted((-size, 1.1 * size))), "force"))
    width = bar.sizeHint().width()
    bar.resize(width + 200, 300)
    assert max(_columns_with_ink(bar)) < width


def test_numbers_are_written_as_at_an_axis(bar) -> None:
    bar.resize(80, 240)
    bar.set_bar(Bar(Scale(-2.5e6, 2.5e6), "force"))
    assert bar.labels() == ["−2·10⁶", "−10⁶", "0", "10⁶", "2·10⁶"]
    bar.set_bar(Bar(Scale(-60_000, 20_000), "force"))
    assert bar.labels() == ["−60,000", "−40,000", "−20,000", "0", "20,000"]
    assert bar.toolTip() == "force: −60,000 to 20,000"
    bar.set_bar(Bar(Scale(-0.3, 1.1), "force", (0.0, 0.25, 0.5, 0.75, 1.0)))
    assert bar.labels() == ["0", "0.25", "0.50", "0.75", "1.00"]


def test_ordinary_numbers_leave_the_bar_as_it_is(bar) -> None:
    widths = set()
    for low, high in ((-1, 1), (-0.25, 88.123), (0.01, 0.09), (-300, 900)):
        bar.set_bar(Bar(Scale(low, high), "force"))
        widths.add(bar.sizeHint().width())
    assert len(widths) == 1
