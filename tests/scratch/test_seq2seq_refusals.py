"""What an encoder-decoder refuses: parts that do not fit each other, and arguments that do not fit the parts."""

import numpy as np
import pytest

from rnncourse.scratch import (
    LSTM,
    AdditiveAttention,
    DotProductAttention,
    Embedding,
    GeneralAttention,
    GRUCell,
    LSTMCell,
)
from rnncourse.scratch.seq2seq import BahdanauDecoder, Bridge, Decoder, Encoder, EncoderDecoder, SpecialTokens

from .checks import assert_rejects
from .test_seq2seq_oracle import Case, V

RNG = np.random.default_rng(0)
TABLE, LAYER, ADDITIVE = Embedding(V, 2, RNG), LSTM(2, 4, RNG), AdditiveAttention(4, 4, 3, RNG)
CASE, VECTORS, STATE = Case("both directions, additive"), Case("vectors, LSTM to GRU, scaled"), Case("from a state")
VECTOR = Case("from a vector")
LOGITS, _, CACHE = CASE.forward()
ENCODER, DECODER = Encoder(LSTM(2, 4, RNG)), Decoder(TABLE, LAYER, RNG)
BAD_INPUT = {
    "encoder's layer": (lambda: Encoder(LSTMCell(2, 4, RNG)), "layer", "recurrent layer", "LSTMCell"),
    "encoder's embedding": (lambda: Encoder(LAYER, LAYER), "embedding", "an Embedding", "LSTM"),
    "encoder's embedding's width": (lambda: Encoder(LSTM(3, 4, RNG), TABLE), "embedding", "width 3", "2"),
    "decoder's cell": (lambda: Decoder(TABLE, LSTMCell(2, 4, RNG), RNG), "layer", "Unrolled", "LSTMCell"),
    "decoder's attention": (lambda: Decoder(TABLE, LAYER, RNG, TABLE), "attention", "one of the four", "Embedding"),
    "attention's query": (
        lambda: Decoder(TABLE, LAYER, RNG, GeneralAttention(5, 4, RNG)),
        "attention",
        "query size 4",
        "5",
    ),
    "Bahdanau's layer": (lambda: BahdanauDecoder(TABLE, LAYER, ADDITIVE, RNG), "cell", "a cell", "LSTM"),
    "Bahdanau's input": (
        lambda: BahdanauDecoder(TABLE, GRUCell(2, 4, RNG), ADDITIVE, RNG),
        "cell",
        "input size 6",
        "2",
    ),
    "Bahdanau's embedding": (
        lambda: BahdanauDecoder(None, GRUCell(6, 4, RNG), ADDITIVE, RNG),
        "embedding",
        "an Embedding",
        "NoneType",
    ),
    "bridge missing": (
        lambda: EncoderDecoder(Encoder(LSTM(2, 3, RNG)), DECODER),
        "bridge",
        "[(1, 3), (1, 3)] to [(1, 4), (1, 4)]",
        "None",
    ),
    "bridge's width": (
        lambda: EncoderDecoder(ENCODER, DECODER, Bridge(4, DECODER, RNG)),
        "bridge",
        "input size 8",
        "4",
    ),
    "outputs' width": (
        lambda: EncoderDecoder(Encoder(LSTM(2, 3, RNG)), Decoder(TABLE, LAYER, RNG, DotProductAttention())),
        "encoder",
        "width 4",
        "3",
    ),
    "nothing to attend to": (
        lambda: EncoderDecoder(None, Decoder(TABLE, LAYER, RNG, ADDITIVE)),
        "encoder",
        "width 4",
        "None",
    ),
    "no room for EOS": (
        lambda: EncoderDecoder(ENCODER, DECODER, special=SpecialTokens(eos=7)),
        "vocabulary_size",
        "eos=7",
        "7",
    ),
    "a shared table": (
        lambda: EncoderDecoder(Encoder(LSTM(2, 4, RNG), TABLE), Decoder(TABLE, LAYER, RNG)),
        "decoder.embedding.W",
        "of its own",
        "that of encoder.embedding.W",
    ),
    "source id": (lambda: CASE.model.forward(CASE.source + 9, CASE.inputs), "tokens", "ids from 0 to 8", "17"),
    "source rank": (lambda: CASE.model.forward(CASE.source[0], CASE.inputs), "source", "(S, B)", "(3,)"),
    "source empty": (lambda: CASE.model.forward(CASE.source[:0], CASE.inputs), "source", "(S, B)", "(0, 3)"),
    "source dtype": (
        lambda: VECTORS.model.forward(VECTORS.source.astype(np.float32), VECTORS.inputs),
        "source",
        "float64",
        "float32",
    ),
    "NaN that attention sees": (
        lambda: VECTORS.model.forward(VECTORS.source * np.nan, VECTORS.inputs),
        "x",
        "finite",
        "NaN",
    ),
    "lengths": (
        lambda: CASE.model.forward(CASE.source, CASE.inputs, 0 * CASE.lengths),
        "lengths",
        "lengths from 1 to 4",
        "0",
    ),
    "lengths of a vector": (
        lambda: VECTOR.model.forward(VECTOR.source, VECTOR.inputs, np.array([1, 1, 1])),
        "lengths",
        "None",
        "array",
    ),
    "vector's width": (lambda: VECTOR.model.forward(VECTOR.source[:, 1:], VECTOR.inputs), "state", "3 numbers", "2"),
    "vector's rank": (lambda: VECTOR.model.forward(VECTOR.source[0], VECTOR.inputs), "state", "(B, K)", "(3,)"),
    "vector's dtype": (
        lambda: VECTOR.model.forward(VECTOR.source.astype(np.float32), VECTOR.inputs),
        "state",
        "float64",
        "float32",
    ),
    "state of one array": (
        lambda: STATE.model.forward(STATE.source[0], STATE.inputs),
        "source",
        "a tuple of 2",
        "ndar",
    ),
    "states of two batches": (
        lambda: STATE.model.forward((STATE.source[0], STATE.source[1][:2]), STATE.inputs),
        "source",
        "3 rows",
        "2",
    ),
    "inputs' batch": (lambda: CASE.model.forward(CASE.source, CASE.inputs[:, :2]), "inputs", "(T, 3)", "(4, 2)"),
    "inputs empty": (lambda: CASE.model.forward(CASE.source, CASE.inputs[:0]), "inputs", "(T, 3)", "(0, 3)"),
    "inputs' id": (lambda: CASE.model.forward(CASE.source, CASE.inputs + 4), "tokens", "ids from 0 to 6", "10"),
    "inputs as floats": (
        lambda: CASE.model.forward(CASE.source, CASE.inputs.astype(float)),
        "tokens",
        "integers",
        "float64",
    ),
    "dlogits' shape": (lambda: CASE.model.backward(LOGITS[1:], CACHE), "dy", "(4, 3, 7)", "(3, 3, 7)"),
    "copies": (lambda: CASE.model.start(CASE.source, copies=0), "copies", "at least 1", "0"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
