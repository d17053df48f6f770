"""What is open: session files, recent ones, autosave and recovery, links."""

from regplay.gui.document.documents import Dialogs, Documents, Keeping, Recovery
from regplay.gui.document.file_commands import FileCommands
from regplay.gui.document.shown_session import Appearance, ShownSession
