from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from regplay.core.history import History
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.plots.measure_plot import MeasurePlot
from regplay.gui.theme import DARK, ROLES, colors_of, palette_of


@pytest.fixture
def view(show_widget, make_dataset) -> HistoryView:
    view = HistoryView()
    view.set_dataset(make_dataset("curve"), epochs=10)
    return show_widget(view, 700, 260)


def _hover(qtbot, view, epoch: float) -> None:
    """Move the mouse over an epoch of the plot."""
    plot = view.plot
    box = plot.box.sceneBoundingRect()
    x = plot.frame().x(epoch)
    qtbot.mouseMove(plot.viewport(), QPoint(round(box.left() + float(x)), int(box.center().y())))


def test_the_curves_hold_the_history_and_the_live_snapshot(
    view, make_history, make_snapshot
) -> None:
    history = make_history([1.0, 0.5], [1.2, 0.8])
    view.set_history(history, make_snapshot(7, train_loss=0.1, valid_loss=0.9))
    train, valid = view.plot.curves
    assert view.plot.epochs.tolist() == [0, 1, 7]
    assert train.values.tolist() == [1.0, 0.5, 0.1]
    assert valid.values.tolist() == [1.2, 0.8, 0.9]


def test_a_live_snapshot_that_is_recorded_is_drawn_once(view, make_history, make_snapshot) -> None:
    history = make_history([1.0, 0.5], [1.2, 0.8])
    view.set_history(history, history.last)
    assert view.plot.epochs.tolist() == [0, 1]


def test_a_history_may_grow_while_it_is_read(view, make_history, make_snapshot) -> None:
    class Growing(History):
        """A record more each time that a column is read, as if another thread ran."""

        def column(self, measure, member=0):
            epoch = int(self.epochs[-1]) + 1
            self.append(make_snapshot(epoch, train_loss=0.5, valid_loss=0.5))
            return super().column(measure, member)

    history = Growing()
    history.append(make_snapshot(0, train_loss=1.0, valid_loss=1.0))
    view.set_history(history)
    view.grab()
    assert len({len(curve.values) for curve in view.plot.curves} | {len(view.plot.epochs)}) == 1


def test_the_mouse_reads_every_curve_at_the_nearest_epoch(qtbot, view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5, 0.25], [1.5, 0.75, 0.875], every=4))
    _hover(qtbot, view, 5)
    reading = view.plot.hover.reading
    assert reading.title == "epoch 4"
    values = {row.name: row.value for row in reading.rows}
    assert values == {"train": "0.5", "validation": "0.75", "gap": "0.25", "noise floor": "0.04"}
    _hover(qtbot, view, 7)
    assert view.plot.hover.reading.title == "epoch 8"


def test_the_hover_line_does_not_draw_the_curves_again(qtbot, view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5, 0.25], [1.5, 0.75, 0.875], every=4))
    view.grab()
    before = view.grab().toImage()  # the second time it is a picture
    frames = view.plot.canvas.frames
    for epoch in (1, 3, 5, 7, 9):
        _hover(qtbot, view, epoch)
        assert view.grab().toImage() != before
    assert view.plot.canvas.frames == frames


def test_the_hover_line_follows_new_data_under_a_resting_mouse(
    qtbot, view, make_history, make_snapshot
) -> None:
    history = make_history([1.0, 0.5], [1.5, 0.75])
    view.set_history(history)
    _hover(qtbot, view, 6)
    assert view.plot.hover.reading.title == "epoch 1"
    history.append(make_snapshot(6, train_loss=0.1, valid_loss=0.2))
    view.set_history(history)
    assert view.plot.hover.reading.title == "epoch 6"


def test_the_hover_line_leaves_with_the_mouse(qtbot, view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5], [1.5, 0.75]))
    _hover(qtbot, view, 1)
    qtbot.mouseMove(view.plot.viewport(), QPoint(3, 3))
    assert view.plot.hover.reading is None


def test_log_buttons_change_the_axes(qtbot, view, make_history) -> None:
    view.set_history(make_history([1.0, 0.05], [1.5, 0.75]))
    plot = view.plot
    assert plot.auto_range("y") == (0.0, 2.0)
    qtbot.mouseClick(view.log_y, Qt.MouseButton.LeftButton)
    assert plot.is_log("y")
    low, high = plot.box.viewRange()[1]  # 0.036, below the noise floor, to 1.5
    assert (10**low, 10**high) == pytest.approx((0.02, 2.0))
    qtbot.mouseClick(view.log_x, Qt.MouseButton.LeftButton)
    assert plot.box.viewRange()[0] == [0.0, 1.0]
    qtbot.mouseClick(view.log_y, Qt.MouseButton.LeftButton)
    assert plot.box.viewRange()[1] == [0.0, 2.0]
    assert plot.is_log("x")
    view.grab()


def test_the_best_epoch_is_marked_where_validation_is_smallest(view, make_history) -> None:
    view.set_history(make_history([1.0, 0.5, 0.2, 0.1], [1.2, 0.6, 0.7, np.nan], every=3))
    view.grab()
    assert view.plot.best_epoch == 3
    assert "best epoch 3" in view.legend.text()
    frame = view.plot.frame()
    at = view.plot._layer._best_at(frame)
    assert at.x() == pytest.approx(float(frame.x(3)))
    assert at.y() == pytest.approx(float(frame.y(0.6)))


def test_a_live_snapshot_may_be_the_best(view, make_history, make_snapshot) -> None:
    history = make_history([1.0, 0.5], [1.2, 0.8])
    view.set_history(history, make_snapshot(5, train_loss=0.4, valid_loss=0.7))
    assert view.plot.best_epoch == 5
    view.set_history(history, make_snapshot(6, train_loss=0.4, valid_loss=np.nan))
    assert view.plot.best_epoch == 1


def test_the_axis_of_a_falling_loss_rests(view, make_snapshot) -> None:
    history, changes = History(), []
    view.set_history(history)
    view.plot.box.sigRangeChanged.connect(lambda *_: changes.append(1))
    for epoch, loss in enumerate(np.exp(-np.arange(11) / 3)):
        history.append(make_snapshot(epoch, train_loss=loss, valid_loss=1.1 * loss))
        view.set_history(history)
    assert len(changes) <= 1
    assert view.plot.box.viewRange() == [[0.0, 10.0], [0.0, 1.25]]


def test_another_run_starts_its_axis_anew(view, make_history) -> None:
    view.set_history(make_history([1e9, 1e10], [1e9, 1e10]))
    assert view.plot.auto_range("y")[1] >= 1e10
    view.set_history(make_history([1.0, 0.5], [1.5, 0.75]))
    assert view.plot.auto_range("y") == (0.0, 2.0)


def test_epochs_beyond_the_plan_widen_the_axis(view, make_history) -> None:
    view.set_history(make_history([1.0] * 30, [1.0] * 30))
    low, high = view.plot.auto_range("x")
    assert low == 0
    assert 29 <= high <= 60
    view.set_planned(200)
    assert view.plot.auto_range("x") == (0.0, 200.0)


@pytest.mark.parametrize("planned", [1, 10, 29, 30, 101, 1000, 1237, 100_000])
@pytest.mark.parametrize("every", [1, 7])
def test_the_epoch_axis_reaches_to_the_plan_from_the_start(
    view, make_snapshot, planned, every
) -> None:
    view.set_planned(planned)
    history, changes = History(), []
    view.set_history(history)
    view.plot.box.sigXRangeChanged.connect(lambda *_: changes.append(1))
    for epoch in (*range(0, min(planned, 400), every), planned):
        history.append(make_snapshot(epoch, train_loss=1.0, valid_loss=1.0))
        view.set_history(history)
        assert view.plot.auto_range("x") == (0.0, planned)
    assert not changes
    view.log_x.click()
    assert view.plot.auto_range("x") == (0.0, np.log10(max(planned, 2)))


def test_a_single_epoch_of_a_long_run_can_be_seen(view, make_history) -> None:
    view.set_planned(1000)
    view.set_history(make_history([1.0, 0.9, 0.8], [1.2, 1.1, 1.0]))
    view.log_x.click()
    assert view.plot.auto_range("x") == (0.0, 3.0)
    assert float(view.plot.frame().x(2.0)) > 20


@pytest.mark.parametrize("log", [False, True])
def test_a_spike_of_the_first_epochs_does_not_set_the_range(view, make_snapshot, log) -> None:
    view.set_planned(100)
    view.log_y.setChecked(log)
    history, highest = History(), []
    for epoch in range(101):
        loss = 1.0 if epoch > 5 else 500.0
        history.append(make_snapshot(epoch, train_loss=loss, valid_loss=1.1 * loss))
        view.set_history(history)
        highest.append(view.plot.frame().y_scale.ends[1])
    assert min(highest[:6]) >= 500  # there is nothing else yet
    assert 1.1 < highest[-1] <= (50 if log else 5)
    assert len(set(highest[6:])) == 1
    whole = MeasurePlot("loss")  # as of a run that is over before it is seen
    view._stack.addWidget(whole)
    whole.set_planned(100)
    whole.set_floor(0.04, "")
    if log:
        whole.toggle_log("y", True)
    whole.set_history(history)
    assert whole.frame().y_scale.ends == pytest.approx(view.plot.frame().y_scale.ends)


def test_the_axis_of_epochs_is_the_same_in_all_tabs_and_the_other_is_that_of_the_tab(view) -> None:
    view.set_log_axes(["x", "loss"])
    seen = []
    view.log_axis_chosen.connect(lambda *told: seen.append(told))
    assert (view.plot.is_log("x"), view.plot.is_log("y")) == (True, True)
    view.set_tab("weights")
    assert (view.plot.is_log("x"), view.plot.is_log("y")) == (True, False)
    assert (view.log_x.isChecked(), view.log_y.isChecked()) == (True, False)
    assert not seen  # a person has chosen nothing yet
    view.log_x.click()
    view.set_tab("loss")
    assert (view.plot.is_log("x"), view.plot.is_log("y")) == (False, True)
    view.log_y.click()
    assert seen == [("x", False), ("loss", False)]


def test_the_plot_reaches_below_the_noise_floor(view, make_history) -> None:
    view.plot.set_floor(0.1, "floor")
    view.log_y.click()
    view.set_history(make_history([1.0, 0.5], [1.5, 0.75]))
    assert view.plot.auto_range("y")[0] < np.log10(0.1)


def test_a_diverged_run_leaves_the_plot(view, make_history) -> None:
    history = make_history([1.0, 0.5, 1e30, np.inf], [2.0, 1.5, 1e20, np.nan])
    view.set_history(history)
    assert view.plot.auto_range("y") == (0.0, 40.0)
    view.grab()
    view.log_y.click()
    assert view.plot.auto_range("y")[1] >= 30


@pytest.mark.parametrize(("best", "losses"), [(0, [0.0, 1.0]), (10, [1.0, 0.0]), (0, [2.0, 3.0])])
def test_the_ring_at_the_best_epoch_is_whole_at_the_edges(view, make_history, best, losses) -> None:
    view.plot.set_floor(None, "")
    history = make_history(losses, losses, every=10)
    view.set_history(history)
    assert view.plot.best_epoch == best
    image = view.plot.grab().toImage()
    colors = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    box = view.plot.box.sceneBoundingRect().toAlignedRect()
    inside = colors[box.top() : box.bottom() + 1, box.left() : box.right() + 1]
    ys, xs = np.nonzero(inside == QColor(view.plot.colors.best).rgb())
    sizes = {int(np.ptp(xs)), int(np.ptp(ys))}
    assert sizes <= {8, 9}  # by where it lies between pixels; and a paler one on each side


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "losses",
    [
        [np.nan] * 3,
        [np.inf, 1.0, np.nan],
        [1.0, 1e300, 1e308],
        [0.0, 0.0, 0.0],
        [1.0, -1e-9, 1e-320],
        [],
    ],
)
def test_any_number_is_drawn_without_a_warning(qtbot, view, make_history, losses, log) -> None:
    if log:
        view.log_x.click()
        view.log_y.click()
    view.set_history(make_history(losses, losses, penalty=np.inf, weight_norm=0.0))
    view.grab()
    _hover(qtbot, view, 2)
    view.set_tab("weights")
    view.grab()
    low, high = view.plot.box.viewRange()[1]
    assert np.isfinite([low, high]).all()


def test_accuracy_has_a_tab_only_for_classes(view, make_dataset, make_history) -> None:
    assert view.tabs["accuracy"].isHidden()
    view.set_dataset(make_dataset("two classes"), epochs=10)
    assert not view.tabs["accuracy"].isHidden()
    view.set_history(
        make_history([1.0, 0.5], [1.5, 0.75], train_accuracy=0.875, valid_accuracy=0.75)
    )
    view.set_tab("accuracy")
    train, valid = view.plot.curves
    assert train.values.tolist() == [87.5, 87.5]
    assert valid.values.tolist() == [75.0, 75.0]
    view.set_dataset(make_dataset("curve"), epochs=10)
    assert view.tab == "loss"


def test_the_tab_that_a_person_chooses_stays_where_accuracies_were_to_come(view, make_dataset):
    view.set_tab("accuracy")
    view.tabs["weights"].click()
    view.set_dataset(make_dataset("two classes"), epochs=10)
    assert view.tab == "weights"


def test_the_weights_tab_shows_norm_penalty_and_objective(qtbot, view, make_history) -> None:
    view.set_history(
        make_history([1.0, 0.5], [1.5, 0.75], penalty=0.125, objective=1.5, weight_norm=4.0)
    )
    qtbot.mouseClick(view.tabs["weights"], Qt.MouseButton.LeftButton)
    assert [curve.values.tolist() for curve in view.plot.curves] == [
        [4.0] * 2,
        [0.125] * 2,
        [1.5] * 2,
    ]
    assert view.log_y.isChecked()
    _hover(qtbot, view, 1)
    values = {row.name: row.value for row in view.plot.hover.reading.rows}
    assert values == {"‖w‖": "4", "penalty": "0.125", "objective": "1.5"}


def test_tabs_are_made_when_they_are_first_shown(view) -> None:
    assert list(view.plots) == ["loss"]
    view.set_tab("weights")
    assert list(view.plots) == ["loss", "weights"]


def test_the_noise_floor_is_named(view, make_dataset) -> None:
    assert view.plot.floor.value == 0.04
    assert "memorised noise" in view.plot.floor.text
    assert "memorised noise" in view.legend.toolTip()
    assert view.plot.floor.text.startswith("noise floor of the training points σ² = 0.04")
    view.set_dataset(make_dataset("two classes"))
    assert view.plot.floor.value is None
    assert "noise floor" not in view.legend.text()


def test_the_floor_is_that_of_training_alone_where_validation_has_no_noise(
    view, make_dataset, make_history
) -> None:
    def drawn(color):
        image = view.plot.grab().toImage()
        left, right = image.width() // 6, image.width() // 4
        at = range(left, right)
        return sum(
            image.pixelColor(x, y).name() == color for x in at for y in range(image.height())
        )

    view.set_history(make_history([1.0] * 11, [1.0] * 11))
    colors = colors_of(view)
    with_floor = drawn(colors.floor), drawn(colors.train)
    clean = replace(make_dataset("curve"), valid_noise_floor=0.0)
    view.set_dataset(clean)
    view.set_history(make_history([1.0] * 11, [1.0] * 11))
    assert with_floor[0] > 0
    assert drawn(colors.floor) == 0  # nothing that validation could not go below
    assert drawn(colors.train) > with_floor[1]
    assert view.plot.floor.value == 0.04
    assert view.plot.floor.text.endswith("validation has no noise")
    (entry,) = [entry for entry in view.plot.legend_entries("") if entry.text == "noise floor"]
    assert colors.of(entry.color) == colors.train


def test_marks_are_drawn_at_their_epochs(view, make_history) -> None:
    view.set_history(make_history([1.0] * 11, [1.0] * 11))
    before = view.grab().toImage()
    view.set_marks([5])
    after = view.grab().toImage()
    box = view.plot.box.sceneBoundingRect()
    origin = view.plot.mapTo(view, QPoint(0, 0))
    x = origin.x() + box.left() + float(view.plot.frame().x(5))
    changed = {
        column
        for column in range(int(box.left()) + 5, int(box.right()))
        for row in range(origin.y() + 20, origin.y() + 120)
        if before.pixelColor(column, row) != after.pixelColor(column, row)
    }
    (column,) = changed
    assert abs(column - x) <= 0.5
    assert "settings changed" in view.legend.text()
    view.grab()
    frames = view.plot.canvas.frames
    view.set_marks([5])
    view.grab()
    assert view.plot.canvas.frames == frames


def test_training_is_blue_and_dark_restyles(view, make_history) -> None:
    view.resize(300, 260)  # too narrow for names at the curves
    view.set_history(make_history([1.0, 0.5], [1.5, 0.75]))
    light = view.grab().toImage()
    view.setPalette(palette_of(DARK))
    dark = view.grab().toImage()
    assert light != dark
    entry = view.legend.entries[0]
    assert (entry.text, entry.color) == ("train", ROLES.train)
    left, bottom = view.plot.box.geometry().left(), view.plot.box.geometry().bottom()
    axis = view.plot.grab().toImage().pixelColor(round(left) + 30, round(bottom))
    assert axis.name() == DARK.muted
    view.set_tab("weights")
    assert view.plot.colors is DARK


@pytest.mark.parametrize("width", [240, 300, 420])
def test_the_curves_are_named_however_narrow_it_is(view, make_dataset, make_history, width) -> None:
    view.set_dataset(make_dataset("two classes"), epochs=10)
    view.set_history(make_history([1.0, 0.5], [1.5, 0.75]))
    view.resize(width, 420)
    QApplication.processEvents()
    if not view.plot.has_end_names:
        assert [entry.text for entry, _ in view.legend.shown()[:2]] == ["train", "validation"]
        assert view.legend.width() >= view.legend.sizeHint().width()
    assert view.plot.has_end_names == (width > 300)
