"""Run the benchmarks, all or those named, such as `single`, `jax` or `curve`."""

import argparse
import os
import sys
from functools import partial

from tests.benchmarks import (
    drawing,
    engine,
    filming,
    limits,
    machine,
    report,
    soak,
    stopping,
    window,
)

PARTS = {
    "single": engine.single_runs,
    "sweeps": engine.sweeps,
    "jax": engine.against_jax,
    "stop": stopping.stopping,
    "window": window.window,
    # The parts of `window`.
    "startup": window.startup,
    "frames": window.frames,
    "recording": window.recording,
    "drag": window.drag,
    "looking": window.looking,
    "curve": window.curve,
    "curves": window.all_curves,
    "landscape": window.landscape,
    "drawing": drawing.drawing,
    "render": filming.render,
}
_ALL = ("single", "sweeps", "jax", "stop", "window", "drawing", "render")


def main() -> None:
    """Print a table as the parts come in, what keeps rows from their goals, then JSON."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(PARTS)}, soak")
    parser.add_argument("--minutes", type=int, default=10, help="how long `soak` lasts")
    asked = parser.parse_args()
    parts = PARTS | {"soak": partial(soak.soak, asked.minutes)}
    names = asked.names or _ALL
    unknown = [name for name in names if name not in parts]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(parts)}")
    print(machine.description(), file=sys.stderr)
    print(report.header(), flush=True)
    rows = []
    for name in names:
        for row in parts[name]():
            print(report.line(row), flush=True)
            rows.append(row)
    for paragraph in limits.explanations(rows):
        print(f"\n{paragraph}\n")
    print(report.as_json(rows))


if __name__ == "__main__":
    main()
