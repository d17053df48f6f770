"""A person who trains, pins, saves and opens, and a window that crashes."""

from pathlib import Path

import numpy as np
from keywords import by_path

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.document import Document, write


def save(person, path: Path) -> None:
    """Save under a name."""
    person.answers.path = path
    assert person.window.documents.save_as()


def untrained(path: Path, **values: object) -> Experiment:
    """Write a session without a run, as one that was saved before PyTorch was loaded."""
    changes = by_path(values)
    experiment = replace(Experiment(), {"epochs": 20} | changes)
    write(path, Document(experiment))
    return experiment


def is_same_run(run, other) -> bool:
    """Whether two runs of the same experiment have gone the same way."""
    return run.experiment == other.experiment and np.array_equal(
        run.history.column("train_loss"), other.history.column("train_loss")
    )


def write_down(person) -> None:
    """Have what was changed written, as happens every few seconds."""
    documents = person.window.documents
    documents._tick()
    documents._autosave.wait()


def crash(person) -> None:
    """The window is gone as far as others know: its lock is free and its file is left."""
    autosave = person.window.documents._autosave
    autosave.wait()
    autosave._lock.release()
    autosave.path = autosave._lock = None
