"""`regplay export`: held against `regplay train`, and what it prints, writes and refuses."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest
from experiment_files import experiment_file

from regplay.cli import main
from regplay.cli.commands import COMMANDS
from regplay.core import UserError
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.export import to_pytorch

EXPERIMENT = """
epochs = 150
[data]
name = "moons"
[model]
depth = 1
width = 8
[regularization]
weight_decay = 0.01
"""


@pytest.fixture
def experiment(tmp_path) -> Path:
    return experiment_file(tmp_path, EXPERIMENT)


def export(*words: object) -> int:
    parser = ArgumentParser(prog="regplay export")
    COMMANDS["export"].configure(parser)
    return COMMANDS["export"].run(parser.parse_args([str(word) for word in words]))


def _losses(printed: str) -> list[float]:
    return [float(line.partition(" loss: ")[2].split(",")[0]) for line in printed.splitlines()]


def test_the_script_is_the_one_of_the_experiment_with_what_was_set(experiment, tmp_path):
    """What such scripts come to, each alone in an empty folder, tests of the session say."""
    script = tmp_path / "moons.py"
    assert export(experiment, "-o", script, "--set", "optimizer.lr=0.02") == 0
    values = {
        "epochs": 150,
        "data.name": "moons",
        "model.depth": 1,
        "model.width": 8,
        "regularization.weight_decay": 0.01,
        "optimizer.lr": 0.02,
    }
    assert script.read_text(encoding="utf-8") == to_pytorch(replace(Experiment(), values))


@pytest.mark.nightly  # by day the one above
def test_a_script_alone_in_an_empty_folder_comes_to_what_train_comes_to(
    experiment, tmp_path, capsys
):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert export(experiment, "-o", folder / "moons.py", "--set", "optimizer.lr=0.02") == 0
    assert capsys.readouterr() == ("", f"The script is in {folder / 'moons.py'}\n")
    done = subprocess.run(
        [sys.executable, "-I", "moons.py"],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in folder.iterdir()] == ["moons.py"]
    main(["train", str(experiment), "--set", "optimizer.lr=0.02", "--json", "--device", "cpu"])
    final = json.loads(capsys.readouterr().out)["final"]
    expected = [final["train_loss"], final["valid_loss"]]
    assert _losses(done.stdout) == pytest.approx(expected, rel=1e-3)


def test_without_a_file_it_is_printed(experiment, tmp_path, capsys):
    export(experiment, "-o", tmp_path / "script.py")
    capsys.readouterr()
    assert export(experiment) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ((tmp_path / "script.py").read_text(encoding="utf-8"), "")
    assert out.startswith('"""Moons, 60 training points')
    assert out.endswith('{accuracy:.4f}")\n')


def test_what_is_printed_is_utf_8_wherever_it_goes(tmp_path):
    table = tmp_path / "größe.csv"
    table.write_text("x,y\n" + "".join(f"{i},{i / 3}\n" for i in range(9)), encoding="utf-8")
    toml = tmp_path / "csv.toml"
    toml.write_text('[data]\nname = "csv"\nfile = "größe.csv"\n', encoding="utf-8")
    code = "import sys; from regplay.cli import main; sys.exit(main(['export', *sys.argv[1:]]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(toml)],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert str(table) in done.stdout.decode("utf-8")  # a relative file is meant from the TOML's


def test_a_script_takes_the_place_of_an_older_one(experiment, tmp_path):
    path = tmp_path / "script.py"
    path.write_text("old", encoding="utf-8")
    export(experiment, "-o", path)
    assert path.read_text(encoding="utf-8").startswith('"""Moons')
    assert {entry.name for entry in tmp_path.iterdir()} == {"experiment.toml", "script.py"}


def test_torch_is_not_loaded_for_it(experiment):
    code = (
        "import sys; from regplay.cli import main; main(['export', *sys.argv[1:]]);"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(experiment)], stdout=subprocess.DEVNULL, timeout=60
    )
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "model.depth=9"], "model.depth = 9: must be"),
        (["--set", "data.name=motorcycle", "--set", "data.n_train=500"], "data.n_train = 500"),
        (["--set", "data.name=csv"], "No file is named yet"),
    ],
)
def test_what_is_refused_leaves_no_file(experiment, tmp_path, words, message):
    with pytest.raises(UserError, match=message):
        export(experiment, *words, "-o", tmp_path / "script.py")
    assert not (tmp_path / "script.py").exists()


@pytest.mark.parametrize("place", ["", "missing/script.py"])
def test_where_nothing_can_be_written(experiment, tmp_path, place):
    with pytest.raises(UserError, match="can't be written"):
        export(experiment, "-o", tmp_path / place)
