"""Scenes of a lecture: Ctrl+1 to 9 keep what is in sight, 1 to 9 go back to it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from regplay.gui.controller import Controller
from regplay.gui.help import GROUP
from regplay.gui.persistence import Appearance
from regplay.gui.plots import Chart
from regplay.gui.training import View
from regplay.session.session import MOST_SCENES, PlotName, Scene

_CHANGED = (
    "A setting was changed while this run trained, and its weights were kept. A scene trains "
    "without that, to other numbers: pin the run (P), too, to keep these."
)
_SECONDS = 0.5  # from the ranges of one scene to those of the next


class Scenes(QObject):
    """Keeps what is in sight, and brings it back.

    A scene of another experiment is trained anew as far as it was, to the same numbers.

    Signals
    -------
    told
        (str): under which number something is kept, or that nothing is.
    """

    told = Signal(str)

    def __init__(
        self,
        controller: Controller,
        appearance: Appearance,
        charts: Callable[[], Mapping[PlotName, Chart]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller, self._appearance, self._charts = controller, appearance, charts
        self._coming: tuple[int, Scene] | None = None  # its generation; while it is trained
        self._go: dict[int, QAction] = {}
        self._controller.scenes_changed.connect(self._list)
        self._controller.runner.viewed.connect(self._arrive)

    def fill(self, menu: QMenu) -> None:
        """Give a menu an entry for each of them, by which the keys work."""
        for number in range(1, MOST_SCENES + 1):
            action = self._go[number] = menu.addAction("", lambda n=number: self.go_to(n))
            action.setShortcut(QKeySequence(str(number)))
            action.setProperty(GROUP, "Go to a scene")
        menu.addSeparator()
        for number in range(1, MOST_SCENES + 1):
            text = f"Keep what is in sight as &{number}"
            action = menu.addAction(text, lambda n=number: self.keep(n))
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            action.setProperty(GROUP, "Keep what is in sight as a scene")
        self._list()

    def _list(self) -> None:
        for number, action in self._go.items():
            scene = self._controller.scenes.get(number)
            action.setText(f"&{number}: {'none' if scene is None else _title(scene)}")
            action.setEnabled(bool(self._controller.scenes))  # else its key is free for others

    def keep(self, number: int) -> None:
        """Keep what is in sight, in place of what had this number."""
        controller = self._controller
        view = dict(self._appearance.values())
        epoch = view.pop("epoch", None)
        ranges = {
            name: (chart.frame().x_range, chart.frame().y_range)
            for name, chart in self._charts().items()
            if chart.manual
        }
        scene = Scene(
            controller.session.experiment,
            controller.runner.epoch,
            None if epoch is None else int(epoch),
            view,
            ranges,
        )
        controller.set_scenes({**controller.scenes, number: scene})
        run = controller.run
        if run is not None and run.changed_at:
            controller.message.emit(_CHANGED)
        self.told.emit(f"Kept as scene {number}: press {number} to come back to it")

    def go_to(self, number: int) -> None:
        """Bring back what was kept, or say that there is none of this number."""
        controller, scene = self._controller, self._controller.scenes.get(number)
        if scene is None:
            self.told.emit(f"There is no scene {number}: Ctrl+{number} keeps what is in sight")
            return
        runner = controller.runner
        self._appearance.show(scene.view)
        controller.begin(scene.experiment)
        runner.pause()
        runner.train_to(scene.trained)
        self._coming = runner.generation, scene
        if runner.view is not None:
            self._arrive(runner.view)

    def _arrive(self, view: View) -> None:
        """Show the moment and the ranges of a scene, once its network is there."""
        if self._coming is None or view.is_preview:
            return
        generation, scene = self._coming
        if view.generation > generation:  # a person went on to something else
            self._coming = None
        is_there = view.snapshot.epoch >= scene.trained or view.is_finished
        if view.generation != generation or not is_there:
            return
        self._coming, epoch = None, scene.epoch
        if epoch is None and view.snapshot.epoch > scene.trained:
            epoch = scene.trained
        self._controller.look(epoch=epoch)
        for name, chart in self._charts().items():
            if name in scene.ranges:
                chart.show_ranges(*scene.ranges[name], _SECONDS)
            else:
                chart.reset_ranges(_SECONDS)


def _title(scene: Scene) -> str:
    tab = str(scene.view.get("tab", "fit")).capitalize()
    return f"{tab}, epoch {scene.trained if scene.epoch is None else scene.epoch:,}"
