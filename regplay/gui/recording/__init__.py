"""The window for an audience: presented, recorded, played by a storyboard."""

from regplay.gui.recording.annotation_tools import AnnotationTools
from regplay.gui.recording.playback import Playback
from regplay.gui.recording.presentation import Presentation
from regplay.gui.recording.presenter import Presenter
from regplay.gui.recording.scenes import Scenes
from regplay.gui.recording.storyboard_recorder import StoryboardRecorder
from regplay.gui.recording.storyboard_strip import StoryboardStrip

__all__ = [
    "AnnotationTools",
    "Playback",
    "Presentation",
    "Presenter",
    "Scenes",
    "StoryboardRecorder",
    "StoryboardStrip",
]
