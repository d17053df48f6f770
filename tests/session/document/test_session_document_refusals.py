"""Session files of strangers: whatever is in them, they are read or refused, and soon."""

import base64
import random
import re
import time
import tracemalloc
import zlib

import numpy as np
import pytest
from stored_sessions import document_of, dumps, earlier, session, small, trained

from regplay import __version__
from regplay.core import UserError
from regplay.session.document import Document, DocumentError, loads, read
from regplay.session.document.document_text import ArrayReader, encoded


@pytest.fixture(scope="module")
def text():
    """A session of everything that is drawn while it trains."""
    return dumps(
        session(
            regularization__dropout=0.3,
            regularization__input_noise=0.1,
            optimizer__batch_size=5,
            epochs=30,
        )
    )


def refusal(text):
    """Why a text is refused; it has to be, with words and in good time."""
    start = time.thread_time()
    with pytest.raises(DocumentError) as refused:
        loads(text)
    assert time.thread_time() - start < 2
    message = str(refused.value)
    assert 10 < len(message) < 1000
    return message


def with_line(text, key, value):
    """The first line of a key, with another value."""
    pattern = rf"(?m)^{re.escape(key)} = (\[\n[^\]]*\]|.*)$"
    changed, count = re.subn(pattern, lambda _: f"{key} = {value}", text, count=1)
    assert count == 1
    return changed


def with_array(text, name, change):
    """An array changed in place by `change`."""
    packed = re.search(rf"(?m)^{name} = '(.*)'$", text)[1]
    array = np.frombuffer(bytearray(zlib.decompress(base64.b64decode(packed))), dtype=np.uint8)
    change(array)
    return with_line(text, name, f"'{encoded(array)}'")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "empty"),
        ("  \n\n", "empty"),
        ("seed = 3\n[model]\ndepth = 1\n", "no session of regplay"),
        ("\x89PNG\r\n\x1a\n", "no session of regplay"),
        ("<html></html>", "no session of regplay"),
        ('{"format": 1}', "no session of regplay"),
        ("format = one\n", "no session of regplay"),
        ("format = 3\nwhatever it is like then", "format 3"),
        ("format = 0\n", "format 0"),
        ("format = 1\n", "not complete"),
        ("format = 2\n", "not complete"),
        ("format = 1\n\n[arrays]\n# The end of the session.\n", "experiment is missing"),
        ("format = 2\n\n[arrays]\n# The end of the session.\n", "experiment is missing"),
    ],
)
def test_what_is_no_session_is_told(content, complaint):
    message = refusal(content)
    assert complaint in message
    assert issubclass(DocumentError, UserError)


def test_a_newer_format_names_both_versions(text):
    message = refusal(with_line(text, "format", "7"))
    assert "format 7" in message
    assert __version__ in message
    assert "open it with a newer one" in message


def test_what_is_not_text_is_told_by_the_files_name(tmp_path):
    path = tmp_path / "picture.regplay"
    path.write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(DocumentError, match=r"picture\.regplay: this is no session"):
        read(path)


def test_a_file_larger_than_any_session_is_not_read(tmp_path):
    path = tmp_path / "large.regplay"
    with path.open("wb") as file:
        file.truncate((256 << 20) + 1)
    with pytest.raises(DocumentError, match="larger than 256 MiB"):
        read(path)


def test_every_truncation_is_refused(text):
    ends = [
        *range(0, 2500, 7),
        *range(2500, len(text) - 30, 4999),
        *range(len(text) - 30, len(text) - 1),
    ]
    for end in ends:
        assert refusal(text[:end])


def test_a_cut_in_the_middle_of_a_letter_is_refused(tmp_path, text):
    path = tmp_path / "cut.regplay"
    content = text.encode()
    path.write_bytes(content[: content.index("λ".encode()) + 1])
    with pytest.raises(DocumentError):
        read(path)


def test_changed_letters_are_refused_or_make_no_harm(text):
    draws = random.Random(3)
    head = text.index("[arrays]")
    refused = 0
    start = time.thread_time()
    for trial in range(240):
        place = draws.randrange(head if trial % 2 else len(text))
        letter = chr(draws.randrange(32, 127)) if trial % 3 else chr(draws.randrange(0, 0x3000))
        try:
            found = loads(text[:place] + letter + text[place + 1 :])
        except DocumentError:
            refused += 1
        else:
            found.run.run()
    assert refused > 120
    assert time.thread_time() - start < 20


def test_swapped_lines_are_refused_or_make_no_harm(text):
    draws = random.Random(4)
    lines = text.split("\n")
    refused = 0
    for _ in range(100):
        other = lines.copy()
        one, two = draws.randrange(len(lines)), draws.randrange(len(lines))
        other[one], other[two] = other[two], other[one]
        try:
            found = loads("\n".join(other))
        except DocumentError:
            refused += 1
        else:
            found.run.run()
    assert 50 < refused < 100  # arrays may stand in any order


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("records", "-1", "run.records = -1: must be a whole number from 0 to 20,000"),
        ("records", "99999999999", "run.records"),
        ("records", "true", "run.records = True"),
        ("records", '"many"', "run.records = 'many'"),
        ("records", "3", "does not hold 3 numbers"),
        ("states", "100000", "run.states"),
        ("states", "1", "does not hold 1 numbers"),
        ("steps_per_epoch", "2", "run: arrays.updates"),  # more than there were steps
        ("steps_per_epoch", "4", "does not belong to the data"),
        ("steps_per_epoch", "0", "run.steps_per_epoch"),
        ("sizes", "[1, 6, 1]", "1 → 6 → 1: the experiment has another network"),
        ("sizes", "[1, 60000, 6, 1]", "run.sizes"),
        ("sizes", "[[1]]", "run.sizes"),
        ("sizes", "3", "run.sizes"),
        ("changed_at", "[-1]", "run.changed_at"),
        ("stopped_at", "31", "run.stopped_at"),
        ("diverged", "1", "run.diverged"),
        ("placement", f'"{"x" * 300}"', "run.placement"),
        ("color", "12", "pins[1].color = 12"),
        ("color", "0", "the same colour"),
        ("name", '"   "', "pins[1].name"),
        ("is_hidden", "0", "pins[1].is_hidden"),
        ("lesson", '"../../etc"', "lesson = '../../etc': must be a text of at most 100 characters"),
        ("page", "-3", "page = -3"),
        ("depth", "99", "model.depth = 99"),
        ("depth", "3", "another network"),
        ("width", "7", "another network"),
        ("n_train", "25", "does not belong to the data"),
        ("epochs", "1e999", "epochs = inf"),
    ],
)
def test_values_that_no_session_has_are_named(text, key, value, complaint):
    start = text.index("[[pins]]") if key == "name" else 0  # not that of the dataset
    changed = text[:start] + with_line(text[start:], key, value)
    assert complaint in refusal(changed)


def _set(type_, place, value):
    def change(array):
        array.view(type_)[place] = value

    return change


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("run_epochs", _set("<i8", 3, 2), "epochs must rise"),
        ("run_epochs", _set("<i8", 0, -5), "epochs must rise"),
        ("run_epochs", _set("<i8", -1, 2**62), "epochs must rise"),
        ("run_state_epochs", _set("<i8", -1, 29), "run: arrays.state_epochs"),
        ("run_updates", _set("<i8", 1, -1), "run: arrays.updates"),
        ("run_updates", _set("<i8", 1, 4), "arrays.updates"),  # of 3 steps
        ("run_updates", _set("<i8", 1, 2**62), "arrays.updates"),
        ("run_stopped_at", _set("<i8", 2, -2), "arrays.stopped_at"),
        ("run_best_epoch", _set("<i8", 1, 2**60), "arrays.best_epoch"),
        ("run_best_loss", _set("<f8", 1, np.nan), "arrays.best_loss"),
        ("run_diverged", _set("|u1", 1, 7), "arrays.diverged"),
        ("run_momenta", _set("<f4", 3, np.nan), "arrays.momenta"),
        ("run_momenta", _set("<f4", 3, -np.inf), "arrays.momenta"),
        ("run_momenta", _set("<f4", -1, -1.0), "arrays.momenta"),  # a mean of squares
        ("run_momenta", _set("<f4", -1, np.nan), "arrays.momenta"),
        ("run_last_values", _set("<f8", 1, np.inf), "arrays.last_values"),
        ("run_last_values", _set("<f8", 0, -1e308), "arrays.last_values"),
        ("run_values", _set("<f8", 0, np.inf), "arrays.run_values"),
        ("run_values", _set("<f8", 1, -1e308), "arrays.run_values"),
        ("pin1_values", _set("<f8", 1, 1e100), "arrays.pin1_values"),
        ("run_values", _set("<f8", 2, 0.5), "does not belong to the data"),  # an accuracy
    ],
)
def test_arrays_that_no_training_leads_to_are_named(text, name, change, complaint):
    assert complaint in refusal(with_array(text, name, change))


@pytest.fixture(scope="module")
def earlier_text():
    """A session of format 1."""
    run, training = trained(small(), epochs=20)
    return earlier(document_of(run.experiment, run), [training])


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("run_missed", _set("<f4", 2, np.nan), "run: arrays.missed"),
        ("run_missed", _set("<f4", 2, np.inf), "arrays.missed"),
        ("run_missed", _set("<f4", 2, -1.0), "arrays.missed"),
        ("run_missed", _set("<f4", 2, 3.0), "arrays.missed"),  # of two steps
        ("run_state_epochs", _set("<i8", -1, 2**62), "run: arrays.state_epochs"),
        ("run_state_epochs", _set("<i8", 2, 1), "run: arrays.state_epochs"),  # twice
        ("run_momenta", _set("<f4", 3, -np.inf), "run: arrays.momenta"),
        ("run_momenta", _set("<f4", -1, -1.0), "run: arrays.momenta"),
        ("run_stopped_at", _set("<i8", 2, 3), "run: arrays.stopped_at"),
        ("run_last_values", _set("<f8", 1, np.inf), "run: arrays.last_values"),
    ],
)
def test_so_are_those_of_an_earlier_format(earlier_text, name, change, complaint):
    assert complaint in refusal(with_array(earlier_text, name, change))


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("streams", "-1", "run.streams = -1"),
        ("streams", "1000", "run.streams = 1000"),
        ("streams", "true", "run.streams = True"),
        ("format", "2", "arrays.run_updates is missing"),
    ],
)
def test_so_are_values_of_an_earlier_format(earlier_text, key, value, complaint):
    assert complaint in refusal(with_line(earlier_text, key, value))


def test_what_an_earlier_format_lacks_takes_memory_too():
    reader = ArrayReader({}, most=1000)
    assert reader.zeros(("<f4", (2, 100))).tolist() == [[0.0] * 100] * 2
    with pytest.raises(DocumentError, match="more memory than a session may"):
        reader.zeros(("<f8", (26,)))


def test_a_mean_of_squares_may_be_too_large_for_its_precision(text):
    """As that of deep networks under Adam with huge steps is, whose weights go on being finite."""
    found = loads(with_array(text, "run_momenta", _set("<f4", -1, np.inf)))
    assert found.run.run().checkpoints.last.momenta[1][0, -1] == np.inf


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_networks_that_predict_nothing_are_left_out(text, earlier_text, value):
    for content in (text, earlier_text):
        found = loads(with_array(content, "run_parameters", _set("<f4", 7, value))).run
        assert not found.goes_on
        assert found.epoch > 0


def test_what_was_never_written_is_missed(text):
    changed = re.sub(r"(?m)^pin2_values = .*\n", "", text)
    assert "arrays.pin2_values is missing" in refusal(changed)
    twice = text.replace("\npin1_epochs = ", "\nrun_epochs = ")
    assert "of its arrays can't be read" in refusal(twice)


def test_too_many_pins_are_refused(text):
    start, end = text.index("[[pins]]"), text.index("\n[arrays]")
    one = text[start:].split("[[pins]]")[1]
    changed = text[:start] + ("[[pins]]" + one) * 13 + text[end:]
    assert "pins = …: must be at most 12 tables" in refusal(changed)


@pytest.mark.parametrize(
    "line",
    [".".join("a" * 60_000) + " = 1", 'x = "' + "a" * (17 << 20) + '"'],
    ids=["dots", "length"],
)
def test_toml_that_takes_long_to_parse_is_refused_before(text, line):
    first, rest = text.split("\n", 1)
    refusal(f"{first}\n{line}\n{rest}")


def test_points_of_many_dots_are_no_deep_keys():
    points = "\n".join(f"{i / 7:.6f} {i / 11:.6f}" for i in range(400))
    for separated in (points, points.replace("\n", ";")):
        experiment = small(data__name="points", data__points=separated, data__valid_points="0 .5")
        assert loads(dumps(Document(experiment))).experiment == experiment


def test_texts_of_any_kind_come_back_as_they_were():
    for target in (
        "\r\n",
        "\n[arrays]\nx = 'y'\n# The end of the session.\n",
        "\t\"'\\\x00\x7f",
        "a.b",
    ):
        experiment = small(data__target=target)
        assert loads(dumps(Document(experiment))).experiment == experiment


def test_a_bomb_takes_no_memory():
    bomb = base64.b64encode(zlib.compress(b"\x00" * (16 << 20), 9)).decode()
    reader = ArrayReader({"a": bomb, "b": bomb}, most=1 << 30)
    tracemalloc.start()
    with pytest.raises(DocumentError, match="does not hold 10 × 5 numbers"):
        reader.read("a", ("<f8", (10, 5)))
    with pytest.raises(DocumentError, match="more memory than a session may"):
        reader.read("b", ("<f8", (1 << 27,)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_an_empty_array_has_a_limit_too():
    reader = ArrayReader({"a": encoded(np.zeros(1 << 20)), "b": encoded(np.zeros(0))}, most=1 << 30)
    assert reader.read("b", ("<f8", (4, 0))).shape == (4, 0)
    with pytest.raises(DocumentError, match="damaged"):
        reader.read("a", ("<f8", (4, 0)))


def test_what_the_view_is_not_known_for_is_passed_over(text):
    more = text.replace("\n[view]\n", '\n[view]\nepoch = 7\nlosses = 3\nhologram = "on"\n')
    assert loads(more).view == {"tab": "fit", "best": True, "epoch": 7}


def test_a_run_whose_data_cannot_be_made_is_refused():
    experiment = small()
    run, _ = trained(experiment)
    text = dumps(document_of(experiment, run))
    assert "its data can't be made" in refusal(with_line(text, "n_train", "0"))
