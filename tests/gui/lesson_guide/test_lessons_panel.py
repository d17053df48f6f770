"""The column in which a lesson is read: keys, contents, and room for everything."""

import itertools

import msgspec
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from wheel import turn_wheel

from regplay.gui.lesson_guide.lesson_panel import PageBar
from regplay.session.lessons import Reached

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def test_alt_and_arrows_turn_pages_wherever_the_focus_is(reader):
    reader.guide.go_to("decay", 0)
    slider = reader.controls.control("model.depth").slider
    slider.setFocus()
    value = reader.controls.control("model.depth").value()
    reader.press(Key.Key_Right, ALT)
    assert reader.guide.position == ("decay", 1)
    reader.press(Key.Key_Left, ALT)
    assert reader.guide.position == ("decay", 0)
    assert slider.hasFocus()
    assert reader.controls.control("model.depth").value() == value


def test_alt_and_arrows_turn_pages_from_the_text(reader):
    reader.guide.go_to("decay", 0)
    reader.panel.page_view.text.setFocus()
    reader.press(Key.Key_Right, ALT)
    assert reader.title == "A long one"


def test_page_down_scrolls_and_then_turns_the_page(reader):
    reader.guide.go_to("decay", 1)
    reader.settle()
    bar = reader.panel.page_view.verticalScrollBar()
    assert bar.maximum() > 0
    reader.panel.page_view.text.setFocus()
    while reader.guide.position == ("decay", 1):
        before = bar.value()
        reader.press(Key.Key_PageDown)
        assert bar.value() > before or reader.guide.position == ("decay", 2)
    reader.press(Key.Key_PageUp)
    assert reader.guide.position == ("decay", 1)
    assert bar.value() == 0  # a page begins at its beginning


def test_the_contents_list_lessons_and_the_pages_of_the_open_one(reader):
    reader.guide.open()
    assert reader.find("lesson.lesson.decay").words() == (
        "1  Weight decay\nWhat a penalty does.\n8 min · 3 pages"
    )
    assert reader.find("lesson.lesson.dropout").words().endswith("5 min · 1 page")
    assert reader.panel.findChild(QWidget, "lesson.page.1") is None
    reader.click("lesson.lesson.decay")
    assert reader.guide.position == ("decay", 0)
    assert not reader.panel.shows_contents()
    reader.click("lesson.show_contents")
    assert reader.panel.shows_contents()
    assert reader.find("lesson.page.3").words() == "3  A question"
    reader.click("lesson.page.3")
    assert reader.guide.position == ("decay", 2)


def test_the_contents_are_left_without_a_choice(reader):
    reader.guide.go_to("decay", 1)
    reader.take()
    reader.click("lesson.show_contents")
    reader.press(Key.Key_Escape)
    assert not reader.panel.shows_contents()
    assert reader.title == "A long one"
    assert reader.take() == []


def test_the_contents_are_used_by_keyboard(reader):
    reader.guide.go_to("decay", 1)
    reader.guide.show_contents()
    assert reader.find("lesson.page.2").hasFocus()
    reader.press(Key.Key_Down)
    reader.press(Key.Key_Return)
    assert reader.guide.position == ("decay", 2)
    reader.settle()
    assert reader.panel.page_view.text.hasFocus()


def test_a_title_is_written_as_it_is(reader, lesson_list):
    page = msgspec.structs.replace(lesson_list[0].pages[0], title="1. λ*w* and # <b>")
    reader.panel.page_view.set_page(page, Reached())
    assert reader.title == "1. λ*w* and # <b>"


def test_what_is_as_published_says_so(reader):
    reader.guide.go_to("decay", 0)
    assert reader.find("lesson.published").isVisible()
    reader.guide.go_to("decay", 1)
    assert not reader.panel.page_view.badge.isVisible()


def test_a_claim_shows_its_words_and_the_claim_itself(reader):
    reader.guide.go_to("decay", 0)
    row = reader.find("lesson.claim.0")
    assert row.words.text() == "It makes the validation loss worse."
    assert not row.rule.isVisible()
    reader.click("lesson.rule.0")
    assert row.rule.isVisible()
    claim, checked = row.rule.text().split("\n")
    assert claim.replace("\u200b", "") == "valid_loss > valid_loss(weight_decay=0)"
    assert "10 seeds, of which 9 have to agree" in checked
    assert checked in row.toolTip()
    assert row.accessibleName().startswith("not shown yet")
    reader.panel.set_reached(Reached(shown=frozenset({0})))
    assert row.accessibleName().startswith("shown")
    reader.guide.go_to("decay", 1)
    assert not reader.panel.page_view.claims.isVisible()


def test_nothing_is_cut_off_at_the_side(reader):
    for width, page in itertools.product((280, 340, 480), (0, 1, 2)):
        reader.panel.setFixedWidth(width)
        reader.guide.go_to("decay", page)
        reader.settle()
        panel, view = reader.panel, reader.panel.page_view
        assert panel.width() == width
        assert view.widget().width() == view.viewport().width()
        for widget in panel.findChildren(QWidget):
            if widget.isVisible() and widget.parentWidget() is not None:
                left = widget.mapTo(panel, QPoint(0, 0)).x()
                assert left >= 0
                assert left + widget.width() <= width, widget
        text = view.text
        assert text.document().idealWidth() <= text.viewport().width()
        assert text.height() >= text.document().size().height()


def test_the_panel_is_resized_within_bounds(reader):
    assert (reader.panel.minimumWidth(), reader.panel.maximumWidth()) == (280, 480)
    assert reader.panel.sizeHint().width() == 340
    assert reader.panel.minimumSizeHint().width() <= 280


def test_the_buttons_of_a_page_have_names(show_widget):
    bar = show_widget(PageBar(), 280, 40)
    bar.set_page(1, 3)
    assert (bar.reset.text(), bar.previous.text(), bar.next.text()) == ("Reset", "‹", "Next ›")
    names = [button.accessibleName() for button in (bar.reset, bar.previous, bar.next)]
    assert names == ["Reset this page", "Previous page", "Next page"]


def test_the_last_page_leads_on_to_the_next_lesson(show_widget):
    bar = show_widget(PageBar(), 480, 40)
    bar.set_page(2, 3, "Dropout")
    assert bar.next.text() == "Next lesson ›"
    assert "Dropout" in bar.next.toolTip()
    assert bar.next.isEnabled()
    bar.set_page(1, 3, "Dropout")
    assert bar.next.text() == "Next ›"
    bar.set_page(2, 3)
    assert not bar.next.isEnabled()


def test_tab_goes_through_the_panel_from_top_to_bottom(reader):
    reader.guide.go_to("decay", 2)
    reader.settle()
    reader.find("lesson.show_contents").setFocus()
    names = []
    while reader.panel.isAncestorOf(QApplication.focusWidget()) and len(names) < 20:
        names.append(QApplication.focusWidget().objectName())
        reader.press(Key.Key_Tab)
    assert names == [
        "lesson.show_contents",
        "lesson.close",
        "lesson.text",
        *(f"lesson.option.{k}" for k in range(3)),
        "lesson.try",
        "lesson.reset",
        "lesson.previous",
        "lesson.next",
    ]


def test_the_wheel_over_the_text_is_left_to_the_page(reader):
    reader.guide.go_to("decay", 1)
    reader.settle()
    assert not turn_wheel(reader.panel.page_view.text.viewport()).isAccepted()


def test_a_long_page_keeps_its_place_when_a_claim_is_ticked(reader, lesson_list):
    pages = lesson_list[0].pages
    long = msgspec.structs.replace(pages[1], claims=pages[0].claims)
    reader.guide.go_to("decay", 1)
    reader.panel.page_view.set_page(long, Reached())
    reader.settle()
    bar = reader.panel.page_view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    reader.panel.set_reached(Reached(shown=frozenset({0})))
    reader.settle()
    assert bar.value() == before > 0


def test_a_button_shows_where_the_focus_is(reader):
    reader.guide.go_to("decay", 2)
    reader.settle()
    option = reader.find("lesson.option.1")
    before = option.grab().toImage()
    option.setFocus(Qt.FocusReason.TabFocusReason)
    assert option.grab().toImage() != before
    QTest.keyClick(option, Key.Key_Up)
    assert reader.find("lesson.option.0").hasFocus()
