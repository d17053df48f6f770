"""What is open: session files, recent ones, autosave and recovery, links."""

from regplay.gui.persistence.documents import Dialogs, Documents, Keeping, Recovery
from regplay.gui.persistence.file_commands import FileCommands
from regplay.gui.persistence.shown_session import Appearance, ShownSession
