"""Pins that a page of a lesson asks for, while they are trained."""

from types import SimpleNamespace

import pytest
from samples import LESSON

from regplay.gui.runs.side_tab import TrainedTogether
from regplay.gui.training.messages import Study


@pytest.fixture
def reader(open_lesson):
    """At the first page of a lesson, which asks for a pin."""
    return open_lesson(LESSON)


def asked(person):
    """What the page wants to have trained, by its key."""
    wanted = person.window.lesson_studies.wanted(person.controller.session.experiment, None)
    return {key: request.sweep for key, request in wanted.items()}


def test_a_history_that_is_complete_before_its_states_are_seen_is_waited_for(reader):
    """The thread completes a history that the window reads, and only then what is seen of it."""
    ((key, lineup),) = asked(reader).items()
    history = SimpleNamespace(finished=True)
    study = Study(lineup, "cpu", history, digest=TrainedTogether((None,), ()))
    reader.window.lesson_studies.show_studies({key: study}, None)
    assert asked(reader) == {key: lineup}
    reader.wait(lambda: len(reader.controller.pins) == 1)
    assert reader.controller.pins[0].run.history.last.epoch == 15
    assert asked(reader) == {}


def test_what_can_not_be_trained_is_not_asked_for_again(reader):
    ((key, lineup),) = asked(reader).items()
    study = Study(lineup, "cpu", problem="no room")
    reader.window.lesson_studies.show_studies({key: study}, None)
    assert asked(reader) == {}
    assert len(reader.controller.pins) == 0


def test_another_session_does_not_wait_for_them(reader):
    reader.window.lesson_studies.forget()
    assert asked(reader) == {}


CLAIMS = """
id = "claims"
title = "A page that claims"
summary = "Something about other data."
minutes = 1

[[pages]]
title = "Rows"
do = "Set **Weight decay λ** to 0.01."
try = { regularization.weight_decay = 0.01 }
experiment = { data.name = "cars", data.n_train = 50, model.width = 8, epochs = 20 }
why = "Because there are 392 rows."

[[pages.claims]]
text = "With more rows the gap is smaller."
claim = "gap(data.n_train=100) < gap"
seeds = 1
agree = 1
"""


def test_what_can_not_be_measured_is_said_and_the_page_goes_on(open_lesson):
    person = open_lesson(CLAIMS)
    page = person.window.guide.panel.page_view
    page.do.button.click()
    assert not page.claims.isHidden()
    (row,) = page.claims.rows
    assert "Training" in row.values.text()
    (key,) = asked(person)
    study = Study(asked(person)[key], "cpu", problem=r"D:\_data\a*b*.csv: there is no such file")
    person.window.lesson_studies.show_studies({key: study}, None)
    words = r"could not be measured: D:\_data\a*b*.csv: there is no such file"
    assert words in row.values.document().toPlainText()
    assert not page.why.isHidden()
    person.window.guide.close()  # what comes until it is opened again is taken in
    person.window.lesson_studies.show_studies({}, None)
    person.window.guide.open()
    assert "Training" in row.values.text()


WAITS = """
id = "waits"
title = "A page that waits"
summary = "For what its reader does."
minutes = 1

[[pages]]
title = "Decay"
do = "Set **Weight decay λ** to 0.01."
try = { regularization.weight_decay = 0.01 }
experiment = { model.width = 8, epochs = 200 }
why = "Because."
"""


def test_advice_does_not_do_what_the_reader_is_to_do(open_lesson):
    """Among the neighbours that are trained for it is the very network that the page asks for."""
    person = open_lesson(WAITS)
    person.wait_until_finished()
    person.wait(lambda: person.window.verdict_bar.tried is not None)
    tried = person.controller.studies.studies["verdict.neighbours"].sweep.experiments
    assert any(one.regularization.weight_decay == 0.01 for one in tried)
    assert not person.find("lesson.why").isVisible()
    person.set(regularization__weight_decay=0.01)
    person.wait(lambda: person.find("lesson.why").isVisible())
