"""The program as a process where something around it is missing, full or otherwise than usual."""

import json
import os
import subprocess
import sys

import pytest

from regplay.session.document import read

# Trains, or waits for its banner where AWAITS says so; saves, says what it shows, and is closed.
CHILD = """
import json, os, sys
from pathlib import Path
from regplay.cli import main
from regplay.gui.application import app
from regplay.gui.persistence import Dialogs
from regplay.gui.window import MainWindow

class Telling(MainWindow):
    def __init__(self, experiment):
        super().__init__(experiment)
        self.facts = None
        if os.environ["AWAITS"] == "banner":  # which may be quicker than the training, or slower
            self.banner.installEventFilter(self)
        else:
            self.controller.runner.viewed.connect(lambda view: view.is_finished and self.tell())

    def eventFilter(self, widget, event):
        if widget is self.banner and event.type() == event.Type.Show:
            self.tell()
        return False

    def tell(self):
        if self.facts is None:
            Dialogs.file_to_save = lambda *_: Path("mine.regplay")
            self.facts = {}  # once: saving waits, and events come meanwhile
            self.facts = {
                "is saved": self.documents.save_as(),
                "rate": self.controls.control("optimizer.lr").box.text(),
                "banner": self.banner.text(),
                "scale": self.devicePixelRatioF(),
                "is painted": not self.grab().isNull(),
            }
            print(json.dumps(self.facts), flush=True)
            self.close()

app.MainWindow = Telling
sys.exit(main(sys.argv[1:]))
"""
USUAL = {"is saved": True, "rate": "0.0025", "scale": 1.0, "is painted": True}


@pytest.fixture
def run(tmp_path):
    """Runs regplay with these words and surroundings; what it printed, its errors and exit code."""
    (tmp_path / "e.toml").write_text("epochs = 20\noptimizer.lr = 0.0025\n")
    (tmp_path / "a file").touch()
    (tmp_path / "broken" / "torch").mkdir(parents=True)
    (tmp_path / "broken" / "torch" / "__init__.py").write_text("raise ImportError('no libtorch')")

    def go(program, *words, limit=0, **surroundings):
        def confine():
            if limit:
                import resource

                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        own = {
            name: str(tmp_path / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")
        }
        more = {name: value.format(tmp_path) for name, value in surroundings.items()}
        done = subprocess.run(
            [sys.executable, *program, *words],
            cwd=tmp_path,
            env=os.environ | own | {"QT_QPA_PLATFORM": "offscreen"} | more,
            capture_output=True,
            text=True,
            timeout=300,
            preexec_fn=confine if limit else None,
        )
        return done.stdout, done.stderr, done.returncode

    return go


@pytest.mark.skipif(sys.platform == "win32", reason="these are surroundings of POSIX")
@pytest.mark.parametrize(
    ("surroundings", "otherwise", "banner"),
    [
        pytest.param(
            {"LC_ALL": "de_DE.UTF-8", "QT_SCALE_FACTOR": "2", "limit": 6 << 30}
            | dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), "/dev/null/home"),
            {"scale": 2.0},
            "is not kept for the next start",
            id="German, no home, little memory",
        ),
        # Others at night: by day there is another language at another scale.
        pytest.param(
            {"LC_ALL": "C", "QT_SCALE_FACTOR": "1.25"},
            {"scale": 1.25},
            "",
            id="plain C",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            {"LC_ALL": "tr_TR.UTF-8", "FONTCONFIG_FILE": "/dev/null", "QT_QPA_FONTDIR": "{}/home"},
            {},
            "",
            id="Turkish, no fonts",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            {"PYTHONPATH": "{}/broken:" + os.environ.get("PYTHONPATH", "")},
            {},
            "no libtorch",
            id="no torch",
        ),
    ],
)
def test_the_window_can_be_used(run, tmp_path, surroundings, otherwise, banner):
    awaits = "banner" if banner else "the end"
    out, errors, code = run(["-c", CHILD], "e.toml", AWAITS=awaits, **surroundings)
    assert code == 0, errors
    assert "Traceback" not in errors
    found = json.loads(out)
    assert {name: found[name] for name in USUAL} == USUAL | otherwise
    assert banner in found["banner"]
    assert bool(banner) == bool(found["banner"])
    assert read(tmp_path / "mine.regplay").experiment.optimizer.lr == 0.0025


def test_a_terminal_without_torch_says_why_nothing_is_trained(run):
    out, errors, code = run(
        ["-m", "regplay"],
        "train",
        "e.toml",
        PYTHONPATH="{}/broken:" + os.environ.get("PYTHONPATH", ""),
    )
    assert (out, code) == ("", 2)
    problem = "a part of it can't be loaded: no libtorch; install regplay again"
    assert errors == f"regplay train: {problem}\n"


def test_a_resource_that_is_missing_is_named(run, tmp_path):
    code = (
        "import sys, pathlib, regplay.resources as r; r._PACKAGE = pathlib.Path('gone/regplay')\n"
    )
    code += "from regplay.cli import main; sys.exit(main(sys.argv[1:]))"
    out, errors, code = run(["-c", code], "lessons")
    assert (out, code) == ("", 2)
    assert errors == "regplay lessons: gone/resources/lessons is missing: install regplay again\n"
