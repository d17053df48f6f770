"""Where the name of the noise floor stands in a plot of losses."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from regplay.core.history import History
from regplay.gui.plots.history_layers import GAP
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.theme import DARK, LIGHT, palette_of

EPOCHS = np.arange(501)
START = 0.9 * np.exp(-EPOCHS / 15)
FLOOR = 0.09
RUNS = {  # training and validation loss
    "overfitted": (
        START + FLOOR * np.exp(-EPOCHS / 150) + 0.002,
        START + 0.1 + 0.25 * (1 - np.exp(-np.maximum(EPOCHS - 40, 0) / 250)),
    ),
    "at the floor": (START + 0.085, START + 0.098),
    "underfitted": (START / 2 + 0.45, START / 2 + 0.5),
}


@pytest.fixture
def view(show_widget, make_dataset) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset("curve"), epochs=500)
    view.plot.set_floor(FLOOR, "noise floor σ² = 0.09 · below: memorised noise")
    return show_widget(view, 1000, 300)


@pytest.fixture
def train(view, make_snapshot):
    def train(kind, until: int = 500, history: History | None = None, every: int = 20) -> History:
        """Record epochs and show them as they come, some at a time."""
        history = History() if history is None else history
        losses = RUNS[kind]
        for epoch in range(len(history), until + 1):
            a, b = (float(loss[epoch]) for loss in losses)
            history.append(make_snapshot(epoch, train_loss=a, valid_loss=b))
            if epoch % every == 0 or epoch == until:
                view.set_history(history)
                view.grab()
        return history

    return train


def _covered(view: HistoryView) -> int:
    """How many records lie under the name, on either curve."""
    plot, frame = view.plot, view.plot.frame()
    x = frame.x(plot.epochs)
    return sum(
        plot.floor.box.contains(QPointF(a, b))
        for curve in plot.curves
        for a, b in zip(x, frame.y(curve.values), strict=True)
        if np.isfinite([a, b]).all()
    )


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("log_y", [False, True])
def test_it_covers_no_curve_and_no_ring_of_a_trained_run(view, train, kind, log_x, log_y) -> None:
    view.log_x.setChecked(log_x)
    view.log_y.setChecked(log_y)
    train(kind, every=100)
    plot, frame = view.plot, view.plot.frame()
    assert _covered(view) == 0
    best = plot.best_epoch
    ring = QPointF(float(frame.x(best)), float(frame.y(RUNS[kind][1][best])))
    assert not plot.floor.box.adjusted(-5, -5, 5, 5).contains(ring)
    assert plot.floor.box.left() >= 0
    assert plot.floor.box.right() <= frame.width
    away = abs(plot.floor.box.center().y() - float(frame.y(FLOOR)))
    assert away < 4 * plot.floor.box.height()


@pytest.mark.parametrize(
    ("kind", "log_y", "size"),
    [
        ("overfitted", False, (500, 180)),
        ("overfitted", False, (700, 180)),
        ("at the floor", False, (500, 180)),
        ("at the floor", True, (500, 140)),
        ("at the floor", True, (700, 180)),
    ],
)
def test_it_is_called_less_rather_than_cover_a_curve(view, train, kind, log_y, size) -> None:
    """As in a low plot beside captions."""
    whole = "noise floor of the training points σ² = 0.09 · below: memorised noise"
    view.plot.set_floor(FLOOR, whole)
    view.resize(*size)
    view.log_x.setChecked(True)
    view.log_y.setChecked(log_y)
    train(kind, every=100)
    assert view.plot.floor.box is not None
    assert _covered(view) == 0


def test_it_rests_while_the_ranges_do(view, train) -> None:
    history = train("overfitted", 210)
    box, ranges = view.plot.floor.box, view.plot.box.viewRange()
    for until in (300, 400, 490):
        train("overfitted", until, history)
        assert view.plot.box.viewRange() == ranges
        assert view.plot.floor.box == box


def test_it_rests_from_the_first_epoch_on_where_a_run_comes_to_the_floor_late(view, train) -> None:
    view.log_x.setChecked(True)
    view.log_y.setChecked(True)
    history, boxes = train("overfitted", 2), []
    for until in (12, 25, 60, 110, 210, 490):
        train("overfitted", until, history)
        boxes.append(QRectF(view.plot.floor.box))
        boxes[-1].translate(0.0, -float(view.plot.frame().y(FLOOR)))
    assert all(box == boxes[0] for box in boxes)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_it_has_a_ground_where_it_cannot_but_cover_something(view, train, colors) -> None:
    view.setPalette(palette_of(colors))
    train("overfitted")  # the name stands in the gap between the curves
    plot = view.plot
    image, box = plot.grab().toImage(), plot.floor.box
    origin = plot.box.sceneBoundingRect().topLeft()

    def color_at(x: float, y: float) -> np.ndarray:
        color = image.pixelColor((origin + QPointF(x, y)).toPoint())
        return np.array(color.getRgb()[:3])

    def is_near(color: np.ndarray, wanted: str) -> bool:
        parts = [int(wanted[k : k + 2], 16) for k in (1, 3, 5)]
        return bool(np.abs(color - parts).max() < 12)

    middle = box.center().y()
    assert is_near(color_at(box.left() - 2, middle), colors.background)
    assert is_near(color_at(box.left() - 12, middle), colors.of(GAP))


def test_it_goes_above_or_below_as_there_is_room(view) -> None:
    plot = view.plot
    plot.fix("y", 0.0, 0.095)
    plot.grab()
    line = float(plot.frame().y(FLOOR))
    assert plot.floor.box.top() > line  # under the upper edge of the plot
    plot.fix("y", FLOOR - 0.001, 1.0)
    plot.grab()
    assert plot.floor.box.bottom() < float(plot.frame().y(FLOOR))
    view.resize(1000, 60)  # as low as a plot can be
    font = plot.font()
    font.setPixelSize(30)
    plot.setFont(font)
    plot.fix("y", 0.0, 2 * FLOOR)  # the line is in its middle
    plot.grab()
    assert plot.frame().height < 2 * plot.fontMetrics().height()
    assert plot.floor.box is None


def test_what_may_be_left_out_of_the_name_is_where_there_is_no_room(view, train, show_widget):
    train("overfitted")
    whole = view.plot.floor.box.width()
    view.resize(380, 300)
    view.grab()
    assert view.plot.floor.box.width() < 0.6 * whole  # "noise floor σ² = 0.09"
