"""How much the memory of a window grows that trains and is used for many minutes.

`python -m tests.benchmarks.soak MINUTES` is the process that is measured. It trains a run of a
million steps; every few seconds another tab is opened, and an earlier moment looked at; and each
minute begins with another seed, so that at its end there is each time as much to keep.
"""

import ctypes
import gc
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.report import Row
from tests.benchmarks.window import json_answer

_MOST = 20.0  # MB
_STEPS = 1_000_000
_MINUTE = 60.0  # s
_ACTION = 3.0  # s from one to the next


def soak(minutes: int) -> list[Row]:
    """The growth after the first minute, against its bound."""
    command = [sys.executable, "-m", "tests.benchmarks.soak", str(minutes)]
    found = json_answer(command, os.environ | {"QT_QPA_PLATFORM": "offscreen"})
    print(json.dumps(found), file=sys.stderr)
    grown = found["grown"]
    name = f"{minutes} minutes, {found['steps'] / 1e6:.1f} million steps: memory"
    return [Row(name, "bound", _MOST, grown, "MB", grown / _MOST, 1.0, at_most=True)]


def _megabytes() -> float:
    """What the process holds, without what is free by now."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Use a window, and print what it held after each minute."""
    minutes = int(sys.argv[1])
    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from regplay.core.experiment import Experiment
    from regplay.core.fields import replace
    from regplay.gui.application.garbage import Collector
    from regplay.gui.window import MainWindow

    app = QApplication(["regplay"])
    held, steps = list[float](), 0
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        experiment = replace(Experiment(), {"epochs": _STEPS})
        window = MainWindow(experiment, settings=settings, folder=Path(folder) / "kept")
        controller, runner = window.controller, window.controller.runner
        tabs = itertools.cycle(window.tabs.names)
        actions, minute = (
            QTimer(interval=round(1000 * _ACTION)),
            QTimer(interval=round(1000 * _MINUTE)),
        )

        def act() -> None:
            window.tabs.set_tab(next(tabs))
            controller.look(epoch=runner.step // 2)
            runner.play()

        def begin_minute() -> None:
            nonlocal steps
            steps += runner.step
            held.append(_megabytes())
            print(round(held[-1], 1), runner.step, file=sys.stderr, flush=True)
            if len(held) == minutes:
                runner.stop()
                app.quit()  # closing would ask about changes
            controller.set_value("seed", len(held))
            runner.play()

        def begin() -> None:
            Collector(app).begin()
            actions.start()
            minute.start()
            runner.play()

        actions.timeout.connect(act)
        minute.timeout.connect(begin_minute)
        runner.loaded.connect(begin)
        window.show()
        app.exec()
        print(json.dumps({"grown": held[-1] - held[0], "steps": steps}), flush=True)
        os._exit(0)  # nothing of it is wanted any more


if __name__ == "__main__":
    main()
