"""`regplay sweep`: held against `regplay train`, and what it prints, writes and refuses."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch
from experiment_files import experiment_file

from regplay.cli import main
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.core.population import engine_for
from regplay.session import terminal
from regplay.session.progress_line import StatusLine

EXPERIMENT = """
epochs = 40
[model]
depth = 1
width = 8
"""
WIDTHS = ("--vary", "model.width=2,4,8")


@pytest.fixture
def experiment(tmp_path) -> Path:
    return experiment_file(tmp_path, EXPERIMENT)


@pytest.fixture
def sweep(experiment, regplay):
    return partial(regplay, "sweep", experiment)


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    "words",
    [
        ["--vary", "regularization.weight_decay=0,0.1", "--vary", "regularization.dropout=0,0.3"],
        [*WIDTHS, "--set", "optimizer.batch_size=10"],
        ["--vary", "epochs=10,30", "--seeds", "2", "--set", "regularization.early_stopping=5"],
        ["--vary", "optimizer.lr=0.1,10", "--set", "optimizer.name=sgd"],
        ["--set", "data.name=moons", "--vary", "model.activation=tanh,relu"],
    ],
    ids=["decay and dropout", "width", "epochs and seeds", "diverging", "classification"],
)
def test_each_network_comes_to_what_train_comes_to(sweep, experiment, capsys, words):
    code, out, _ = sweep(*words, "--json")
    assert code == 0
    assert json.loads(out)["engine"] == engine_for(torch.device("cpu")).name
    common = [word for i, word in enumerate(words) if "--set" in (word, words[i - 1])]
    members = json.loads(out)["members"]
    assert len(members) in (2, 3, 4)
    for member in members:
        values = member["values"] | {"seed": member["seed"]}
        settings = [w for path, value in values.items() for w in ("--set", f"{path}={value}")]
        main(["train", str(experiment), *common, *settings, "--json"])
        alone = json.loads(capsys.readouterr().out)
        assert member["final"].keys() == alone["final"].keys()
        for measure, value in alone["final"].items():
            rounded = None if value is None else pytest.approx(value, rel=1e-4, abs=1e-6)
            assert member["final"][measure] == rounded
        assert member["best"]["valid_loss"] == pytest.approx(alone["best"]["valid_loss"], rel=1e-4)
        assert member["best"]["epoch"] == alone["best"]["epoch"]
        assert (member["epochs"], member["diverged"]) == (alone["epochs"], alone["diverged"])


def test_csv_and_json_agree_and_the_best_is_shown(sweep, tmp_path, qapp):
    out_folder = tmp_path / "out"
    words = (*WIDTHS, "--seeds", 2, "--out", out_folder)
    code, out, err = sweep(*words, "--json")
    assert (code, err) == (0, f"Results are in {out_folder}\n")
    summary, rows = json.loads(out), _rows(out_folder)
    assert (summary["seeds"], summary["finished"], len(rows)) == (2, 6, 6)
    for row, member in zip(rows, summary["members"], strict=True):
        assert int(row["model.width"]) == member["values"]["model.width"]
        assert int(row["seed"]) == member["seed"]
        assert float(row["train_loss"]) == member["final"]["train_loss"]
        assert float(row["best_valid_loss"]) == member["best"]["valid_loss"]
        assert row["valid_accuracy"] == ""
    losses = {row["model.width"]: 0.0 for row in rows}
    for row in rows:
        losses[row["model.width"]] += float(row["valid_loss"])
    lines = sweep(*words)[1].splitlines()
    assert lines[0].startswith("6 networks in ")
    assert lines[3].split()[0] == min(losses, key=losses.__getitem__)
    assert lines[3].endswith("best")
    assert (out_folder / "sweep.png").read_bytes().startswith(b"\x89PNG")


def test_more_than_two_fields_or_none_have_no_figure(sweep, tmp_path):
    three = (*WIDTHS, "--vary", "model.depth=1,2", "--vary", "optimizer.lr=0.01,0.02")
    _, _, err = sweep(*three, "--out", tmp_path / "three")
    assert "No sweep.png: 3 fields vary, and it shows one or two\n" in err
    _, _, err = sweep("--seeds", 3, "--out", tmp_path / "none")
    assert "No sweep.png: 0 fields vary" in err
    assert len(_rows(tmp_path / "three")) == 12
    assert [path.name for path in (tmp_path / "none").iterdir()] == ["sweep.csv"]


def test_a_regression_and_a_classification_are_not_ranked(sweep, tmp_path):
    _, out, err = sweep("--vary", "data.name=sine,moons", "--out", tmp_path / "mixed")
    assert "   best" not in out
    assert "losses of regressions and classifications can't be compared" in out
    assert "No sweep.png: the losses of regressions" in err
    assert len(_rows(tmp_path / "mixed")) == 2


def test_the_figure_of_an_earlier_sweep_does_not_lie_beside_other_numbers(sweep, tmp_path, qapp):
    folder = tmp_path / "out"
    sweep(*WIDTHS, "--out", folder)
    assert (folder / "sweep.png").exists()
    _, _, err = sweep("--seeds", 3, "--out", folder)
    assert not (folder / "sweep.png").exists()
    assert len(_rows(folder)) == 3
    assert err.startswith(
        "No sweep.png: 0 fields vary, and it shows one or two; that of an earlier sweep is removed"
    )


def test_without_out_nothing_is_written(sweep, tmp_path):
    assert sweep(*WIDTHS)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["experiment.toml"]


def test_a_mean_over_some_of_the_seeds_says_so(sweep):
    words = ("--set", "optimizer.name=sgd", "--vary", "optimizer.lr=0.01,0.55", "--seeds", "6")
    members = json.loads(sweep(*words, "--json")[1])["members"]
    count = sum(member["diverged"] for member in members)
    assert 0 < count < 6
    good, partly = sweep(*words)[1].splitlines()[3:5]
    assert good.endswith("best")
    assert partly.endswith(f"   {count} of 6 diverged")


def test_a_field_without_effect_is_warned_of_and_trained(sweep):
    code, out, err = sweep("--vary", "data.n_inputs=3,4", "--json")
    assert code == 0
    assert err.startswith("Warning: data.n_inputs (Inputs) changes nothing here: ")
    losses = [member["final"]["train_loss"] for member in json.loads(out)["members"]]
    assert losses[0] == losses[1]


def test_momentum_under_adam_is_warned_of(sweep):
    code, out, err = sweep("--vary", "optimizer.momentum=0,0.9", "--json")
    assert code == 0
    label = FIELDS["optimizer.momentum"].label
    reason = "the optimizer adam doesn't use it"
    assert err.startswith(f"Warning: optimizer.momentum ({label}) changes nothing here: {reason}\n")
    losses = [member["final"]["train_loss"] for member in json.loads(out)["members"]]
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    "path", ["max_norm", pytest.param("label_smoothing", marks=pytest.mark.nightly)]
)
def test_members_come_to_what_each_comes_to_alone(sweep, path, capsys, experiment):
    values = (0.0, 0.3, 0.6)
    words = ["--vary", f"regularization.{path}={','.join(map(str, values))}", "--json"]
    _, out, err = sweep("--set", "data.name=moons", *words)
    assert "Warning" not in err
    found = [member["final"]["train_loss"] for member in json.loads(out)["members"]]
    assert len(set(found)) == 3
    for value, loss in zip(values, found, strict=True):
        settings = ["--set", "data.name=moons", "--set", f"regularization.{path}={value}"]
        assert main(["train", str(experiment), *settings, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["final"]["train_loss"] == loss


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "regplay sweep: nothing varies; give --vary FIELD=V1,V2"),
        (["--vary", "model.dept=1,2"], "did you mean model.depth?"),
        (["--vary", "model.width=0,2"], "model.width = 0: must be a whole number from 1 to 512"),
        (["--vary", "seed=1,2", "--seeds", "2"], "not both"),
        (["--seeds", "0"], "--seeds: 0: must be a whole number from 1"),
        (["--seeds", "many"], "--seeds: many: must be a whole number from 1"),
        ([*WIDTHS, "--device", "gpu"], "gpu: must be auto, cpu"),
        ([*WIDTHS, "--set", "model.depth=9"], "model.depth = 9: must be"),
        (["--vary", "data.n_train=20,500", "--set", "data.name=motorcycle"], "data.n_train = 500"),
    ],
)
def test_what_is_refused(sweep, tmp_path, words, message):
    code, out, err = sweep(*words, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def tables(tmp_path) -> list[Path]:
    """Two tables, one of them called like a result."""
    paths = [tmp_path / "a.csv", tmp_path / "sweep.csv"]
    for path in paths:
        path.write_text("x,y\n" + "\n".join(f"{x},{x * x}" for x in range(20)))
    return paths


def test_tables_are_varied_and_each_is_told(sweep, tables):
    files = ",".join(map(str, tables))
    code, out, err = sweep("--set", "data.name=csv", "--vary", f"data.file={files}")
    assert code == 0, err
    told = [line for line in err.splitlines() if "separated by commas" in line]
    assert [line.partition(":")[0] for line in told] == ["a.csv", "sweep.csv"]
    assert [line.split()[0] for line in out.splitlines()[3:]] == ["a.csv", "sweep.csv"]


def test_a_table_that_is_varied_is_not_replaced(sweep, tables, tmp_path):
    files = ",".join(map(str, tables))
    words = ("--set", "data.name=csv", "--vary", f"data.file={files}", "--out", tmp_path)
    before = tables[1].read_text()
    code, _, err = sweep(*words)
    assert (code, tables[1].read_text()) == (2, before)
    assert "sweep.csv" in err


def test_the_device_is_said_when_asked_for(sweep):
    assert sweep(*WIDTHS, "--device", "cpu")[2] == "Training on CPU, as asked\n"
    assert sweep(*WIDTHS, "--device", "cuda:99")[2] == (
        "Training on CPU: there is no cuda:99 on this machine\n"
    )


@pytest.fixture
def one_after_another(monkeypatch):
    """Trains parts of a sweep one after another, as on one core."""
    monkeypatch.setattr(engine_for(torch.device("cpu")), "at_once", 1)


def test_a_gpu_without_memory_is_replaced_by_the_cpu(sweep, monkeypatch, one_after_another):
    expected = json.loads(sweep(*WIDTHS, "--json")[1])

    class OnGpu(terminal.JointTraining):
        """Runs out of memory in its second part, unless it is on the CPU."""

        def __init__(self, experiments: object, *, device: str, keeps: int) -> None:
            super().__init__(experiments, device="cpu", keeps=keeps)
            self.is_on_gpu = device == "cuda"

        def advance(self) -> bool:
            if self.is_on_gpu and self.history.is_finished.any():
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().advance()

    monkeypatch.setattr(terminal, "JointTraining", OnGpu)
    code, out, err = sweep(*WIDTHS, "--device", "cuda", "--json")
    assert code == 0
    assert "The GPU has too little memory: training again on the CPU, from the start.\n" in err
    assert json.loads(out)["members"] == expected["members"]


# Ctrl-C


@pytest.fixture
def step_by_step(step_by_step, one_after_another):
    """Each width is a part of its own, of 40 steps."""


def test_ctrl_c_writes_the_networks_that_had_finished(sweep, interrupt_study, tmp_path, qapp):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    sweep(*WIDTHS, "--out", whole)
    interrupt_study(2 * 40 + 20)
    code, out, err = sweep(*WIDTHS, "--out", cut, "--json")
    assert code == 130
    assert err == (
        f"Stopped: 2 of 3 networks had finished; only these are written.\nResults are in {cut}\n"
    )
    assert json.loads(out)["finished"] == len(json.loads(out)["members"]) == 2
    assert _rows(cut) == _rows(whole)[:2]
    assert (cut / "sweep.png").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_before_any_has_finished_writes_nothing(
    sweep, interrupt_study, tmp_path, number, ends
):
    interrupt_study(10, number)
    code, out, err = sweep(*WIDTHS, "--out", tmp_path / "out")
    assert code == ends
    assert err == "Stopped: 0 of 3 networks had finished; nothing is written.\n"
    assert out.startswith("0 networks in ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("folder", ["there", "there/more/yet"])
def test_ctrl_c_leaves_folders_as_they_were(sweep, interrupt_study, tmp_path, folder):
    there = tmp_path / "there"
    there.mkdir()
    (there / "notes.txt").touch()
    interrupt_study(10)
    sweep(*WIDTHS, "--out", tmp_path / folder)
    assert [path.name for path in there.iterdir()] == ["notes.txt"]


def test_ctrl_c_in_the_last_step_is_too_late(sweep, interrupt_study):
    interrupt_study(3 * 40)
    code, _, err = sweep(*WIDTHS)
    assert (code, err) == (0, "")


def test_small_numbers_are_printed_where_only_ascii_is(sweep, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert sweep("--vary", "regularization.weight_decay=1e-5")[0] == 0
    stream.seek(0)
    assert " 10-5 " in stream.read()


# The progress line


def test_the_progress_line(experiment, run_in_terminal, step_by_step):
    code, states = run_in_terminal("sweep", experiment, *WIDTHS)
    assert code == 0
    assert states[1].startswith("1 % · 0 of 3 networks finished · best ")
    assert any(state.startswith("33 % · 1 of 3 networks finished") for state in states)
    assert states[-3].startswith("100 % · 3 of 3 networks finished")
    assert states[-2].strip() == states[-1] == ""


def test_before_a_record_there_is_no_time_left_to_tell():
    history = terminal.JointTraining([Experiment()], keeps=0).history
    assert terminal.sweep_status(history, 3600.0) == "0 % · 0 of 1 network finished"


def test_the_time_left(experiment, monkeypatch, step_by_step):
    seen = []
    monkeypatch.setattr(StatusLine, "show", lambda _, text: seen.append(text(3600.0)))
    main(["sweep", str(experiment), *WIDTHS])
    assert seen[0].endswith(" · 119.0 h left")
    half = next(text for text in seen if text.startswith("50 %"))
    assert half.endswith(" · 60 min left")
    assert seen[-1].endswith(" · 0 s left")


@pytest.mark.nightly  # a film is rendered in such a process by day
def test_no_display_is_needed_and_the_platform_of_the_process_stays(experiment, tmp_path):
    code = (
        "import os, sys\n"
        "from regplay.cli import main\n"
        f"code = main(['sweep', {str(experiment)!r}, '--vary', 'model.width=2,3', "
        f"'--out', {str(tmp_path / 'out')!r}])\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "assert QCoreApplication.instance() is None\n"
        "assert 'QT_QPA_PLATFORM' not in os.environ\n"
        "sys.exit(code)\n"
    )
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, f"Results are in {tmp_path / 'out'}\n")
    assert (tmp_path / "out" / "sweep.png").stat().st_size > 5000
