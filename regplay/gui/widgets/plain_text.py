"""Text as it stands, whatever a stranger has put into it.

Where Qt guesses the format, in labels and tooltips, a name such as `<img src=/dev/zero>` has it
read that file in place of showing the name.
"""

from typing import Any

from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class Label(QLabel):
    """One that shows its text as it stands; ours may be markup if `setTextFormat` says so."""

    def __init__(self, *text_and_parent: Any) -> None:
        super().__init__(*text_and_parent)
        self.setTextFormat(Qt.TextFormat.PlainText)


def as_plain(text: str) -> str:
    """For a tooltip, whose format can't be set: what looks like markup is shown as it stands."""
    known = QtGui.Qt
    return known.convertFromPlainText(text) if known.mightBeRichText(text) else text
