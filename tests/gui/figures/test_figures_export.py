"""Files and the clipboard: what is written, at what size, and what is said where it can't be."""

import dataclasses
import errno
import threading
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from plots import figure_of, fit_view, history_view
from PySide6.QtGui import QColor, QGuiApplication, QImage

from regplay.core.datasets import DataSettings, load
from regplay.core.history import History
from regplay.gui.figures import figure as figure_module
from regplay.gui.figures.figure import (
    FigureError,
    FigurePage,
    Style,
    size_in_pixels,
    size_on_paper,
    to_text,
    usual_scale,
)
from regplay.gui.plots.fit_view import FitView
from regplay.gui.theme import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def figure(view):
    return figure_of(view, "panel.chart")


@pytest.mark.parametrize("size", [(600, 400), (2400, 1600), (301, 500)])
def test_a_png_has_the_size_that_was_chosen(figure, tmp_path, size):
    path = tmp_path / "fit.PNG"
    FigurePage(figure, Style(*size, usual_scale(*size), title="A title")).save(path)
    image = QImage(str(path))
    assert (image.width(), image.height()) == size
    assert not image.hasAlphaChannel()
    assert [entry.name for entry in tmp_path.iterdir()] == ["fit.PNG"]


def ink(image: QImage) -> np.ndarray:
    """Rows and columns that differ from the ground, [n, 2]."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    bits = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), -1)
    return np.argwhere(bits != bits[0, 0])


def test_text_and_lines_grow_with_the_scale(figure):
    small = FigurePage(figure, Style(600, 400, 1.0, "light", title="Title")).image()
    large = FigurePage(figure, Style(1800, 1200, 3.0, "light", title="Title")).image()
    heights = []
    for image, scale in ((small, 1), (large, 3)):
        title = ink(image)
        rows = title[title[:, 0] < 30 * scale][:, 0]
        heights.append(rows.max() - rows.min())
    assert 2.6 < heights[1] / heights[0] < 3.4


def test_a_larger_figure_reads_as_a_small_one_does():
    assert usual_scale(600, 400) == 1
    assert usual_scale(2400, 1600) == 3
    assert size_in_pixels(1600, 1066, None) == (1600, 1066, 2)
    assert size_in_pixels(600, 400, 3.0)[2] == 3
    assert size_in_pixels(200, 200, 3.0)[2] < 2  # or there is no room for axes


def test_a_size_on_paper_is_that_of_the_print(figure, tmp_path):
    width, height, scale = size_on_paper(80, 60, 300)
    assert (width, height) == (945, 709)
    assert scale == pytest.approx(300 / 96)
    FigurePage(figure, Style(width, height, scale)).save(tmp_path / "fit.png")
    image = QImage(str(tmp_path / "fit.png"))
    assert image.width() / image.dotsPerMeterX() * 1000 == pytest.approx(80, abs=0.1)
    root = ElementTree.fromstring(FigurePage(figure, Style(width, height, scale)).svg())
    assert float(root.get("width")) / 96 * 25.4 == pytest.approx(80, abs=0.1)


@pytest.mark.parametrize(("scheme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_the_ground_is_of_the_scheme_or_there_is_none(figure, scheme, colors):
    filled = FigurePage(figure, Style(600, 400, 1.0, scheme)).image()
    assert filled.pixelColor(1, 1) == QColor(colors.background)
    clear = FigurePage(figure, Style(600, 400, 1.0, scheme, transparent=True)).image()
    assert clear.pixelColor(1, 1).alpha() == 0
    assert len(ink(clear)) > 1000


def test_a_transparent_png_keeps_that(figure, tmp_path):
    FigurePage(figure, Style(300, 200, 1.0, transparent=True)).save(tmp_path / "fit.png")
    assert QImage(str(tmp_path / "fit.png")).pixelColor(0, 0).alpha() == 0


def test_the_curve_is_a_path_in_the_svg(figure, tmp_path):
    path = tmp_path / "fit.svg"
    FigurePage(figure, Style(1600, 1066, 2.0, "light", title="A & B")).save(path)
    root = ElementTree.parse(path).getroot()
    assert root.get("viewBox") == "0 0 800 533"
    curves = []
    for group in root.iter(f"{SVG}g"):
        if group.get("stroke") == LIGHT.fit:
            curves += [path.get("d") for path in group.iter(f"{SVG}path")]
    assert max(d.count("L") for d in curves) == 255  # through all points of the grid
    assert "A & B" in ["".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")]
    assert not list(root.iter(f"{SVG}image"))
    families = {text.get("font-family") for text in root.iter(f"{SVG}text")}
    assert all(family.endswith(", sans-serif") for family in families)


def test_a_line_that_leaves_the_plot_is_cut_off_in_the_svg(figure):
    root = ElementTree.fromstring(FigurePage(figure, Style(800, 533, 1.0, "light")).svg())
    clipped = [g for g in root.iter(f"{SVG}g") if g.get("clip-path")]
    assert any(inner.get("stroke") == LIGHT.fit for g in clipped for inner in g.iter(f"{SVG}g"))


def test_a_surface_is_one_image_that_ends_with_the_axes(show_widget):
    view = show_widget(fit_view(2, 2), 640, 400)
    root = ElementTree.fromstring(
        FigurePage(figure_of(view, "panel.chart"), Style(800, 533, 1.0, "light")).svg()
    )
    (image,) = root.iter(f"{SVG}image")
    assert float(image.get("width")) < 760
    assert float(image.get("height")) < 500
    circles = list(root.iter(f"{SVG}circle")) + list(root.iter(f"{SVG}ellipse"))
    assert len(circles) >= 12  # a training point each


def test_all_points_are_in_the_figure_of_a_large_dataset(show_widget):
    view = FitView()
    view.set_dataset(load(DataSettings(name="sine", n_train=300, n_valid=10)))
    show_widget(view, 400, 300)
    root = ElementTree.fromstring(
        FigurePage(figure_of(view, "panel.chart"), Style(800, 533, 1.0, "light")).svg()
    )
    groups = [g for g in root.iter(f"{SVG}g") if g.get("fill") == LIGHT.train]
    assert sum(len(list(g.iter(f"{SVG}circle"))) for g in groups) >= 300


# files


def test_data_are_written_as_csv(figure, tmp_path):
    figure.save_data(tmp_path / "fit.csv")
    assert (tmp_path / "fit.csv").read_text(encoding="utf-8") == to_text(figure.series())


def test_another_ending_is_refused(figure, tmp_path):
    with pytest.raises(FigureError, match=r"fit\.gif: a figure's name ends in \.png or \.svg"):
        FigurePage(figure, Style()).save(tmp_path / "fit.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(figure, tmp_path):
    path = tmp_path / "nowhere" / "fit.png"
    with pytest.raises(FigureError) as caught:
        FigurePage(figure, Style(300, 200, 1.0)).save(path)
    text = str(caught.value)
    assert str(path) in text
    assert "no such file or directory" in text
    assert "choose a folder that exists" in text


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "make room on the disk"),
        (errno.EACCES, "choose a folder that you may write to"),
        (errno.EIO, "choose another place"),
    ],
)
def test_what_the_disk_refuses_is_said_with_what_to_do(figure, tmp_path, monkeypatch, code, advice):
    def refuse(path, data):
        raise OSError(code, "It is so")

    monkeypatch.setattr(figure_module, "write_atomically", refuse)
    with pytest.raises(FigureError, match=advice) as caught:
        figure.save_data(tmp_path / "fit.csv")
    assert "it is so" in str(caught.value)
    assert str(tmp_path / "fit.csv") in str(caught.value)


def test_a_file_that_exists_stays_when_writing_fails(figure, tmp_path, monkeypatch):
    path = tmp_path / "fit.png"
    path.write_bytes(b"before")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "no")))
    with pytest.raises(FigureError):
        FigurePage(figure, Style(300, 200, 1.0)).save(path)
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["fit.png"]


def test_a_size_that_no_memory_holds_is_refused(figure):
    with pytest.raises(FigureError, match="choose a smaller size, or SVG"):
        FigurePage(figure, Style(16_000, 16_000, 3.0)).image()


def test_a_large_image_is_drawn_in_bands_that_nobody_sees(figure, monkeypatch):
    page = FigurePage(figure, Style(300, 200, 1.0, "light", title="Title"))
    whole = page.image()
    monkeypatch.setattr(figure_module, "_BAND_PIXELS", 300 * 7)
    assert page.image() == whole


# the clipboard


def test_the_clipboard_holds_the_figure_twice_as_fine(figure):
    figure.copy()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (1600, 1066)
    assert image.devicePixelRatio() == 1
    expected = FigurePage(figure, Style(1600, 1066, 2.0, title=figure.title())).image()
    expected.setDevicePixelRatio(1)
    assert image.convertToFormat(expected.format()) == expected


def test_the_clipboard_holds_the_data_for_a_spreadsheet(figure):
    figure.copy_data()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == to_text(figure.series(), "\t")
    assert data.data("text/csv").data().decode() == to_text(figure.series())


def test_long_tables_and_large_images_are_made_on_another_thread(figure, tmp_path, monkeypatch):
    made_on = []

    def noted(act):
        def note(*given):
            made_on.append(threading.current_thread() is threading.main_thread())
            return act(*given)

        return note

    for name in ("to_text", "as_png", "_write"):
        monkeypatch.setattr(figure_module, name, noted(getattr(figure_module, name)))
    figure.copy_data()
    figure.save_data(tmp_path / "fit.csv")
    FigurePage(figure, Style(300, 200, 1.0)).save(tmp_path / "fit.png")
    assert made_on == [False] * 6


def test_data_that_are_not_there_yet_are_not_copied(show_widget, qapp):
    view = show_widget(history_view("loss"), 400, 300)
    figure = figure_of(view, "plot")
    view.set_history(History())
    view.plot.set_floor(None, "")
    QGuiApplication.clipboard().setText("before")
    empty = dataclasses.replace(figure, series=list)
    with pytest.raises(FigureError, match="Loss: there is nothing to save yet"):
        empty.copy_data()
    assert QGuiApplication.clipboard().text() == "before"
