"""Run the benchmarks, all or those named: single, sweeps, jax, window, curve."""

import os
import sys

from tests.benchmarks import engine, report, window

PARTS = {
    "single": engine.single_runs,
    "sweeps": engine.sweeps,
    "jax": engine.against_jax,
    "window": window.window,
    "curve": window.curve,
}


def main() -> None:
    """Print a table as the parts come in, then JSON."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    names = sys.argv[1:] or ["single", "sweeps", "jax", "window"]  # the last has the curve
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    rows = [row for name in names for row in PARTS[name]()]
    print(report.table(rows))
    print(report.as_json(rows))


if __name__ == "__main__":
    main()
