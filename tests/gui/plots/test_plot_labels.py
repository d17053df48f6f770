"""Names of curves at their ends, and the legend where they have no room."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from regplay.gui.figures.figure import FigurePage, Style, paint_page
from regplay.gui.figures.view_figures import figure_at
from regplay.gui.plots.history_layers import PinnedCurves
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.labels import EndNames, moved_apart, moved_around, steady_order
from regplay.gui.theme import DARK, LIGHT, contrast, readable


@pytest.fixture
def view(show_widget, make_dataset) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset("curve"), epochs=10)
    return show_widget(view, 800, 300)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], []),
        ([50.0, 20.0], [50, 20]),
        ([20.0, 24.0], [17, 27]),
        ([24.0, 20.0], [17, 27]),  # they keep their order
        ([26.0, 20.0], [28, 18]),
        ([-5.0, 500.0], [0, 100]),
        ([0.0, 1.0], [0, 10]),
        ([100.0, 99.0, 98.0], [80, 90, 100]),
        ([20.0, 22.0, 33.0], [15, 25, 35]),  # the third is in the way of the second
    ],
)
def test_places_that_are_too_near_are_moved_apart_and_stay_inside(places, expected) -> None:
    assert moved_apart(places, 10, 100) == pytest.approx(expected)


def test_places_keep_their_order_and_their_distance() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        places = rng.uniform(-20, 220, 12)
        order = steady_order(places.tolist(), 16)
        found = np.array(moved_apart(places.tolist(), 16, 200))
        assert (np.diff(found[order]) >= 16 - 1e-9).all()
        assert found.min() >= 0
        assert found.max() <= 200 + 1e-9


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([20.0, 40.0, 60.0], [0, 1, 2]),
        ([24.0, 20.0, 60.0], [0, 1, 2]),  # hardly the other way round
        ([26.0, 20.0, 60.0], [1, 0, 2]),
        ([60.0, 40.0, 20.0], [2, 1, 0]),
        ([], []),
    ],
)
def test_what_is_near_one_another_keeps_its_order(places, expected) -> None:
    assert steady_order(places, 10) == expected


def test_names_of_curves_that_cross_do_not_swap_to_and_fro() -> None:
    moved = []
    for step in range(40):  # two ends that go up and down by less than half a line
        places = [50 + 2 * np.sin(step), 50 + 2 * np.cos(2 * step)]
        moved.append(moved_apart(places, 16, 200))
    assert np.abs(np.diff(moved, axis=0)).max() < 16 / 2


def drawn_heights(view: HistoryView, monkeypatch) -> dict[str, float]:
    """Where names are written, in pixels from above."""
    heights, draw = {}, QPainter.drawText

    def note(painter: QPainter, place: QPointF, text: str) -> None:
        heights[text] = place.y()
        draw(painter, place, text)

    with monkeypatch.context() as patch:
        patch.setattr(QPainter, "drawText", note)
        image = QImage(view.plot.size(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        view.plot.end_names.paint(painter, view.plot.frame())
        painter.end()
    return heights


def test_names_swap_where_their_curves_are_clearly_the_other_way_round(
    view, make_history, monkeypatch
) -> None:
    view.set_history(make_history([1.0] * 11, [1.0] * 11))  # the axes have their ranges
    line, frame = QFontMetricsF(view.plot.font()).height(), view.plot.frame()
    lines = abs(frame.y_value(0.0) - frame.y_value(line))  # of text, in units of the loss

    def is_train_above(train: float) -> bool:
        history = make_history([1.0] * 10 + [0.5 + train * lines], [1.0] * 10 + [0.5])
        view.set_history(history)
        heights = drawn_heights(view, monkeypatch)
        return heights["train"] < heights["validation"]

    ends = (1.0, 0.3, -0.3, -0.45, 0.3, -1.0, -0.3, 0.3, 0.45, -0.3, 1.0)
    assert [is_train_above(end) for end in ends] == 5 * [True] + 5 * [False] + [True]


@pytest.mark.parametrize(
    ("places", "taken", "expected"),
    [
        ([30.0, 70.0], (40, 56), [24, 70]),
        ([30.0, 34.0], (40, 56), [24, 56]),
        ([56.0, 60.0], (60, 86), [28, 44]),  # there is no room below it
        ([30.0, 34.0], (20, 36), [36, 52]),
        ([30.0, 34.0], (10, 90), None),
    ],
)
def test_names_go_above_or_below_what_is_taken_whichever_is_nearer(places, taken, expected) -> None:
    box = QRectF(0, taken[0], 10, taken[1] - taken[0])
    assert moved_around(box, places, 16, 100) == expected


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_names_can_be_read_in_whatever_colour_their_curve_has(colors) -> None:
    for color in (colors.train, colors.norm, colors.background, "#ff00ff", "#b7ff00", "#7f7f7f"):
        assert contrast(readable(color, colors), colors.background) >= 4.5
    assert readable(colors.train, colors) == colors.train


def texts_right_of_the_plot(view: HistoryView) -> dict[str, float]:
    """The names that a plot has at its right, and the values that they stand at."""
    return {name.text: name.value for name in view.plot.end_names.names()}


def test_curves_are_named_where_they_end_and_not_in_the_legend(view, make_history) -> None:
    assert texts_right_of_the_plot(view) == {}
    view.set_history(make_history([1.0, 0.5], [1.2, 0.8]))
    assert view.plot.has_end_names
    assert texts_right_of_the_plot(view) == {"train": 0.5, "validation": 0.8}
    shown = [entry.text for entry in view.legend.entries]
    assert shown == ["gap", "best epoch 1"]
    assert "memorised noise" in view.legend.toolTip()
    view.plot.set_floor(None, "")
    view.set_history(make_history([1.0] * 11, [1.2] * 11))
    assert {"train", "validation"} <= colors_in(view, right_of(view, 10))


def right_of(view: HistoryView, epoch: float) -> QRectF:
    """What is right of the marker at an epoch, in pixels of the plot."""
    plot, left = view.plot, float(view.plot.frame().x(epoch)) + 5
    return QRectF(left, 0, plot.width() - plot.box.geometry().left() - left, plot.frame().height)


def colors_in(view: HistoryView, area: QRectF) -> set[str]:
    """Of which curves there is the colour in an area, in pixels of the plot."""
    plot, image = view.plot, view.plot.grab().toImage()
    place = area.translated(plot.box.geometry().topLeft()).toRect() & image.rect()
    found = {
        image.pixelColor(x, y).name()
        for x in range(place.left(), place.right() + 1)
        for y in range(place.top(), place.bottom() + 1)
    }
    return {curve.label for curve in plot.curves if plot.colors.of(curve.color) in found}


def test_names_follow_the_ends_while_a_run_grows(view, make_history) -> None:
    view.plot.set_floor(None, "")
    both = {"train", "validation"}
    for records in (2, 4, 7):
        view.set_history(make_history([1.0] * records, [1.6] * records))
        near = right_of(view, records - 1)
        near.setWidth(90)
        assert colors_in(view, near) == both
        assert not colors_in(view, right_of(view, 10))


def test_what_is_not_on_a_logarithmic_axis_has_no_name(view, make_history) -> None:
    view.plot.set_floor(None, "")
    view.plot.set_log("x", True)
    everywhere = QRectF(0, 0, view.plot.width(), view.plot.frame().height)
    view.set_history(make_history([1.0], [1.6]))
    assert not colors_in(view, everywhere)
    view.set_history(make_history([1.0, 0.9], [1.6, 1.5]))
    assert colors_in(view, everywhere) == {"train", "validation"}


def test_names_stay_beside_the_plot_where_another_curve_goes_on(view, make_history) -> None:
    view.plot.set_floor(None, "")
    whole = make_history([0.5] * 11, [0.6] * 11)
    view.set_pinned([PinnedCurves("kept", "#ff00ff", whole)])
    view.set_history(make_history([1.0] * 3, [1.6] * 3))
    assert not colors_in(view, right_of(view, 2) & right_of(view, 2).adjusted(0, 0, -200, 0))
    assert colors_in(view, right_of(view, 10)) == {"train", "validation"}


def test_names_go_out_of_the_way_of_that_of_the_floor(view, make_history) -> None:
    view.plot.set_floor(1.0, "a name nearly as long as the plot is wide" * 2)
    view.set_history(make_history([1.05] * 3, [1.6] * 3))
    view.plot.grab()
    floor, near = view.plot.floor.box, right_of(view, 2)
    near.setWidth(90)
    assert floor.intersects(near)
    assert colors_in(view, near) == {"train", "validation"}
    assert not colors_in(view, floor & near)
    assert not colors_in(view, right_of(view, 10))


def test_the_name_of_the_floor_stays_on_its_side_while_a_plot_is_made_lower(
    view, make_history
) -> None:
    view.plot.set_floor(1.0, "noise floor")
    view.set_history(make_history(np.linspace(0.7, 0.95, 60), np.linspace(1.2, 1.0, 60)))
    sides = {True: set(), False: set()}
    for is_held in sides:
        for height in (*range(400, 140, -10), 400):
            view.resize(view.width(), height)
            view.plot.floor.is_held = is_held and height < 400
            view.plot.grab()
            if (box := view.plot.floor.box) is not None:
                line = view.plot.frame().y(1.0)
                sides[is_held].add((box.center().y() < line, round(box.left())))
    assert len(sides[True]) == 1
    assert len(sides[False]) > 1


def test_a_narrow_or_a_low_plot_has_the_legend(view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5], [1.2, 0.8]))
    wide = view.plot.box.geometry().width()
    for size in ((800, 90), (240, 300)):
        view.resize(*size)
        assert not view.plot.has_end_names
        assert view.legend.entries[0].text == "train"
        view.resize(800, 300)
        assert view.legend.entries[0].text == "gap"
    assert view.plot.box.geometry().width() == wide


def test_pins_are_named_until_there_are_too_many(view, make_history) -> None:
    history = make_history([1.0, 0.5], [1.2, 0.8])
    view.set_history(history)
    for count, is_named in ((1, True), (12, False), (2, True)):
        view.set_pinned([PinnedCurves(f"run {k}", "#ff00ff", history) for k in range(count)])
        assert view.plot.has_end_names is is_named
        assert ("run 0" in [entry.text for entry in view.legend.entries]) is not is_named
    assert texts_right_of_the_plot(view)["run 1"] == 0.8


def test_a_figure_has_names_at_the_ends_if_it_has_room(view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5], [1.2, 0.8]))
    view.resize(400, 300)
    figure = figure_at(view.plot)
    assert figure is not None
    for width, is_named in ((1200, True), (300, False)):
        svg = FigurePage(figure, Style(width, 500, 1.0, "light")).svg().decode()
        assert svg.count("validation") == 1
        before_the_axes = svg.index("validation") < svg.index(">epoch<")
        assert before_the_axes is not is_named


def test_a_figure_has_no_margin_for_names_that_are_in_its_legend(view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5], [1.2, 0.8]))
    image = QImage(300, 500, QImage.Format.Format_RGB32)
    widths = []
    for width, is_named in ((240, False), (800, True)):
        view.resize(width, 300)
        assert view.plot.has_end_names is is_named
        with QPainter(image) as painter:
            figure = figure_at(view.plot)
            assert figure is not None
            widths.append(paint_page(figure, painter, Style(300, 500, 1.0)).width())
    assert widths[0] == widths[1]


def test_room_is_asked_for_the_widest_name(view) -> None:
    metrics = QFontMetricsF(view.plot.font())
    one, two = (EndNames.room(texts, metrics) for texts in (["a"], ["a", "a longer name"]))
    assert two - one == metrics.horizontalAdvance("a longer name") - metrics.horizontalAdvance("a")
    assert not EndNames.has_room(QSizeF(200, 300), ["a"], metrics)
