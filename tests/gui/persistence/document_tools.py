"""Documents of a window that is not there."""

from answers import Answers

from regplay.core.experiment import Experiment
from regplay.gui.persistence.documents import Documents
from regplay.gui.training import VirtualClock
from regplay.session.document import Document


class FakeSession:
    """Shows what it is told to."""

    def __init__(self):
        self.now = Document(Experiment())
        self.is_ready = True
        self.shown = []

    def document(self):
        return self.now if self.is_ready else None

    def show_document(self, document):
        self.shown.append(document)
        self.now = document

    def set_experiment(self, experiment):
        self.now = Document(experiment, None, self.now.pins, self.now.lesson, self.now.page)


class DocumentWindow:
    """A window's documents with all that is around them; one after another share the folders."""

    def __init__(self, folder, settings):
        self.folder, self.settings = folder, settings
        self.clock = VirtualClock()
        self.begin()

    def begin(self):
        """Another window is opened."""
        self.window, self.answers = FakeSession(), Answers()
        self.documents = Documents(
            self.window, self.answers, self.clock, self.settings, self.folder / "autosave"
        )
        self.messages, self.changes = [], []
        self.documents.refused.connect(self.messages.append)
        self.documents.changed.connect(lambda: self.changes.append(self.documents.title))
        return self

    def crash(self):
        """The window is gone, its lock with it."""
        autosave = self.documents._autosave
        autosave.wait()
        if autosave._lock is not None:
            autosave._lock.release()
        autosave.path = autosave._lock = None
        self.documents.close()

    @property
    def saved(self):
        """What is written by itself, once all is written."""
        self.documents._autosave.wait()
        return sorted((self.folder / "autosave").glob("*.regplay"))
