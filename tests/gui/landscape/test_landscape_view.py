"""The landscape's axes, switch, marks and the course of training."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QWidget

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.sweep import landscape_axis
from regplay.gui.landscape.landscape_map import color_shares
from regplay.gui.landscape.landscape_tab import LandscapeTab
from regplay.gui.theme import DARK, palette_of
from regplay.gui.widgets.buttons import Toggle

LEFT = Qt.MouseButton.LeftButton
DECAY, DROPOUT = "regularization.weight_decay", "regularization.dropout"
LR, DEPTH = "optimizer.lr", "model.depth"


def _find(view: LandscapeTab, name: str) -> QWidget:
    found = view.findChild(QWidget, name)
    assert found is not None
    return found


def _choose(qtbot, combo: QWidget, value: object) -> None:
    """Choose an entry by the arrow keys, as a person would."""
    assert isinstance(combo, QComboBox)
    wanted = combo.findData(value)
    for _ in range(combo.count()):
        if combo.currentIndex() == wanted:
            return
        key = Qt.Key.Key_Down if combo.currentIndex() < wanted else Qt.Key.Key_Up
        qtbot.keyClick(combo, key)


@pytest.fixture
def changes(view) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    axes = view.header
    axes.axes_chosen.connect(lambda: found.append(tuple(axis.path for axis in axes.axes)))
    return found


# axes


def test_weight_decay_and_dropout_are_the_axes_of_a_new_landscape(qtbot) -> None:
    view = LandscapeTab()
    qtbot.addWidget(view)
    x, y = view.header.axes
    assert (x.path, len(x.values)) == (DECAY, 25)
    assert y.values == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    assert y.path == DROPOUT
    assert "225 networks" in view.invitation.text()
    view.wanted(replace(Experiment(), {"model.kind": "polynomial"}), None)
    assert "225 polynomials, each a cell: 25 values of Weight decay λ × 9 of Degree" in (
        view.invitation.text()
    )
    assert _find(view, "landscape.start").toolTip() == "Train 225 polynomials"


def test_another_field_is_an_axis_of_as_many_positions(qtbot, view, changes) -> None:
    combo = _find(view, "landscape.x")
    combo.setCurrentIndex(combo.findData(LR) - 1)
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert view.header.axes[0] == landscape_axis(LR, 5)
    assert changes == [(LR, DROPOUT)]


@pytest.mark.parametrize(("combo", "other"), [("landscape.x", DROPOUT), ("landscape.y", DECAY)])
def test_choosing_the_other_axis_field_swaps_them(qtbot, view, changes, combo, other) -> None:
    box = _find(view, combo)
    box.setCurrentIndex(box.findData(other) - 1 if other == DROPOUT else 1)
    qtbot.keyClick(box, Qt.Key.Key_Down if other == DROPOUT else Qt.Key.Key_Up)
    assert [axis.path for axis in view.header.axes] == [DROPOUT, DECAY]
    assert [len(axis.values) for axis in view.header.axes] == [5, 9]  # columns stay columns
    assert _find(view, "landscape.x").currentData() == DROPOUT
    assert _find(view, "landscape.y").currentData() == DECAY
    assert changes == [(DROPOUT, DECAY)]


def test_both_axes_are_never_of_one_field(qtbot, view, changes) -> None:
    for path in (LR, DEPTH, DROPOUT, DECAY, "data.noise"):
        for combo in ("landscape.x", "landscape.y"):
            _choose(qtbot, _find(view, combo), path)
            x, y = view.header.axes
            assert x.path != y.path
    assert changes
    assert all(x != y for x, y in changes)


def test_a_field_of_few_positions_does_not_shrink_the_next(qtbot, view) -> None:
    _choose(qtbot, _find(view, "landscape.x.count"), 25)
    assert len(view.header.axes[0].values) == 25
    for path, count in ((DEPTH, 9), (LR, 25), (DROPOUT, 20), (DECAY, 25)):
        _choose(qtbot, _find(view, "landscape.x"), path)
        assert len(view.header.axes[0].values) == count
        assert _find(view, "landscape.x.count").currentText() == str(count)


def test_other_axes_drop_the_map(qtbot, view, make_map, losses) -> None:
    view.set_map(make_map(losses))
    assert not view.invitation.isVisible()
    _choose(qtbot, _find(view, "landscape.y"), LR)
    assert view.invitation.isVisible()
    assert np.isnan(view.cells.shares).all()


def test_a_map_brings_its_axes(view, make_map, changes) -> None:
    x, y = landscape_axis(LR, 9), landscape_axis(DEPTH, 9)
    view.set_map(make_map(0.5, x=x, y=y))
    assert view.header.axes == (x, y)
    assert view.cells.shares.shape == (9, 9)
    assert changes == []


def test_fields_without_effect_cannot_be_chosen_or_trained(qtbot, view, changes) -> None:
    view.header.set_usable([DECAY, LR])
    view.set_map(None)
    assert not view.header.control.button.isEnabled()
    assert "Dropout p has no effect" in view.invitation.text()
    assert not view.invitation.button.isVisible()
    _choose(qtbot, _find(view, "landscape.y"), DEPTH)  # is skipped by the keys
    assert all(y in (DECAY, LR) for _, y in changes)
    _choose(qtbot, _find(view, "landscape.y"), LR)
    assert [axis.path for axis in view.header.axes] == [DECAY, LR]
    assert view.header.control.button.isEnabled()
    combo = _find(view, "landscape.x")
    role = Qt.ItemDataRole.ToolTipRole
    assert "no effect" in combo.itemData(combo.findData(DEPTH), role)
    assert not combo.itemData(combo.findData(LR), role)


# what is shown


def test_the_switch_changes_what_the_cells_show(qtbot, view, make_map, losses) -> None:
    view.header.offer_accuracy(True)
    view.set_map(make_map(losses, train=losses[::-1], accuracy=1 - losses))
    seen = {}
    for measure in ("valid_loss", "gap", "accuracy"):
        button = _find(view, f"landscape.{measure}")
        assert isinstance(button, Toggle)
        qtbot.mouseClick(button, LEFT)
        assert view.header.measure == measure
        seen[measure] = view.cells.shares.copy()
    np.testing.assert_array_equal(seen["valid_loss"].argsort(None), losses.argsort(None))
    np.testing.assert_array_equal(seen["accuracy"].argsort(None), (-losses).argsort(None))
    gap = losses - losses[::-1]
    order = seen["gap"].ravel()[gap.argsort(None)]
    assert (np.diff(order) >= 0).all()


def test_accuracy_is_offered_before_anything_is_trained(qtbot, view, make_map, losses) -> None:
    button = _find(view, "landscape.accuracy")
    assert not button.isVisible()
    view.header.offer_accuracy(True)
    assert button.isVisible()
    qtbot.mouseClick(button, LEFT)
    view.set_map(make_map(np.nan))  # a map begins: not known yet
    assert button.isVisible()
    assert view.header.measure == "accuracy"
    view.header.offer_accuracy(False)
    assert not button.isVisible()
    assert view.header.measure == "valid_loss"


def test_the_best_cell_is_marked_and_named(qtbot, view, make_map, losses) -> None:
    accuracy = np.full(losses.shape, 0.5)
    accuracy[2, 1] = 0.9
    losses[4, 3] = 0.05
    view.header.offer_accuracy(True)
    view.set_map(make_map(losses, accuracy=accuracy, is_finished=True))
    assert view.marks.best == (3, 4)
    place = "Weight decay λ 1, Dropout p 0.4"
    assert f"best: validation loss 0.05 at {place}" in view.legend.text()
    qtbot.mouseClick(_find(view, "landscape.accuracy"), LEFT)
    assert view.marks.best == (1, 2)
    assert "validation accuracy 90.0 %" in view.legend.text()
    view.set_map(None)
    assert view.marks.best is None


def test_empty_and_diverged_cells_have_no_colour(view, make_map, losses) -> None:
    losses[0, 0] = np.nan
    view.set_map(make_map(losses, diverged=[(4, 8)]))
    assert np.argwhere(np.isnan(view.cells.shares)).tolist() == [[0, 0], [8, 4]]
    assert "diverged" in view.legend.text()
    view.set_map(make_map(losses))
    assert "diverged" not in view.legend.text()


def test_a_diverged_loss_does_not_stretch_the_colours(view, make_map, losses) -> None:
    view.set_map(make_map(losses, diverged=[(4, 8)]))
    before = view._scales["valid_loss"].range
    losses[8, 4] = 1e25
    view.set_map(make_map(losses, diverged=[(4, 8)]))
    assert view._scales["valid_loss"].range == before


def test_the_same_map_has_the_same_colours_after_a_look_at_its_beginnings(
    view, make_map, losses
) -> None:
    newest = make_map(losses).measures
    end = make_map(losses, is_finished=True, progress=1.0, newest=newest, trained_to=300)
    view.set_map(end)
    before = view.cells.shares.copy()
    for measure_of_old in (losses * 8, losses + 1, losses / 3):
        view.set_map(
            make_map(measure_of_old, is_finished=True, epoch=30, newest=newest, trained_to=300)
        )
        shown = color_shares(view._scales["valid_loss"], losses)
        np.testing.assert_array_equal(shown, before)  # a loss has one colour at every epoch
    view.set_map(end)
    np.testing.assert_array_equal(view.cells.shares, before)


def test_colours_drift_while_the_networks_train_and_settle_when_they_stop(
    qtbot, view, make_map, losses
) -> None:
    qtbot.mouseClick(_find(view, "landscape.start"), LEFT)
    lows = []
    for step in range(30):
        view.set_map(make_map(losses * (4 - step / 10), progress=step / 40))
        lows.append(view._scales["valid_loss"].range[0])
    assert lows == sorted(lows, reverse=True)
    assert max(-np.diff(lows)) < 0.1  # decades, from one picture to the next
    qtbot.mouseClick(_find(view, "landscape.start"), LEFT)
    stopped = view.cells.shares.copy()
    view.set_map(make_map(losses * 1.1, progress=29 / 40))
    np.testing.assert_array_equal(view.cells.shares, stopped)
    assert stopped.min() == 0


def test_the_bar_says_where_values_lie_beyond_its_end(view, make_map, losses) -> None:
    assert view.bar.bar.end_texts() == []
    view.set_map(make_map(losses, is_finished=True))
    plain = view.bar.grab().toImage()
    assert view.bar.bar.end_texts() == []
    losses[:, 4] = 90.0
    view.set_map(make_map(losses, is_finished=True))
    (text,) = view.bar.bar.end_texts()
    assert text.startswith("≥ 0.")
    assert text in view.bar.toolTip()
    assert (view.cells.shares[:, 4] == 1).all()
    marked = view.bar.grab().toImage()
    top = round(view.bar.place().top())
    assert plain.pixelColor(10, top - 3) != marked.pixelColor(10, top - 3)


def test_an_unfinished_map_says_how_far_it_is(qtbot, view, make_map, losses, pixel_of) -> None:
    part = {"progress": 26 / 3000, "trained_to": 26, "planned": 3000}
    view.set_map(make_map(losses, **part))
    assert "best so far: validation loss 0.1 at" in view.legend.text()
    assert "so far, epoch 26 of 3,000" in view.legend.text()
    qtbot.mouseMove(view.chart.viewport(), pixel_of(2, 3))
    assert view.chart.hover.reading.rows[-1].name == "so far, epoch 26 of 3,000"
    view.set_map(make_map(losses, **part, epoch=7))
    assert "epoch 7 of 3,000" in view.legend.text()
    view.set_map(make_map(losses, **part | {"progress": 0.4}))  # one shape after another
    assert "so far, 40 % trained" in view.legend.text()
    done = {"progress": 1.0, "is_finished": True, "trained_to": 3000, "planned": 3000}
    view.set_map(make_map(losses, **done))
    assert "best: validation loss" in view.legend.text()
    assert "epoch" not in view.legend.text()
    assert view.chart.hover.reading.rows[-1].name == "gap"
    view.set_map(make_map(losses, **done, epoch=30))
    assert "epoch 30 of 3,000" in view.legend.text()


def show_present(view, decay: float, dropout: float) -> None:
    view.wanted(replace(Experiment(), {DECAY: decay, DROPOUT: dropout}), None)


def test_the_present_experiment_is_marked_where_it_lies(view, make_map, losses) -> None:
    view.set_map(make_map(losses))
    show_present(view, 0.1, 0.35)
    assert view.marks.present == pytest.approx((2, 3.5))
    assert "present settings" in view.legend.text()
    for outside in ((0.1, 0.85), (0.0, 0.9)):
        show_present(view, *outside)
        assert view.marks.present is None
    assert "present settings" not in view.legend.text()


def test_dark_colours_are_drawn(view, make_map, losses) -> None:
    losses[2] = np.nan
    view.set_map(make_map(losses, diverged=[(1, 1)], progress=0.5))
    show_present(view, 0.1, 0.35)
    light = view.grab().toImage()
    view.setPalette(palette_of(DARK))
    assert view.grab().toImage() != light
    assert view.chart.colors is DARK


# the course of training


def test_an_empty_map_says_that_it_is_begun(qtbot, view) -> None:
    button = _find(view, "landscape.start")
    assert button.toolTip() == "Train 45 networks"
    qtbot.mouseClick(button, LEFT)
    assert view.invitation.text() == "Training 45 networks …"
    assert not view.invitation.button.isVisible()
    qtbot.mouseClick(button, LEFT)
    assert view.invitation.button.text() == "Train 45 networks"
    qtbot.mouseClick(view.invitation.button, LEFT)
    assert view.header.control.is_running


def test_a_sentence_says_what_will_be_seen_until_something_is_trained(
    view, make_map, losses
) -> None:
    invitation = view.invitation
    assert invitation.isVisible()
    assert "45 networks, each a cell: 5 values of Weight decay λ × 9 of Dropout p" in (
        invitation.text()
    )
    view.set_map(make_map(np.nan))
    assert invitation.isVisible()
    view.set_map(make_map(losses))
    assert not invitation.isVisible()
