import math

import pytest

from regplay.gui.data import table_dialog
from regplay.gui.data.table_dialog import TableDialog


@pytest.fixture
def show_dialog(qtbot, tmp_path, monkeypatch):
    """Shows the dialog of a text, in a file unless it is pasted; it is read in one turn."""
    monkeypatch.setattr(table_dialog, "_BUDGET", math.inf)

    def show(text, *, pasted=False):
        path = None
        if not pasted:
            path = tmp_path / "table.csv"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        dialog = TableDialog(path, text if pasted else None)
        qtbot.addWidget(dialog)
        with qtbot.waitExposed(dialog):
            dialog.show()
        assert not dialog.is_reading()
        return dialog

    return show
