"""Exercises of chapter 2, recurrent networks, in the order of the notebook."""

from rnncourse.exercises.rnn.forward import RNN_FORWARD
from rnncourse.exercises.rnn.generation import GENERATE
from rnncourse.exercises.rnn.jordan import JORDAN_FORWARD
from rnncourse.exercises.rnn.sentences import SEQUENCE_LOG_PROBABILITY
from rnncourse.exercises.rnn.training import TRAIN_CHARACTER_MODEL
from rnncourse.exercises.rnn.windows import LANGUAGE_MODEL_WINDOWS

EXERCISES = (
    RNN_FORWARD,
    JORDAN_FORWARD,
    SEQUENCE_LOG_PROBABILITY,
    LANGUAGE_MODEL_WINDOWS,
    GENERATE,
    TRAIN_CHARACTER_MODEL,
)
