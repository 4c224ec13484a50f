"""Exercises of chapter 3, backpropagation through time, in the order of the notebook."""

from rnncourse.exercises.bptt.loss_and_clipping import CLIP_BY_NORM, CROSS_ENTROPY_BACKWARD
from rnncourse.exercises.bptt.sequence import BPTT, TRUNCATED_BPTT
from rnncourse.exercises.bptt.step import STEP_BACKWARD, STEP_FORWARD

EXERCISES = (STEP_FORWARD, CROSS_ENTROPY_BACKWARD, STEP_BACKWARD, BPTT, TRUNCATED_BPTT, CLIP_BY_NORM)
