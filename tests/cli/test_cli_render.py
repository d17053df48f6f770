"""`regplay render` as a person uses it, without a display: once in a process of its own."""

import os
import signal
import subprocess
import sys
import threading
import weakref

import av
import pytest

from regplay.cli import main
from regplay.gui.recording import video
from regplay.gui.recording.encoder import Encoder
from regplay.gui.recording.video import StreamFile
from regplay.gui.recording.video_formats import RecordingError
from regplay.gui.window import MainWindow

STORYBOARD = """
title = "A small film"
sizes = ["640x480"]
experiment = { epochs = 20, model.width = 8, data.n_valid = 20 }
[[steps]]
section = "One"
[[steps]]
train = "end"
seconds = 0.4
[[steps]]
section = "Two"
[[steps]]
still = "trained.png"
[[steps]]
caption = "Trained."
seconds = 0.4
"""
RUN = [sys.executable, "-c", "import sys; from regplay.cli import main; sys.exit(main())", "render"]


@pytest.fixture
def storyboard(tmp_path):
    path = tmp_path / "film.toml"
    path.write_text(STORYBOARD)
    return path


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    """An empty folder for what is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def render(qapp, regplay, storyboard, tmp_path):
    """Films it into `film.mp4`; returns exit code, stdout and stderr."""
    return lambda *words: regplay("render", storyboard, "-o", tmp_path / "film.mp4", *words)


def frames(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return sum(1 for _ in container.decode(video=0)), (stream.width, stream.height)


def test_films_of_two_sizes_from_one_chapter_on(storyboard, tmp_path):
    """In a process without any display or platform of Qt."""
    left_out = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    sizes = ["--size", "320x480", "--size", "640x480"]
    words = [*sizes, "--fps", "10", "--from", "Two", "--captions"]
    command = [*RUN, storyboard, "-o", tmp_path / "film.mp4", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    paths = [tmp_path / "film-320x480.mp4", tmp_path / "film-640x480.mp4"]
    written = [
        str(tmp_path / f"film-{size}{end}")
        for size in ("320x480", "640x480")
        for end in (".mp4", "-trained.png", ".srt", ".vtt")
    ]
    assert done.stdout.split() == written
    assert [frames(path) for path in paths] == [(4, (320, 480)), (4, (640, 480))]
    assert "Trained." in (tmp_path / "film-320x480.srt").read_text()
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "film-320x480-trained.png",
        "film-640x480-trained.png",
    }


def test_a_film_that_proves_too_much_ends_with_1_and_what_was_measured(
    render, storyboard, tmp_path
):
    storyboard.write_text(STORYBOARD + '[[steps]]\nrequire = "valid_loss < 0.0001"\n')
    code, _, err = render("--preview")
    assert code == 1
    assert f"{storyboard}: step 6 (require): valid_loss < 0.0001 does not hold" in err
    assert "validation loss" in err
    assert [*tmp_path.iterdir()] == [storyboard]


def test_a_folder_of_images_is_replaced_by_a_whole_film_alone(qapp, regplay, storyboard, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("00000.png", "99999.png", "notes.txt"):
        (folder / name).write_text("before")
    words = ("render", storyboard, "-o", folder, "--preview")
    storyboard.write_text(STORYBOARD + '[[steps]]\nrequire = "valid_loss < 0.0001"\n')
    assert regplay(*words)[0] == 1
    assert {path.name for path in folder.iterdir()} == {"00000.png", "99999.png", "notes.txt"}
    storyboard.write_text(STORYBOARD)
    assert regplay(*words) == (0, f"{folder}\n{folder}-trained.png\n", "")
    assert {path.name for path in folder.iterdir()} == {
        *(f"{number:05}.png" for number in range(8)),
        "notes.txt",
    }
    assert (folder / "00000.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {
        "film.toml",
        "images",
        "images-trained.png",
    }


def test_neither_is_a_folder_replaced_by_a_film_nor_a_file_by_images(
    render, regplay, storyboard, tmp_path
):
    (tmp_path / "film.mp4").mkdir()
    (tmp_path / "images").write_text("a file")
    code, _, err = render()
    assert (code, "film.mp4: there is a folder of this name" in err) == (2, True)
    code, _, err = regplay("render", storyboard, "-o", tmp_path / "images")
    assert (code, "images: there is a file of this name" in err) == (2, True)
    assert (tmp_path / "images").read_text() == "a file"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_ended_leaves_no_file(render, storyboard, tmp_path, monkeypatch, number):
    put, frames = Encoder.put, iter(range(1000))

    def put_and_end(*arguments, **options):
        if next(frames) == 5:
            signal.raise_signal(number)
        return put(*arguments, **options)

    monkeypatch.setattr(Encoder, "put", put_and_end)
    storyboard.write_text(STORYBOARD + "[[steps]]\nwait = 600\n")
    assert render() == (128 + number, "", "Stopped; no file was written.\n")
    assert [*tmp_path.iterdir()] == [storyboard]


def test_what_is_ended_says_which_films_are_there(render, tmp_path, monkeypatch):
    """By then the window of the film before is gone."""
    open_window, windows, there = MainWindow.__init__, [], []
    begin, encoders = Encoder.__init__, []

    def note_and_open(window, *arguments, **options):
        there.append([one() is not None for one in windows])
        windows.append(weakref.ref(window))
        open_window(window, *arguments, **options)

    def begin_and_end(encoder, *arguments, **options):
        encoders.append(encoder)
        begin(encoder, *arguments, **options)
        if len(encoders) == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(MainWindow, "__init__", note_and_open)
    monkeypatch.setattr(Encoder, "__init__", begin_and_end)
    code, out, err = render("--size", "320x480", "--size", "640x480", "--preview", "--no-cache")
    names = ["film-320x480.mp4", "film-320x480-trained.png"]
    assert code == 130
    assert out.split() == [str(tmp_path / name) for name in names]
    assert err == f"Stopped; there is {', '.join(names)}, written before.\n"
    assert {path.name for path in tmp_path.iterdir()} == {"film.toml", *names}
    assert there == [[], [False]]


@pytest.mark.parametrize("presses", [1, 2])
def test_what_is_ended_while_it_is_converted_leaves_no_file(
    regplay, qapp, storyboard, tmp_path, monkeypatch, presses
):
    wait = Encoder.wait

    def wait_and_press(encoder, seconds):
        assert wait(encoder)
        for _ in range(presses):
            signal.raise_signal(signal.SIGINT)
        return True

    monkeypatch.setattr(Encoder, "wait", wait_and_press)
    code, out, err = regplay("render", storyboard, "-o", tmp_path / "film.gif", "--preview")
    assert (code, out) == (130, "")
    assert presses == 2 or err == "Stopped; no file was written.\n"
    assert [*tmp_path.iterdir()] == [storyboard]


def test_what_is_ended_is_not_converted_to_the_end(
    regplay, qapp, storyboard, tmp_path, monkeypatch
):
    convert, abandon, is_ended, ends = video._convert, Encoder.abandon, threading.Event(), []

    def press_and_convert(*given):
        signal.raise_signal(signal.SIGINT)
        ends.append(is_ended.wait(10))
        convert(*given)

    def abandon_and_tell(encoder):
        is_ended.set()
        abandon(encoder)

    monkeypatch.setattr(video, "_convert", press_and_convert)
    monkeypatch.setattr(Encoder, "abandon", abandon_and_tell)
    code, out, err = regplay("render", storyboard, "-o", tmp_path / "film.gif", "--preview")
    assert (code, out, err) == (130, "", "Stopped; no file was written.\n")
    assert ends == [True]
    assert [*tmp_path.iterdir()] == [storyboard]


def test_where_one_of_several_formats_cannot_be_completed_there_is_no_file_of_any(
    regplay, qapp, storyboard, tmp_path, monkeypatch
):
    finish = StreamFile.finish

    def fill_the_disk(video):
        if type(video) is StreamFile:
            raise RecordingError("film.mp4: can't be written: no space left on device")
        finish(video)

    monkeypatch.setattr(StreamFile, "finish", fill_the_disk)
    outs = ["-o", tmp_path / "film.gif", "-o", tmp_path / "film.mp4"]
    code, out, err = regplay("render", storyboard, *outs, "--preview", "--no-cache")
    assert (code, out) == (2, "")
    assert "film.mp4: can't be written" in err
    assert [*tmp_path.iterdir()] == [storyboard]


def test_a_film_replaces_nothing_that_it_is_made_of(render, storyboard, tmp_path):
    marks = tmp_path / "film.srt"
    marks.write_text("1\n00:00:01,000 --> 00:00:02,000\nok\n")
    before = marks.read_text()
    storyboard.write_text(
        STORYBOARD.replace('caption = "Trained."', 'caption = "Trained."\nname = "ok"')
    )
    code, out, err = render("--captions", "--marks", marks)
    assert (code, out) == (2, "")
    assert "film.srt: this is read, and would be replaced by what is made of it" in err
    assert marks.read_text() == before
    (tmp_path / "trained.png").write_text("a picture of the person")
    code, out, _ = render("--preview", "--marks", marks)
    assert code == 0
    assert out.split() == [str(tmp_path / name) for name in ("film.mp4", "film-trained.png")]
    assert (tmp_path / "trained.png").read_text() == "a picture of the person"


def test_a_file_that_it_names_is_read_only_where_that_was_allowed(
    render, storyboard, tmp_path, monkeypatch, terminal
):
    (tmp_path / "part.toml").write_text('steps = [{ caption = "Taken in." , seconds = 0.2 }]')
    storyboard.write_text(STORYBOARD + '[[steps]]\ninclude = "part.toml"\n')
    film = tmp_path / "film.mp4"
    code, _, err = render()
    assert code == 2
    assert "film.toml: it names part.toml; give --read-files" in err
    with monkeypatch.context() as context:
        context.setattr("sys.stdin", terminal)  # in which the person presses Ctrl-D
        code, out, _ = render()
    assert code == 2
    assert out.endswith("Read it? [y/N] ")
    assert not film.exists()
    assert render("--fps", "10", "--read-files") == (
        0,
        f"{film}\n{tmp_path / 'film-trained.png'}\n",
        "",
    )
    assert frames(film) == (10, (640, 480))


def test_steps_follow_the_marks_of_a_voice_over(render, storyboard, tmp_path):
    storyboard.write_text(
        STORYBOARD.replace('caption = "Trained."', 'caption = "Trained."\nname = "ok"')
    )
    other = "2\n00:00:03,000 --> 00:00:04,000\noh\n"
    voice = tmp_path / "voice.srt"
    voice.write_text(f"1\n00:00:01,000 --> 00:00:02,000\nok\n\n{other}")
    code, _, err = render("--fps", "10", "--captions", "--marks", voice)
    assert (code, err) == (0, f'{voice}: no step is called "oh"\n')
    assert frames(tmp_path / "film.mp4")[0] == 14
    assert "00:00:01,000 --> 00:00:01,400" in (tmp_path / "film.srt").read_text()


def test_a_lesson_that_there_is_not_is_refused_with_those_that_there_are(tmp_path, capsys):
    assert main(["render", "--lesson", "valey", "-o", str(tmp_path / "film.mp4")]) == 2
    assert "did you mean valley?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "film.avi"], "film.avi: the ending says what to write: .mp4, .webm"),
        (["-o", "film.mp4", "--size", "big"], "big: a size is written as 1280x720"),
        (["-o", "film.mp4", "--from", "Three"], "Three: no such chapter; there are One, Two"),
        (["-o", "."], "-o .: a film needs a name, such as film.mp4"),
        (["-o", "film.mp4", "--fps", "100"], "--fps 100: at most 60"),
        (["-o", "film.mp4", "--marks", "no.srt"], "no.srt: can't be read"),
    ],
)
def test_what_a_person_can_put_right_is_refused_before_anything_is_done(
    storyboard, tmp_path, monkeypatch, capsys, words, message
):
    monkeypatch.chdir(tmp_path)
    assert main(["render", str(storyboard), *words]) == 2
    assert message in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [storyboard]
