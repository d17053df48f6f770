"""The window for an audience: presented, recorded, played by a storyboard."""

from regplay.gui.recording.annotation_tools import AnnotationTools
from regplay.gui.recording.presentation import WindowParts
from regplay.gui.recording.presenter import Presenter
from regplay.gui.recording.scenes import Scenes
