from itertools import combinations
from typing import get_args

import pytest
from color_vision import BLIND, USUAL, contrast, distance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QToolTip, QVBoxLayout, QWidget

from regplay.core.verdict import VerdictKind
from regplay.gui.plots.legend import Entry, Legend
from regplay.gui.theme import (
    DARK,
    LIGHT,
    ROLES,
    VERDICTS,
    Colors,
    colors_of,
    line_color,
    mix,
    palette_of,
    refusal_color,
    with_fit,
)


def _distance(one: str, other: str) -> float:
    """CIE76, for the eyes that tell them apart worst."""
    return min(distance(one, other, sight) for sight in (USUAL, *BLIND.values()))


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
        assert contrast(colors.foreground, colors.background) > 7
        for color in (colors.train, colors.valid, colors.fit, colors.truth, colors.floor):
            assert contrast(color, colors.background) > 3


def texts_on_grounds(colors: Colors) -> dict[str, tuple[str, str]]:
    """Each colour of text with each ground that it stands on, by what they are."""
    palette, role = palette_of(colors), QPalette.ColorRole

    def of(which: QPalette.ColorRole) -> str:
        return palette.color(which).name()

    window, base = of(role.Window), colors.background
    chosen = line_color(palette, 0.12).name()  # below a tab
    found = {
        "window": (of(role.WindowText), window),
        "base": (of(role.Text), of(role.Base)),
        "every second row": (of(role.Text), of(role.AlternateBase)),
        "button": (of(role.ButtonText), of(role.Button)),
        "chosen tab": (of(role.WindowText), chosen),
        "chosen row": (of(role.HighlightedText), of(role.Highlight)),
        "tooltip": (of(role.ToolTipText), of(role.ToolTipBase)),
        "placeholder": (of(role.PlaceholderText), of(role.Base)),
        "link": (of(role.Link), window),
        "visited link": (of(role.LinkVisited), window),
        "refusal": (refusal_color(palette).name(), window),
        "refusal in a table": (refusal_color(palette).name(), base),
        "secondary": (line_color(palette, 0.65).name(), window),
        "ticks": (colors.muted, base),
    }
    for name in ("foreground", "muted", "train", "valid", "floor"):
        found |= {
            f"{name} on {ground}": (getattr(colors, name), ground) for ground in (window, base)
        }
    return found | {f"chip of {kind}": ("#ffffff", color) for kind, color in VERDICTS.items()}


@pytest.mark.parametrize("sight", ["usual", *BLIND])
@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_can_be_read(colors: Colors, sight: str) -> None:
    """WCAG 2.1, 1.4.3; what is out of use is exempt."""
    eyes = BLIND.get(sight, USUAL)
    ratios = {name: contrast(*pair, eyes) for name, pair in texts_on_grounds(colors).items()}
    assert {name: round(ratio, 2) for name, ratio in ratios.items() if ratio < 4.5} == {}


def test_verdicts_stay_apart() -> None:
    assert set(VERDICTS) == set(get_args(VerdictKind))
    no_verdicts = ("untrained", "still learning", "diverged")
    told = [color for kind, color in VERDICTS.items() if kind not in no_verdicts]
    assert min(_distance(a, b) for a, b in combinations(told, 2)) > 20


def test_mixing() -> None:
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
    assert mix("#102030", "#304050", 0.5) == "#203040"


def _lightness(palette: QPalette, role: QPalette.ColorRole) -> int:
    return palette.color(role).lightness()


def test_dark_and_light_reach_the_whole_application(qapp, theme) -> None:
    role = QPalette.ColorRole
    grounds = (role.Window, role.Base, role.Button, role.ToolTipBase)
    texts = (role.WindowText, role.Text, role.ButtonText, role.ToolTipText)
    theme.set_scheme("dark")
    assert all(_lightness(qapp.palette(), ground) < 90 for ground in grounds)
    assert all(_lightness(qapp.palette(), text) > 190 for text in texts)
    assert _lightness(QToolTip.palette(), role.ToolTipBase) < 90
    theme.set_scheme("light")
    assert all(_lightness(qapp.palette(), ground) > 190 for ground in grounds)
    assert all(_lightness(qapp.palette(), text) < 90 for text in texts)


def test_what_is_drawn_follows_the_scheme(qtbot, theme) -> None:
    legend = Legend()
    qtbot.addWidget(legend)
    legend.resize(200, 20)
    legend.set_entries([Entry("band", "", ROLES.train)])
    legend.show()
    for scheme, colors in (("light", LIGHT), ("dark", DARK), ("light", LIGHT)):
        theme.set_scheme(scheme)
        QApplication.processEvents()  # tells the widgets
        assert colors_of(legend) is colors
        assert legend.grab().toImage().pixelColor(8, 10).name() == colors.train


def test_a_role_is_a_colour_in_each_scheme() -> None:
    faint = mix(mix(ROLES.valid, ROLES.background, 0.3), ROLES.class_color(1), 0.5)
    for colors in (LIGHT, DARK):
        expected = mix(mix(colors.valid, colors.background, 0.3), colors.class_color(1), 0.5)
        assert colors.of(faint) == expected
        assert colors.of("#123456") == "#123456"
    assert mix(ROLES.valid, ROLES.background, 0.3) == mix(ROLES.valid, ROLES.background, 0.3)
    assert with_fit(DARK, ROLES.train).fit == DARK.train


def test_the_system_decides_again(qapp, theme) -> None:
    theme.set_scheme("system")
    before = qapp.palette().window().color()
    theme.set_scheme("light" if before.lightness() < 128 else "dark")
    theme.set_scheme("system")
    assert qapp.palette().window().color() == before


def test_an_empty_check_box_is_seen(qtbot, theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    QVBoxLayout(parent).addWidget(box := QCheckBox("Keep weights"))
    for scheme, least in (("light", 1.15), ("dark", 2.5), ("light", 1.15)):
        theme.set_scheme(scheme)
        image = parent.grab().toImage()
        ground, y = image.pixelColor(0, 0).name(), box.geometry().center().y()
        row = (image.pixelColor(x, y).name() for x in range(box.x(), box.x() + 6))
        outline = max(contrast(color, ground) for color in row)
        assert outline > least, scheme


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_a_word_on_a_button_that_is_down_and_out_of_use_is_seen(colors: Colors) -> None:
    palette, role = palette_of(colors), QPalette.ColorRole
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Disabled):
        ground, text = (
            palette.color(group, role.Highlight),
            palette.color(group, role.HighlightedText),
        )
        assert contrast(ground.name(), text.name()) > 2.5
