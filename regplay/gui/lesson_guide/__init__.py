"""The panel that a lesson is read in, and the guide that sets up what its pages ask for."""

from regplay.gui.lesson_guide.guide import Guide
from regplay.gui.lesson_guide.lesson_studies import LessonStudies
