"""`regplay lessons`: the list, the check of claims, exit codes, Ctrl-C, and what is refused."""

import io
import json
import signal
import sys
from functools import partial

import pytest

from regplay.session.lessons import lessons

LESSON = """
id = "{id}"
title = "A lesson"
summary = "One line."
minutes = 5
[[pages]]
title = "First"
text = "Some *text*."
experiment = {{ model.depth = 1, model.width = 4, data.n_train = 10, epochs = 40 }}
[[pages.claims]]
text = "It learns, ‖w‖ > 0."
claim = 'train_loss < 10 and verdict != "diverged"'
seeds = 4
agree = 3
[[pages]]
title = "Second"
text = "More."
[[pages.claims]]
text = "A wider network learns too."
claim = "train_loss(width=5) {sign} 10"
seeds = 2
agree = 2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two lessons in the place of those that ship."""
    for number, sign in enumerate("<>", 1):
        text = LESSON.format(id=("good", "bad")[number - 1], sign=sign)
        (tmp_path / f"0{number}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("regplay.session.lessons.lesson.resource", lambda *_: tmp_path)
    return tmp_path


@pytest.fixture
def run(regplay):
    return partial(regplay, "lessons")


# the list


def test_the_list_has_a_line_for_each_lesson(run):
    code, out, err = run()
    heading, *lines = out.splitlines()
    assert (code, err) == (0, "")
    assert heading.split() == ["id", "title", "minutes", "pages", "claims", "summary"]
    for line, lesson in zip(lines, lessons(), strict=True):
        assert line.startswith(f"{lesson.id} ")
        assert line.endswith(f"   {lesson.summary}")
        numbers = f"{lesson.minutes} {len(lesson.pages)} {len(lesson.claims)}"
        assert f" {numbers} " in " ".join(line.split())


def test_the_list_as_json(run, folder):
    first, _ = json.loads(run("--json")[1])
    assert first == {
        "id": "good",
        "title": "A lesson",
        "summary": "One line.",
        "minutes": 5,
        "pages": 2,
        "claims": 2,
    }


# the check


def test_claims_that_hold(run, folder):
    code, out, err = run("--check", "good")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:5] == [
        "good: A lesson",
        "  page 1 (First)",
        "  ✓ It learns, ‖w‖ > 0.",
        '      train_loss < 10 and verdict != "diverged"',
        "      holds for 4 of 4 seeds; 3 must",
    ]
    assert lines[7:9] == ["  page 2 (Second)", "  ✓ A wider network learns too."]
    assert lines[-1].startswith("2 of 2 claims hold; 1 lesson in ")


def test_the_measured_values_are_the_median_and_the_range(run, folder):
    _, out, _ = run("--check", "good")
    _, found, _ = run("--check", "good", "--json")
    first = json.loads(found)[0]["claims"][0]
    losses = sorted(seed["values"]["train_loss"] for seed in first["seeds"])
    _, median, low, _, high = out.splitlines()[5].split()
    assert float(median) == pytest.approx((losses[1] + losses[2]) / 2, rel=1e-3)
    assert (float(low), float(high)) == pytest.approx((losses[0], losses[3]), rel=1e-3)
    kinds = [seed["values"]["verdict"] for seed in first["seeds"]]
    most = max(set(kinds), key=kinds.count)
    assert f" {most} {kinds.count(most)}" in out.splitlines()[6]


def test_one_claim_that_fails_makes_the_exit_code_1(run, folder):
    code, out, _ = run("--check")
    assert code == 1
    assert "  ✗ A wider network learns too." in out
    assert "      holds for 0 of 2 seeds; 2 must" in out
    *_, summary, failed = out.splitlines()
    assert summary.startswith("3 of 4 claims hold; 2 lessons in ")
    assert failed == "Does not hold: bad, page 2 (Second): train_loss(width=5) > 10"
    assert run("--check", "bad")[0] == 1
    assert run("--check", "good")[0] == 0


def test_a_lesson_is_checked_by_its_file(run, folder):
    assert run("--check", folder / "02.toml")[0] == 1


def test_seeds_of_ones_own(run, folder):
    _, out, _ = run("--check", "good", "--seeds", 3, "--first-seed", 100, "--json")
    first, second = json.loads(out)[0]["claims"]
    assert [seed["seed"] for seed in first["seeds"]] == [100, 101, 102]
    assert (first["agree"], second["agree"]) == (3, 3)  # of 4 seeds 3, of 2 seeds 2
    assert (first["holding"], first["holds"], first["page"]) == (3, True, 1)


def test_what_cannot_be_printed_becomes_a_question_mark(run, folder, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert run("--check", "good")[0] == 0
    stream.seek(0)
    assert "  + It learns, ?w? > 0.\n" in stream.read()


# the progress line and Ctrl-C


def test_the_progress_line(folder, run_in_terminal, step_by_step):
    code, states = run_in_terminal("lessons", "--check")
    assert code == 1
    assert states[1].startswith("lesson 1 of 2: good · 2 % · 0 of 6 networks finished")
    assert any(state.startswith("lesson 2 of 2: bad · 100 % · 6 of 6") for state in states)
    assert states[-1] == states[-2].strip() == ""


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_shows_the_claims_that_had_finished(run, folder, interrupt_study, number, ends):
    interrupt_study(40 + 10, number)  # in the second of two populations, of 40 steps each
    code, out, err = run("--check")
    assert code == ends
    assert err == "Stopped: only claims that had finished are counted.\n"
    assert "  ✓ It learns" in out
    assert "wider" not in out
    assert "  1 claim had not finished\n" in out
    assert out.splitlines()[-1].startswith("1 of 1 claims hold; 1 lesson in ")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_a_later_lesson_keeps_the_earlier_ones(run, folder, interrupt_study):
    interrupt_study(2 * 40 + 10)
    code, out, _ = run("--check", "--json")
    assert code == 130
    assert [len(lesson["claims"]) for lesson in json.loads(out)] == [2, 0]


# what is refused


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--check", "goood"], "goood: no such lesson; did you mean good?\nThere are good, bad;"),
        (["--check", "no.toml"], "no.toml: can't be read: No such file"),
        (["--check", "--seeds", "0"], "--seeds: 0: must be a whole number from 1"),
        (["--check", "--seeds", "many"], "--seeds: many: must be a whole number from 1"),
        (["--check", "--first-seed", "-1"], "must be a whole number from 0"),
        (["--seeds", "3"], "say how to check: give --check too"),
        (["--first-seed", "0"], "say how to check: give --check too"),
    ],
)
def test_what_is_refused(run, folder, words, message):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_damaged_lesson_is_refused_with_its_place(run, folder):
    path = folder / "02.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("train_loss(", "train_los("), "utf-8")
    code, _, err = run("--check")
    assert code == 2
    assert f"{path}:\npage 2 (Second), claims 1, claim: column 1: train_los: no such" in err
