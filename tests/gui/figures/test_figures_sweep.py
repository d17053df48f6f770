"""The PNG of a sweep: what is where on it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from regplay.core.experiment import Experiment
from regplay.core.fields import Value
from regplay.core.history import MEASURES, Snapshot
from regplay.core.number_text import number, value_text
from regplay.core.sweep import Sweep, SweepAxis
from regplay.gui.figures.figure import paint_page
from regplay.gui.figures.sweep_figure import (
    STYLE,
    draw_sweep,
    field_axis,
    is_logarithmic,
    sweep_figure,
    sweep_png,
)
from regplay.gui.plots.scale import loss_scale
from regplay.gui.theme import LIGHT, mix
from regplay.session.results import Outcome, SweepResult

DECAY, DROPOUT = "regularization.weight_decay", "regularization.dropout"
pytestmark = pytest.mark.usefixtures("qapp")


def _axis(path: str, *values: Value) -> SweepAxis:
    return SweepAxis(path, values)


def _result(axes: tuple[SweepAxis, ...], losses: object, seeds: int = 1) -> SweepResult:
    """Validation losses [*axes, seeds], training half of them; inf diverged, NaN is missing."""
    sweep = Sweep(Experiment(), axes, seeds)
    outcomes: list[Outcome | None] = []
    for experiment, loss in zip(sweep.experiments, np.ravel(losses), strict=True):
        if np.isnan(loss):
            outcomes.append(None)
            continue
        values = np.full((len(MEASURES), 1), np.nan)
        values[:2, 0] = loss / 2, loss
        diverged = np.array([np.isinf(loss)])
        final = Snapshot(10, 10, values, np.where(diverged, 10, -1), diverged)
        outcomes.append(Outcome(experiment, final, {}, None))
    return SweepResult(sweep, outcomes, 1.0)


def _pixels(image: QImage, color: str) -> np.ndarray:
    """Where a colour is [n, 2]: x, y."""
    rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    y, x = np.nonzero(rows == QColor(color).rgb())
    return np.stack([x, y], axis=1)


def _plot(image: QImage, color: str) -> np.ndarray:
    """The same below the legend, inside the plot."""
    found = _pixels(image, color)
    return found[found[:, 1] > 90]


# Axes


@pytest.mark.parametrize(
    ("axis", "is_log"),
    [
        (_axis(DECAY, 0.0, 1e-4, 1e-3, 1e-2), True),
        (_axis(DROPOUT, 0.0, 0.1, 0.2, 0.3), False),
        (_axis("model.width", 2, 4, 8, 16), True),
        (_axis("model.depth", 1, 2, 3, 4), False),
        (_axis("model.width", 1, 2), False),
        (_axis("optimizer.lr", 1e-4, 1.0), True),
        (_axis("model.activation", "tanh", "relu"), False),
    ],
)
def test_what_spans_much_or_is_spaced_in_ratios_is_logarithmic(axis, is_log):
    assert is_logarithmic(axis) is is_log


def _texts(axis: SweepAxis) -> list[str]:
    """What is labelled along 800 pixels."""
    ticks = field_axis(axis).axis.ticks(800, QFontMetricsF(QFont()))
    return [tick.text for tick in ticks if tick.text]


def test_a_zero_is_broken_off_a_logarithmic_axis():
    axis = _axis(DECAY, 0.1, 0.0, 1e-4, 1e-2)
    across = field_axis(axis)
    assert across.places[1] < across.break_at < across.places[2]
    steps = np.diff(across.places[[2, 3, 0]])
    assert steps[0] == pytest.approx(2 * steps[1])
    assert _texts(axis) == ["0", "0.0001", "0.001", "0.01", "0.1"]


def test_few_whole_numbers_and_names_are_labelled_each():
    assert _texts(_axis("model.width", 8, 3, 21)) == ["3", "8", "21"]
    names = field_axis(_axis("model.activation", "tanh", "relu")).axis
    ticks = names.ticks(800, QFontMetricsF(QFont()))
    assert [(tick.share, tick.text) for tick in ticks] == [(0.25, "tanh"), (0.75, "relu")]


def test_losses_have_round_labels():
    labels = [tick.text for tick in loss_scale([0.1, 0.5]).ticks(6) if tick.text]
    assert labels == ["0.1", "0.2", "0.3", "0.4", "0.5"]
    up = loss_scale([0.01, 10.0, np.nan])
    assert up.is_log
    ticks = up.ticks(6)
    assert [tick.text for tick in ticks if tick.text] == ["0.01", "0.1", "1", "10"]
    assert np.all(np.diff([tick.share for tick in ticks]) > 0)


def test_a_failed_training_takes_no_room():
    up = loss_scale([0.1, 0.2, 0.3, 1e12])
    assert up.high < 1
    assert up.shares(1e12) > 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((3, "3"), (0.0, "0"), (0.0316228, "0.0316"), (1e-5, "10⁻⁵"), (3.2e-6, "3.2·10⁻⁶")),
        *((True, "true"), ("/data/a.csv", "a.csv"), ("km/h", "km/h"), ("", "none")),
    ],
)
def test_values_as_labels(value, text):
    assert value_text(value) == text


def test_losses_as_labels():
    assert [number(x, 3) for x in (0.13, 1.0, 120.0, 8.8e12)] == ["0.13", "1", "120", "8.8·10¹²"]


# Lines


def test_the_curves_lie_where_the_losses_are():
    result = _result((_axis("model.depth", 1, 2, 3),), [0.5, 0.2, 0.4])
    image = draw_sweep(result)
    assert (image.width(), image.height()) == (STYLE.width, STYLE.height)
    for color in (LIGHT.train, LIGHT.valid):
        points = _plot(image, color)
        left, middle, right = (
            points[abs(points[:, 0] - x) < 40][:, 1].mean()
            for x in (points[:, 0].min(), points[:, 0].mean(), points[:, 0].max())
        )
        assert left < right < middle  # a higher loss is nearer to the top
    assert _plot(image, LIGHT.train)[:, 1].mean() > _plot(image, LIGHT.valid)[:, 1].mean()


def test_no_line_crosses_the_break_or_joins_names():
    broken = _result((_axis(DECAY, 0.0, 1e-4, 1e-3, 1e-2),), [0.5, 0.4, 0.3, 0.4])
    x = np.unique(_plot(draw_sweep(broken), LIGHT.valid)[:, 0])
    assert np.diff(x).max() > 80
    names = _result((_axis("model.activation", "tanh", "relu", "gelu"),), [0.5, 0.1, 0.4])
    x = np.unique(_plot(draw_sweep(names), LIGHT.valid)[:, 0])
    assert np.diff(x).max() > 300  # from the mark of the best to a point


def test_a_gap_is_left_where_a_network_diverged():
    depths = (_axis("model.depth", 1, 2, 3, 4, 5),)
    whole = _plot(draw_sweep(_result(depths, [0.5, 0.4, 0.3, 0.2, 0.1])), LIGHT.valid)
    cut = _plot(draw_sweep(_result(depths, [0.5, 0.4, np.inf, 0.2, 0.1])), LIGHT.valid)
    assert np.diff(np.unique(whole[:, 0])).max() < 30
    assert np.diff(np.unique(cut[:, 0])).max() > 400


def test_seeds_are_dots_around_the_mean():
    depths = (_axis("model.depth", 1, 2),)
    alone = draw_sweep(_result(depths, [0.3, 0.4]))
    seeded = draw_sweep(_result(depths, [[0.2, 0.4], [0.3, 0.5]], seeds=2))
    faint = mix(LIGHT.valid, LIGHT.background, 0.55)
    # Where a dashed line ends between pixels, one may have that very shade.
    assert len(_plot(seeded, faint)) - len(_plot(alone, faint)) > 4 * 15


# Maps


def _inside(result: SweepResult) -> QRectF:
    """Where the cells are, in pixels of the figure."""
    figure = sweep_figure(result)
    image, style = QImage(STYLE.width, STYLE.height, QImage.Format.Format_RGB32), STYLE.page
    image.setDevicePixelRatio(STYLE.scale)
    painter = QPainter(image)
    found = paint_page(figure, painter, replace(STYLE, title=figure.title()))
    painter.end()
    assert style.width() > found.right()
    scale = STYLE.scale
    return QRectF(found.topLeft() * scale, found.size() * scale)


def _cell(result: SweepResult, shape: tuple[int, int], column: int, row: int) -> QColor:
    """The colour near a corner of a cell, away from its text and frame; row 0 at the bottom."""
    inside = _inside(result)
    x = inside.left() + (column + 0.2) * inside.width() / shape[0]
    y = inside.bottom() - (row + 0.8) * inside.height() / shape[1]
    return draw_sweep(result).pixelColor(round(x), round(y))


def test_smaller_losses_are_darker_and_the_best_cell_is_framed():
    axes = _axis(DECAY, 0.0, 0.1, 1.0), _axis(DROPOUT, 0.5, 0.0)
    result = _result(axes, [[0.4, 0.3], [0.2, 0.1], [0.6, 0.5]])
    # Dropout is shown rising, so that its second value is the lower row.
    losses = {(0, 1): 0.4, (0, 0): 0.3, (1, 1): 0.2, (1, 0): 0.1, (2, 1): 0.6, (2, 0): 0.5}
    lightness = [_cell(result, (3, 2), *at).lightness() for at in sorted(losses, key=losses.get)]
    assert lightness == sorted(lightness)
    assert len(set(lightness)) == 6
    inside = _inside(result)
    frame = _pixels(draw_sweep(result), LIGHT.foreground)
    frame = frame[(frame[:, 0] > inside.left()) & (frame[:, 0] < inside.right())]
    frame = frame[(frame[:, 1] > inside.top()) & (frame[:, 1] < inside.bottom() - 1)]
    columns = np.bincount(frame[:, 0])  # its upright sides are the longest lines
    sides = np.flatnonzero(columns > 0.8 * inside.height() / 2)
    assert sides.mean() == pytest.approx(inside.center().x(), abs=3)
    assert np.ptp(sides) == pytest.approx(inside.width() / 3, abs=6)
    assert frame[np.isin(frame[:, 0], sides), 1].min() > inside.center().y() - 3


def test_what_diverged_and_what_is_missing_have_no_colour():
    axes = _axis("model.width", 2, 4), _axis("model.depth", 1, 2)
    result = _result(axes, [[0.1, 0.2], [np.inf, np.nan]])
    assert _cell(result, (2, 2), 1, 0) == QColor(LIGHT.grid)
    inside, image = _inside(result), draw_sweep(result)
    crosses = _pixels(image, LIGHT.muted)
    middle = inside.center()
    lower = (crosses[:, 0] > middle.x()) & (crosses[:, 1] > middle.y() + 9)
    assert (lower & (crosses[:, 0] < inside.right()) & (crosses[:, 1] < inside.bottom())).any()
    hatches = _pixels(image, LIGHT.grid)
    upper = (hatches[:, 0] > middle.x() + 9) & (hatches[:, 1] < middle.y() - 9)
    whole = inside.width() * inside.height() / 4
    assert 0.03 * whole < upper.sum() < 0.5 * whole


@pytest.mark.parametrize("count", [1, 2, 60])
def test_maps_of_any_size(count):
    axes = _axis("epochs", *range(1, count + 1)), _axis("model.width", *range(1, count + 1))
    losses = np.linspace(0.1, 5.0, count * count)
    assert not draw_sweep(_result(axes, losses)).isNull()


def test_one_value_makes_a_figure():
    assert not draw_sweep(_result((_axis(DECAY, 0.1),), [0.3])).isNull()


# The file


def test_the_png_is_the_image():
    result = _result((_axis("model.depth", 1, 2),), [0.5, 0.2])
    image = QImage.fromData(sweep_png(result), "PNG")
    assert image.convertToFormat(QImage.Format.Format_RGB32) == draw_sweep(result)


def test_three_fields_have_no_figure():
    axes = _axis("model.depth", 1), _axis("model.width", 2), _axis("epochs", 3)
    with pytest.raises(ValueError, match="one or two fields, not 3"):
        draw_sweep(_result(axes, [0.1]))
