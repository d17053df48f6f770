"""Play random actions or a list of them; shorten what fails."""

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.monkey.shrinking import shortened

Listed = list[tuple[str, int]]
_SLOWEST = 12
_SHOWN = 6000  # characters of what failed


def drawn(seed: int, count: int) -> Listed:
    """The actions of a seed."""
    from tests.monkey.actions import ACTIONS

    rng, weights = random.Random(seed), [action.weight for action in ACTIONS.values()]
    names = rng.choices([*ACTIONS], weights, k=count)
    return [(name, rng.randrange(2**32)) for name in names]


class Played:
    """What came of a list in a process of its own.

    Attributes
    ----------
    lines
        Of the report: actions, what they did, what failed.
    failures
        The details of each failure by its kind.
    """

    def __init__(self, actions: Listed, *, keeps_going: bool = False) -> None:
        with tempfile.TemporaryDirectory(prefix="monkey-") as name:
            folder = Path(name)
            (folder / "list.json").write_text(json.dumps(actions))
            command = [sys.executable, "-X", "faulthandler", "-m", "tests.monkey.play"]
            command += ["list.json", "report.jsonl", *["--keep-going"] * keeps_going]
            home = {"HOME": name, "XDG_DATA_HOME": name, "QT_QPA_PLATFORM": "offscreen"}
            paths = {"PYTHONPATH": str(Path.cwd()), "PYQTGRAPH_QT_LIB": "PySide6"}
            ended = subprocess.run(
                command, cwd=folder, env=os.environ | home | paths, capture_output=True, text=True
            )
            report = folder / "report.jsonl"
            written = report.read_text().splitlines() if report.exists() else []
        self.lines = [json.loads(line) for line in written]
        self.failures: list[tuple[str, str]] = [
            (line["failed"], line["details"]) for line in self.lines if "failed" in line
        ]
        has_ended = bool(self.lines) and "ended" in self.lines[-1]
        if ended.returncode != 0 or not (has_ended or self.failures):
            how = "it took too long" if "Timeout" in ended.stderr else f"exit {ended.returncode}"
            self.failures.append((how, ended.stderr[-_SHOWN:]))

    def tell_resources(self) -> None:
        """Print where the window was away longest, and how much there was at first and at last."""
        acted = [line for line in self.lines if "action" in line]
        done = [line for line in self.lines if "done" in line]
        pairs = sorted(zip(done, acted, strict=False), key=lambda pair: -pair[0]["busy"])
        for line, action in pairs[:_SLOWEST]:
            busy, away, where = line["busy"], line["away"], line["where"]
            print(f"busy {busy} s, away {away} s: {action['action']}, {line['done']}: {where}")
        resources = [line["resources"] for line in self.lines if "resources" in line]
        print(f"at first {resources[:1]}, at last {resources[-1:]}")

    @property
    def count(self) -> int:
        """The actions that were begun."""
        return sum("action" in line for line in self.lines)


def fails_alike(actions: Listed, kind: str, tries: int) -> bool:
    """Whether a list fails in this way in one of some tries."""
    for _ in range(tries):
        if any(kind == one for one, _ in Played(actions).failures):
            print(f"  {len(actions)} actions still fail", flush=True)
            return True
    return False


def main() -> int:
    """Play; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--actions", type=int, default=300)
    parser.add_argument("--replay", type=Path, help="a list that was written")
    parser.add_argument("--out", type=Path, help="where a list that fails is written")
    parser.add_argument("--tries", type=int, default=2, help="of each list while it is shortened")
    parser.add_argument("--keep-going", action="store_true", help="count failures, by kind")
    asked = parser.parse_args()
    out = asked.out or Path(tempfile.gettempdir()) / f"monkey-{asked.seed}.json"
    if asked.replay:
        actions = [(name, number) for name, number in json.loads(asked.replay.read_text())]
        print(f"{len(actions)} actions of {asked.replay}", flush=True)
    else:
        actions = drawn(asked.seed, asked.actions)
        print(f"seed {asked.seed}, {len(actions)} actions", flush=True)
    out.write_text(json.dumps(actions))
    played = Played(actions, keeps_going=asked.keep_going)
    played.tell_resources()
    if not played.failures:
        out.unlink()
        print("all holds")
        return 0
    for kind, count in Counter(kind for kind, _ in played.failures).most_common():
        details = next(details for one, details in played.failures if one == kind)
        print(f"--- {count} × {kind}\n{details[-_SHOWN:]}", flush=True)
    kind = played.failures[0][0]
    done = [line for line in played.lines if "action" in line or "done" in line][-16:]
    print(*(json.dumps(line) for line in done), f"written: {out}", sep="\n", flush=True)
    if not asked.keep_going:
        short = shortened(
            actions[: played.count], lambda some: fails_alike(some, kind, asked.tries)
        )
        out.write_text(json.dumps(short))
        print(f"{len(short)} actions fail: {kind}\n{json.dumps(short)}\nwritten: {out}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
