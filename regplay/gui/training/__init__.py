"""What runs on the training thread, and what the main thread hands to it and gets back."""

from regplay.gui.training.clock import FRAME, Clock, SystemClock, Timer, VirtualClock
from regplay.gui.training.messages import Look, Start, Study, StudyRequest, View
from regplay.gui.training.replay import SECONDS, Replay
from regplay.gui.training.runner import Runner
from regplay.gui.training.studies import StudyScheduler
from regplay.gui.training.sweep_losses import SweepCurve, curve_of, seconds_of, sweep_along
