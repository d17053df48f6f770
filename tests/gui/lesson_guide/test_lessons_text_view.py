"""The text of a page: nothing is loaded, and links are followed only by a click."""

import pytest
from PySide6.QtCore import QBuffer, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QImage, QPalette, QTextCursor, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from regplay.gui.lesson_guide.wrapped_text import TextLine, TextView, document

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(show_widget):
    yield show_widget(TextView(), 320, 400)
    QToolTip.hideText()


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toString()))
    return urls


@pytest.fixture
def red(tmp_path):
    """A picture that would be seen if anything were read from this machine."""
    path = tmp_path / "red.png"
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    assert image.save(str(path))
    return path


def middle_of(view: TextView, words: str) -> QPoint:
    """A point on these words."""
    found = view.document().find(words)
    assert not found.isNull()
    ends = []
    for position in (found.selectionStart(), found.selectionEnd()):
        cursor = QTextCursor(view.document())
        cursor.setPosition(position)
        ends.append(view.cursorRect(cursor).center())
    return (ends[0] + ends[1]) / 2


@pytest.mark.parametrize(
    "markdown",
    [
        "![a picture]({path})",
        "![a picture](file://{path})",
        "text ![a picture]({name}) text",
        "<img src='{path}'>",
        "[![a picture]({path})](https://example.org)",
    ],
)
def test_a_picture_is_never_shown(view, red, monkeypatch, markdown):
    monkeypatch.chdir(red.parent)
    view.setText(markdown.format(path=red, name=red.name))
    image = view.grab().toImage()
    reds = [
        (x, y)
        for x in range(0, image.width(), 4)
        for y in range(0, image.height(), 4)
        if image.pixelColor(x, y) == QColor("red")
    ]
    assert reds == []
    assert "a picture" in view.toPlainText() or "<img" in view.toPlainText()


def test_a_picture_inside_of_an_address_is_not_shown_either(view):
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    image.save(buffer, "PNG")
    code = buffer.data().toBase64().data().decode()
    view.setText(f"![a picture](data:image/png;base64,{code})")
    assert view.toPlainText() == "[a picture]"


def test_a_document_answers_every_request_with_nothing(view, red):
    view.setText("words")
    kinds = (QTextDocument.ResourceType.ImageResource, QTextDocument.ResourceType.HtmlResource)
    for made in (view.document(), document([TextLine("words")], view.font(), view.palette())):
        for kind in kinds:
            for url in (QUrl.fromLocalFile(str(red)), QUrl(str(red)), QUrl(red.name)):
                found = made.resource(kind.value, url)
                assert found is None or found.isEmpty()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_web_link_shows_its_address_and_opens_on_a_click(view, opened, scheme):
    address = f"{scheme}://example.org/a?b=c"
    view.setText(f"See [the paper]({address}), please.")
    place = middle_of(view, "the paper")
    QTest.mouseMove(view.viewport(), QPoint(5, 300))
    QTest.mouseMove(view.viewport(), place)
    assert QToolTip.text() == address
    assert opened == []
    QTest.mouseClick(view.viewport(), LEFT, pos=place)
    assert opened == [address]


def test_links_of_our_own_come_out_as_signals(view, opened, qtbot):
    view.setText("Go to [page](page:3) or [this](regplay:eNq_-abc).")
    with qtbot.waitSignal(view.page_chosen) as page:
        QTest.mouseClick(view.viewport(), LEFT, pos=middle_of(view, "page"))
    assert page.args == [3]
    with qtbot.waitSignal(view.link_chosen) as link:
        QTest.mouseClick(view.viewport(), LEFT, pos=middle_of(view, "this"))
    assert link.args == ["regplay:eNq_-abc"]
    assert opened == []


@pytest.mark.parametrize(
    "address",
    [
        *("file:///etc/passwd", "javascript:alert(1)", "other.md", "page:x", "smb://host/a"),
        *("page:1000", "page:99999999999", "page:" + "9" * 5000),
    ],
    ids=lambda address: address[:20] + str(len(address)),
)
def test_other_links_do_nothing(view, opened, address):
    said = []
    view.page_chosen.connect(said.append)
    view.link_chosen.connect(said.append)
    view.setText(f"See [the file]({address}).")
    before = view.toPlainText()
    QTest.mouseClick(view.viewport(), LEFT, pos=middle_of(view, "the file"))
    assert opened == []
    assert said == []
    assert view.toPlainText() == before


def test_links_are_reached_by_keyboard(view, opened):
    view.setText("First [one](https://one.example), then [two](https://two.example).")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Tab)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert opened == ["https://two.example"]


def test_tags_are_shown_as_they_are_written(view):
    view.setText("so that a <b>weight</b> with |w| < 1 & so on")
    assert view.toPlainText() == "so that a <b>weight</b> with |w| < 1 & so on"


def test_it_is_as_tall_as_its_text(view):
    view.setText("Some words. " * 60)
    narrow, wide = view.heightForWidth(200), view.heightForWidth(400)
    assert 1.7 * wide < narrow < 2.5 * wide
    view.resize(200, narrow)
    assert view.document().size().height() <= narrow


def test_long_words_and_code_wrap(view):
    view.setText("```\n" + "x = f(" * 60 + "\n```\n\n" + "w" * 300)
    assert view.document().idealWidth() <= view.viewport().width()


def test_the_head_of_a_table_is_aligned_as_its_columns(view):
    view.setText("| λ | loss |\n|---|---:|\n| 0 | 0.11 |\n")
    lines = view.toPlainText().split()
    assert lines == ["λ", "loss", "0", "0.11"]
    head, below = (middle_of(view, words) for words in ("loss", "0.11"))
    assert abs(head.x() - below.x()) < 12


def test_text_follows_the_palette(view):
    view.setText("See [this](page:1) and `code`.")
    palette = QPalette(view.palette())
    palette.setColor(QPalette.ColorRole.Link, QColor("#12ab34"))
    view.setPalette(palette)
    cursor = view.document().find("this")
    assert cursor.charFormat().foreground().color() == QColor("#12ab34")
    assert view.toPlainText() == "See this and code."
