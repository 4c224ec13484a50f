"""Batches: time-major, padded with what no loss counts, and the same whenever they are asked for."""

from itertools import chain, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse import data
from rnncourse.data import IGNORED

VOCABULARY = data.Vocabulary("abc")  # a 4, b 5, c 6


def test_a_language_batch_is_shifted_by_one_word():
    inputs, targets = data.language_batch(["abc", "b"], VOCABULARY)
    assert inputs.T.tolist() == [[1, 4, 5, 6], [1, 5, 0, 0]]
    assert targets.T.tolist() == [[4, 5, 6, 2], [5, 2, IGNORED, IGNORED]]


def test_ignored_is_what_torch_ignores():
    loss = torch.nn.CrossEntropyLoss()
    assert loss.ignore_index == IGNORED


def test_a_label_at_the_end_is_the_tag_of_the_last_word_alone():
    tokens, lengths, labels = data.classification_batch(["ab", "c"], [1, 0], VOCABULARY)
    batch = data.label_at_end((tokens, lengths, labels))
    assert batch.tags.T.tolist() == [[IGNORED, 1], [0, IGNORED]]
    assert np.array_equal(batch.tokens, tokens)
    assert np.array_equal(batch.lengths, lengths)
    with pytest.raises(ValueError, match=r"labels: .*\(2,\)"):
        data.label_at_end((tokens, lengths, labels[:1]))
    with pytest.raises(ValueError, match="lengths"):
        data.label_at_end((tokens, lengths + 1, labels))


def test_a_classification_batch_knows_the_lengths():
    tokens, lengths, labels = data.classification_batch(["ab", "c"], [1, 0], VOCABULARY)
    assert tokens.T.tolist() == [[4, 5], [6, 0]]
    assert (lengths.tolist(), labels.tolist()) == ([2, 1], [1, 0])


def test_a_tagging_batch_ignores_the_tags_of_padding():
    tokens, _, tags = data.tagging_batch(["ab", "c"], [[1, 0], [1]], VOCABULARY)
    assert tags.T.tolist() == [[1, 0], [1, IGNORED]]
    assert tokens.shape == tags.shape


def test_a_translation_batch_reads_start_and_says_eos():
    sources, lengths, inputs, targets = data.translation_batch(["ab", "c"], ["c", "ba"], VOCABULARY, VOCABULARY)
    assert sources.T.tolist() == [[4, 5], [6, 0]]
    assert lengths.tolist() == [2, 1]
    assert inputs.T.tolist() == [[1, 6, 0], [1, 5, 4]]
    assert targets.T.tolist() == [[6, 2, IGNORED], [5, 4, 2]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: data.language_batch([], VOCABULARY), "at least one sentence"),
        (lambda: data.language_batch("ab", VOCABULARY), "sentences: expected a list of sentences, got the text 'ab'"),
        (lambda: data.language_batch(["a", ""], VOCABULARY), r"sentences\[1\]: expected at least one token"),
        (lambda: data.classification_batch(["a"], [1, 0], VOCABULARY), r"labels: expected shape \(1,\), got \(2,\)"),
        (lambda: data.tagging_batch(["ab"], [[1]], VOCABULARY), r"tags\[0\]: expected shape \(2,\), got \(1,\)"),
        (lambda: data.tagging_batch(["a"], [[0.9]], VOCABULARY), r"tags\[0\]: expected integers, got float64"),
        (lambda: data.TextBatches(np.array([0.5, 1.7]), 1, 1), "tokens: expected integers, got float64"),
        (lambda: data.translation_batch(["a"], ["a", "b"], VOCABULARY, VOCABULARY), "one for each source, got 2"),
        (lambda: data.language_batch(["a"], data.Vocabulary("a", special=False)), "special tokens to pad with"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 7), st.integers(1, 6), st.integers(0, 3))
def test_streams_go_on_where_they_stopped_and_see_every_token_once(batch_size, steps, passes, rest):
    text = np.arange(batch_size * steps * passes + rest % (batch_size * steps))
    batches = data.TextBatches(text, batch_size, steps)
    assert len(batches) == passes
    seen = [batches(step) for step in range(2 * passes + 1)]
    for before, after in pairwise(seen):
        assert (before.targets[-1] == after.inputs[0]).all()  # the carried state has read all up to here
    for inputs, targets in seen:
        assert inputs.shape == targets.shape == (steps, batch_size)
        assert (targets == (inputs + 1) % (batch_size * steps * passes)).all()
    once = np.concatenate([targets.ravel() for _, targets in seen[:passes]])
    assert sorted(once) == list(range(batch_size * steps * passes))


def test_a_text_too_short_for_a_batch_is_refused():
    with pytest.raises(ValueError, match="at least 3 x 4, one batch, got 11"):
        data.TextBatches(np.arange(11), 3, 4)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 2), st.booleans())
def test_an_epoch_shows_every_example_once(count, batch_size, epoch, bucketed):
    lengths = np.random.default_rng(count).integers(1, 9, count) if bucketed else None
    batches = data.ShuffledBatches(count, batch_size, list, lengths=lengths, pool=2)
    shown = [batches(step) for step in range(epoch * len(batches), (epoch + 1) * len(batches))]
    assert sorted(chain.from_iterable(shown)) == list(range(count))
    assert max(map(len, shown)) <= batch_size


def test_epochs_differ_seeds_differ_and_a_step_is_the_same_whenever_asked():
    batches, other = (data.ShuffledBatches(50, 10, list, seed=seed) for seed in (0, 1))
    forward = [batches(step) for step in range(10)]
    assert forward[:5] != forward[5:]
    assert forward != [other(step) for step in range(10)]
    assert forward[::-1] == [batches(step) for step in range(9, -1, -1)]


def test_bucketing_saves_padding():
    lengths = np.random.default_rng(0).integers(1, 60, 2000)

    def padding(batches):
        shown = [lengths[batches(step)] for step in range(len(batches))]
        return 1 - sum(of.sum() for of in shown) / sum(of.max() * len(of) for of in shown)

    assert padding(data.ShuffledBatches(2000, 20, np.array)) > 0.4
    assert padding(data.ShuffledBatches(2000, 20, np.array, lengths=lengths)) < 0.05


def test_bucketed_batches_do_not_run_from_short_to_long():
    lengths = np.arange(400)
    batches = data.ShuffledBatches(400, 10, np.array, lengths=lengths, pool=40)
    means = [batches(step).mean() for step in range(40)]
    assert abs(np.corrcoef(means, np.arange(40))[0, 1]) < 0.4
