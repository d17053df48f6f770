"""The curves of the sliders, as the panel hands them on."""

import numpy as np
import pytest
from keywords import by_path
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regplay.core import datasets
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.sweep import sweep_axis
from regplay.gui.controls import ControlPanel
from regplay.gui.training import Start, SweepCurve, sweep_losses

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
DECAY, DROPOUT = "regularization.weight_decay", "regularization.dropout"
POINTS = "data.n_train"


@pytest.fixture
def panel(qtbot, answered):
    widget = answered(ControlPanel())
    qtbot.addWidget(widget)
    widget.resize(300, 900)
    widget.show()
    return widget


@pytest.fixture
def said(panel):
    heard = []
    panel.value_chosen.connect(lambda *_: heard.append(("changed", panel.experiment())))
    panel.curve_toggled.connect(lambda path, shows: heard.append(("toggled", path, shows)))
    panel.member_previewed.connect(lambda path, index: heard.append(("previewed", path, index)))
    panel.start_chosen.connect(lambda *chosen: heard.append(("adopted", *chosen)))
    return heard


def finished(path):
    values = tuple(float(value) for value in sweep_axis(path).values)
    losses = 0.1 + np.linspace(-1, 1, len(values)) ** 2
    return SweepCurve(values, losses / 2, losses, int(np.argmin(losses)), True, 1.0)


def at(panel, path, value):
    slider = panel.control(path).slider
    return QPoint(round(slider.x_of(slider.scale.position(value))), slider.height() - 10)


def test_no_curve_is_shown_to_begin_with(panel):
    assert panel.shown_curves() == ()


def test_a_toggle_comes_out_with_its_path(panel, said):
    QTest.mouseClick(panel.control(DECAY).button, LEFT)
    QTest.mouseClick(panel.control(DROPOUT).button, LEFT)
    assert panel.shown_curves() == (DECAY, DROPOUT)
    QTest.mouseClick(panel.control(DECAY).button, LEFT)
    assert panel.shown_curves() == (DROPOUT,)
    assert said == [("toggled", DECAY, True), ("toggled", DROPOUT, True), ("toggled", DECAY, False)]


def test_setting_what_is_shown_says_nothing(panel, said):
    panel.set_shown_curves([DECAY, "model.width"])
    assert set(panel.shown_curves()) == {DECAY, "model.width"}
    panel.set_shown_curves((DROPOUT,))
    assert panel.shown_curves() == (DROPOUT,)
    assert panel.control(DECAY).slider.height() == 18
    assert said == []


def test_what_is_not_sweepable_is_refused_and_nothing_changes(panel):
    panel.set_shown_curves([DECAY])
    with pytest.raises(KeyError, match="seed"):
        panel.set_shown_curves(["seed"])
    with pytest.raises(KeyError, match=r"data\.name"):
        panel.set_curve("data.name", None)
    assert panel.shown_curves() == (DECAY,)


def test_a_rare_slider_is_in_sight_with_its_curve(panel):
    path = "regularization.input_noise"
    assert not panel.control(path).isVisible()
    panel.set_shown_curves([path])
    assert panel.control(path).isVisible()


@pytest.mark.parametrize("path", SWEEPABLE)
def test_an_adopted_member_is_in_the_experiment_but_is_no_change(panel, said, path):
    if path == "regularization.label_smoothing":  # which numbers have no use for
        panel.set_experiment(replace(Experiment(), {"data.name": "moons"}))
    if path == "model.degree":  # which networks have no use for
        panel.set_experiment(replace(Experiment(), {"model.kind": "polynomial"}))
    start = panel.experiment()
    curve = finished(path)
    panel.set_shown_curves([path])
    panel.set_curve(path, curve)
    QTest.keyClick(panel.control(path).slider, Key.Key_End)
    assert said == [("adopted", panel.experiment(), Start(path, len(curve.values) - 1))]
    assert panel.experiment() == replace(start, {path: sweep_axis(path).values[-1]})
    panel.set_experiment(start)  # so that the control is really brought back
    assert panel.control(path).value() == panel.control(path).default()
    assert len(said) == 1


def test_a_preview_leaves_the_experiment_alone(panel, said):
    start, curve = panel.experiment(), finished(DECAY)
    panel.set_shown_curves([DECAY])
    panel.set_curve(DECAY, curve)
    QApplication.processEvents()
    slider = panel.control(DECAY).slider
    QTest.mousePress(slider, LEFT, pos=at(panel, DECAY, 0.0))
    QTest.mouseMove(slider, at(panel, DECAY, 0.1))
    assert panel.experiment() is start
    QTest.mouseMove(slider, at(panel, DECAY, 0.0))
    QTest.mouseRelease(slider, LEFT, pos=at(panel, DECAY, 0.0))
    assert panel.experiment() is start
    index = curve.values.index(0.1)
    assert said == [("previewed", DECAY, each) for each in (index, 0, None)]


def test_an_adopted_depth_of_0_greys_what_hidden_layers_have(panel):
    panel.set_shown_curves(["model.depth"])
    panel.set_curve("model.depth", finished("model.depth"))
    QTest.keyClick(panel.control("model.depth").slider, Key.Key_Home)
    assert panel.experiment().model.depth == 0
    assert not panel.control(DROPOUT).isEnabled()


def test_a_curve_without_effect_is_greyed_and_not_shown(panel, said):
    panel.set_shown_curves([DROPOUT, DECAY])
    panel.set_curve(DROPOUT, finished(DROPOUT))
    QApplication.processEvents()
    dropout = panel.control(DROPOUT)
    height, drawn = dropout.slider.height(), dropout.slider.grab().toImage()
    panel.set_experiment(replace(Experiment(), {"model.depth": 0}))
    assert panel.shown_curves() == (DECAY,)
    assert not dropout.button.isEnabled()
    assert dropout.slider.tip_at(dropout.slider.rect().center().toPointF()) == ""
    assert dropout.slider.height() == height
    above = dropout.slider.grab(dropout.slider.rect().adjusted(0, 0, 0, -18)).toImage()
    color = above.pixelColor(0, 0)
    pixels = [(x, y) for x in range(above.width()) for y in range(above.height())]
    assert all(above.pixelColor(x, y) == color for x, y in pixels)
    panel.set_experiment(Experiment())
    assert panel.shown_curves() == (DECAY, DROPOUT)
    assert dropout.slider.curve is None  # the one from before may be another experiment's
    panel.set_curve(DROPOUT, finished(DROPOUT))
    assert dropout.slider.grab().toImage() == drawn
    assert said == []


def test_a_field_that_a_dataset_does_not_read_has_no_curve(panel):
    panel.set_shown_curves(["data.noise", DECAY])
    panel.set_experiment(replace(Experiment(), {"data.name": "csv"}))
    assert panel.shown_curves() == (DECAY,)


def test_the_panel_keeps_its_places_while_a_curve_fills_in(panel):
    panel.set_shown_curves([DECAY])
    for _ in range(10):  # a new window settles in several passes
        QApplication.processEvents()
    below = panel.control("optimizer.lr")
    place = below.mapTo(panel.widget(), QPoint())
    whole = finished(DECAY)
    for progress in (0.1, 0.5, 0.9):
        panel.set_curve(
            DECAY, SweepCurve(whole.values, whole.train, whole.valid, None, False, progress)
        )
        QApplication.processEvents()
        assert below.mapTo(panel.widget(), QPoint()) == place
    panel.set_curve(DECAY, whole)
    QApplication.processEvents()
    assert below.mapTo(panel.widget(), QPoint()) == place


@pytest.mark.parametrize("n_train", [30, 2_000])
def test_the_curve_over_the_most_points_is_trained_last(panel, n_train):
    experiment = replace(Experiment(), {"data.n_train": n_train})
    panel.set_experiment(experiment)
    panel.set_shown_curves(SWEEPABLE)
    wanted = panel.wanted(experiment, None)
    points = [
        sum(member.data.n_train for member in request.sweep.experiments)
        for request in wanted.values()
    ]
    assert points == sorted(points)
    assert set(wanted) == set(panel.shown_curves())
    assert (list(wanted)[-1] == "data.n_train") == (n_train == 30)


@pytest.fixture
def read(monkeypatch):
    """The numbers of training points with which data are made for a curve."""
    numbers = []

    def load(settings):
        made = datasets.load(settings)
        numbers.append(settings.n_train)
        return made

    monkeypatch.setattr(sweep_losses, "load", load)
    return numbers


def of_table(file, rows, **values):
    table = file("table.csv", "x,y\n" + "".join(f"{i},{i % 7 + i / 9}\n" for i in range(rows)))
    own = {"data.name": "csv", "data.file": str(table), "data.n_valid": 10} | by_path(values)
    return replace(Experiment(), own)


@pytest.mark.parametrize(
    ("rows", "edits", "least", "most"),
    [(12, "", 2, 2), (40, "", 2, 30), (3_000, "", 2, 2_000), (40, "delete 1; delete 2", 3, 30)],
)
def test_the_curve_over_points_goes_as_far_as_the_table(
    panel, file, read, rows, edits, least, most
):
    panel.set_shown_curves([POINTS])
    wanted = panel.wanted(of_table(file, rows, data__edits=edits), None)
    possible = tuple(n for n in sweep_axis(POINTS).values if least <= n <= most)
    assert [*wanted] == ([POINTS] if len(possible) > 1 else [])
    if wanted:
        assert wanted[POINTS].sweep.axes[0].values == possible
    assert set(read) == {least, most}  # the others are not made: with many rows each takes long
    assert len(read) == 2


def test_no_file_is_read_because_the_mouse_is_near(panel, file, read):
    panel.set_marks_valleys(True)
    panel.set_shown_curves([])
    control = panel.control(POINTS)
    place = QPointF(5, 5)
    QApplication.sendEvent(control, QEnterEvent(place, place, place))
    assert [*panel.wanted(replace(Experiment(), {"epochs": 5}), None)] == [POINTS]
    read.clear()
    assert not panel.wanted(of_table(file, 40), None)
    assert read == []
    made = replace(of_table(file, 40), {"data.name": "sine", "epochs": 5})
    assert made.data.file  # which waits there
    assert [*panel.wanted(made, None)] == [POINTS]
