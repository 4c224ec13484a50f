"""Exercises of chapter 6, bidirectional and deep networks, in the order of the notebook."""

from rnncourse.exercises.bidirectional.both_ways import BIDIRECTIONAL_FORWARD
from rnncourse.exercises.bidirectional.both_ways_backward import BIDIRECTIONAL_BACKWARD
from rnncourse.exercises.bidirectional.deep import DEEP_BIDIRECTIONAL_FORWARD
from rnncourse.exercises.bidirectional.last_states import LAST_STATES
from rnncourse.exercises.bidirectional.paths import PATH_LENGTHS
from rnncourse.exercises.bidirectional.reversal import REVERSE_RAGGED
from rnncourse.exercises.bidirectional.stacked import STACKED_RESIDUAL

EXERCISES = (
    REVERSE_RAGGED,
    BIDIRECTIONAL_FORWARD,
    LAST_STATES,
    BIDIRECTIONAL_BACKWARD,
    STACKED_RESIDUAL,
    PATH_LENGTHS,
    DEEP_BIDIRECTIONAL_FORWARD,
)
