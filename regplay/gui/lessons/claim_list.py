"""The claims of a page, each with a tick once the reader's own run has shown it."""

import re
from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from regplay.gui.lessons.lines import Line
from regplay.gui.lessons.mark import Mark, MarkView
from regplay.gui.lessons.words import Words
from regplay.gui.naming import named
from regplay.session.lessons import Claim

_BREAK = "\u200b"  # where a line may end; nothing to be seen
_SMALL = 0.9  # of the text


class ClaimRow(QWidget):
    """What a claim says, in words and as it is checked."""

    def __init__(self, claim: Claim, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.claim = claim
        self._is_shown = False
        self.mark = MarkView(Mark.OPEN)
        self.words = Words(
            Line(claim.text), Line(_breakable(claim.claim), _SMALL, is_quiet=True, is_code=True)
        )
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(7)
        row.setColumnStretch(1, 1)
        row.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 0, 1)
        self._tell()

    def isShown(self) -> bool:
        """Whether the reader's own run has shown it."""
        return self._is_shown

    def setShown(self, is_shown: bool) -> None:
        """Tick it, or take the tick away."""
        if is_shown != self._is_shown:
            self._is_shown = is_shown
            self.mark.setMark(Mark.SHOWN if is_shown else Mark.OPEN)
            self._tell()

    def _tell(self) -> None:
        claim = self.claim
        state = "Your own runs have shown this." if self._is_shown else _OPEN_TIP
        checked = f"Checked by training with {claim.seeds} seeds"
        if claim.seeds == 1:
            checked = "Checked by training with one seed"
        elif claim.agree < claim.seeds:
            checked += f", of which {claim.agree} have to agree"
        self.setToolTip(f"<p>{state}</p><p>{checked}.</p>")
        self.setAccessibleName(f"{self.mark.mark().value}: {claim.text}")
        self.setAccessibleDescription(claim.claim)


_OPEN_TIP = "Not shown yet: it is ticked once your own runs, with the settings named, show it."


class ClaimList(QWidget):
    """A heading that counts the ticks, and a `ClaimRow` for each claim; hidden without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.claims")
        self.rows: list[ClaimRow] = []
        self.heading = named("lesson.claims.heading", Words())
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.heading)
        self.hide()

    def setClaims(self, claims: Sequence[Claim], shown: Collection[int]) -> None:
        """List these claims; `shown` has the indices of those that are ticked."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [named(f"lesson.claim.{k}", ClaimRow(claim)) for k, claim in enumerate(claims)]
        for row in self.rows:
            self._column.addWidget(row)
        self.setShown(shown)
        self.setVisible(bool(claims))

    def setShown(self, shown: Collection[int]) -> None:
        """Tick these claims and no others."""
        for index, row in enumerate(self.rows):
            row.setShown(index in shown)
        done = sum(row.isShown() for row in self.rows)
        count = f"{done} of {len(self.rows)}" if done else "none"
        if done == len(self.rows):
            count = "all"
        self.heading.setLines(
            Line("What training shows", is_bold=True),
            Line(f"{count.capitalize()} shown by your own runs so far", _SMALL, is_quiet=True),
        )


def _breakable(claim: str) -> str:
    """The claim, with places where a long name may end a line."""
    return re.sub(r"[(,]|\.(?!\d)", lambda sign: sign[0] + _BREAK, claim)
