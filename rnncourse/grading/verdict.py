"""The result of trying one function."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What came of one exercise. ``stage`` is where it ended, ``message`` one or two sentences for the student.

    Stages: ``missing``, ``not attempted``, ``exception``, ``result`` (not the promised arrays), ``shape``, ``dtype``,
    ``not finite``, ``inputs`` (changed), ``values`` and ``passed``. ``detail`` shows numbers, and may be empty.
    """

    exercise: str
    stage: str
    points: int
    max_points: int
    message: str
    detail: str = ""

    @property
    def passed(self):
        return self.stage == "passed"

    def __str__(self):
        head = f"{self.exercise}: {self.message} ({self.points} of {self.max_points} points)"
        return f"{head}\n{self.detail}" if self.detail else head
