"""The panel that a lesson is read in, and the guide that sets up what its pages ask for."""

from regplay.gui.lessons.guide import Guide
from regplay.gui.lessons.lesson_studies import LessonStudies
