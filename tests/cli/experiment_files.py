"""Experiments in files."""

from pathlib import Path


def experiment_file(folder: Path, text: str = "") -> Path:
    """Write one, by default that of all defaults."""
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path
