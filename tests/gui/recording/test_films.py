"""The films that ship: all they require holds, and what they say can be read."""

import itertools

import msgspec
import pytest

from regplay.gui.application.render import Renderer
from regplay.resources import resource
from regplay.session.lessons import lessons
from regplay.session.storyboard import EXAMPLE, load_storyboard, loads_storyboard

FILMS = sorted(resource("storyboards").glob("*.toml"))
LESSONS = [lesson.id for lesson in lessons()]
LONG = ("overfitting-from-nothing", "what-dropout-does")
READ = 15  # characters a second


def captions_of(storyboard, folder):
    """What a film says, and when; a frame now and then is painted."""
    renderer = Renderer(msgspec.structs.replace(storyboard, fps=2), storyboard.sizes[0], folder)
    try:
        for _ in renderer.frames():
            pass
        return renderer.player.log.captions
    finally:
        renderer.close()


@pytest.mark.films
@pytest.mark.parametrize("path", FILMS, ids=lambda path: path.stem)
def test_what_a_film_requires_holds_and_its_captions_can_be_read(qtbot, tmp_path, path):
    storyboard = load_storyboard(path)
    captions = captions_of(storyboard, tmp_path)
    ends = [*captions, (storyboard.seconds, "")]
    for (begin, text), (end, _) in itertools.pairwise(ends):
        least = max(1.5, len(text) / READ) if text else 0.0
        assert end - begin >= least - 1e-6, f"{text} stands {end - begin:.1f} s"
        assert len(text) <= 100


def test_the_help_has_a_storyboard_of_ten_lines():
    assert len(EXAMPLE.splitlines()) == 10
    assert loads_storyboard(EXAMPLE).seconds > 5


@pytest.mark.films
def test_the_ten_lines_of_the_help_make_a_film(qtbot, tmp_path):
    assert [text for _, text in captions_of(loads_storyboard(EXAMPLE), tmp_path)] == [
        "A network learns thirty points by heart.",
        "Weight decay makes large weights costly.",
        "The same points, and a smoother curve.",
    ]


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_lesson_has_a_film_of_20_to_60_seconds_wide_and_upright(lesson):
    film = load_storyboard(resource("storyboards", f"{lesson}.toml"))
    assert 20 <= film.seconds <= 60
    assert film.lesson == lesson
    assert film.sizes == ((1280, 720), (1080, 1920))


@pytest.mark.parametrize("name", LONG)
def test_two_films_for_a_class_take_two_to_three_minutes(name):
    assert 120 <= load_storyboard(resource("storyboards", f"{name}.toml")).seconds <= 180
