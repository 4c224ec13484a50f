"""Greedy and beam search, on tables of probabilities that can be searched whole, and on models."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.functional import log_softmax
from rnncourse.scratch.seq2seq import SpecialTokens, beam_search, generate, greedy_search, length_penalty, search

from .checks import assert_close, assert_rejects
from .test_seq2seq_oracle import Case

SPECIAL = SpecialTokens(pad=1, start=3, eos=0)
WORDS = (2, 4)
V = 5
OURS = SimpleNamespace(greedy_search=greedy_search, beam_search=beam_search)


class Table:
    """Probabilities of the next token that depend on the source and on all tokens so far.

    The state is the source and the tokens as a number in base V + 1, the latter in an array with an axis for depth.
    """

    def __init__(self, seed=0, sources=2, sharpness=2.0):
        rng = np.random.default_rng(seed)
        self.scores = log_softmax(sharpness * rng.standard_normal((sources, 997, V)))
        self.state = np.arange(float(sources))[:, None], np.zeros((1, sources, 1))
        self.calls = 0

    def step(self, state, tokens):
        self.calls += 1
        source, prefix = state
        prefix = (V + 1) * prefix + (tokens + 1)[None, :, None]
        return self.scores[source[:, 0].astype(int), prefix[0, :, 0].astype(int) % 997], (source, prefix)

    def log_probability(self, source, tokens):
        """Of a list of tokens, EOS among them if it is there."""
        state, total = tuple(array[..., [source], :] for array in self.state), 0.0
        for before, token in itertools.pairwise([SPECIAL.start, *tokens]):
            log_probabilities, state = self.step(state, np.array([before]))
            total += log_probabilities[0, token]
        return total


def sentences(longest):
    """All that a search may answer: up to ``longest`` tokens, and EOS among them unless there is no room for it."""
    for length in range(longest):
        yield from ([*words, SPECIAL.eos] for words in itertools.product(WORDS, repeat=length))
    yield from (list(words) for words in itertools.product(WORDS, repeat=longest))


def best_of_all(table, source, longest, alpha):
    """The best score and its tokens, by looking at everything."""
    scored = [
        (table.log_probability(source, tokens) / ((5 + len(tokens)) / 6) ** alpha, tokens)
        for tokens in sentences(longest)
    ]
    return max(scored)


def answers(found):
    """Score and tokens of each source, EOS written out."""
    tokens = [list(words) + [SPECIAL.eos] * bool(ended) for words, ended in zip(found.tokens, found.ended, strict=True)]
    return list(zip(found.scores, tokens, strict=True))


def check_exhaustive(searches=OURS, longest=4, alphas=(0.0, 0.7, 3.0), seeds=range(8)):
    """A beam that holds everything finds the best of all sentences."""
    for seed, alpha in itertools.product(seeds, alphas):
        table = Table(seed)
        found = searches.beam_search(table.step, table.state, V**longest, longest, alpha, SPECIAL)
        for source, (score, tokens) in enumerate(answers(found)):
            expected, best = best_of_all(table, source, longest, alpha)
            assert_close("score", score, expected, 1e-13)
            assert tokens == best, f"relative error: tokens {tokens}, expected {best}"


def check_beam_of_one_is_greedy(searches=OURS, longest=6, seeds=range(8)):
    """And both say what their words' probability is, by the table."""
    for seed in seeds:
        table = Table(seed, sources=3)
        greedy = searches.greedy_search(table.step, table.state, longest, SPECIAL)
        beam = searches.beam_search(table.step, table.state, 1, longest, special=SPECIAL)
        penalised = searches.beam_search(table.step, table.state, 1, longest, 1.5, SPECIAL)
        for source, (score, tokens) in enumerate(answers(greedy)):
            assert tokens == answers(beam)[source][1] == answers(penalised)[source][1], "relative error of tokens"
            assert len(tokens) <= longest, "relative error of the length"
            assert_close("score", score, table.log_probability(source, tokens), 1e-13)
            assert_close("score", beam.scores[source], score, 1e-13)
            assert_close("penalised", penalised.scores[source], score / length_penalty(len(tokens), 1.5), 1e-13)


def check_narrow_beam(searches=OURS, seeds=range(8), size=2, longest=5, alpha=0.7):
    """A beam of two, against the same search written for one source with lists."""
    for seed in seeds:
        table = Table(seed, sources=3)
        found = answers(searches.beam_search(table.step, table.state, size, longest, alpha, SPECIAL))
        for source, (score, tokens) in enumerate(found):
            expected, best = search_with_lists(table, source, size, longest, alpha)
            assert_close("score", score, expected, 1e-13)
            assert tokens == best, f"relative error: tokens {tokens}, expected {best}"


def search_with_lists(table, source, size, longest, alpha):
    unfinished, finished = [(0.0, [])], []
    for _ in range(longest):
        extended = [[*tokens, token] for _, tokens in unfinished for token in (*WORDS, SPECIAL.eos)]
        places = size - len(finished)  # a finished hypothesis leaves its place empty
        best = sorted(((table.log_probability(source, tokens), tokens) for tokens in extended), reverse=True)[:places]
        finished += [pair for pair in best if pair[1][-1] == SPECIAL.eos]
        unfinished = [pair for pair in best if pair[1][-1] != SPECIAL.eos]
    scored = [(score / ((5 + len(tokens)) / 6) ** alpha, tokens) for score, tokens in finished + unfinished]
    return max(scored)


def check_forbidden(searches=OURS):
    """PAD and START are never taken, however likely."""
    for likely in (SPECIAL.pad, SPECIAL.start):
        scores = np.array([-20.0, 0, 0, 0, 1])
        scores[likely] = 5
        scores = log_softmax(scores)
        for found in (
            searches.greedy_search(*constant(scores), 3, SPECIAL),
            searches.beam_search(*constant(scores), 2, 3, special=SPECIAL),
        ):
            assert [words.tolist() for words in found.tokens] == [[4, 4, 4]] * 2, "relative error of the words"
            assert_close("score", found.scores, np.full(2, 3 * scores[4]), 1e-14)
            assert not found.ended.any(), "relative error of the end"


def constant(scores, sources=2):
    """A step that says the same whatever was said."""
    return lambda state, tokens: (np.tile(scores, (len(tokens), 1)), state), np.zeros((sources, 1))


def test_exhaustive():
    check_exhaustive()


def test_beam_of_one_is_greedy():
    check_beam_of_one_is_greedy()


def test_narrow_beam():
    check_narrow_beam()
    check_narrow_beam(size=3, alpha=0.0)


def test_forbidden():
    check_forbidden()


def test_a_beam_of_two_sees_what_greedy_misses():
    """The first word of the best sentence is the second best first word."""
    first = np.log([0.0001, 0.0, 0.5, 0.0, 0.4999], where=[True, False, True, False, True], out=np.full(V, -np.inf))
    after = {2: [0.35, 0, 0.35, 0, 0.3], 4: [0.9, 0, 0.05, 0, 0.05], SPECIAL.eos: [1, 0, 0, 0, 0]}

    def step(state, tokens):
        rows = [first if token == SPECIAL.start else after_of(token) for token in tokens]
        return np.array(rows), state

    def after_of(token):
        return np.log(np.maximum(after[token], 1e-300))

    state = np.zeros((1, 1))
    greedy, beam = greedy_search(step, state, 4, SPECIAL), beam_search(step, state, 2, 4, special=SPECIAL)
    assert greedy.tokens[0].tolist() == [2]
    assert beam.tokens[0].tolist() == [4]
    assert beam.scores[0] == pytest.approx(np.log(0.4999 * 0.9))
    assert beam.scores[0] > greedy.scores[0]


def test_length_penalty_is_that_of_the_paper():
    assert length_penalty(1, 0.7) == 1
    assert length_penalty(13, 0.5) == pytest.approx(3**0.5)
    assert length_penalty(7, 0) == 1


def test_alpha_lengthens():
    """Each word has probability 1/2: alone the empty sentence is best, with a large alpha the longest."""
    step, state = constant(np.log([0.25, 1e-300, 0.5, 1e-300, 0.25]))
    lengths = [len(beam_search(step, state, 4, 6, alpha, SPECIAL).tokens[0]) for alpha in (0.0, 2.0)]
    assert lengths == [0, 6]


@pytest.mark.parametrize(("alpha", "calls"), [(0.0, 1), (3.0, 7)])
def test_stops_when_no_unfinished_hypothesis_can_win(alpha, calls):
    """EOS has 0.6, the best word 0.39: n log 0.39 / (14 / 6)^alpha is below log 0.6 from n = 1, and from n = 7."""
    table = Table(sources=1)
    table.scores = np.log(np.tile([0.6, 1e-300, 0.39, 1e-300, 0.01], (1, 997, 1)))
    beam_search(table.step, table.state, 12, 9, alpha, SPECIAL)
    assert table.calls == calls


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([0.0, 0.6, 1.0]), st.integers(1, 3), st.integers(0, 99))
def test_what_is_found_has_its_score(size, longest, alpha, sources, seed):
    table = Table(seed, sources)
    found = beam_search(table.step, table.state, size, longest, alpha, SPECIAL)
    for source, (score, tokens) in enumerate(answers(found)):
        assert set(tokens[:-1]) <= set(WORDS)
        assert 1 <= len(tokens) <= longest
        assert found.ended[source] == (tokens[-1] == SPECIAL.eos)
        assert score == pytest.approx(table.log_probability(source, tokens) / length_penalty(len(tokens), alpha))


def test_sources_do_not_disturb_each_other():
    table = Table(5, sources=6)
    together = answers(beam_search(table.step, table.state, 3, 6, 0.6, SPECIAL))
    for source, expected in enumerate(together):
        alone = tuple(array[..., [source], :] for array in table.state)
        assert answers(beam_search(table.step, alone, 3, 6, 0.6, SPECIAL)) == [expected]


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("kind", ["deep, general", "Bahdanau", "from a state", "from a vector"])
def test_a_model_is_searched_whole(kind, alpha):
    case, V, longest = Case(kind), 7, 3
    found = generate(case.model, case.source, case.lengths, longest, V**longest, alpha)
    words = range(3, V)
    candidates = [[*w, 2] for n in range(longest) for w in itertools.product(words, repeat=n)]
    candidates += [list(w) for w in itertools.product(words, repeat=longest)]
    state, step = case.model.start(case.source, case.lengths, len(candidates))
    tokens = np.array([[*c, 2, 2][:longest] for c in candidates])
    state = search.select_rows(state, np.repeat(np.arange(3), len(candidates)))
    fed, total, running = np.full(3 * len(candidates), 1), 0.0, True
    for t in range(longest):
        log_probabilities, state = step(state, fed)
        fed = np.tile(tokens[:, t], 3)
        total, running = total + running * log_probabilities[np.arange(len(fed)), fed], running & (fed != 2)
    scores = total.reshape(3, -1) / [((5 + len(c)) / 6) ** alpha for c in candidates]
    for b, best in enumerate(scores.argmax(axis=1)):
        assert [*found.tokens[b], 2][: len(candidates[best])] == candidates[best]
    assert_close("scores", found.scores, scores.max(axis=1), 1e-12)


STEP, STATE = constant(np.log(np.full(V, 0.2)))
WRONG = np.full((2, V), 0.2)
BAD_INPUT = {
    "beam_size": (lambda: beam_search(STEP, STATE, 0, 3), "beam_size", "at least 1", "0"),
    "generate's beam_size": (lambda: generate(None, None, beam_size=0), "beam_size", "at least 1", "0"),
    "max_length": (lambda: greedy_search(STEP, STATE, 0), "max_length", "at least 1", "0"),
    "beam's max_length": (lambda: beam_search(STEP, STATE, 2, 1.5), "max_length", "at least 1", "1.5"),
    "alpha": (lambda: beam_search(STEP, STATE, 2, 3, -1), "alpha", "from 0", "-1"),
    "alpha NaN": (lambda: beam_search(STEP, STATE, 2, 3, np.nan), "alpha", "from 0", "nan"),
    "state's rank": (lambda: greedy_search(STEP, STATE[0], 3), "state", "(B, K) or (depth, B, K)", "(1,)"),
    "no state": (lambda: beam_search(STEP, None, 2, 3), "state", "(B, K)", "NoneType"),
    "no rows": (lambda: beam_search(STEP, STATE[:0], 2, 3), "state", "(B, K)", "(0, 1)"),
    "probabilities": (lambda: greedy_search(lambda s, t: (WRONG, s), STATE, 3), "step", "add up to 1", "a sum of 6.1"),
    "scores": (lambda: greedy_search(lambda s, t: (-3 - WRONG, s), STATE, 3), "step", "add up to 1", "a sum of 0.2"),
    "NaN": (lambda: greedy_search(lambda s, t: (np.nan * WRONG, s), STATE, 3), "step", "add up to 1", "a sum of nan"),
    "huge scores": (lambda: greedy_search(lambda s, t: (9999 + WRONG, s), STATE, 3), "step", "add up", "a sum of inf"),
    "rows": (lambda: greedy_search(lambda s, t: (WRONG[:1], s), STATE, 3), "step", "(2, V)", "(1, 5)"),
    "rank": (lambda: greedy_search(lambda s, t: (WRONG[0], s), STATE, 3), "step", "(2, V)", "(5,)"),
    "no room for EOS": (lambda: greedy_search(STEP, STATE, 3, SpecialTokens(eos=5)), "vocabulary_size", "eos=5", "5"),
    "only PAD": (
        lambda: greedy_search(*constant(np.array([0, -np.inf, -np.inf])), 3),
        "step",
        "a token beside PAD and START",
        "none",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
