"""All exercises of the course, by the name of the function to write."""

from rnncourse.exercises import bptt
from rnncourse.exercises.exercise import Exercise, Mistake

EXERCISES = {exercise.name: exercise for exercise in bptt.EXERCISES}

__all__ = ["EXERCISES", "Exercise", "Mistake"]
