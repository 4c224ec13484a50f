"""Feedback on exercises: ``check``, ``hint``, ``progress`` and ``solution`` in a notebook, ``rnncourse check`` beside it."""

from rnncourse.grading.notebook import check, hint, progress, solution

__all__ = ["check", "hint", "progress", "solution"]
