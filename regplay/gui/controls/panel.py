"""The left side of the window: a control for each value of the experiment, in groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from regplay.core import fields
from regplay.core.datasets import Dataset, remarks
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import (
    ADJUSTABLE_FIELDS,
    SWEEPABLE,
    is_of_model,
    is_used,
    why_unused,
)
from regplay.gui.controls.control import (
    ChoiceControl,
    Control,
    EditsControl,
    FileControl,
    PointsControl,
    SwitchControl,
    TextControl,
)
from regplay.gui.controls.dataset_picker import DatasetPicker
from regplay.gui.controls.group import Group
from regplay.gui.controls.layer_values import COMMON, LayerValuesControl
from regplay.gui.controls.number import NumberControl, SweepableControl
from regplay.gui.controls.slider_scale import reach_of
from regplay.gui.theme import zoomed
from regplay.gui.training import (
    Start,
    Study,
    StudyRequest,
    SweepCurve,
    curve_of,
    seconds_of,
    sweep_along,
)
from regplay.gui.widgets import FlatButton, Label, ScrolledColumn, fill, named
from regplay.session.experiment_text import reads_file

_KINDS: Mapping[str, type[Control]] = {
    "choice": ChoiceControl,
    "switch": SwitchControl,
    "text": TextControl,
    "integer": NumberControl,
    "number": NumberControl,
}
_SPECIAL: Mapping[str, type[Control]] = dict.fromkeys(SWEEPABLE, SweepableControl) | {
    "data.name": DatasetPicker,
    "data.file": FileControl,
    "data.edits": EditsControl,
    "data.points": PointsControl,
    "data.valid_points": PointsControl,
    **dict.fromkeys(COMMON, LayerValuesControl),
}


def make_control(field: fields.Field, parent: QWidget | None = None) -> Control:
    """The control for `field`, showing its default."""
    return _SPECIAL.get(field.path, _KINDS[field.kind])(field, parent)


# Regularization before the others: in a small window it is in sight without scrolling.
_GROUPS = {
    "dataset": "",
    "regularization": "Regularization",
    "data": "Data",
    "model": "Model",
    "optimizer": "Optimizer",
}
_FOLDED = frozenset({"optimizer"})  # until something in them is changed
# Fields that are not in the group of their section.
_PLACED = dict.fromkeys(("data.name", "data.file", "data.target"), "dataset") | {"seed": "model"}
_ELSEWHERE = ("epochs",)  # the timeline's
# Behind `More`.
_RARE = frozenset(path for path, field in fields.FIELDS.items() if field.is_rare)
_SEEDS = frozenset({"seed", "data.seed"})  # change often, and say little
_HIDING = frozenset({"data", "optimizer"})  # groups that show only what is used
_WIDTH, _MIN_WIDTH = 304, 288  # px
_SOON = 1.2  # expected seconds on one thread of training a curve that nobody asked for
_SCROLL_MARGIN = 24  # px above and below a control that is scrolled to


def _section(path: str) -> str:
    """The name of the group that a field is in."""
    return _PLACED.get(path, path.partition(".")[0])


def _paths(section: str) -> list[str]:
    """The field paths of a group, in the order of the experiment but for `_RARE`."""
    found = [path for path in fields.FIELDS if path not in _ELSEWHERE and _section(path) == section]
    return sorted(found, key=_RARE.__contains__)


_PATHS = {section: _paths(section) for section in _GROUPS}
_IN_ORDER = tuple(path for paths in _PATHS.values() for path in paths)


@dataclass(frozen=True)
class Folding:
    """What is unfolded in the panel: groups, those whose `More` is down, and curves."""

    groups: frozenset[str]
    rare: frozenset[str]
    curves: tuple[str, ...]


class ControlPanel(ScrolledColumn):
    """All controls of an experiment; what a person changes is asked for, and shown once it is so.

    Of the data and the optimizer only the fields with an effect are shown, and nothing that only
    another kind of model has; else those without an effect are greyed. The values stay either way.

    Signals
    -------
    value_chosen
        A field path, and the value that a person wants it to have.
    defaults_wanted
        The field paths of a group: their values are to be the defaults.
    start_chosen
        (Experiment, Start): go on with this member of a finished curve; `value_chosen` is not
        emitted.
    curve_toggled
        A field path, and whether a person wants to see the curve of its slider.
    member_previewed
        A field path, and the index of a member of its finished curve that is under the handle; None
        once nothing was adopted.
    wishes_changed
        Something else is to be trained: the mouse came near a slider, or left it.
    """

    value_chosen = Signal(str, object)
    defaults_wanted = Signal(object)
    start_chosen = Signal(object, object)
    curve_toggled = Signal(str, bool)
    member_previewed = Signal(str, object)
    wishes_changed = Signal()

    def __init__(self, experiment: Experiment | None = None, parent: QWidget | None = None) -> None:
        super().__init__("controls", parent)
        self._experiment = Experiment()
        self._dataset: Dataset | None = None
        self._controls: dict[str, Control] = {}
        self._groups: dict[str, Group] = {}
        self._highlighted: tuple[str, ...] = ()
        self._hidden: frozenset[str] = frozenset()
        self._near = ""  # the field path of the slider that the mouse is at
        self._marks_valleys = True
        self._keeps_weights = False
        self._curves: set[str] = set()  # field paths whose curves are switched on
        # What finished studies show at an epoch: it stays while the experiment changes.
        self._finished: dict[tuple[Study | None, int | None], SweepCurve] = {}
        self._unused: dict[str, str] = {}  # why fields have no effect

        content = QWidget()
        column = fill(QVBoxLayout(content), self._make_note(), margins=(8, 8, 4, 8), spacing=8)
        for section, title in _GROUPS.items():
            paths = _PATHS[section]
            has_more = not _RARE.isdisjoint(paths)
            group = self._groups[section] = Group(title, content, has_more=has_more)
            group.defaults.setObjectName(f"{section}.defaults")
            group.set_open(section not in _FOLDED)
            group.defaults.clicked.connect(lambda _, all=paths: self.defaults_wanted.emit(all))
            group.unfolded.connect(self._make_shown)
            column.addWidget(group)
        column.addStretch(1)
        self.setWidget(content)
        self.set_experiment(Experiment() if experiment is None else experiment)

    def _make_note(self) -> QWidget:
        """The line that says how many controls are hidden; it is there while some are."""
        self._note = QWidget()
        self._note_text = named("controls.hidden", Label())
        tip = "Show all controls; another page of the lesson may hide some again"
        button = named("controls.showAll", FlatButton("Show all", tip))
        button.setAccessibleName("Show all controls")
        button.clicked.connect(lambda: self.set_hidden_paths(()))
        row = QHBoxLayout(self._note)
        fill(row, (self._note_text, 1), button, margins=(4, 2, 4, 2), spacing=-1)
        self._note.hide()
        return self._note

    def control(self, path: str) -> Control:
        """The control of a field path; it is made when it is first asked for or shown.

        Raises
        ------
        KeyError
            If the panel has none, such as for `epochs`.
        """
        if path not in self._controls:
            self._make(path)
        return self._controls[path]

    def _make(self, path: str) -> None:
        """Put the control of a field path in its place, showing the present experiment."""
        if path not in self.paths():
            raise KeyError(path)
        section, is_rare = _section(path), path in _RARE
        group = self._groups[section]
        control = make_control(fields.FIELDS[path], group)
        control.value_changed.connect(partial(self.value_chosen.emit, path))
        if isinstance(control, SweepableControl):
            control.button.setChecked(path in self._curves)
            control.button.toggled.connect(partial(self._note_curve, path))
            control.curve_toggled.connect(partial(self.curve_toggled.emit, path))
            control.previewed.connect(partial(self.member_previewed.emit, path))
            control.adopted.connect(partial(self._adopt, path))
            control.neared.connect(partial(self._come_near, path))
            control.adopts = self._adopts(path)
        before = _PATHS[section][: _PATHS[section].index(path)]
        beside = [one for one in before if one in self._controls and (one in _RARE) == is_rare]
        group.add(control, len(beside), is_rare=is_rare)
        self._controls[path] = control
        self._show_value(path, control)
        self._relate_control(path, control)

    def _make_shown(self) -> None:
        """Make the controls that come into sight: those folded, rare or hidden may stay unmade."""
        for section, group in self._groups.items():
            for path in _PATHS[section] if group.is_open() else ():
                if self._is_shown(path) and (path not in _RARE or group.shows_rare()):
                    self.control(path)

    def _show_value(self, path: str, control: Control) -> None:
        if isinstance(control, LayerValuesControl):
            common = fields.get(self._experiment, COMMON[path])
            control.set_layers(self._experiment.model.depth, common)
        control.show_value(fields.get(self._experiment, path))

    def experiment(self) -> Experiment:
        """The experiment that is shown, with the values that have no control here."""
        return self._experiment

    def set_experiment(self, experiment: Experiment, dataset: Dataset | None = None) -> None:
        """Show `experiment`, touching only what differs; nothing is emitted.

        Parameters
        ----------
        dataset
            What it learns from, if that can be read.
        """
        paths = fields.differences(self._experiment, experiment)
        self._experiment = experiment
        if paths:
            self._forget_refusals()
        for path, control in self._controls.items():
            self._show_value(path, control)
        if "data.name" in paths or self._reasons() != self._unused:
            self._relate()
        self.unfold(self._changed(paths))  # what was changed is in sight
        if paths:
            self._offer_defaults()
        if dataset is not self._dataset:
            self._dataset, picker = dataset, self.control("data.name")
            assert isinstance(picker, DatasetPicker)
            data = experiment.data
            known = [] if dataset is None else remarks(data, dataset, names_fields=False)
            picker.set_remarks(known[0] if known else "", known[1:])

    def _changed(self, paths: Iterable[str]) -> set[str]:
        """Those whose values differ from their defaults; seeds don't count."""
        shown = self._experiment
        found = self.paths().intersection(paths) - _SEEDS
        return {it for it in found if fields.get(shown, it) != fields.default_of(shown, it)}

    def refuse(self, path: str, why: str) -> None:
        """Say beside the number of a field path why it was not taken, until something changes."""
        control = self.control(path)
        assert isinstance(control, NumberControl)
        control.show_value(fields.get(self._experiment, path))
        control.refuse(why)

    def _forget_refusals(self) -> None:
        for control in self._controls.values():
            if isinstance(control, NumberControl):
                control.refuse("")

    def _offer_defaults(self) -> None:
        """Show the button of each group in which something differs from its default."""
        for section, group in self._groups.items():
            changed = self._changed(_PATHS[section]) - fields.CHOSEN
            group.defaults.setEnabled(not all(self._unused[path] for path in changed))

    # -- the curves of the sliders

    def curve(self, path: str) -> SweepCurve | None:
        """What the slider of a field path shows; None without a curve.

        Raises
        ------
        KeyError
            If that field is not sweepable.
        """
        return self._sweepable_control(path).slider.curve

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """A sweep for each slider whose curve is to be seen, by its field path; the dearest last.

        They are trained one after another, so that a costly one holds up no other.
        """
        sweeps, points = {}, {}  # points: of all members together, as all have the same epochs
        for path in self.chosen_curves():
            if path in self._hidden:
                continue
            sweep = sweep_along(experiment, path) if is_used(experiment, path) else None
            if sweep is not None:
                sweeps[path], values = sweep, sweep.axes[0].values
                count = len(values) * experiment.data.n_train
                points[path] = sum(map(int, values)) if path == "data.n_train" else count
        wanted = sorted(sweeps, key=points.__getitem__)
        near = "" if reads_file(experiment) else self._near  # which takes long
        if near and near not in wanted and self._marks_valleys and is_used(experiment, near):
            sweep = sweep_along(experiment, near)
            if sweep is not None and seconds_of(sweep) < _SOON:
                sweeps[near] = sweep
                wanted.append(near)
        names = ((path, fields.FIELDS[path].label.lower()) for path in wanted)
        return {path: StudyRequest(sweeps[path], title=f"The curve of {it}") for path, it in names}

    def set_marks_valleys(self, marks: bool) -> None:
        """Whether a slider at which the mouse is marks its valley without showing its curve."""
        if marks != self._marks_valleys:
            self._marks_valleys = marks
            self.wishes_changed.emit()

    def _come_near(self, path: str, is_near: bool) -> None:
        if is_near or path == self._near:
            self._near = path if is_near else ""
            self.wishes_changed.emit()

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the losses at an epoch; None is the newest record."""
        for path, control in self._sweepable().items():
            study = studies.get(path) if path == self._near and self._marks_valleys else None
            control.slider.set_hint(None if study is None else curve_of(study, epoch))
        before, self._finished = self._finished, {}
        for path in self.shown_curves():
            study = studies.get(path)
            shown = study, epoch
            curve = before.get(shown) or (None if study is None else curve_of(study, epoch))
            if curve is not None and curve.is_finished:
                self._finished[shown] = curve
            self.set_curve(path, curve)

    def set_curve(self, path: str, curve: SweepCurve | None) -> None:
        """Show a curve on the slider of `path`, where there is room for one.

        Raises
        ------
        KeyError
            If that field is not sweepable.
        """
        self._sweepable_control(path).slider.set_curve(curve)

    def chosen_curves(self) -> tuple[str, ...]:
        """Field paths whose curves are switched on."""
        return tuple(path for path in _IN_ORDER if path in self._curves)

    def _note_curve(self, path: str, is_on: bool) -> None:
        (self._curves.add if is_on else self._curves.discard)(path)

    def shown_curves(self) -> tuple[str, ...]:
        """Field paths whose curves are to be seen: not those without effect at present."""
        return tuple(path for path in self.chosen_curves() if is_used(self._experiment, path))

    def set_shown_curves(self, paths: Iterable[str]) -> None:
        """Make room for these curves and no others; `curve_toggled` is not emitted.

        Raises
        ------
        KeyError
            If a field is not sweepable; nothing changes then.
        """
        wanted = set(paths)
        if unknown := wanted.difference(SWEEPABLE):
            raise KeyError(*unknown)
        self._curves = wanted
        for path, control in self._sweepable().items():
            control.button.setChecked(path in wanted)
        for path in _RARE.intersection(wanted):
            self._groups[_section(path)].set_shows_rare(True)

    def set_keeps_weights(self, keeps: bool) -> None:
        """Whether a change goes on from the present weights where it can.

        Networks that were trained from the start are then no substitute: they are not adopted.
        """
        self._keeps_weights = keeps
        for path, control in self._sweepable().items():
            control.adopts = self._adopts(path)

    def _adopts(self, path: str) -> bool:
        return not (self._keeps_weights and path in ADJUSTABLE_FIELDS)

    def _sweepable_control(self, path: str) -> SweepableControl:
        control = self.control(path)
        if not isinstance(control, SweepableControl):
            raise KeyError(path)
        return control

    def _sweepable(self) -> dict[str, SweepableControl]:
        """Those that were made, from top to bottom."""
        made = ((path, self._controls.get(path)) for path in _IN_ORDER)
        return {path: one for path, one in made if isinstance(one, SweepableControl)}

    def paths(self) -> frozenset[str]:
        """The field paths that have a control here."""
        return frozenset(_IN_ORDER)

    def present_paths(self) -> frozenset[str]:
        """Those of them that the present data and model have, hidden or not."""
        return frozenset(filter(self._has_place, _IN_ORDER))

    def folding(self) -> Folding:
        """What is unfolded now."""
        groups = self._groups.items()
        return Folding(
            frozenset(name for name, group in groups if group.is_open()),
            frozenset(name for name, group in groups if group.shows_rare()),
            self.chosen_curves(),
        )

    def fold(self, folding: Folding) -> None:
        """Fold and unfold groups and their `More` as they were; curves stay."""
        for name, group in self._groups.items():
            group.set_open(name in folding.groups)
            group.set_shows_rare(name in folding.rare)

    # -- what is pointed out or hidden

    def show_first(self) -> None:
        """Show what one begins with, and of what is folded or rare that which was changed."""
        for section, group in self._groups.items():
            changed = self._changed(_PATHS[section])
            group.set_open(section not in _FOLDED or bool(changed))
            group.set_shows_rare(not _RARE.isdisjoint(changed))
        self.verticalScrollBar().setValue(0)

    def unfold(self, paths: Iterable[str]) -> None:
        """Unfold what these controls are in."""
        for path in paths:
            group = self._groups[_section(path)]
            group.set_open(True)
            if path in _RARE:
                group.set_shows_rare(True)

    def highlighted(self) -> tuple[str, ...]:
        """Field paths of the controls that are pointed out."""
        return self._highlighted

    def set_highlighted(self, paths: Iterable[str]) -> None:
        """Point out these controls, if they are here, and no others; bring them into sight."""
        for path in self._highlighted:
            self.control(path).removeEventFilter(self)
        self._highlighted = tuple(path for path in paths if path in self.paths())
        for path in self._highlighted:
            self.control(path).installEventFilter(self)
        for section, group in self._groups.items():
            here = [path for path in self._highlighted if _section(path) == section]
            group.frame(map(self.control, here))
        self.unfold(self._highlighted)
        self._bring_into_sight()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Bring highlighted controls into sight again once a curve of theirs has unfolded."""
        if event.type() == QEvent.Type.Resize and watched is not self.widget():
            self._bring_into_sight()
        return super().eventFilter(watched, event)

    def hidden_paths(self) -> frozenset[str]:
        """Field paths of the controls that were hidden by `set_hidden_paths`."""
        return self._hidden

    def set_hidden_paths(self, paths: Iterable[str], *, tells: bool = True) -> None:
        """Hide these controls and show the others that the experiment reads; values stay.

        Fields without a control here are passed over.

        Parameters
        ----------
        tells
            Whether a line above says that some are hidden, with a button that shows them again.
        """
        hidden = self.paths().intersection(paths)
        if hidden != self._hidden:
            self._hidden, count = hidden, len(hidden)
            controls = "1 control is" if count == 1 else f"{count} controls are"
            self._note_text.setText(f"{controls} hidden here.")
            self._note.setVisible(tells and count > 0)
            self._relate()
            self.updateGeometry()  # another width may do
            self.wishes_changed.emit()

    def event(self, event: QEvent) -> bool:
        """Ask for more width, or less, once the controls do."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """288 px wide at 100 %; for an audience, what the few in sight need if that is less."""
        width = zoomed(_MIN_WIDTH)
        if self._hidden and self._note.isHidden():
            width = min(width, self.widget().minimumSizeHint().width())
        return QSize(width, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """304 px wide at 100 %; as tall as there is room."""
        return QSize(zoomed(_WIDTH), 640)

    def _adopt(self, path: str, index: int) -> None:
        experiment = fields.replace(self._experiment, {path: self.control(path).value()})
        self.start_chosen.emit(experiment, Start(path, index))

    def scroll_to(self, path: str) -> None:
        """Scroll as far as it takes to see a control."""
        self.ensureWidgetVisible(self.control(path), 0, _SCROLL_MARGIN)

    def _bring_into_sight(self) -> None:
        QTimer.singleShot(0, self, self._show_highlighted)  # once it is laid out

    def _show_highlighted(self) -> None:
        for path in reversed(self._highlighted):  # the first, if there isn't room for all
            if not self.control(path).isHidden():
                self.scroll_to(path)

    def _relate(self) -> None:
        """Show, hide, grey and explain the controls that depend on another one."""
        self._unused = self._reasons()
        for path, control in self._controls.items():
            self._relate_control(path, control)
        for section, group in self._groups.items():
            seen = {
                path
                for path in _PATHS[section]
                if path not in self._hidden and is_of_model(self._experiment, path)
            }
            group.setVisible(bool(seen))  # no heading over nothing
            if group.more is not None:
                group.more.setVisible(not _RARE.isdisjoint(seen))
        self._make_shown()

    def _relate_control(self, path: str, control: Control) -> None:
        section, reason = path.partition(".")[0], self._unused[path]
        if section == "data":
            default = fields.default_of(self._experiment, path)
            if isinstance(control, NumberControl):
                control.set_reach(*reach_of(control.field, default))
            control.set_default(default)
        control.setVisible(self._is_shown(path))
        if section not in _HIDING:
            control.setEnabled(not reason)
            control.set_note(f"No effect: {reason}." if reason else "")

    def _is_shown(self, path: str) -> bool:
        """Whether a control is to be seen where its group is unfolded."""
        return self._has_place(path) and path not in self._hidden

    def _has_place(self, path: str) -> bool:
        """Whether the present data and model have such a control."""
        is_other = not is_of_model(self._experiment, path)
        hides = bool(self._unused[path]) and (path.partition(".")[0] in _HIDING or is_other)
        return not hides

    def _reasons(self) -> dict[str, str]:
        """Why fields have no effect at present, by their paths; empty of those that have."""
        return {path: why_unused(self._experiment, path) for path in self.paths()}
