"""What is open: session files, recent ones, autosave and recovery, links."""

from regplay.gui.document.documents import Documents
from regplay.gui.document.file_commands import FileCommands
from regplay.gui.document.questions import Dialogs, Questions
from regplay.gui.document.shown_session import Appearance, ShownSession

__all__ = ["Appearance", "Dialogs", "Documents", "FileCommands", "Questions", "ShownSession"]
