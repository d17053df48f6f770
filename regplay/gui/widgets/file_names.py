"""Under which name to save a file."""

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def path_to_save(parent: QWidget | None, title: str, suggested: str, kinds: str) -> Path | None:
    """Ask for the name of a file; of one that is there, whether it may be replaced.

    What ends as no file of these kinds gets the ending of the suggested name. If there is a file
    of that name, the dialog opens once more, with it, and asks by itself.

    Parameters
    ----------
    kinds
        As Qt has them, such as `Tables (*.csv);;All files (*)`.

    Returns
    -------
    None if the person would rather not.
    """
    endings, ending = re.findall(r"\*(\.\w+)", kinds), Path(suggested).suffix
    while True:
        name, _ = QFileDialog.getSaveFileName(parent, title, suggested, kinds)
        if not name:
            return None
        path = Path(name)
        if path.suffix.lower() in endings or (path.suffix and "(*)" in kinds):
            return path
        whole = path.with_name(path.name + ending)
        if whole == path or not whole.exists():
            return whole
        suggested = str(whole)
