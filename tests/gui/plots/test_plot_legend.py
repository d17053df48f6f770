"""The line above a plot: what is written in it, and what has to go where room is short."""

from collections.abc import Sequence

import pytest
from PySide6.QtGui import QColor, QFontMetrics

from regplay.gui.plots.fit_panel import Overlay
from regplay.gui.plots.fit_view import FitView
from regplay.gui.plots.legend import Entry, Legend, other_entry
from regplay.gui.theme import LIGHT, ROLES

OWN = (
    Entry("line", "train", "#0072b2"),
    Entry("dashes", "validation", "#d55e00"),
    Entry("dashes", "noise floor", "#8b1a4f"),
    Entry("circle", "best epoch 61", "#ffffff", "#1f2328", short="best"),
)
PIN = "#aa00ff"


def _others(count: int) -> list[Entry]:
    return [other_entry(f"λ = 0.{k}, p = 0.5, seed {k}", PIN) for k in range(count)]


@pytest.fixture
def legend(show_widget) -> Legend:
    return show_widget(Legend(), 700, 26)


def _texts(legend: Legend, entries: Sequence[Entry]) -> list[str]:
    legend.set_entries(entries)
    return [text for _, text in legend.shown()]


def _swatches(legend: Legend, color: str) -> int:
    """Pieces of the middle row that have a colour."""
    image = legend.grab().toImage()
    y = legend.height() // 2
    is_color = [image.pixelColor(x, y) == QColor(color) for x in range(image.width())]
    return sum(
        now and not before for before, now in zip([False, *is_color], is_color, strict=False)
    )


def test_everything_is_written_out_where_there_is_room(legend) -> None:
    assert _texts(legend, OWN) == ["train", "validation", "noise floor", "best epoch 61"]
    assert _texts(legend, [*OWN, *_others(1)])[-1] == "λ = 0.0, p = 0.5, seed 0"


def test_names_of_other_runs_are_shortened_before_own_ones(legend) -> None:
    first, last = _others(2)
    texts = _texts(legend, [*OWN, first, last])
    assert texts == [*(entry.text for entry in OWN), first.text, last.short]


@pytest.mark.parametrize("width", [420, 560, 700, 1000])
def test_with_many_other_runs_the_own_stay_and_the_rest_is_counted(legend, width) -> None:
    legend.resize(width, 26)
    texts = _texts(legend, [*_others(12), *OWN])  # in whatever order they come
    assert texts[:3] == ["train", "validation", "noise floor"]
    assert texts[3] in ("best epoch 61", "best")
    count = len(texts) - 5
    assert texts[-1] == f"and {12 - count} more"
    assert _swatches(legend, PIN) == count
    assert _swatches(legend, OWN[2].color) >= 1
    metrics = QFontMetrics(legend.font())
    used = sum(metrics.horizontalAdvance(text) + 32 for text in texts) - 20 - 12
    assert used <= width
    assert all(f"seed {k}" in legend.toolTip() for k in range(12))


def test_a_wider_legend_names_more_other_runs(legend) -> None:
    named = []
    for width in (420, 700, 1000, 1600):
        legend.resize(width, 26)
        named.append(len(_texts(legend, [*OWN, *_others(12)])) - 5)
    assert named == sorted(set(named))


def test_what_lies_over_a_fit_gives_way_to_its_own_signs(
    show_widget, make_dataset, make_fit
) -> None:
    dataset = make_dataset("curve")
    view = FitView()
    view.set_dataset(dataset)
    show_widget(view, 700, 300)
    fit = make_fit(dataset, 1)
    view.set_fit(fit)
    view.set_fit(make_fit(dataset, 2))
    view.panel.set_overlays([Overlay(f"λ = 0.{k}, p = 0.5", PIN, fit) for k in range(12)])
    texts = [text for _, text in view.panel.legend.shown()]
    assert {"fit", "earlier"} <= set(texts)
    assert texts[-1].startswith("and ")


def test_the_fit_has_the_colour_of_its_run(legend) -> None:
    legend.set_entries([Entry("line", "fit", ROLES.fit)])
    assert _swatches(legend, LIGHT.fit) == 1
    legend.set_fit_color(PIN)
    assert (_swatches(legend, LIGHT.fit), _swatches(legend, PIN)) == (0, 1)
    legend.set_fit_color(None)
    assert _swatches(legend, LIGHT.fit) == 1
