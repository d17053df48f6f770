"""What to begin with, what to try first, what the words mean, and where errors are written."""

from regplay.gui.help.error_log import log_path, write_errors
from regplay.gui.help.gallery import Gallery
from regplay.gui.help.help import GROUP, Help, Tab, shortcuts_of, versions
from regplay.gui.help.hints import Hints
