"""Exercises of chapter 8, attention, in the order of the notebook."""

from rnncourse.exercises.attention.additive import ADDITIVE_SCORES
from rnncourse.exercises.attention.backward import ATTENTION_BACKWARD
from rnncourse.exercises.attention.causal import CAUSAL_SELF_ATTENTION
from rnncourse.exercises.attention.context import ATTEND
from rnncourse.exercises.attention.masked import MASKED_SOFTMAX
from rnncourse.exercises.attention.products import PRODUCT_SCORES
from rnncourse.exercises.attention.visual import VISUAL_ATTENTION_STEP

EXERCISES = (
    PRODUCT_SCORES,
    ADDITIVE_SCORES,
    MASKED_SOFTMAX,
    ATTEND,
    ATTENTION_BACKWARD,
    VISUAL_ATTENTION_STEP,
    CAUSAL_SELF_ATTENTION,
)
