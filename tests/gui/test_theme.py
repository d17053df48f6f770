from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from regplay.gui.theme import DARK, LIGHT, Colors, Theme, mix

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
_SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(color: str) -> np.ndarray:
    rgb = np.array(QColor(color).getRgbF()[:3])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    xyz = _XYZ @ linear.clip(0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _distance(one: str, other: str) -> float:
    """CIE76, for the eyes that tell them apart worst."""
    return min(
        float(np.linalg.norm(_lab(sight @ _linear(one)) - _lab(sight @ _linear(other))))
        for sight in _SIGHT.values()
    )


def _contrast(one: str, other: str) -> float:
    """WCAG 2.1."""
    light, dark = sorted((float(_XYZ[1] @ _linear(c)) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
class TestColors:
    def test_training_and_validation_stay_apart(self, colors: Colors) -> None:
        assert _distance(colors.train, colors.valid) > 60

    def test_classes_stay_apart(self, colors: Colors) -> None:
        assert min(_distance(a, b) for a, b in combinations(colors.classes[:4], 2)) > 40
        assert min(_distance(a, b) for a, b in combinations(colors.classes, 2)) > 20

    def test_curves_of_one_plot_stay_apart(self, colors: Colors) -> None:
        for group in (
            (colors.train, colors.valid, colors.floor),
            (colors.train, colors.valid, colors.fit, colors.truth),
            (colors.norm, colors.penalty, colors.objective),
        ):
            assert min(_distance(a, b) for a, b in combinations(group, 2)) > 15

    def test_text_and_lines_stand_out_from_the_ground(self, colors: Colors) -> None:
        assert _contrast(colors.foreground, colors.background) > 7
        for color in (colors.train, colors.valid, colors.fit, colors.truth, colors.floor):
            assert _contrast(color, colors.background) > 3


def test_mixing() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#102030", "#304050", 0.5) == "#203040"


@pytest.fixture
def theme(qapp: QApplication):
    theme = Theme(qapp)
    yield theme
    theme.setScheme("system")
    qapp.setPalette(QPalette())
    QToolTip.setPalette(qapp.palette())
    theme.deleteLater()


def _lightness(palette: QPalette, role: QPalette.ColorRole) -> int:
    return palette.color(role).lightness()


def test_dark_and_light_reach_the_whole_application(qapp, theme) -> None:
    role = QPalette.ColorRole
    grounds = (role.Window, role.Base, role.Button, role.ToolTipBase)
    texts = (role.WindowText, role.Text, role.ButtonText, role.ToolTipText)
    theme.setScheme("dark")
    assert all(_lightness(qapp.palette(), ground) < 90 for ground in grounds)
    assert all(_lightness(qapp.palette(), text) > 190 for text in texts)
    assert _lightness(QToolTip.palette(), role.ToolTipBase) < 90
    theme.setScheme("light")
    assert all(_lightness(qapp.palette(), ground) > 190 for ground in grounds)
    assert all(_lightness(qapp.palette(), text) < 90 for text in texts)


def test_changes_are_told_once(theme) -> None:
    told: list[Colors] = []
    theme.changed.connect(told.append)
    theme.setScheme("light")
    told.clear()
    theme.setScheme("dark")
    theme.setScheme("dark")
    theme.setScheme("light")
    assert told == [DARK, LIGHT]
    assert theme.colors is LIGHT


def test_the_system_decides_again(qapp, theme) -> None:
    before = qapp.palette().window().color()
    theme.setScheme("dark" if not theme.colors.dark else "light")
    theme.setScheme("system")
    assert qapp.palette().window().color() == before
