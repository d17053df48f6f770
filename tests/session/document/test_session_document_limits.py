"""Whatever a person can make, and however much of it, is saved so that it can be opened again."""

import re
import tracemalloc
import weakref

import numpy as np
import pytest
from stored_sessions import document_of, dumps, session, small, trained

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES, History, Snapshot
from regplay.core.layers import hidden_widths
from regplay.core.state import parameters_in
from regplay.session.document import (
    Document,
    DocumentError,
    StoredPin,
    StoredRun,
    document_text,
    loads,
    read,
    write,
)
from regplay.session.document.document import layouts
from regplay.session.document.document_text import ArrayReader, Budget, encoded
from regplay.session.pins import LONGEST_NAME, MOST, Pins
from regplay.session.session import (
    LONGEST_TEXT,
    MOST_ANNOTATIONS,
    MOST_POINTS,
    MOST_SCENES,
    Annotation,
    Run,
    Scene,
)

MOST_ROWS = 100_000  # of a table
MOST_INPUTS, MOST_CLASSES = 1050, 50  # with those that stand for categories
MOST_EPOCHS = 1_000_000


def of_a_table(**values):
    """An experiment with columns of long names."""
    columns = ", ".join(f"mean feature {number}" for number in range(30))
    return small(data__name="csv", data__file="/no/table.csv", data__inputs=columns, **values)


def longest_run(experiment):
    """As long as a run can be, of single steps, without states."""
    history = History()
    for epoch in range(MOST_EPOCHS - 2000, MOST_EPOCHS + 1):
        values = np.full((len(MEASURES), 1), 0.5)
        snapshot = Snapshot(epoch, epoch * MOST_ROWS, values, np.array([-1]), np.array([False]))
        history.append(snapshot)
    return Run(experiment, history, list(range(20_000)), "a GPU, " * 50)


def largest_document():
    experiment = of_a_table(epochs=MOST_EPOCHS, optimizer__batch_size=1)
    pins = Pins()
    for number in range(MOST):
        pins.pin(longest_run(replace(experiment, {"data.inputs": f"{number}, " * 50})), None)
    pins.rename(pins[0], "name " * 100)
    points = tuple((number / 7, -number / 11) for number in range(MOST_POINTS))
    line = Annotation(draw="line", points=points)
    text = Annotation(draw="text", points=points[:1], text="λ" * LONGEST_TEXT)
    far = (-1.1e100, 1.1e100)
    view = {"tab": "fit", "curves": "optimizer.lr " * 100, "log_axes": "loss objective"}
    scene = Scene(experiment, MOST_EPOCHS, MOST_EPOCHS - 1, view, {"fit": (far, far)})
    return document_of(
        experiment,
        longest_run(experiment),
        pins,
        lesson="x" * 60,
        page=59,
        view={**view, "epoch": MOST_EPOCHS},
        annotations=(text, *[line] * (MOST_ANNOTATIONS - 1)),
        scenes=dict.fromkeys(range(1, MOST_SCENES + 1), scene),
    )


def test_a_session_of_the_most_of_everything_opens_again(tmp_path):
    saved = largest_document()
    write(tmp_path / "most.regplay", saved)
    found = read(tmp_path / "most.regplay")
    assert found.experiments == saved.experiments
    assert [pin.name for pin in found.pins] == [pin.name for pin in saved.pins]
    assert found.annotations == saved.annotations
    assert found.scenes == saved.scenes
    assert (found.lesson, found.page, found.view) == (saved.lesson, saved.page, saved.view)
    assert found.run.history.last.step == MOST_EPOCHS * MOST_ROWS
    assert len(found.run.changed_at) == 10_000


def test_pins_that_are_told_apart_by_long_lists_open_again():
    pins = Pins()
    for values in ({}, {"data__target": "y"}):
        pins.pin(Run(of_a_table(**values)), None)
    first, _, rest = of_a_table().data.inputs.partition(", ")
    assert first
    pins.pin(Run(replace(of_a_table(), {"data.inputs": rest})), None)
    assert all("from mean feature" in pin.name for pin in pins)
    found = loads(dumps(document_of(small(), None, pins)))
    assert [pin.name for pin in found.pins] == [pin.name for pin in pins]


def test_names_that_were_saved_longer_than_they_may_be_are_cut():
    text = dumps(session()).replace('name = "λ = 0.1"', f'name = "{"feature, " * 60}"')
    name = loads(text).pins[0].name
    assert name.startswith("feature, feature, ")
    assert name.endswith("…")
    assert len(name) <= LONGEST_NAME


def test_a_polynomial_through_the_largest_numbers_opens_again():
    """Its weights are too large for single precision: it is a history, and solved anew."""
    experiment = small(
        data__name="points", data__points="0 1e99; 1 2e99; 2 -1e99; 3 1", model__kind="polynomial"
    )
    run, _ = trained(experiment)
    saved = document_of(experiment, run)
    found = loads(dumps(saved))
    assert found.is_like(saved)
    assert not found.run.goes_on


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (0.0, 1e300), (float("nan"), 1.0)])
def test_of_a_scene_ranges_that_no_plot_can_show_are_left_out(ends):
    ranges = {"fit": ((0.0, 1.0), ends), "losses": ((0.0, 1.0), (-1.0, 0.5))}
    found = loads(dumps(Document(small(), scenes={2: Scene(small(), 3, ranges=ranges)})))
    assert found.scenes[2].ranges == {"losses": ranges["losses"]}


def test_what_could_not_be_read_again_takes_no_good_file_away(tmp_path):
    path = tmp_path / "mine.regplay"
    write(path, Document(small()))
    blank = StoredPin(" ", 0, False, StoredRun(small(), History()))
    with pytest.raises(DocumentError, match=r"mine\.regplay: can't be written: pins\[1\]\.name"):
        write(path, Document(small(), pins=(blank,)))
    assert read(path).experiment == small()


def test_what_is_too_large_to_be_opened_is_not_written(monkeypatch):
    text = dumps(session())
    monkeypatch.setattr(document_text, "LARGEST", len(text.encode()))
    assert dumps(session()) == text
    monkeypatch.setattr(document_text, "LARGEST", len(text.encode()) - 1)
    with pytest.raises(DocumentError, match=r"networks take more than .* delete some pins"):
        dumps(session())


def test_the_largest_networks_have_room():
    """Several states of a run are written as far as they take little, else one."""
    widest = replace(Experiment(), {"model.depth": 8, "model.width": 512}).model
    sizes = (MOST_INPUTS, *hidden_widths(widest), MOST_CLASSES)
    state = 3 * 4 * parameters_in(sizes)
    assert sum(
        np.dtype(kind).itemsize * int(np.prod(shape))
        for kind, shape in layouts(1, sizes, "adam").values()
    ) == pytest.approx(state, rel=1e-4)
    budget, records = Budget(), 2000 * 8 * (1 + len(MEASURES))
    run, pin = (max(document_text._ROOM * most, state) for most in (budget.run, budget.pin))
    assert run + MOST * pin + (1 + MOST) * records < document_text._MOST_MEMORY


def test_an_array_is_in_memory_once():
    array = np.zeros(4 << 20)
    reader = ArrayReader({"a": encoded(array)}, most=array.nbytes)
    tracemalloc.start()
    found = reader.read("a", ("<f8", array.shape))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(found, array)
    assert peak < 1.4 * array.nbytes
    found += 1  # it may be written to


def test_datasets_are_made_one_at_a_time(monkeypatch):
    made = []

    def load(settings):
        assert [each for each in made if each() is not None] == []
        dataset = real(settings)
        made.append(weakref.ref(dataset))
        return dataset

    real = document_text.load
    run = trained(small())[0]  # nothing else holds its data
    pins = Pins()
    for seed in (1, 2, 1):
        pins.pin(trained(small(data__seed=seed))[0], None)
    text = dumps(document_of(small(), run, pins))
    monkeypatch.setattr(document_text, "load", load)
    assert len(loads(text).pins) == 3
    assert len(made) == 3


def test_a_wrong_value_in_a_scenes_ranges_is_told():
    ranges = {"fit": ((0.0, 1.0), (0.0, 2.5))}
    text = dumps(Document(small(), scenes={1: Scene(small(), 0, ranges=ranges)}))
    for old, new in (("2.5", '"a"'), ("fit = [", "fat = ["), ("2.5", "[1]")):
        assert old in text
        with pytest.raises(DocumentError, match=re.escape("scenes[1].ranges = …: must be a table")):
            loads(text.replace(old, new))
