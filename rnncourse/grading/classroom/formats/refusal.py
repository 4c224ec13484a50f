"""Why a format cannot be written."""

from rnncourse.grading.classroom.wrong_call import WrongCall


class CannotWriteError(WrongCall):
    """What is missing or contradictory, in one sentence."""
