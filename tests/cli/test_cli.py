"""The command line around the commands: which one runs, what is refused, what is imported."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from experiment_files import experiment_file

from regplay import __version__
from regplay.cli import main
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.session.document import Document, write
from regplay.session.experiment_text import to_link


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Experiment | None, str | None, str]]:
    """What the window is started with; it returns 7."""
    calls = []

    def start(experiment: Experiment | None, device: str | None, opened: str) -> int:
        assert not gc.isenabled()  # while everything is loaded
        calls.append((experiment, device, opened))
        return 7

    app = ModuleType("regplay.gui.application.app")
    app.start = start
    monkeypatch.setitem(sys.modules, "regplay.gui.application.app", app)
    return calls


@pytest.fixture
def refused(regplay):
    """Runs a command line that must be refused; returns what stands on stderr."""

    def run(*words: object) -> str:
        code, out, err = regplay(*words)
        assert (code, out) == (2, "")
        assert "Traceback" not in err
        return err.rstrip("\n")

    return run


# The window


def test_no_words_open_the_window_on_its_own(opened):
    assert main([]) == 7
    assert opened == [(None, None, "")]
    assert gc.isenabled()


@pytest.mark.parametrize(("words", "meant"), [("trian sine.toml", "train"), ("exprt", "export")])
def test_a_mistyped_command_is_told_from_a_file(refused, words, meant):
    name, *rest = words.split()
    assert refused(name, *rest) == f"regplay: {name}: no such command; did you mean {meant}?"


def test_a_file_opens_the_window_on_its_experiment(opened, tmp_path):
    path = experiment_file(tmp_path, "seed = 3\n[model]\ndepth = 1\n")
    assert main([str(path), "--device", "cpu"]) == 7
    ((experiment, device, file),) = opened
    assert (experiment.seed, experiment.model.depth, device, file) == (3, 1, "cpu", "")


def test_a_link_opens_the_window_on_its_experiment(opened):
    experiment = replace(Experiment(), {"seed": 3, "model.depth": 1})
    assert main([to_link(experiment)]) == 7
    assert opened == [(experiment, None, "")]


def test_a_session_and_a_table_are_left_to_the_window(opened, tmp_path):
    session, table = tmp_path / "mine.regplay", tmp_path / "mine.csv"
    write(session, Document(Experiment()))
    table.write_text("x,y\n1,2\n2,3\n", encoding="utf-8")
    assert main([str(session)]) == main([str(table), "--device", "cpu"]) == 7
    assert opened == [(None, None, str(session)), (None, "cpu", str(table))]


def test_the_command_line_of_the_process_is_read(opened, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["regplay", "--device", "auto"])
    main()
    assert opened == [(None, "auto", "")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("mine.toml", "[model]\ndepth = 99\n", "depth = 99: must be a whole number from 0 to 8"),
        ("mine.regplay", "format = 1\n", "the file is not complete: its end is missing"),
        ("mine.csv", "", "the file is empty"),
        ("lesson.toml", "pages = 3\n", "pages = 3: must be 1 to 60 tables"),
    ],
)
def test_what_is_broken_is_refused_before_any_window(
    opened, refused, tmp_path, name, content, message
):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    error = refused(path)
    assert error.startswith(f"regplay: {path}:")
    assert message in error
    assert opened == []


def test_what_is_not_there_or_no_link_opens_no_window(opened, refused, tmp_path):
    assert refused(tmp_path / "none.toml").startswith(f"regplay: {tmp_path / 'none.toml'}: ")
    assert refused("regplay:") == "regplay: This link is not complete: copy all of it."
    assert opened == []


def test_a_device_that_means_nothing_is_refused_before_any_window(opened, refused):
    assert "gpu: must be auto, cpu, cuda, cuda:N or mps" in refused("--device", "gpu")
    assert opened == []


# Help


def test_version(regplay):
    assert regplay("--version") == (0, f"regplay {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "content"),
    [
        ([], "  train "),
        (["train"], "0.weight, 0.bias, 2.weight"),
        (["sweep"], "LOW:HIGH:COUNT:log"),
        (["export"], "to rounding"),
        (["lessons"], "--first-seed N"),
        (["render"], "A storyboard is a TOML file"),
    ],
)
def test_help(regplay, words, content):
    code, text, _ = regplay(*words, "--help")
    assert code == 0
    assert content in text
    assert text.isascii()  # so that it can be printed anywhere


# What `train` refuses


@pytest.mark.parametrize(
    ("assignments", "messages"),
    [
        (["model.dept=3"], ["model.dept: no such field; did you mean model.depth?"]),
        (["model.depth=9"], ["model.depth = 9: must be a whole number from 0 to 8"]),
        (["model.depth=two"], ["model.depth = two: must be a whole number from 0 to 8"]),
        (["optimizer.name=adan"], ["did you mean adam?"]),
        (["data.clean_valid=yes"], ["must be true or false"]),
        (["regularization.dropout=nan"], ["regularization.dropout = nan"]),
        (["model.depth"], ["model.depth: must be FIELD=VALUE, such as model.depth=3"]),
        ([" =3"], [" =3: the name before = is missing; it must be FIELD=VALUE, such as"]),
        (["seed=x", "epochs=0"], ["seed = x: must be", "epochs = 0: must be"]),
    ],
)
def test_wrong_assignments_are_refused_all_at_once(refused, tmp_path, assignments, messages):
    words = [word for assignment in assignments for word in ("--set", assignment)]
    error = refused("train", experiment_file(tmp_path), *words)
    assert error.startswith("regplay train: ")
    for message in messages:
        assert message in error


def test_train_needs_a_file(refused):
    assert "EXPERIMENT.toml" in refused("train")


def test_a_missing_file(refused, tmp_path):
    path = tmp_path / "none.toml"
    reason = "can't be read: No such file or directory"
    assert refused("train", path) == f"regplay train: {path}: {reason}"


def test_a_folder_instead_of_a_file(refused, tmp_path):
    assert refused("train", tmp_path).startswith(f"regplay train: {tmp_path}: ")


def test_a_file_that_is_no_text(refused, tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    said = refused("train", path)
    assert said.startswith(f"regplay train: {path}: this is a damaged ZIP or Excel file; ")
    assert said.endswith("; an experiment is a TOML file")


def test_data_that_cannot_be_made_leaves_no_folder(refused, tmp_path):
    path = experiment_file(tmp_path, '[data]\nname = "csv"\nfile = "none.csv"\n')
    error = refused("train", path, "--out", tmp_path / "out")
    assert error.startswith(f"regplay train: {tmp_path / 'none.csv'}: there is no such file")
    assert not (tmp_path / "out").exists()


def test_more_points_than_there_are(refused, tmp_path):
    path = experiment_file(tmp_path, '[data]\nname = "motorcycle"\nn_train = 500\n')
    assert refused("train", path).startswith("regplay train: data.n_train = 500: ")


def test_a_device_that_means_nothing(refused, tmp_path):
    assert "cuda:x: must be auto" in refused(
        "train", experiment_file(tmp_path), "--device", "cuda:x"
    )


def test_a_folder_for_results_that_is_a_file(refused, tmp_path):
    path = experiment_file(tmp_path)
    assert refused("train", path, "--out", path) == (
        f"regplay train: {path}: this is a file; results need a folder"
    )
    assert refused("train", path, "--out", path / "sub").startswith(
        f"regplay train: {path / 'sub'}: can't write there: "
    )


def test_a_folder_for_results_without_permission(refused, tmp_path, monkeypatch):
    def touch(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "touch", touch)
    path, out = experiment_file(tmp_path), tmp_path / "out"
    assert refused("train", path, "--out", out) == (
        f"regplay train: {out}: can't write there: permission denied; choose a folder that you may "
        "write to"
    )


def test_a_defect_of_the_program_is_not_hidden(tmp_path, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("regplay.session.terminal.Training", broken)
    with pytest.raises(ValueError, match="a defect"):
        main(["train", str(experiment_file(tmp_path))])


# Imports


def _python(code: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *words],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_line_itself_imports_nothing_heavy():
    code = (
        "import sys, regplay.cli\n"
        "print([m for m in ('torch', 'numpy', 'PySide6', 'msgspec') if m in sys.modules])"
    )
    assert _python(code).stdout == "[]\n"


def test_what_is_listed_or_refused_has_loaded_neither_torch_nor_qt(tmp_path):
    code = (
        "import sys\nfrom regplay.cli import main\n"
        "codes = [main([word]) for word in sys.argv[1:]]\n"
        "print(codes, [m for m in ('torch', 'PySide6') if m in sys.modules])"
    )
    files = [str(tmp_path / name) for name in ("none.toml", "none.regplay", "none.csv")]
    said = _python(code, "lessons", *files, "regplay:1eJw").stdout
    assert said.endswith("\n[0, 2, 2, 2, 2] []\n")


def test_train_loads_no_qt_and_names_the_engine_without_the_library(tmp_path):
    code = (
        "import sys\nfrom regplay.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "print(code, 'torch' in sys.modules, 'PySide6' in sys.modules, file=sys.stderr)"
    )
    path, out = experiment_file(tmp_path, "epochs = 3\n"), tmp_path / "out"
    words = "train", str(path), "--json", "--out", str(out)
    done = _python(code, *words, REGPLAY_NATIVE_LIBRARY="none")
    told = json.loads(done.stdout)
    slow = f"Training is slow, by {told['engine']}"
    assert done.stderr == f"{slow}\nResults are in {out}\n0 True False\n"
    assert told["epochs"] == 3
    assert told["engine"].startswith("PyTorch, without the native library: ")
