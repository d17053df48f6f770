"""The whole panel: what is shown, what comes out, and what doesn't echo."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget

from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, differences, get, replace
from regplay.gui.controls import ControlPanel
from regplay.gui.controls.group import Group
from regplay.gui.controls.number import NumberControl

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
PATHS = [path for path in FIELDS if path != "epochs"]
OTHER = {
    "data.n_train": 77,
    "data.noise": 0.1,
    "data.clean_valid": True,
    "data.seed": 3,
    "data.target": "y",
    "model.depth": 4,
    "model.width": 100,
    "model.activation": "relu",
    "regularization.weight_decay": 0.01234,
    "regularization.early_stopping": 50,
    "optimizer.name": "momentum",
    "optimizer.batch_size": 8,
    "epochs": 7,
    "seed": 11,
}


@pytest.fixture
def panel(qtbot, answered):
    widget = answered(ControlPanel())
    qtbot.addWidget(widget)
    widget.resize(300, 900)
    for group in widget.findChildren(Group):
        group.set_open(True)
        group.set_shows_rare(True)
    widget.show()
    return widget


@pytest.fixture
def changes(panel):
    experiments = []
    for signal in (panel.value_chosen, panel.defaults_wanted):
        signal.connect(lambda *_: experiments.append(panel.experiment()))
    return experiments


def shown(panel, path):
    return panel.control(path).isVisibleTo(panel)


def test_each_field_has_a_control_with_its_path_default_and_texts(panel):
    for path in PATHS:
        field = FIELDS[path]
        control = panel.control(path)
        assert control is panel.findChild(QWidget, path)
        assert control.value() == field.default, path
        assert control.field is field
        assert field.description in control.toolTip()
        assert control.accessibleName() == field.label
        if field.kind == "switch" or (field.kind == "text" and field.form):
            assert control.check_box.text() == field.label
        else:
            assert control.label.text() == field.label
            assert control.label.buddy() is control.focusProxy(), path


def test_a_number_takes_what_its_field_takes_and_says_so(panel):
    for path in PATHS:
        field, control = FIELDS[path], panel.control(path)
        if not isinstance(control, NumberControl):
            continue
        assert field.bounds[1:] in control.toolTip()
        assert control.slider.accessibleName() == field.label
        assert control.box.accessibleName()
        for value in (field.minimum, field.maximum):
            if value != field.minimum or not field.exclusive_minimum:
                control.set_value(int(value) if field.kind == "integer" else value)
                assert control.value() == value, path
        panel.set_experiment(Experiment())


def test_epochs_live_elsewhere(panel):
    with pytest.raises(KeyError):
        panel.control("epochs")
    assert panel.findChild(QWidget, "epochs") is None


def test_a_change_comes_out_with_its_path(qtbot):
    panel = ControlPanel()
    qtbot.addWidget(panel)
    start, chosen = Experiment(epochs=7), []
    panel.set_experiment(start)
    panel.value_chosen.connect(lambda *choice: chosen.append(choice))
    QTest.keyClick(panel.control("model.depth").slider, Key.Key_Right)
    assert chosen == [("model.depth", 3)]
    assert panel.experiment() is start  # until it is told
    panel.set_experiment(start)  # it was not taken
    assert panel.control("model.depth").value() == 2
    assert len(chosen) == 1


def test_a_drag_comes_out_while_it_lasts(panel, changes):
    slider = panel.control("regularization.dropout").slider
    QTest.mousePress(slider, LEFT, pos=QPoint(7, 8))
    for x in (40, 80, 120):
        QTest.mouseMove(slider, QPoint(x, 8))
    assert len(changes) == 3
    QTest.mouseRelease(slider, LEFT, pos=QPoint(120, 8))
    dropouts = [experiment.regularization.dropout for experiment in changes]
    assert dropouts == sorted(set(dropouts))


def test_a_value_set_on_a_control_is_a_change(panel, changes):
    panel.control("optimizer.lr").set_value(0.5)
    assert [experiment.optimizer.lr for experiment in changes] == [0.5]


def test_set_experiment_emits_nothing_and_touches_only_what_differs(panel, changes, monkeypatch):
    touched = []
    for path in PATHS:
        control = panel.control(path)

        def show(value, path=path, show=control._show):
            touched.append(path)
            show(value)

        monkeypatch.setattr(control, "_show", show)
    experiment = replace(Experiment(), OTHER)
    panel.set_experiment(experiment)
    assert changes == []
    assert set(touched) == set(OTHER) - {"epochs"}
    assert panel.experiment() is experiment
    for path in PATHS:
        assert panel.control(path).value() == get(experiment, path)
    panel.set_experiment(experiment)
    assert len(touched) == len(OTHER) - 1
    panel.control("seed").set_value(12)
    assert changes == [replace(experiment, {"seed": 12})]


def test_an_answer_from_the_session_does_not_echo(panel, changes):
    panel.control("model.depth").set_value(5)
    assert len(changes) == 1


def test_an_experiment_to_start_with(qtbot):
    experiment = replace(Experiment(), OTHER)
    panel = ControlPanel(experiment)
    qtbot.addWidget(panel)
    assert panel.experiment() is experiment
    assert panel.control("model.width").value() == 100
    assert shown(panel, "optimizer.momentum")


def test_a_dataset_shows_the_fields_that_it_reads(panel):
    for name, spec in REGISTRY.items():
        panel.control("data.name").set_value(name)
        for path in PATHS:
            if path.startswith("data."):
                leaf = path.removeprefix("data.")
                is_read = leaf in spec.uses | {"name", "seed"}
                is_shown = is_read and leaf != "edits"  # there are none
                assert shown(panel, path) == is_shown, (name, path)
        for leaf, value in spec.defaults.items():
            assert panel.control(f"data.{leaf}").value() == value, name
            assert panel.control(f"data.{leaf}").default() == value, name


def test_another_dataset_resets_the_data_in_one_change(panel, changes):
    name = next(n for n, s in REGISTRY.items() if s.defaults.get("n_train", 30) != 30)
    start = replace(Experiment(), {"data.noise": 0.1, "model.depth": 5})
    panel.set_experiment(start)
    panel.control("data.name").set_value(name)
    assert changes == [replace(start, {"data.name": name})]
    assert panel.control("data.n_train").value() == REGISTRY[name].defaults["n_train"]
    assert panel.control("model.depth").value() == 5
    panel.control("data.n_train").set_value(7)
    QTest.mouseDClick(panel.control("data.n_train").label, LEFT)
    assert panel.control("data.n_train").value() == REGISTRY[name].defaults["n_train"]


def test_a_file_says_what_0_points_mean(panel):
    points = panel.control("data.n_train")
    assert points.slider.scale.values[0] == 2
    panel.control("data.name").set_value("csv")
    assert points.value() == 0
    assert points.box.text() == "all"
    assert panel.control("data.n_valid").box.text() == "30 %"
    assert points.slider.scale.values[0] == 0
    panel.control("data.name").set_value("sine")
    assert points.box.text() == "30"
    assert points.slider.scale.values[0] == 2


def test_momentum_is_shown_for_the_optimizer_that_has_it(panel):
    for name in FIELDS["optimizer.name"].choices:
        panel.control("optimizer.name").set_value(name)
        assert shown(panel, "optimizer.momentum") == (name == "momentum")


def test_a_linear_model_greys_what_hidden_layers_have(panel):
    paths = ("model.width", "model.activation", "regularization.dropout")
    panel.control("model.depth").set_value(0)
    for path in paths:
        assert not panel.control(path).isEnabled()
        assert "No effect: a linear model (model.depth = 0)" in panel.control(path).toolTip()
    assert panel.control("model.init_scale").isEnabled()
    panel.control("model.depth").set_value(1)
    for path in paths:
        assert panel.control(path).isEnabled()
        assert "No effect" not in panel.control(path).toolTip()


def test_labels_are_smoothed_only_where_classes_are_predicted(panel):
    control = panel.control("regularization.label_smoothing")
    for name, is_on in (("sine", False), ("moons", True), ("cars", False), ("digits", True)):
        panel.control("data.name").set_value(name)
        assert control.isEnabled() == is_on
        assert ("No effect: a number is predicted" in control.toolTip()) == (not is_on)


def test_biases_are_penalized_or_not_only_where_there_is_a_penalty(panel):
    control = panel.control("regularization.decay_bias")
    assert not control.isEnabled()
    for path in ("regularization.weight_decay", "regularization.l1"):
        panel.control(path).set_value(0.1)
        assert control.isEnabled()
        panel.control(path).set_value(0.0)
        assert "No effect: there is neither weight decay nor an L1 penalty" in control.toolTip()


def test_seed_is_with_the_model(panel):
    assert panel.control("seed").parent() is panel.control("model.init").parent()


def test_more_shows_the_rarely_used_controls(qtbot):
    panel = ControlPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 900)
    panel.show()
    assert shown(panel, "regularization.weight_decay")
    assert not shown(panel, "regularization.early_stopping")
    more = next(b for b in panel.findChildren(QToolButton) if b.accessibleName().endswith("zation"))
    qtbot.mouseClick(more, LEFT)
    assert shown(panel, "regularization.early_stopping")
    assert not shown(panel, "data.seed")
    qtbot.mouseClick(more, LEFT)
    assert not shown(panel, "regularization.early_stopping")


def test_regularization_follows_the_dataset_and_the_optimizer_is_folded(qtbot):
    panel = ControlPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 900)
    panel.show()
    order = ("data.name", "regularization.dropout", "data.noise", "model.depth")
    tops = [panel.control(path).mapTo(panel, QPoint()).y() for path in order]
    assert tops == sorted(tops)
    assert all(shown(panel, path) for path in order)
    assert not shown(panel, "optimizer.lr")
    panel.set_experiment(replace(Experiment(), {"optimizer.lr": 0.5}))
    assert shown(panel, "optimizer.lr")  # what was changed is in sight
    panel.set_experiment(Experiment())
    panel.show_first()
    assert not shown(panel, "optimizer.lr")


def test_an_experiment_with_a_rare_value_has_it_in_sight(qtbot):
    panel = ControlPanel(replace(Experiment(), {"model.init": "normal"}))
    qtbot.addWidget(panel)
    assert shown(panel, "model.init")
    assert not shown(panel, "data.seed")


def test_tab_order_follows_the_layout(panel):
    content = panel.widget()
    widget = content.nextInFocusChain()
    places = []
    while widget is not content:
        tabbed = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if content.isAncestorOf(widget) and widget.isVisibleTo(content) and tabbed:
            corner = widget.mapTo(content, QPoint(0, 0))
            places.append((corner.y() + widget.height() // 2, corner.x()))
        widget = widget.nextInFocusChain()
    assert len(places) > 30
    for (y, x), (next_y, next_x) in pairwise(places):
        is_same_row = abs(next_y - y) <= 4
        assert next_x >= x if is_same_row else next_y > y


@pytest.mark.parametrize("width", [288, pytest.param(300, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("height", [640, 1080])
def test_nothing_is_cut_off_at_the_side(panel, width, height):
    panel.control("optimizer.name").set_value("momentum")
    panel.resize(width, height)
    for name in REGISTRY:
        panel.control("data.name").set_value(name)
        QApplication.processEvents()
        assert panel.width() == width, name
        assert panel.widget().minimumSizeHint().width() <= panel.viewport().width(), name
        assert panel.widget().width() == panel.viewport().width(), name
        assert not panel.horizontalScrollBar().isVisible(), name
        for path in PATHS:
            label = getattr(panel.control(path), "label", None)
            if label is not None and label.isVisible():
                assert label.width() >= label.sizeHint().width(), (name, path)


def test_a_drag_does_not_lay_out_the_panel(panel):
    class Layouts(QObject):
        count = 0

        def eventFilter(self, watched, event):
            if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Resize}:
                self.count += 1
            return False

    for _ in range(10):  # a new window settles in several passes
        QApplication.processEvents()
    layouts = Layouts()
    control = panel.control("regularization.weight_decay")
    for widget in (panel.widget(), control, control.parentWidget(), control.box, control.slider):
        widget.installEventFilter(layouts)
    QTest.mousePress(control.slider, LEFT, pos=QPoint(7, 8))
    for x in range(7, 200, 5):
        QTest.mouseMove(control.slider, QPoint(x, 8))
        QApplication.processEvents()
    QTest.mouseRelease(control.slider, LEFT, pos=QPoint(200, 8))
    assert control.value() > 0
    assert layouts.count == 0


def test_a_group_folds_and_unfolds(panel):
    group = panel.control("optimizer.lr").parentWidget().parentWidget()
    QTest.mouseClick(group.heading, LEFT)
    assert not shown(panel, "optimizer.lr")
    assert shown(panel, "model.depth")
    QTest.mouseClick(group.heading, LEFT)
    assert shown(panel, "optimizer.lr")


def test_wrong_input_in_the_panel_changes_nothing(panel, changes):
    box = panel.control("optimizer.lr").box
    assert isinstance(box, QLineEdit)
    box.selectAll()
    QTest.keyClicks(box, "20")
    QTest.keyClick(box, Key.Key_Return)
    assert changes == []
    assert panel.experiment() == Experiment()
    assert "from 0 to 10" in panel.control("optimizer.lr").message()


def test_every_value_survives_a_walk_through_the_datasets(panel):
    start = replace(Experiment(), {"model.width": 17, "optimizer.lr": 0.0123})
    panel.set_experiment(start)
    for name in (*REGISTRY, "sine"):
        panel.control("data.name").set_value(name)
    changed = differences(start, panel.experiment())
    assert all(path.startswith("data.") for path in changed)


# Back to defaults


def test_a_group_goes_back_to_the_defaults_of_its_dataset(panel, changes):
    changed = replace(
        Experiment(),
        {"data.name": "moons", "data.noise": 1.0, "data.seed": 7, "model.width": 9},
    )
    panel.set_experiment(changed)
    button = panel.findChild(QToolButton, "data.defaults")
    QTest.mouseClick(button, LEFT)
    (experiment,) = changes
    assert experiment == replace(Experiment(), {"data.name": "moons", "model.width": 9})
    assert panel.experiment() == experiment
    assert not button.isEnabled()


def test_defaults_are_offered_where_something_in_sight_differs(panel):
    def offered() -> set[str]:
        found = panel.findChildren(QToolButton)
        names = {one.objectName() for one in found if one.isEnabled()}
        return {name.partition(".")[0] for name in names if name.endswith(".defaults")}

    assert offered() == set()
    panel.set_experiment(replace(Experiment(), {"optimizer.lr": 0.5, "seed": 3}))
    assert offered() == {"optimizer"}  # a seed says little
    panel.set_experiment(replace(Experiment(), {"data.label_noise": 0.5}))
    assert offered() == set()  # a sine has no labels
    panel.set_experiment(replace(Experiment(), {"data.name": "moons", "data.label_noise": 0.5}))
    assert offered() == {"data"}
