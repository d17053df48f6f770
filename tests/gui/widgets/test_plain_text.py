"""What a stranger may have written is shown as it stands, and never read as markup."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

import regplay.gui
from regplay.gui.widgets import Label, as_plain

MARKED = "<img src=/dev/zero>"
SOURCES = sorted(Path(regplay.gui.__file__).parent.rglob("*.py"))
# Made of our own sentences, and escaped where another's is among them.
OURS = {"''.join(paragraphs)", "f'<p>{state}</p><p>{_checked(self.claim)}.</p>'"}


def is_safe(argument: ast.expr) -> bool:
    """Whether a tooltip is a text of ours, or made plain."""
    match argument:
        case ast.Constant() | ast.Call(func=ast.Name(id="as_plain")):
            return True
        case ast.Name(id=name):
            return name.isupper() or name in ("tip", "text")  # made plain a line or two before
        case ast.IfExp(body=one, orelse=other):
            return is_safe(one) and is_safe(other)
    return ast.unparse(argument) in OURS


def test_no_label_and_no_tooltip_guesses_what_is_markup():
    assert {file.name: unsafe for file in SOURCES if (unsafe := unsafe_in(file))} == {}


def unsafe_in(file):
    """Where a label or a tooltip of a source file guesses, in the words of the source."""
    text, unsafe = file.read_text(), []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name(id="QLabel")) | ast.ClassDef(bases=[ast.Name(id="QLabel")]):
                if file.name != "plain_text.py":
                    unsafe.append(ast.unparse(node)[:80])
            case ast.Call(func=ast.Attribute(attr="setToolTip"), args=[*_, tip]):
                unsafe += [] if is_safe(tip) else [ast.unparse(node)]
            case ast.Call(func=ast.Attribute(attr="showText"), args=[_, tip, _]):
                unsafe += [] if is_safe(tip) else [ast.unparse(node)]
    for name in ("tip", "text"):
        if f"setToolTip({name})" in text or f", {name}, self)" in text:
            unsafe += [] if f"{name} = as_plain(" in text else [name]
    return unsafe


def test_a_label_shows_a_name_as_it_stands(qtbot):
    label = Label(MARKED)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == MARKED
    assert label.sizeHint().width() >= label.fontMetrics().horizontalAdvance(MARKED)


@pytest.mark.parametrize("text", [MARKED, "<b>x", "a & b <i>c</i>", "<table><tr><td>1"])
def test_a_tooltip_shows_a_name_as_it_stands(text):
    shown = QTextDocument()
    shown.setHtml(as_plain(text))
    assert shown.toPlainText() == text


def test_what_is_no_markup_stays():
    for text in ("a < b\nc", "1 & 2", "loss 0.3"):
        assert as_plain(text) == text
