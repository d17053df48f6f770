"""The window is in sight with its title bar, on every screen and on those that are left."""

import json
import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QMargins, QRect

from regplay.gui.application.placement import placed

FRAME = QMargins(4, 30, 4, 4)
MAIN, RIGHT = QRect(0, 0, 1920, 1040), QRect(1920, 100, 1366, 728)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (QRect(320, 120, 1280, 800), QRect(320, 120, 1280, 800)),  # as it is
        (QRect(0, 0, 1280, 800), QRect(4, 30, 1280, 800)),  # its title bar would be out of sight
        (QRect(900, 400, 1280, 800), QRect(636, 236, 1280, 800)),
        (QRect(-50, 10, 4000, 3000), QRect(4, 30, 1912, 1006)),
        (QRect(2000, 150, 1280, 800), QRect(2000, 130, 1280, 694)),  # the other screen is lower
        (QRect(5000, 5000, 1280, 800), QRect(636, 236, 1280, 800)),  # on a screen that is gone
        (QRect(-3000, -900, 1280, 800), QRect(4, 30, 1280, 800)),
    ],
)
def test_all_of_the_window_is_in_sight(wanted, expected):
    assert placed(wanted, [MAIN, RIGHT], FRAME) == expected


def test_wherever_a_window_was_it_is_within_one_screen_afterwards():
    for x in range(-2500, 4000, 370):
        for y in range(-1500, 2000, 290):
            for width, height in ((800, 560), (1280, 800), (2500, 400), (300, 2000)):
                place = placed(QRect(x, y, width, height), [MAIN, RIGHT], FRAME)
                whole = place.marginsAdded(FRAME)
                assert any(area.contains(whole) for area in (MAIN, RIGHT))
                assert place.width() <= width
                assert place.height() <= height


CHILD = """
import sys
from PySide6.QtCore import QSettings, QRect
from PySide6.QtWidgets import QApplication
from pathlib import Path
from regplay.gui.application.placement import place_on_screen
from regplay.gui.window import MainWindow

app = QApplication([])
settings = QSettings(sys.argv[1], QSettings.Format.IniFormat)
window = MainWindow(settings=settings, folder=Path(sys.argv[1]).parent / "kept")
place_on_screen(window)
window.show()
app.processEvents()
play = window.timeline.play
button = QRect(play.mapToGlobal(play.rect().topLeft()), play.size())
area = window.screen().availableGeometry()
print(*window.size().toTuple(), area.contains(window.frameGeometry()), area.contains(button))
if "move" in sys.argv:
    window.setGeometry(QRect(2100, 200, 1280, 800))
window.close()
"""


def _open(tmp_path, *sizes: tuple[int, int], words=(), scale: float = 1.0):
    x, screens = 0, []
    for number, (width, height) in enumerate(sizes):
        screens.append({"name": f"screen{number}", "x": x, "y": 0, "width": width})
        screens[-1] |= {"height": height, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        x += width
    config = tmp_path / "screens.json"
    config.write_text(json.dumps({"screens": screens}), encoding="utf-8")
    settings = str(tmp_path / "settings.ini")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, settings, *words],
        env=os.environ
        | {"QT_QPA_PLATFORM": f"offscreen:configfile={config}", "QT_SCALE_FACTOR": str(scale)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    width, height, is_inside, has_button = done.stdout.split()
    return (int(width), int(height)), (is_inside, has_button) == ("True", "True")


@pytest.mark.parametrize(
    ("screen", "scale", "is_usual"),
    [
        # The largest is asked below, and the smallest here; between them there are two at night.
        pytest.param((1366, 768), 1.0, False, marks=pytest.mark.nightly),
        # 1280 by 720 in units of the scale
        pytest.param((1920, 1080), 1.5, False, marks=pytest.mark.nightly),
        ((1366, 768), 1.5, False),  # smaller than the window is elsewhere at its smallest
    ],
)
def test_the_first_window_fits_the_screen(tmp_path, screen, scale, is_usual):
    size, is_in_sight = _open(tmp_path, screen, scale=scale)
    assert is_in_sight
    assert (size == (1280, 800)) == is_usual


def test_a_window_that_was_on_a_screen_that_is_gone_comes_to_the_one_that_is_there(tmp_path):
    assert _open(tmp_path, (1920, 1080), (1920, 1080), words=["move"]) == ((1280, 800), True)
    size, is_in_sight = _open(tmp_path, (1366, 768))
    assert is_in_sight
    assert size[0] == 1280
