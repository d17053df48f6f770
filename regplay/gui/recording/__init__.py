"""The window for an audience: presented, recorded, played by a storyboard."""

from regplay.gui.recording.presentation import WindowLayout, zoom_for
from regplay.gui.recording.recording import Recording
