"""Runs exported scripts."""

import contextlib
import io
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from exported_scripts import outcome

from regplay.core.experiment import Experiment
from regplay.session.export import to_pytorch


@pytest.fixture
def run_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Experiment], dict[str, float]]]:
    """Runs the exported script of an experiment, which can't import regplay; says what it printed.

    It runs in an empty folder, and leaves it so.
    """
    script, empty = tmp_path / "script.py", tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setitem(sys.modules, "regplay", None)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)

    def run(experiment: Experiment) -> dict[str, float]:
        script.write_text(to_pytorch(experiment), encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            runpy.run_path(str(script), run_name="__main__")
        assert not list(empty.iterdir())
        return outcome(printed.getvalue())

    yield run
    torch.set_num_threads(threads)
