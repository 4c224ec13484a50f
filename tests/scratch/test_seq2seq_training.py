"""What a trained model says, with alignments; scheduled sampling; and that models learn."""

import numpy as np
import pytest

from rnncourse.scratch import (
    GRU,
    LSTM,
    AdditiveAttention,
    Bidirectional,
    Embedding,
    GeneralAttention,
    GRUCell,
)
from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward, log_softmax
from rnncourse.scratch.optim import Adam
from rnncourse.scratch.seq2seq import (
    BahdanauDecoder,
    Bridge,
    Decoder,
    Encoder,
    EncoderDecoder,
    SpecialTokens,
    generate,
    pad,
    scheduled_inputs,
    teacher_forcing,
)
from rnncourse.scratch.seq2seq.search import permit

from .checks import assert_close, assert_rejects
from .test_seq2seq_oracle import KINDS, Case, every_kind
from .test_seq2seq_search import SPECIAL, Table


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_generated_scores_and_alignments(kind, size):
    """The score is that of one pass over the words found, whose attention is the alignment."""
    case = Case(kind, seed=3)
    case.model.decoder.readout.b[2] += 1  # some end early
    found = generate(case.model, case.source, case.lengths, 6, size)
    for b, (words, ended) in enumerate(zip(found.tokens, found.ended, strict=True)):
        answer = [*words, 2] if ended else list(words)
        inputs = np.tile(np.array([[1, *answer[:-1]]]).T, (1, 3))
        logits, weights, _ = case.model.forward(case.source, inputs, case.lengths)
        log_probabilities = log_softmax(logits[:, b])[np.arange(len(answer)), answer]
        assert_close("score", found.scores[b], log_probabilities.sum(), 1e-13)
        assert not {0, 1, 2} & set(words.tolist())
        if weights is None:
            assert found.alignments is None
        else:
            assert_close("alignment", found.alignments[b], weights[:, b, : case.lengths[b]], 1e-13)
            assert_close("sums", found.alignments[b].sum(axis=1), np.ones(len(answer)), 1e-13)


def test_a_beam_of_one_generates_what_greedy_search_does():
    case = Case("Bahdanau")
    greedy = generate(case.model, case.source, case.lengths, 6)
    beam = generate(case.model, case.source, case.lengths, 6, alpha=1e-9)
    assert [w.tolist() for w in greedy.tokens] == [w.tolist() for w in beam.tokens]
    assert_close("scores", beam.scores, greedy.scores, 1e-8)


def test_alignments_without_lengths_cover_all_steps():
    case = Case("both directions, additive")
    alignments = generate(case.model, case.source, max_length=4).alignments
    assert {alignment.shape[1] for alignment in alignments} == {4}


def test_tokens_under_other_ids_are_the_same_tokens():
    case = Case("Bahdanau", seed=3)
    expected = generate(case.model, case.source, case.lengths, 6, 3)
    ids = np.array([4, 6, 0, 1, 2, 3, 5])  # the new id of each token
    case.model.special = SpecialTokens(*(int(i) for i in ids[:3]))
    decoder, old = case.model.decoder, np.argsort(ids)
    decoder.embedding.W[:] = decoder.embedding.W[old]
    decoder.readout.W[:], decoder.readout.b[:] = decoder.readout.W[:, old], decoder.readout.b[old]
    found = generate(case.model, case.source, case.lengths, 6, 3)
    assert [w.tolist() for w in found.tokens] == [ids[w].tolist() for w in expected.tokens]
    assert_close("scores", found.scores, expected.scores, 1e-13)
    for one, other in zip(found.alignments, expected.alignments, strict=True):
        assert_close("alignment", one, other, 1e-13)


def mixed(case, ratio, seed=0, **options):
    state, step = case.model.start(case.source, case.lengths)
    return scheduled_inputs(step, state, case.inputs, ratio, np.random.default_rng(seed), **options)


def check_free_running(function=scheduled_inputs):
    """With ratio 0 each word that is read is the most likely one after all that was read before."""
    table = Table(sources=3)
    inputs = np.tile([[SPECIAL.start]] + [[2]] * 9, 3)
    inputs[6:, 1] = SPECIAL.pad
    fed = function(table.step, table.state, inputs, 0.0, np.random.default_rng(0), special=SPECIAL)
    assert np.array_equal(fed[0], inputs[0]), "relative error of START"
    state = table.state
    for t in range(9):
        log_probabilities, state = table.step(state, fed[t])
        likeliest = permit(log_probabilities, 3, SPECIAL).argmax(axis=1)
        expected = np.where(inputs[t + 1] == SPECIAL.pad, SPECIAL.pad, likeliest)
        assert np.array_equal(fed[t + 1], expected), f"relative error of what is read at step {t + 1}"


def test_free_running():
    check_free_running()


@every_kind
def test_a_model_runs_freely(kind):
    """One pass over the words that it read says the same words."""
    case = Case(kind, T=6, B=4)
    words = case.inputs[1:] != 0
    case.inputs = mixed(case, 0.0)
    logits = case.forward()[0]
    logits[..., :2] = -np.inf
    assert np.array_equal(case.inputs[1:][words], logits.argmax(axis=2)[:-1][words])
    assert not case.inputs[1:][~words].any()


def test_ratio_one_is_teacher_forcing_without_a_step():
    inputs = np.array([[1, 1], [3, 4], [5, 0]])
    found = scheduled_inputs(None, None, inputs, 1.0, np.random.default_rng(0))
    assert np.array_equal(found, inputs)
    assert found is not inputs


def check_mixture(function=scheduled_inputs):
    """Each word stays with the ratio; what is drawn has the decoder's probabilities, without PAD and START."""
    inputs = np.full((41, 500), 3)
    inputs[0] = 1
    probabilities = np.array([0.2, 0.2, 0.1, 0.0, 0.2, 0.3])
    scores = np.log(probabilities, where=probabilities > 0, out=np.full(6, -np.inf))
    found = function(
        lambda state, tokens: (np.tile(scores, (len(tokens), 1)), state),
        np.zeros((500, 1)),
        inputs,
        0.7,
        np.random.default_rng(1),
        choice="sample",
    )
    shares = np.bincount(found[1:].ravel(), minlength=6) / found[1:].size
    assert_close("shares", shares, [0, 0, 0.3 / 6, 0.7, 0.3 / 3, 0.3 / 2], 0.02)


def test_mixture():
    check_mixture()


def test_the_mixture_repeats_with_its_seed_and_leaves_its_inputs():
    case = Case("LSTM", T=6, B=4)
    before = case.inputs.copy()
    runs = [mixed(case, 0.5, seed, choice="sample") for seed in (0, 0, 1)]
    assert np.array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()
    assert np.array_equal(case.inputs, before)


def train(model, source, lengths, sentences, vocabulary_size, optimizer):
    """One step; returns the loss."""
    inputs, targets, mask = teacher_forcing(sentences, vocabulary_size)
    logits, _, cache = model.forward(source, inputs, lengths)
    loss, loss_cache = cross_entropy(logits, targets, mask)
    model.zero_grads()
    model.backward(cross_entropy_backward(loss_cache), cache)
    optimizer.step()
    return loss


def exact(found, sentences):
    """The share of sentences that are right to the end."""
    rows = zip(found.tokens, found.ended, sentences, strict=True)
    return np.mean([ended and words.tolist() == list(sentence) for words, ended, sentence in rows])


def words_to_reverse(rng, batch):
    """3 to 5 of ten words, none twice."""
    return [3 + rng.permutation(10)[: rng.integers(3, 6)] for _ in range(batch)]


def luong(rng, V, E, H):
    return Decoder(Embedding(V, E, rng), GRU(E, H, rng), rng, GeneralAttention(H, H, rng))


def bahdanau(rng, V, E, H):
    return BahdanauDecoder(Embedding(V, E, rng), GRUCell(E + H, H, rng), AdditiveAttention(H, H, H, rng), rng)


@pytest.mark.parametrize(("make", "steps"), [(luong, 120), (bahdanau, 100)])
def test_learns_to_reverse(make, steps):
    """On fresh data, greedily and with a beam of three."""
    rng, V, E, H = np.random.default_rng(0), 13, 16, 32
    encoder = Encoder(Bidirectional(GRU(E, H // 2, rng), GRU(E, H // 2, rng)), Embedding(V, E, rng))
    decoder = make(rng, V, E, H)
    model = EncoderDecoder(encoder, decoder, Bridge(H, decoder, rng))
    optimizer = Adam([model], 0.01)
    for _ in range(steps):
        sentences = words_to_reverse(rng, 64)
        train(model, *pad(sentences, V), [sentence[::-1] for sentence in sentences], V, optimizer)
    fresh = words_to_reverse(np.random.default_rng(99), 300)
    source, lengths = pad(fresh, V)
    wanted = [sentence[::-1].tolist() for sentence in fresh]
    found = generate(model, source, lengths, max_length=8)
    assert exact(found, wanted) >= 0.95
    assert exact(generate(model, source, lengths, max_length=8, beam_size=3), wanted) >= 0.95


def test_a_vector_is_spelled():
    """Vector to sequence: six things, each with a word of 1 to 4 letters."""
    rng = np.random.default_rng(0)
    words = [[3], [4, 3], [5, 5, 4], [3, 4, 5, 3], [4, 4], [5]]
    decoder = Decoder(Embedding(6, 8, rng), LSTM(8, 16, rng), rng)
    model = EncoderDecoder(None, decoder, Bridge(6, decoder, rng))
    optimizer = Adam([model], 0.02)
    losses = [train(model, np.eye(6), None, words, 6, optimizer) for _ in range(150)]
    assert losses[0] > 1
    assert losses[-1] < 0.1
    found = generate(model, np.eye(6), max_length=6)
    assert exact(found, words) == 1
    assert found.alignments is None


BAD_INPUT = {
    "ratio": (lambda: mixed(Case("LSTM"), 1.1), "ratio", "from 0 to 1", "1.1"),
    "ratio NaN": (lambda: mixed(Case("LSTM"), np.nan), "ratio", "from 0 to 1", "nan"),
    "choice": (lambda: mixed(Case("LSTM"), 0.5, choice="beam"), "choice", "'argmax' or 'sample'", "'beam'"),
    "inputs": (lambda: scheduled_inputs(None, None, [[1]], 0.5, None), "inputs", "(T, B)", "list"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
