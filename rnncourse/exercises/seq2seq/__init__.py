"""Exercises of chapter 7, sequence to sequence, in the order of the notebook."""

from rnncourse.exercises.seq2seq.beam import BEAM_SEARCH
from rnncourse.exercises.seq2seq.bleu import CORPUS_BLEU
from rnncourse.exercises.seq2seq.decoding import DECODE_STEP
from rnncourse.exercises.seq2seq.encoding import ENCODE
from rnncourse.exercises.seq2seq.evaluation import EVALUATE_TRANSLATOR
from rnncourse.exercises.seq2seq.greedy import GREEDY_SEARCH
from rnncourse.exercises.seq2seq.shift import SHIFT_TARGETS

EXERCISES = (
    SHIFT_TARGETS,
    ENCODE,
    DECODE_STEP,
    GREEDY_SEARCH,
    BEAM_SEARCH,
    CORPUS_BLEU,
    EVALUATE_TRANSLATOR,
)
