"""The ring around what has the focus."""

import pytest
from color_vision import contrast
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from regplay.core.fields import FIELDS
from regplay.gui.controls.panel import make_control
from regplay.gui.lesson_guide.wrapped_text import TextLine, WrappedButton
from regplay.gui.theme import DARK, LIGHT, palette_of
from regplay.gui.widgets import Button, CountBox, FlatButton, PushButton, Toggle

MAKERS = {
    "button": Button,
    "press": lambda: FlatButton("Go"),
    "toggle": lambda: Toggle("Go"),
    "count": CountBox,
    "push": lambda: PushButton("Go"),
    "answer": lambda: WrappedButton(TextLine("Go")),
}
PARTS = {
    "slider": "data.noise",
    "box": "data.noise",
    "combo": "model.activation",
    "check_box": "data.clean_valid",
    "line": "data.target",
}


def accented(widget, color: str) -> int:
    """How many pixels have exactly this colour."""
    image = widget.grab().toImage()
    return sum(
        image.pixelColor(x, y).name() == color
        for x in range(image.width())
        for y in range(image.height())
    )


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("kind", [*MAKERS, *PARTS])
def test_whatever_has_the_focus_has_the_same_ring(show_widget, kind, colors) -> None:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    other = FlatButton("Other")
    whole = make_control(FIELDS[PARTS[kind]]) if kind in PARTS else MAKERS[kind]()
    widget = getattr(whole, kind) if kind in PARTS else whole
    layout.addWidget(other)
    layout.addWidget(whole)
    show_widget(holder, 160, 90)
    holder.setPalette(palette_of(colors))
    other.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.mouseMove(holder, QPoint(1, 1))  # wherever it was: what it points at is lit, too
    QApplication.processEvents()
    assert accented(widget, colors.accent) == 0
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert accented(widget, colors.accent) > 20
    assert accented(other, colors.accent) == 0


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_ring_stands_out_from_every_ground(colors) -> None:
    palette = palette_of(colors)
    for ground in (palette.window(), palette.base()):
        assert contrast(colors.accent, ground.color().name()) > 3  # WCAG 1.4.11
