"""Run the benchmarks, all or those named, such as `single`, `jax` or `curve`."""

import os
import sys

from tests.benchmarks import (
    drawing,
    engine,
    filming,
    limits,
    machine,
    report,
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
    names = sys.argv[1:] or _ALL
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    print(machine.description(), file=sys.stderr)
    print(report.header(), flush=True)
    rows = []
    for name in names:
        for row in PARTS[name]():
            print(report.line(row), flush=True)
            rows.append(row)
    for paragraph in limits.explanations(rows):
        print(f"\n{paragraph}\n")
    print(report.as_json(rows))


if __name__ == "__main__":
    main()
