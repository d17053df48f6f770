"""A person who chooses how a figure looks and where it goes."""

import threading

import pytest
import shiboken6
from plots import figure_of, make_dataset, make_fit
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from regplay.gui.figures import figure
from regplay.gui.figures.figure import FigurePage
from regplay.gui.figures.figure_dialog import FigureDialog
from regplay.gui.theme import DARK

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(view, settings, tmp_path, qtbot):
    settings.setValue("figure/folder", str(tmp_path))
    dialog = FigureDialog(figure_of(view, "panel.chart"), settings)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def type_in(box, text: str) -> None:
    """Write over what a box holds, and leave it."""
    edit = box.lineEdit() if hasattr(box, "lineEdit") else box
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    if edit is not box:
        box.interpretText()


def test_it_begins_with_the_last_folder_and_the_name_of_the_plot(dialog, tmp_path):
    assert dialog.path == tmp_path / "fit.png"
    assert dialog.heading.text() == "Fit at epoch 7"
    assert not dialog.preview.pixmap().isNull()


def test_a_figure_of_the_chosen_size_colours_and_title_is_saved(dialog, tmp_path, qtbot):
    type_in(dialog.size_row.pixels[0], "900")
    type_in(dialog.size_row.pixels[1], "500")
    QTest.keyClicks(dialog.scheme, "D")  # one key: a slow machine would take more as several
    type_in(dialog.heading, "My fit")
    with qtbot.waitSignal(dialog.saved) as saved:
        QTest.mouseClick(dialog.save_button, LEFT)
    assert saved.args == [tmp_path / "fit.png"]
    image = QImage(str(tmp_path / "fit.png"))
    assert (image.width(), image.height()) == (900, 500)
    assert image.pixelColor(1, 1) == QColor(DARK.background)
    assert not dialog.isVisible()


def test_the_format_is_in_the_name_both_ways(dialog, tmp_path):
    QTest.keyClicks(dialog.format, "SVG")
    assert dialog.path == tmp_path / "fit.svg"
    type_in(dialog.file, str(tmp_path / "other.png"))
    assert dialog.format.currentData() == "png"
    type_in(dialog.file, str(tmp_path / "plain"))
    QTest.mouseClick(dialog.save_button, LEFT)
    assert (tmp_path / "plain.png").exists()


def test_an_svg_has_the_title_that_was_typed(dialog, tmp_path):
    QTest.keyClicks(dialog.format, "SVG")
    type_in(dialog.heading, "Typed title")
    QTest.mouseClick(dialog.save_button, LEFT)
    assert "Typed title" in (tmp_path / "fit.svg").read_text(encoding="utf-8")


def test_what_the_preview_shows_is_saved_whatever_is_trained_meanwhile(dialog, view, tmp_path):
    QTest.keyClicks(dialog.format, "SVG")
    shown = FigurePage(figure_of(view, "panel.chart"), dialog.style_chosen()).svg()
    preview = dialog.preview.pixmap().toImage()
    view.set_fit(make_fit(make_dataset(1), 500))
    assert dialog.preview.pixmap().toImage() == preview
    QTest.mouseClick(dialog.save_button, LEFT)
    assert (tmp_path / "fit.svg").read_bytes() == shown
    assert b"Fit at epoch 7<" in shown


def test_a_choice_takes_the_present_moment_with_its_title(dialog, view, tmp_path):
    QTest.keyClicks(dialog.format, "SVG")
    view.set_fit(make_fit(make_dataset(1), 500))
    QTest.keyClicks(dialog.scheme, "D")
    assert dialog.heading.text() == "Fit at epoch 500"
    shown = FigurePage(figure_of(view, "panel.chart"), dialog.style_chosen()).svg()
    QTest.mouseClick(dialog.save_button, LEFT)
    assert (tmp_path / "fit.svg").read_bytes() == shown


def test_a_file_is_made_beside_the_window_which_may_be_closed_meanwhile(
    view, settings, tmp_path, monkeypatch
):
    settings.setValue("figure/folder", str(tmp_path))
    dialog = FigureDialog(figure_of(view, "panel.chart"), settings)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    saved, goes_on, write = [], threading.Event(), figure.write_atomically

    def slowly(*given):
        assert goes_on.wait(10.0)
        write(*given)

    monkeypatch.setattr(figure, "write_atomically", slowly)
    dialog.saved.connect(saved.append)
    dialog.destroyed.connect(goes_on.set)
    QTimer.singleShot(0, dialog.close)
    QTest.mouseClick(dialog.save_button, LEFT)
    assert not shiboken6.isValid(dialog)
    assert not QImage(str(tmp_path / "fit.png")).isNull()
    assert saved == []


def test_a_file_that_exists_is_replaced_when_the_button_is_pressed_again(dialog, tmp_path):
    path = tmp_path / "fit.png"
    path.write_bytes(b"before")
    QTest.mouseClick(dialog.save_button, LEFT)
    assert path.read_bytes() == b"before"
    assert str(path) in dialog.message.text()
    assert dialog.save_button.text() == "Replace"
    QTest.mouseClick(dialog.save_button, LEFT)
    assert not QImage(str(path)).isNull()


def test_another_name_takes_the_question_back(dialog, tmp_path):
    for name in ("fit.png", "fit2.png"):
        (tmp_path / name).write_bytes(b"before")
    QTest.mouseClick(dialog.save_button, LEFT)
    type_in(dialog.file, str(tmp_path / "fit2.png"))
    assert dialog.save_button.text() == "Save"
    QTest.mouseClick(dialog.save_button, LEFT)
    assert (tmp_path / "fit2.png").read_bytes() == b"before"
    assert dialog.save_button.text() == "Replace"


def test_what_goes_wrong_is_said_and_can_be_mended(dialog, tmp_path):
    type_in(dialog.file, str(tmp_path / "nowhere" / "fit.png"))
    QTest.mouseClick(dialog.save_button, LEFT)
    assert dialog.isVisible()
    assert "choose a folder that exists" in dialog.message.text()
    type_in(dialog.file, str(tmp_path / "fit.png"))
    assert dialog.message.text() == ""
    QTest.mouseClick(dialog.save_button, LEFT)
    assert (tmp_path / "fit.png").exists()


def test_a_name_from_the_file_dialog_was_asked_there(dialog, tmp_path, monkeypatch):
    path = tmp_path / "there.svg"
    path.write_bytes(b"before")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(dialog.browse, LEFT)
    assert dialog.format.currentData() == "svg"
    QTest.mouseClick(dialog.save_button, LEFT)
    assert path.read_bytes().startswith(b"<?xml")


def test_millimetres_come_with_dots_and_pixels_with_the_size_of_text(dialog):
    row = dialog.size_row
    assert row.scale.isVisible()
    assert not row.dpi.isVisible()
    QTest.keyClicks(row.unit, "mm")
    assert row.dpi.isVisible()
    assert row.mm[0].isVisible()
    assert not row.pixels[0].isVisible()
    type_in(row.mm[0], "100")
    type_in(row.mm[1], "50")
    type_in(row.dpi, "254")
    assert row.size_chosen() == (1000, 500, pytest.approx(254 / 96))


def test_the_largest_paper_stays_within_the_largest_image(dialog):
    row = dialog.size_row
    QTest.keyClicks(row.unit, "mm")
    type_in(row.mm[0], "1000")
    type_in(row.dpi, "1200")
    assert row.size_chosen()[0] <= 16_384


def test_copy_puts_the_chosen_figure_on_the_clipboard(dialog, qtbot):
    type_in(dialog.size_row.pixels[0], "700")
    with qtbot.waitSignal(dialog.copied):
        QTest.mouseClick(dialog.copy_button, LEFT)
    assert QGuiApplication.clipboard().image().width() == 700


def test_what_was_chosen_is_remembered(dialog, view, settings, tmp_path, qtbot):
    QTest.keyClicks(dialog.format, "SVG")
    QTest.keyClicks(dialog.scheme, "Light")
    QTest.mouseClick(dialog.transparent, LEFT, pos=dialog.transparent.rect().center() * 0.1)
    dialog.transparent.setChecked(True)
    QTest.keyClicks(dialog.size_row.unit, "mm")
    type_in(dialog.size_row.mm[0], "77")
    QTest.mouseClick(dialog.save_button, LEFT)
    again = FigureDialog(figure_of(view, "panel.chart"), settings)
    qtbot.addWidget(again)
    assert again.path == tmp_path / "fit.svg"
    assert again.style_chosen() == dialog.style_chosen()
    assert again.size_row.mm[0].value() == 77


def test_settings_that_make_no_sense_are_left_out(view, tmp_path, qtbot):
    settings = QSettings(str(tmp_path / "bad.ini"), QSettings.Format.IniFormat)
    for key in ("width", "height_mm", "dpi", "unit", "scale", "format", "scheme", "folder"):
        settings.setValue(f"figure/{key}", "nan")
    settings.setValue("figure/height", "1e300")
    dialog = FigureDialog(figure_of(view, "panel.chart"), settings)
    qtbot.addWidget(dialog)
    style = dialog.style_chosen()
    assert (style.width, style.height) == (1600, 16_384)
    assert style.scheme == "window"


def test_a_name_that_no_file_can_have_is_refused(dialog, view, settings, tmp_path):
    type_in(dialog.file, str(tmp_path / ("n" * 300 + ".png")))
    QTest.mouseClick(dialog.save_button, LEFT)
    assert dialog.message.text()
    settings.setValue("figure/folder", "/" + "n" * 300)
    again = FigureDialog(figure_of(view, "panel.chart"), settings)
    assert again.path.parent.is_dir()


@pytest.mark.parametrize("typed", ["", "~nobody-of-this-name/a.png"])
def test_no_name_at_all_and_the_folder_of_nobody(dialog, tmp_path, monkeypatch, typed):
    monkeypatch.chdir(tmp_path)
    type_in(dialog.file, typed)
    QTest.mouseClick(dialog.save_button, LEFT)
    if typed:
        assert "no such" in dialog.message.text().lower()
    else:
        assert len([*tmp_path.glob("*.png")]) == 1
