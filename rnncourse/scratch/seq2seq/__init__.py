"""Sequence to sequence: a network that reads, a network that writes, and the search for what to write.

Sources, inputs and targets are time-major; what PAD, START and EOS are is said by :class:`SpecialTokens`.
"""

from rnncourse.scratch.seq2seq.bahdanau import BahdanauDecoder
from rnncourse.scratch.seq2seq.bleu import Bleu, corpus_bleu
from rnncourse.scratch.seq2seq.decoder import Decoder
from rnncourse.scratch.seq2seq.encoder import Bridge, Encoder
from rnncourse.scratch.seq2seq.encoder_decoder import EncoderDecoder
from rnncourse.scratch.seq2seq.generation import Generated, generate
from rnncourse.scratch.seq2seq.scheduled import scheduled_inputs
from rnncourse.scratch.seq2seq.search import Hypotheses, beam_search, greedy_search, length_penalty
from rnncourse.scratch.seq2seq.tokens import SpecialTokens, TeacherForcing, pad, teacher_forcing

__all__ = [
    "BahdanauDecoder",
    "Bleu",
    "Bridge",
    "Decoder",
    "Encoder",
    "EncoderDecoder",
    "Generated",
    "Hypotheses",
    "SpecialTokens",
    "TeacherForcing",
    "beam_search",
    "corpus_bleu",
    "generate",
    "greedy_search",
    "length_penalty",
    "pad",
    "scheduled_inputs",
    "teacher_forcing",
]
