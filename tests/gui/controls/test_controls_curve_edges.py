"""Losses that a slider's curve has no room for: what is drawn of them, and what is said."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPalette

from regplay.core.sweep import sweep_axis
from regplay.gui.controls.sweep_curve import CURVE_HEIGHT
from regplay.gui.theme import DARK, LIGHT
from regplay.gui.training import SweepCurve

DECAY = "regularization.weight_decay"


def curve_of(train, valid, path=DECAY) -> SweepCurve:
    values = tuple(float(value) for value in sweep_axis(path).values)
    train, valid = (np.broadcast_to(losses, len(values)).astype(float) for losses in (train, valid))
    return SweepCurve(values, train, valid, int(np.nanargmin(valid)), True, 1.0)


def inked(slider, color: str, colors=LIGHT) -> np.ndarray:
    """Which pixels above the groove [CURVE_HEIGHT, width] have exactly this colour."""
    palette = QPalette(slider.control.palette())
    for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
        palette.setColor(role, colors.background)
    slider.track.setPalette(palette)
    image: QImage = slider.track.grab().toImage()
    rows = range(min(CURVE_HEIGHT, image.height()))
    columns = range(image.width())
    return np.array([[image.pixelColor(x, y).name() == color for x in columns] for y in rows])


@pytest.fixture
def memorised(make_slider):
    """A slider whose training losses are next to nothing, over a U of validation losses."""
    away = np.linspace(-1, 1, len(sweep_axis(DECAY).values))
    return make_slider(DECAY, curve_of(5e-5, 0.2 + 0.5 * away**2), 0.1)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_a_training_loss_below_all_room_is_no_line_but_marks_at_the_lower_edge(memorised, colors):
    drawn = inked(memorised, colors.train, colors)
    rows, columns = np.nonzero(drawn)
    assert rows.min() >= CURVE_HEIGHT - 8
    assert 1 <= np.ptp(rows) <= 4  # the tips are blended with the ground
    marks = 1 + int((np.diff(np.unique(columns)) > 3).sum())
    assert 5 <= marks <= 20
    assert drawn.any(axis=0).mean() < 0.4  # most of the edge is free


def test_the_valley_keeps_half_of_the_height_above_such_a_training_loss(memorised):
    rows, _ = np.nonzero(inked(memorised, LIGHT.valid))
    assert np.ptp(rows) > 6
    assert rows.max() < CURVE_HEIGHT - 8


def test_the_tooltip_gives_the_numbers_of_what_is_not_drawn(memorised):
    tip = memorised.track.tip_at(QPointF(memorised.at(1e-4).x(), 4))
    assert "Training loss: 5·10⁻⁵  (▾ too small to draw)" in tip.splitlines()
    assert tip.splitlines()[-1] == f"Validation loss: {memorised.track.curve.valid[9]:.3g}"


def test_a_loss_above_all_room_has_a_mark_at_the_upper_edge(make_slider):
    losses = np.full(len(sweep_axis(DECAY).values), 0.3)
    losses[-1] = 1e6  # training failed here
    slider = make_slider(DECAY, curve_of(losses * 0.9, losses), 0.1)
    right = slider.at(10.0).x()
    drawn = inked(slider, LIGHT.valid)[:, right - 3 : right + 4]
    assert drawn[:5].any()
    assert not drawn[5:].any()
    tip = slider.track.tip_at(QPointF(right, 4))
    assert tip.splitlines()[-1] == "Validation loss: 10⁶  (▴ too large to draw)"


def test_losses_that_are_large_for_want_of_points_are_drawn_at_every_position(make_slider):
    path = "data.n_train"
    points = np.array(sweep_axis(path).values, dtype=float)
    valid = np.where(points < 200, 0.43, 1.1e-4 + 0.01 * (200 / points) ** 8)
    train = np.where(points < 200, 1e-7, 9e-5)
    slider = make_slider(path, curve_of(train, valid, path), 30)
    drawn = inked(slider, LIGHT.valid)
    for value in sweep_axis(path).values:
        x = slider.at(value).x()
        assert drawn[:, max(x - 2, 0) : x + 3].any(), value
    assert "to draw" not in slider.track.tip_at(QPointF(slider.at(30).x(), 4)).splitlines()[-1]


def test_a_zero_that_stands_apart_has_a_mark_of_its_own(make_slider):
    slider = make_slider(DECAY, curve_of(5e-5, 0.2), 0.1)
    zero, first = slider.at(0.0).x(), slider.at(1e-6).x()
    drawn = inked(slider, LIGHT.train).any(axis=0)
    assert drawn[zero - 3 : zero + 4].any()
    assert not drawn[zero + 4 : first - 1].any()
