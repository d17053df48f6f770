import pytest
from document_desk import Desk
from PySide6.QtCore import QSettings


@pytest.fixture
def desk(qapp, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    desk = Desk(tmp_path, settings)
    yield desk
    desk.documents.close()
