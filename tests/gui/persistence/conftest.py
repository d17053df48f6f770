import pytest
from document_tools import DocumentWindow
from PySide6.QtCore import QSettings


@pytest.fixture
def shown(qapp, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    shown = DocumentWindow(tmp_path, settings)
    yield shown
    shown.documents.close()
