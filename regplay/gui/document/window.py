"""What the documents ask of the window that shows them."""

from typing import Protocol

from regplay.core.experiment import Experiment
from regplay.session.document import Document


class Window(Protocol):
    """What a window does for its documents."""

    def document(self) -> Document | None:
        """What is worked on at present, in under 2 ms.

        None while what was shown last is not all there yet, such as states without torch. A run
        that is not known yet is left out.
        """

    def show_document(self, document: Document) -> None:
        """Work on this in place of all else; its runs may not fit their data any more."""

    def setExperiment(self, experiment: Experiment) -> None:
        """Work on another experiment; all else stays."""
