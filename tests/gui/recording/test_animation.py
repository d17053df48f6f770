"""Export animation: from the dialog to the file, by a process that renders beside the window."""

import av
import pytest
from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QPushButton

from regplay.core.experiment import Experiment
from regplay.gui.application.render import main
from regplay.gui.recording import animation
from regplay.gui.recording.animation import AnimationDialog
from regplay.session.storyboard import Train, loads_storyboard, storyboard_toml, writing

WD = "regularization.weight_decay"


def test_the_storyboard_of_a_slider_goes_from_end_to_end_over_trained_networks():
    film = animation.animation(Experiment(), WD, 4.0, "1080x1920", is_dark=True, zoom=130)
    assert loads_storyboard(storyboard_toml(film)) == film
    assert film.seconds == pytest.approx(4.0)
    assert (film.sizes, film.theme, film.scale) == (((1080, 1920),), "dark", 125)
    hidden, sweep, end = film.steps
    assert end.wait == pytest.approx(1 / film.fps)  # the end is seen in one frame
    assert hidden.hide[0] == Train(train="end")
    assert (sweep.start, sweep.to, sweep.ease) == (0.0, 10.0, "linear")


@pytest.fixture
def answered(monkeypatch, tmp_path):
    """The dialogs are answered: half a second of training as a GIF."""

    def answer(dialog):
        dialog.form.setCurrentIndex(dialog.form.findData("GIF"))
        dialog.seconds.setValue(0.5)
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(AnimationDialog, "exec", answer)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a"), ""))
    return tmp_path / "a.gif"


@pytest.fixture
def person(open_window):
    return open_window({"model.width": 8, "data.n_valid": 20})


def test_training_of_a_table_is_written_as_a_film_while_the_window_can_be_used(person, answered):
    table = answered.parent / "mine.csv"
    table.write_text("x,y\n" + "".join(f"{i},{i * i % 7}\n" for i in range(20)))
    person.set(data__name="csv", data__file=str(table), data__n_train=0, data__n_valid=0)
    person.choose("Export animation…")
    command = person.window.recording.animation()
    assert command._process is not None
    person.set(model__width=4)
    person.wait_for_step(0)
    person._qtbot.waitUntil(lambda: command._process is None)
    assert person.banner == ""
    with av.open(str(answered)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 15
    assert [*answered.parent.glob("*.part")] == []


@pytest.mark.nightly  # by day a window is closed, which stops it too
def test_stopping_it_leaves_no_file(person, answered):
    person.choose("Export animation…")
    command = person.window.recording.animation()
    command._progress.findChild(QPushButton).click()
    person.wait(lambda: command._process is None)
    assert not answered.exists()
    assert person.banner == ""


def test_a_window_that_is_closed_goes_before_its_animation_has_ended(person, answered, monkeypatch):
    seen = []
    person.choose("Export animation…")
    process = person.window.recording.animation()._process
    wait = process.waitForFinished

    def waiting(limit):
        seen.append((person.window.isVisible(), person.window.findChildren(QProgressDialog)))
        return wait(limit)

    monkeypatch.setattr(process, "waitForFinished", waiting)
    assert person.window.close()
    assert [is_visible for is_visible, _ in seen] == [False]
    assert not any(dialog.isVisible() for _, dialogs in seen for dialog in dialogs)
    assert process.state() == QProcess.ProcessState.NotRunning
    assert process.exitStatus() == QProcess.ExitStatus.NormalExit
    assert [path.name for path in answered.parent.iterdir() if "a." in path.name] == []


def test_why_there_is_no_film_is_said(person, answered, monkeypatch):
    monkeypatch.setattr(writing, "storyboard_toml", lambda film: 'title = "No steps"')
    person.choose("Export animation…")
    command = person.window.recording.animation()
    person._qtbot.waitUntil(lambda: command._process is None)
    assert "steps" in person.banner
    assert not answered.exists()


def test_the_process_says_where_it_can_not_write(qtbot, film, tmp_path, capsys):
    source = tmp_path / "film.toml"
    source.write_text(storyboard_toml(film('train = "end"\nseconds = 0.1')))
    assert main(source, tmp_path / "nowhere" / "a.gif") == 1
    assert "a.gif: can't be written: no such file or directory" in capsys.readouterr().err
