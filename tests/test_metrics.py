"""Metrics against their definitions, published examples and sacrebleu's neighbour in scratch."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import metrics
from rnncourse.scratch.seq2seq import corpus_bleu


@pytest.mark.parametrize("symbols", [2, 27, 1000])
def test_a_uniform_guess_costs_the_bits_and_the_perplexity_of_its_alphabet(symbols):
    nats = math.log(symbols)
    assert metrics.bits_per_character(nats) == pytest.approx(math.log2(symbols))
    assert metrics.perplexity(nats) == pytest.approx(symbols)


@pytest.mark.parametrize("wrong", [-0.1, math.nan, math.inf, None, "1", [1.0]])
def test_what_is_no_cross_entropy_is_refused(wrong):
    for metric in (metrics.bits_per_character, metrics.perplexity):
        with pytest.raises(ValueError, match="nats: expected a mean cross-entropy"):
            metric(wrong)


def test_accuracy_counts_the_best_scores_at_targets_that_count():
    outputs = np.array([[[0.1, 0.9], [0.8, 0.2]], [[0.3, 0.7], [0.6, 0.4]]])
    assert metrics.accuracy(outputs, [[1, 1], [1, 0]]) == 3 / 4
    assert metrics.accuracy(outputs, [[0, -100], [1, 0]]) == 2 / 3
    assert metrics.accuracy(outputs[0, 0], 1) == 1


@pytest.mark.parametrize(
    ("outputs", "targets", "message"),
    [
        (np.zeros((2, 3)), [0], r"targets: expected integers of shape \(2,\), the outputs' own, got int64 \(1,\)"),
        (np.zeros((2, 3)), [0.0, 1.0], r"got float64 \(2,\)"),
        (np.zeros((2, 3)), [[0], [1]], r"got int64 \(2, 1\)"),
        (np.zeros((2, 3)), [0, 3], "targets: expected classes from 0 to 2 or -100, got 3"),
        (np.zeros((2, 3)), [-1, 2], "got -1"),
        (np.zeros((2, 3)), [-100, -100], "targets: expected at least one that counts"),
        (np.full((2, 3), math.nan), [0, 1], "outputs: expected finite scores, got NaN or infinity"),
    ],
)
def test_an_accuracy_of_nothing_is_refused(outputs, targets, message):
    with pytest.raises(ValueError, match=message):
        metrics.accuracy(outputs, targets)


def test_exact_match_forgives_nothing():
    predictions = ["ab", "a", "abc", ["x", "y"], np.array([1, 2]), [1, 2]]
    references = ["ab", "ab", "ab", ["x", "y"], np.array([1, 2]), [1, 3]]
    assert metrics.exact_match(predictions, references) == 3 / 6
    assert metrics.exact_match(["12"], [[1, 2]]) == 0


def test_a_string_is_the_list_of_its_characters():
    """As a vocabulary of characters decodes them, and as pairs of strings hold them."""
    assert metrics.exact_match([["1", "2"], list("ab"), ["ab"], ["a"]], ["12", "ab", "ab", "ab"]) == 2 / 4


def test_bleu_is_that_of_scratch_where_tokens_are_parted_by_blanks():
    hypotheses = ["the cat sat on the mat today", "a dog barks at the red bird", "it was good in the end"]
    references = ["the cat sat on a mat today", "the dog barks at the red bird", "it was good at the end"]
    ours = corpus_bleu([h.split() for h in hypotheses], [[r.split()] for r in references]).score
    assert metrics.bleu(hypotheses, references) == pytest.approx(100 * ours)
    assert metrics.bleu(references, references) == pytest.approx(100)


def test_bleu_takes_the_best_of_several_references():
    hypotheses = ["the cat sat on the mat today", "a dog barks at the red bird"]
    several = [["a cat lay there", "the cat sat on the mat today"], ["a dog barks at the red bird", "no"]]
    assert metrics.bleu(hypotheses, several) == pytest.approx(100)
    assert metrics.bleu(hypotheses, [group[:1] for group in several]) < 70


def test_sentences_may_have_different_numbers_of_references(capfd):
    hypotheses = ["the cat sat on the mat today .", "a dog barks at the red bird .", "it was good in the end ."] * 40
    several = [
        ["a cat lay there .", "the cat sat on a mat today .", "a cat sat there today ."],
        ["the dog barks at the red bird ."],
        "it was good at the end .",
    ] * 40
    split = [[r.split() for r in ([group] if isinstance(group, str) else group)] for group in several]
    ours = corpus_bleu([h.split() for h in hypotheses], split).score
    assert metrics.bleu(hypotheses, several) == pytest.approx(100 * ours)
    assert metrics.bleu(hypotheses, several) > metrics.bleu(
        hypotheses, [g if isinstance(g, str) else g[0] for g in several]
    )
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        (["a"], ["a", "b"], "equal length, got list of 1 and list of 2"),
        ("a b", "a b", "two lists"),
        ([], [], "at least one sentence"),
        ([["a"]], ["a"], "expected strings, words parted by blanks"),
        (["a", "b"], [["a"], []], "references: expected at least one for every sentence, got none for some"),
    ],
)
def test_bleu_says_what_is_wrong(hypotheses, references, message):
    with pytest.raises(ValueError, match=message):
        metrics.bleu(hypotheses, references)


def test_alignment_error_of_a_case_counted_by_hand():
    found, sure, possible = [{(0, 0), (1, 2), (2, 2)}], [{(0, 0), (2, 2)}], [{(1, 2)}]
    assert metrics.alignment_error(found, sure, possible) == pytest.approx(1 - (2 + 3) / (3 + 2))
    assert metrics.alignment_error(found, sure) == pytest.approx(1 - (2 + 2) / (3 + 2))
    assert metrics.alignment_error([{(0, 0)}, {(1, 1)}], [{(0, 0)}, {(0, 0)}]) == pytest.approx(0.5)


def test_alignment_error_counts_a_sure_link_as_possible():
    assert metrics.alignment_error([{(0, 0)}], [{(0, 0)}], [set()]) == 0


@settings(max_examples=50, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1), st.data())
def test_alignment_error_is_one_minus_f_when_sure_and_possible_are_the_same(truth, data):
    found = data.draw(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
    right = len(found & truth)
    precision, recall = right / len(found), right / len(truth)
    f = 2 * precision * recall / (precision + recall) if right else 0
    assert metrics.alignment_error([found], [truth]) == pytest.approx(1 - f)


def test_alignment_error_without_any_link_is_refused():
    with pytest.raises(ValueError, match="at least one link"):
        metrics.alignment_error([set()], [set()])


def test_strongest_links_are_one_for_each_target():
    weights = np.array([[0.1, 0.9, 0.0], [0.5, 0.2, 0.3]])
    assert metrics.strongest_links(weights) == {(0, 1), (1, 0)}
    with pytest.raises(ValueError, match=r"targets by sources, got \(3,\)"):
        metrics.strongest_links(weights[0])
    with pytest.raises(ValueError, match="weights: expected numbers, got NaN"):
        metrics.strongest_links(weights * np.nan)


def test_bleu_of_a_perfect_translation_is_100_exactly():
    assert metrics.bleu(["the cat sat down"], ["the cat sat down"]) == 100


def test_mae_and_rmse_of_errors_counted_by_hand():
    predictions, targets = [1.0, 2.0, 7.0], [2.0, 2.0, 3.0]
    assert metrics.mae(predictions, targets) == pytest.approx(5 / 3)
    assert metrics.rmse(predictions, targets) == pytest.approx(math.sqrt(17 / 3))


def test_the_median_minimises_mae_and_the_mean_rmse():
    counts = np.random.default_rng(0).poisson(3.3, 501).astype(float)
    guesses = np.linspace(0, 10, 1001)
    best = {m: guesses[np.argmin([m(np.full(501, g), counts) for g in guesses])] for m in (metrics.mae, metrics.rmse)}
    assert best[metrics.mae] == np.median(counts)
    assert best[metrics.rmse] == pytest.approx(counts.mean(), abs=0.01)


@pytest.mark.parametrize("metric", [metrics.mae, metrics.rmse])
def test_a_broadcast_or_a_nan_is_refused(metric):
    with pytest.raises(ValueError, match=r"expected the shape of targets, \(3,\), got \(3, 1\)"):
        metric(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ValueError, match="got NaN or infinity"):
        metric([1.0, math.nan], [1.0, 1.0])
    with pytest.raises(ValueError, match="shape of targets"):
        metric([], [])
