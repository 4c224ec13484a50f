"""The result of trying one function."""

from dataclasses import asdict, dataclass, fields
from typing import Any

STAGES = (
    "missing",  # no function of this name
    "not attempted",  # still as it was handed out
    "package",  # uses rnncourse, which is not there when grading
    "exception",
    "time",  # took too long
    "result",  # not as many results as promised, or not of the promised kind
    "shape",
    "dtype",
    "not finite",
    "inputs",  # changed its arguments
    "values",
    "gradient",
    "passed",
)


@dataclass(frozen=True)
class Evidence:
    """What ``check`` shows and a grader keeps to itself: the input that fails, in words, and both results there.

    ``output`` names the result that is shown, ``yours`` and ``expected``; it is empty where none can be.
    """

    called_with: str
    output: str = ""
    yours: Any = None
    expected: Any = None


@dataclass(frozen=True)
class Verdict:
    """What came of one exercise. ``stage`` is one of ``STAGES``: where it ended.

    ``message`` is a few sentences for the student, the same wherever the function is tried and on whatever inputs.
    ``mistake`` is the sentence of the named mistake in it, or empty; ``section`` the heading to reread, or empty.
    """

    chapter: str
    function: str
    stage: str
    points: int
    max_points: int
    message: str
    mistake: str = ""
    section: str = ""
    evidence: Evidence | None = None

    @property
    def passed(self):
        return self.stage == "passed"

    def record(self):
        """The verdict as a dictionary of plain values, without its evidence."""
        return {name: value for name, value in asdict(self).items() if name != "evidence"}

    @classmethod
    def of_record(cls, record):
        """The verdict that :meth:`record` was called on."""
        names = {field.name for field in fields(cls)} - {"evidence"}
        return cls(**{name: record[name] for name in names})

    def __str__(self):
        return f"{self.function}: {self.message} ({self.points} of {self.max_points} points)"
