"""What a person does in the dialog of a table, and what comes of it."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.experiment import Experiment
from regplay.core.fields import replace

Key = Qt.Key


def settings_of(dialog):
    """The data that were chosen; whatever the dialog doesn't ask for has its default."""
    return replace(Experiment(), dialog.values()).data


def pick(combo, text):
    """Choose an entry by the arrow keys."""
    combo.setFocus()
    wanted = combo.findText(text)
    assert wanted >= 0
    while combo.currentIndex() != wanted:
        QTest.keyClick(combo, Key.Key_Down if combo.currentIndex() < wanted else Key.Key_Up)
