"""All exercises of the course, by the name of the function to write."""

from rnncourse.exercises import bptt, embeddings, rnn
from rnncourse.exercises.exercise import Exercise, Mistake

EXERCISES = {exercise.name: exercise for topic in (embeddings, rnn, bptt) for exercise in topic.EXERCISES}
CHAPTERS = tuple(dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()))

__all__ = ["CHAPTERS", "EXERCISES", "Exercise", "Mistake"]
