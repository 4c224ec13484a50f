"""Feedback on exercises: in a notebook by ``check``, ``hint`` and ``progress``, in a terminal by ``rnncourse check``."""

from rnncourse.grading.notebook import check, hint, progress

__all__ = ["check", "hint", "progress"]
