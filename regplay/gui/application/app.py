"""Start the application."""

import sys
from pathlib import Path

import numpy as np  # noqa: F401  # first: after PySide6 its import takes 20 ms longer
from PySide6.QtWidgets import QApplication

from regplay.core.experiment import Experiment
from regplay.gui.application.garbage import Collector
from regplay.gui.application.placement import place_on_screen
from regplay.gui.application.termination import Termination
from regplay.gui.help import log_path, write_errors
from regplay.gui.widgets import application_icon
from regplay.gui.window import MainWindow


def start(experiment: Experiment | None = None, device: str | None = None, opened: str = "") -> int:
    """Open the window and wait until it is closed; returns the exit code.

    It trains by itself what it begins with, as soon as torch is there.

    Parameters
    ----------
    experiment
        What to begin with; the default experiment if None.
    device
        Where to train, in place of the device remembered from the last time.
    opened
        A file to open in the window that is no experiment, such as a session; none if empty.
    """
    app = QApplication(sys.argv[:1])
    termination = Termination(app)  # first: what a signal raised in Qt's callbacks would be lost
    app.setApplicationName("regplay")
    app.setDesktopFileName("regplay")
    app.setWindowIcon(application_icon())
    write_errors(log_path())
    window = MainWindow(experiment)
    collector = Collector(app)
    for loaded in (window.controller.runner.loaded, window.controller.runner.failed):
        loaded.connect(collector.begin)
    termination.asked.connect(window.documents.leave)
    termination.asked.connect(app.quit)
    if device is not None:
        window.set_device(device)
    place_on_screen(window)
    if opened:
        window.open_at_start(Path(opened))
    window.show()
    if experiment is None and not opened:
        window.hints.begin()
    if not opened:
        window.controller.runner.play()  # as soon as torch is there: a trained network says more
    code = app.exec()
    return termination.exit_code or code
