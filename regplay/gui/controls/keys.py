"""Space belongs to the window, where it trains and pauses, even while a number is edited."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def asks_for_space(event: QEvent) -> bool:
    """Whether Qt asks a widget if it wants Space for itself; the answer is to ignore the event."""
    is_question = event.type() == QEvent.Type.ShortcutOverride
    return is_question and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
