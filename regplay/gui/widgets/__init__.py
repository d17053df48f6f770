"""The program's own small widgets: buttons, texts, sliders, marks, icons."""

from regplay.gui.widgets.buttons import Button, CloseButton, Press, Toggle
from regplay.gui.widgets.handle_slider import HANDLE, HandleSlider, draw_groove, quiet
from regplay.gui.widgets.icons import application_icon, icon
from regplay.gui.widgets.layout import ScrolledColumn, column, divided, leave_space, named, take_out
from regplay.gui.widgets.study_control import StudyControl
from regplay.gui.widgets.texts import Banner, ElidedLabel, Sentence
from regplay.gui.widgets.tones import blend

__all__ = [
    "HANDLE",
    "Banner",
    "Button",
    "CloseButton",
    "ElidedLabel",
    "HandleSlider",
    "Press",
    "ScrolledColumn",
    "Sentence",
    "StudyControl",
    "Toggle",
    "application_icon",
    "blend",
    "column",
    "divided",
    "draw_groove",
    "icon",
    "leave_space",
    "named",
    "quiet",
    "take_out",
]
