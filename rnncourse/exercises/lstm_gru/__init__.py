"""Exercises of chapter 5, LSTM and GRU, in the order of the notebook."""

from rnncourse.exercises.lstm_gru.forgetting import FORGET_BIAS
from rnncourse.exercises.lstm_gru.gru import GRU_STEP
from rnncourse.exercises.lstm_gru.highway import HIGHWAY_LAYER
from rnncourse.exercises.lstm_gru.lstm import LSTM_STEP
from rnncourse.exercises.lstm_gru.lstm_backward import LSTM_STEP_BACKWARD
from rnncourse.exercises.lstm_gru.peephole import PEEPHOLE_STEP
from rnncourse.exercises.lstm_gru.sequence import LSTM_FORWARD

EXERCISES = (
    FORGET_BIAS,
    LSTM_STEP,
    PEEPHOLE_STEP,
    GRU_STEP,
    HIGHWAY_LAYER,
    LSTM_STEP_BACKWARD,
    LSTM_FORWARD,
)
