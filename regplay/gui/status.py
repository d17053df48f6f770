"""The line at the bottom: where a run is trained, how fast, and what was done last."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QStatusBar

from regplay.gui.training import Clock, View
from regplay.gui.widgets import Label, named

_MARGIN = 8  # px at both ends
_TOLD = 5000  # ms
_LONGEST = 2.0  # s between two numbers of steps, else the rate would be of a pause


class Status(QStatusBar):
    """Says on which device a run is trained, and how many steps it makes a second of a clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock, self._is_training = clock, False
        self._device = named("status.device", Label("Loading PyTorch…"))
        self._rate = named("status.rate", Label())
        self._fit_rate()
        self._device.setContentsMargins(_MARGIN, 0, 0, 0)
        self._rate.setContentsMargins(0, 0, _MARGIN, 0)
        self._rate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rate.installEventFilter(self)
        self._last = (0.0, 0)  # when, and at which step
        self.addWidget(self._device, 1)
        self.addPermanentWidget(self._rate)
        self.setSizeGripEnabled(False)
        # Qt hides it, too, but shows it again over the message when it lays itself out anew.
        self.messageChanged.connect(lambda text: self._device.setHidden(bool(text)))

    def _fit_rate(self) -> None:
        """As wide as the longest rate, so that another doesn't lay out the line."""
        metrics = self._rate.fontMetrics()
        self._rate.setFixedSize(metrics.averageCharWidth() * 24, metrics.lineSpacing() + 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._rate and event.type() == QEvent.Type.FontChange:
            self._fit_rate()
        return super().eventFilter(watched, event)

    def tell(self, text: str) -> None:
        """Say what was done, for some seconds."""
        self.showMessage(text, _TOLD)

    def set_placement(self, text: str) -> None:
        """Show the device, and why it is this one."""
        self._device.setText(text)

    def set_training(self, is_training: bool) -> None:
        """Whether training goes on by itself: else there is no rate to show."""
        self._is_training = is_training

    def show_view(self, view: View) -> None:
        """Show where a run is trained, and the rate since the last view of it."""
        self.set_placement(view.run.placement)
        if view.is_preview:
            return
        step, now, (then, before) = view.snapshot.step, self._clock.now(), self._last
        self._last = (now, step)
        steps, seconds = step - before, now - then
        is_measured = self._is_training and 0 < seconds < _LONGEST and steps > 0
        self._rate.setText(f"{steps / seconds:,.0f} steps/s" if is_measured else "")
