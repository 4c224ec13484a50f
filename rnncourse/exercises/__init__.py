"""All exercises of the course, by the name of the function to write."""

from rnncourse.exercises import (
    attention,
    bidirectional,
    bptt,
    embeddings,
    lstm_gru,
    recursive_autoencoders,
    rnn,
    seq2seq,
    vanishing_gradients,
)
from rnncourse.exercises.exercise import Exercise, Mistake

_TOPICS = (
    embeddings,
    rnn,
    bptt,
    vanishing_gradients,
    lstm_gru,
    bidirectional,
    seq2seq,
    attention,
    recursive_autoencoders,
)
EXERCISES = {exercise.name: exercise for topic in _TOPICS for exercise in topic.EXERCISES}
CHAPTERS = tuple(dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()))

__all__ = ["CHAPTERS", "EXERCISES", "Exercise", "Mistake"]
