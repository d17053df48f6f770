"""Starting points and the words of the glossary, as they ship and as they are refused."""

import pytest

from regplay.core.datasets import load
from regplay.core.experiment import Experiment
from regplay.session import illustrated
from regplay.session.illustrated import IllustratedError, glossary, starting_points

# Those that the gallery promises, by their datasets.
DATASETS = (
    "sine",
    "step",
    "moons",
    "spirals",
    "sine",
    "linear",
    "linear",
    "curved",
    "digits",
    "motorcycle",
    "penguins",
    "sine",  # a table of one's own
    "points",
)


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """Writes a starting point in place of those that ship."""
    (tmp_path / "gallery").mkdir()
    monkeypatch.setattr(illustrated, "resource", tmp_path.joinpath)

    def write(text: str) -> None:
        (tmp_path / "gallery" / "1.toml").write_text('title = "A"\ntext = "B"\n' + text)

    return write


def test_the_starting_points_are_in_this_order():
    points = starting_points()
    assert tuple(point.experiment.data.name for point in points) == DATASETS
    assert points[0].experiment == Experiment()  # what the window opens with
    assert len({point.title for point in points}) == len(points)
    assert [p.title for p in points if p.begins != "training"] == [
        "Your own table",
        "Draw your own",
    ]


def test_the_data_of_each_starting_point_can_be_made():
    for point in starting_points():
        assert len(load(point.experiment.data).train.y) >= 5


def test_two_dozen_terms_are_explained_in_a_line_each():
    terms = glossary()
    assert 24 <= len(terms) <= 30
    assert len({term.title for term in terms}) == len(terms)
    for term in terms:
        assert load(term.experiment.data).train.y.size
        assert term.sweep is not None or term.picture == "points"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[experiment]\nmodel.depht = 1", "did you mean model.depth"),
        ("[experiment]\nmodel.depth = 99", "model.depth = 99"),
        ('picture = "photo"', "picture"),
        ('curves = ["optimizer.name"]', "optimizer.name has no curve"),
        ('picture = "curve"\nalong = "data.file"', "data.file has no curve"),
        ('picture = "fits"\nalong = "model.width"\nvalues = [0]', "model.width = 0"),
        ("colour = 1", "no such key"),
        ("[experiment", "not TOML"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(shipped, text, words):
    shipped(text)
    with pytest.raises(IllustratedError, match=words):
        starting_points()


def test_a_picture_of_several_fits_trains_one_network_a_value(shipped):
    shipped('picture = "fits"\nalong = "model.width"\nvalues = [1, 8]')
    (point,) = starting_points()
    assert point.sweep is not None
    assert [one.model.width for one in point.sweep.experiments] == [1, 8]
