"""Play random actions or a list of them; shorten what fails."""

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.monkey.shrinking import shortened

Listed = list[tuple[str, int]]
_SHOWN = 6000  # characters of what failed
_SLOWEST = 12  # actions that are told
_TRIES = 2  # of each list while it is shortened: a failure may come in some of them alone


def drawn(seed: int, count: int) -> Listed:
    """The actions of a seed."""
    from tests.monkey.actions import ACTIONS

    rng, weights = random.Random(seed), [action.weight for action in ACTIONS.values()]
    names = rng.choices([*ACTIONS], weights, k=count)
    return [(name, rng.randrange(2**32)) for name in names]


def play(actions: Listed, *options: str) -> tuple[list[dict], dict[str, str]]:
    """Play a list in a process and a home of its own.

    Returns
    -------
    What each action did, and the details of each failure by its kind, the first first.
    """
    with tempfile.TemporaryDirectory(prefix="monkey-") as home:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.monkey.play", *options],
            cwd=home,
            env=os.environ
            | {"HOME": home, "XDG_DATA_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
            | {"PYTHONPATH": str(Path.cwd())},
            input=json.dumps(actions),
            capture_output=True,
            text=True,
        )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    failures: dict[str, str] = {}
    for line in lines:
        if "failed" in line:
            failures.setdefault(line["failed"], line["details"])
    if ended.returncode != 0:
        how = "it took too long" if "Timeout" in ended.stderr else f"exit {ended.returncode}"
        failures[how] = ended.stderr[-_SHOWN:]
    return lines, failures


def tell(lines: list[dict], failures: dict[str, str]) -> None:
    """Print what kept the main thread longest, how much there is, and what failed."""
    acted = [line for line in lines if "done" in line]
    for line in sorted(acted, key=lambda line: -line["busy"])[:_SLOWEST]:
        print(json.dumps(line))
    resources = [line["done"] for line in acted if line["action"] in ("check", "end")]
    print(f"at first {resources[:1]}, at last {resources[-1:]}")
    for kind, details in failures.items():
        print(f"--- {kind}\n{details[-_SHOWN:]}")
    if failures:
        print(*map(json.dumps, lines[-16:]), sep="\n", flush=True)


def main() -> int:
    """Play; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--actions", type=int, default=300)
    parser.add_argument("--replay", type=Path, help="a list that was written")
    parser.add_argument("--keep-going", action="store_true", help="find all that fails")
    asked = parser.parse_args()
    actions = drawn(asked.seed, asked.actions)
    if asked.replay:
        actions = json.loads(asked.replay.read_text())
    print(f"{asked.replay or f'seed {asked.seed}'}, {len(actions)} actions", flush=True)
    out = Path(tempfile.gettempdir()) / f"monkey-{asked.seed}.json"
    out.write_text(json.dumps(actions))
    lines, failures = play(actions, *["--keep-going"] * asked.keep_going)
    tell(lines, failures)
    if not failures:
        out.unlink()
        return 0
    print(f"written: {out}\n{json.dumps(actions)}", flush=True)
    if not asked.keep_going:
        kind = next(iter(failures))
        short = shortened(actions, lambda some: any(kind in play(some)[1] for _ in range(_TRIES)))
        out.write_text(json.dumps(short))
        print(f"{len(short)} actions fail: {kind}\nwritten: {out}\n{json.dumps(short)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
