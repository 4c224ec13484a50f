"""Words that later words decide: what decides them, what does not, and who can know it."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import torch

from rnncourse import data, metrics, models, training
from rnncourse.data import IGNORED, INTENSIFIER_WORDS, intensifiers
from rnncourse.data.tasks.intensifiers import ADVERBS, BAD, GOOD

torch.set_num_threads(1)


def sentences(count=2000, seed=0, **options):
    return intensifiers(count, np.random.default_rng(seed), **options)


def batch_of(drawn):
    return data.tagging_batch([s.words for s in drawn], [s.tags for s in drawn], INTENSIFIER_WORDS)


def deciding(sentence):
    """Each adverb with the first adjective after it, found by looking at the words alone."""
    said = [word for word in sentence.words if word in {*ADVERBS, *GOOD, *BAD}]
    return [(one, other) for one, other in pairwise(said) if one in ADVERBS]


def test_tags_are_those_of_the_adjectives_and_stand_at_the_adverbs():
    for sentence in sentences(300, clauses=(1, 3)):
        tagged = [(word, tag) for word, tag in zip(sentence.words, sentence.tags, strict=True) if tag != IGNORED]
        assert tagged == [(adverb, int(adjective in GOOD)) for adverb, adjective in deciding(sentence)]
        assert all(word in INTENSIFIER_WORDS for word in sentence.words)


def test_what_stands_before_an_adverb_says_nothing():
    tags = Counter()
    for sentence in sentences(8000, clauses=(2, 2)):
        first, second = (tag for tag in sentence.tags if tag != IGNORED)
        tags[sentence.words[3], "first", first] += 1
        tags[[word for word in sentence.words if word in ADVERBS][1], first, second] += 1
    for adverb, place, tag in tags:
        one, other = tags[adverb, place, tag], tags[adverb, place, 1 - tag]
        assert abs(one - other) < 5 * np.sqrt(one + other)


def test_pairs_that_are_held_out_are_not_trained_on():
    train, test = ({pair for s in sentences(held_out=held_out) for pair in deciding(s)} for held_out in (False, True))
    assert not train & test
    assert len(train | test) == len(ADVERBS) * len(GOOD + BAD)
    assert ("terribly", "exciting") in test


def test_only_both_directions_know_the_tag():
    test = batch_of(sentences(400, seed=1, held_out=True))

    def score(bidirectional):
        def make():
            return models.Tagger(8, 16, 2, "GRU", vocabulary_size=len(INTENSIFIER_WORDS), bidirectional=bidirectional)

        run = training.train(
            make, lambda step, rng: batch_of(intensifiers(32, rng)), training.cross_entropy, steps=80, progress=False
        )
        return metrics.accuracy(training.predict(run.model, test), test.tags)

    assert score(bidirectional=True) > 0.95
    assert abs(score(bidirectional=False) - 0.5) < 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count: expected an integer of at least 1"),
        ({"clauses": (2, 1)}, r"clauses: expected two integers of at least 1, the smaller first, got \(2, 1\)"),
        ({"clauses": (0, 1)}, "clauses: expected"),
        ({"held_out": 2}, "held_out: expected"),
    ],
)
def test_refused(options, message):
    with pytest.raises(ValueError, match=message):
        sentences(**options)
