"""Lesson files: what they come to, and how each mistake is told."""

import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import get, replace
from regplay.session.lessons import (
    LessonError,
    find_lesson,
    lessons,
    load_lesson,
    loads_lesson,
)

HEAD = """
id = "a-lesson"
title = "A lesson"
summary = "One line."
minutes = 5
"""
PAGE = """
[[pages]]
title = "First"
text = "Some *text*."
"""
CLAIM = """
[[pages.claims]]
text = "It learns."
claim = "train_loss < 0.5"
seeds = 10
agree = 9
"""
OPTIONS = """
[pages.question]
text = "Why?"
options = [
  { text = "a", because = "x" },
  { text = "b", because = "y", right = true },
  { text = "c", because = "z" },
]
"""
HANDLE = """
[pages.question]
text = "Where?"
handle = { field = "model.width", low = 4, high = 16.5 }
"""


def test_a_lesson_in_full():
    lesson = loads_lesson(
        HEAD
        + """
[[pages]]
title = "First"
text = "Some *text*."
published = true
experiment = { model.depth = 1, "optimizer.lr" = 0.1 }
highlights = ["model.depth"]
hides = ["data.noise"]
curves = ["regularization.weight_decay"]
view = "network"
plays = false
pins = [{ name = "decay", set = { regularization.weight_decay = 1 } }]
"""
        + CLAIM
        + OPTIONS
        + "try = { regularization = { dropout = 0.5 } }"
    )
    (page,) = lesson.pages
    assert (lesson.id, lesson.title, lesson.minutes) == ("a-lesson", "A lesson", 5)
    assert (page.published, page.plays, page.view) == (True, False, "network")
    assert page.changes == {"model.depth": 1, "optimizer.lr": 0.1}
    assert (page.highlights, page.hides) == (("model.depth",), ("data.noise",))
    assert page.curves == ("regularization.weight_decay",)
    assert page.pins[0].set == {"regularization.weight_decay": 1.0}
    assert page.question.right == 1
    assert page.tries == {"regularization.dropout": 0.5}
    assert [(i, claim.statement.terms[0].measure) for i, claim in lesson.claims] == [
        (0, "train_loss")
    ]


def test_what_a_page_leaves_out():
    (page,) = loads_lesson(HEAD + PAGE).pages
    assert (page.published, page.fresh, page.plays, page.view) == (False, False, True, None)
    assert (page.changes, page.claims, page.question) == ({}, (), None)
    assert (page.highlights, page.hides, page.curves, page.pins) == ((), (), (), ())


def test_a_page_changes_the_one_before_unless_it_is_fresh():
    second = PAGE + "experiment = { model.width = 8 }\n"
    third = PAGE + 'fresh = true\nexperiment = { data.name = "moons", data.n_train = 50 }\n'
    first = PAGE + "experiment = { model.depth = 3 }\n"
    lesson = loads_lesson(HEAD + first + second + third + PAGE)
    assert lesson.experiment(0) == replace(Experiment(), {"model.depth": 3})
    assert lesson.experiment(1) == replace(Experiment(), {"model.depth": 3, "model.width": 8})
    moons = replace(Experiment(), {"data.name": "moons", "data.n_train": 50})
    assert lesson.experiment(2) == lesson.experiment(3) == moons
    for page in (-1, 4):
        with pytest.raises(IndexError):
            lesson.experiment(page)


def test_an_answer_is_right_by_its_option_or_its_place():
    (page,) = loads_lesson(HEAD + PAGE + OPTIONS).pages
    assert [page.question.is_right(answer) for answer in (0, 1, 2, -1)] == [
        False,
        True,
        False,
        False,
    ]
    (page,) = loads_lesson(HEAD + PAGE + HANDLE).pages
    assert [page.question.is_right(x) for x in (3, 4, 16.5, 17)] == [False, True, True, False]


def test_words_are_those_to_be_read_on_the_way_through_a_page():
    page = PAGE.replace("Some *text*.", "Five **words**, λ = 0.01.") + 'do = "Two words."\n'
    (read,) = loads_lesson(HEAD + page + 'why = "One."\n' + CLAIM + OPTIONS).pages
    assert read.words == 4 + 2 + 1 + 2 + (1 + 3)  # = is no word


@pytest.mark.parametrize(
    ("agree", "seeds", "other", "must"),
    [(9, 10, 3, 3), (9, 10, 20, 18), (7, 10, 3, 3), (1, 2, 3, 2), (10, 10, 7, 7), (1, 10, 1, 1)],
)
def test_the_share_that_must_agree_is_rounded_up(agree, seeds, other, must):
    claim = CLAIM.replace("agree = 9", f"agree = {agree}").replace("10", str(seeds), 1)
    lesson = loads_lesson(HEAD + PAGE + claim.replace("seeds = 10", f"seeds = {seeds}"))
    assert lesson.claims[0][1].agree_of(other) == must


# what is refused


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x =", "This is not TOML: "),
        ("", "id is missing: it must be a text of at most 60 characters, small"),
        (HEAD, "pages is missing: it must be 1 to 60 tables of values"),
        (HEAD + "pages = []", "pages = …: must be 1 to 60 tables of values"),
        (HEAD + "pages = 3", "pages = 3: must be 1 to 60 tables of values"),
        (HEAD + "pages = [3]", "page 1 = 3: must be a table of values"),
        (HEAD + "page = 3" + PAGE, "page: no such key; did you mean pages?"),
        (
            HEAD.replace("a-lesson", "A lesson") + PAGE,
            "id = 'A lesson': must be a text of at most 60",
        ),
        (
            HEAD.replace("One", r"One\n") + PAGE,
            "must be a text of 1 to 300 characters, in a single line",
        ),
        (HEAD.replace("5", '"5"') + PAGE, "minutes = '5': must be a whole number from 1 to"),
        (HEAD.replace("5", "0") + PAGE, "minutes = 0: must be a whole number from 1 to 240"),
        (HEAD + PAGE + "hihglights = []", "page 1 (First), hihglights: no such key; did you mean"),
        (HEAD + PAGE + PAGE + "text = 3", "This is not TOML"),
        (HEAD + PAGE.replace('"Some *text*."', "3"), "page 1 (First), text = 3: must be a text"),
        (HEAD + "[[pages]]\ntext = 'x'", "page 1, title is missing"),
        (HEAD + PAGE + "view = 'fir'", "view = 'fir': must be one of fit, landscape,"),
        (HEAD + PAGE + "experiment = 3", "page 1 (First), experiment = 3: must be a table"),
        (
            HEAD + PAGE + PAGE + "experiment = { model.dept = 3 }",
            "page 2 (First), experiment: model.dept: no such field; did you mean model.depth?",
        ),
        (
            HEAD + PAGE + 'experiment = { "optimizer.lr" = -1 }',
            "page 1 (First), experiment: optimizer.lr = -1: must be a number from 0 to 10",
        ),
        (
            HEAD + PAGE + 'pins = [{ name = "x", set = { epochs = 0 } }]',
            "page 1 (First), pins 1, set: epochs = 0: must be",
        ),
        (HEAD + PAGE + "pins = [{ set = {} }]", "page 1 (First), pins 1, name is missing"),
        (
            HEAD + PAGE + "pins = [" + 2 * "{ name = 'x' }," + "{ name = 'y' }]",
            "page 1 (First), pins: x is the name of several; give each its own",
        ),
        (
            HEAD + PAGE + "pins = [" + "".join(f"{{ name = '{i}' }}," for i in range(13)) + "]",
            "pins: 13 are more than the 12 there is room for",
        ),
        (HEAD + PAGE + 'highlights = ["depth"]', "highlights: depth: no such field; did you mean"),
        (HEAD + PAGE + 'curves = ["seed"]', "curves: seed has no curve; there are regularization"),
        (
            HEAD + PAGE + 'highlights = ["seed"]\nhides = ["seed"]',
            "hides: seed is highlighted too",
        ),
        (HEAD + PAGE + CLAIM.replace("agree = 9", "agree = 11"), "agree = 11: more than the 10"),
        (
            HEAD + PAGE + CLAIM.replace("agree = 9", ""),
            "page 1 (First), claims 1, agree is missing: it must be a whole number",
        ),
        (HEAD + PAGE + CLAIM.replace("seeds", "seed"), "seed: no such key; did you mean seeds?"),
        (HEAD + PAGE + CLAIM.replace("train_loss", "1"), "claims 1, claim: nothing is measured"),
        (
            HEAD + PAGE + CLAIM + CLAIM.replace("train_loss", "0 < train_los"),
            "page 1 (First), claims 2, claim: column 5: train_los: no such measure; did you mean "
            "train_loss?\n    0 < train_los < 0.5\n        ^",
        ),
        (HEAD + PAGE + OPTIONS.replace("true", "false"), "question: 0 options are right"),
        (
            HEAD + PAGE + OPTIONS.replace('"x"', '"x", right = true'),
            "page 1 (First), question: 2 options are right; mark one with right = true",
        ),
        (
            HEAD
            + PAGE
            + OPTIONS.replace('{ text = "a", because = "x" },', "").replace(
                '{ text = "c", because = "z" },', ""
            ),
            "page 1 (First), question: 1 options: give 2 to 4, or a handle",
        ),
        (
            HEAD + PAGE + OPTIONS.replace('text = "c", ', ""),
            "page 1 (First), question, options 3, text is missing",
        ),
        (HEAD + PAGE + OPTIONS + "try = { epochs = 0 }", "question, try: epochs = 0: must be"),
        (HEAD + PAGE + "try = { epochs = 0 }", "page 1 (First), try: epochs = 0: must be"),
        (HEAD + PAGE + "moment = -1", "page 1 (First), moment = -1: must be"),
        (HEAD + PAGE + "verdict = 'fine'", "page 1 (First), verdict = 'fine': must be one of"),
        (HEAD + "[[pages]]\ntitle = 'x'", "page 1 (x), text is missing: a page needs a text, a"),
        (HEAD + PAGE + HANDLE.replace("model.width", "model.w"), "question: handle: model.w: no"),
        (
            HEAD + PAGE + HANDLE.replace("model.width", "optimizer.name"),
            "page 1 (First), question: handle: optimizer.name has no slider",
        ),
        (
            HEAD + PAGE + HANDLE.replace("low = 4", "low = 16.2"),
            "handle: no value of model.width lies from low = 16.2 to high = 16.5",
        ),
        (HEAD + PAGE + HANDLE + OPTIONS.split('Why?"\n')[1], "options, handle: give one of both"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(LessonError) as error:
        loads_lesson(text)
    assert message in str(error.value)


def test_several_problems_are_told_at_once():
    changes = "experiment = { model.dept = 3, epochs = 0 }\n"
    with pytest.raises(LessonError) as error:
        loads_lesson(HEAD + PAGE + changes + PAGE + changes)
    assert len(str(error.value).splitlines()) == 4


# files


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + PAGE, encoding="utf-8")
    return path


def test_a_lesson_is_found_by_its_file(file):
    assert find_lesson(str(file)) == load_lesson(file) == loads_lesson(HEAD + PAGE)


def test_a_data_file_is_meant_from_the_folder_of_the_lesson(file):
    points = PAGE + 'experiment = { data.name = "csv", data.file = "points.csv" }\n'
    file.write_text(HEAD + points, encoding="utf-8")
    assert get(load_lesson(file).experiment(0), "data.file") == str(file.parent / "points.csv")


def test_a_data_file_may_be_in_a_home_of_nobody_or_in_one(file, monkeypatch):
    monkeypatch.setenv("HOME", str(file.parent / "home"))
    monkeypatch.setenv("USERPROFILE", str(file.parent / "home"))
    for name, path in (
        ("~/x.csv", file.parent / "home" / "x.csv"),
        ("~nosuchuser/x.csv", file.parent / "~nosuchuser" / "x.csv"),
        ("../x.csv", file.parent.parent / "x.csv"),
    ):
        page = PAGE + f'experiment = {{ data.name = "csv", data.file = "{name}" }}\n'
        file.write_text(HEAD + page, encoding="utf-8")
        assert load_lesson(file).files == (str(path),)


def test_the_files_of_pages_pins_and_questions_are_known_each_once(file):
    page = """
experiment = { data.name = "csv", data.file = "a.csv" }
pins = [{ name = "one", set = { data.file = "b.csv" } }, { name = "two", set = { epochs = 9 } }]
"""
    question = OPTIONS + 'try = { data = { file = "c.csv" } }\n'
    file.write_text(HEAD + (PAGE + page + question) * 2, encoding="utf-8")
    assert load_lesson(file).files == tuple(str(file.parent / f"{name}.csv") for name in "abc")
    assert loads_lesson(HEAD + PAGE).files == ()


def test_a_text_that_takes_long_to_parse_is_refused_before():
    with pytest.raises(LessonError, match=r"This is no lesson: .* nested too deeply"):
        loads_lesson(".".join("a" * 60_000) + " = 1")


def test_files_that_are_no_lessons(file, tmp_path):
    with pytest.raises(LessonError, match=r"missing\.toml: can't be read: No such file"):
        load_lesson(tmp_path / "missing.toml")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(LessonError, match=r"mine\.toml: this is no lesson: it is no text in UTF-8"):
        load_lesson(file)
    file.write_text("#" * (1 << 20) + "#", encoding="utf-8")
    with pytest.raises(LessonError, match="larger than 1 MiB"):
        load_lesson(file)
    file.write_text(HEAD, encoding="utf-8")
    with pytest.raises(LessonError, match=r"mine\.toml:\npages is missing"):
        load_lesson(file)


def test_an_unknown_id_names_the_nearest_and_all():
    with pytest.raises(LessonError) as error:
        find_lesson("memorizing")
    assert str(error.value).startswith("memorizing: no such lesson; did you mean memorising?\n")
    for lesson in lessons():
        assert lesson.id in str(error.value)


def test_two_lessons_of_one_id_are_refused(monkeypatch, tmp_path):
    for name in ("01-a.toml", "02-b.toml"):
        (tmp_path / name).write_text(HEAD + PAGE, encoding="utf-8")
    monkeypatch.setattr("regplay.session.lessons.lesson.resource", lambda *_: tmp_path)
    with pytest.raises(LessonError, match="a-lesson: more than one lesson has this id"):
        lessons()
