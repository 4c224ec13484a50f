"""All exercises of the course, by the name of the function to write."""

from rnncourse.exercises import bptt
from rnncourse.exercises.exercise import Exercise, Mistake

EXERCISES = {exercise.name: exercise for exercise in bptt.EXERCISES}
CHAPTERS = tuple(dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()))

__all__ = ["CHAPTERS", "EXERCISES", "Exercise", "Mistake"]
