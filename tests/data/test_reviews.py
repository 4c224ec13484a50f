"""Reviews: the same words in both of a pair, so no bag of words can tell; and a test set that was never trained on."""

from collections import Counter

import numpy as np
import pytest

from rnncourse.data.tasks.reviews import BAD, GOOD, LECTURE, review_pairs, reviews

PAIRS = review_pairs()


def check_pairs(pairs):
    """Equal bags, opposite labels, two different orders, no review in two pairs."""
    for good, bad in pairs:
        assert Counter(good.words) == Counter(bad.words)
        assert (good.label, bad.label) == (1, 0)
        assert good.words != bad.words
    assert len({review.words for pair in pairs for review in pair}) == 2 * len(pairs)


def check_split(make):
    train, test = make(400, np.random.default_rng(0))
    assert (len(train), len(test)) == (600, 200)
    assert len({review.words for review in train + test}) == 800
    assert not {review.words for review in train} & {review.words for review in test}
    partner = {one.words: other.words for pair in PAIRS for one, other in (pair, pair[::-1])}
    assert not {partner[review.words] for review in train} & {review.words for review in test}
    for part in (train, test):
        assert [review.label for review in part] == [1, 0] * (len(part) // 2)
        assert all(partner[good.words] == bad.words for good, bad in zip(part[::2], part[1::2], strict=True))
    assert tuple(" ".join(review.words) for review in test[:2]) == LECTURE


def check_all_drawn(make):
    train, test = make(len(PAIRS), np.random.default_rng(0), test_share=0.1)
    assert {review.words for review in train + test} == {review.words for pair in PAIRS for review in pair}


def test_all_pairs_have_equal_bags():
    check_pairs(PAIRS)
    assert len(PAIRS) == 20736


def test_nothing_of_the_test_is_trained_on():
    check_split(reviews)


def test_any_bag_of_words_classifier_is_right_about_half():
    """Random functions of the counts: linear, of products of counts, and a table that has memorised the train set."""
    rng = np.random.default_rng(3)
    train, test = reviews(300, rng)
    words = sorted({word for review in train + test for word in review.words})

    def bags(part):
        return np.array([[review.words.count(word) for word in words] for review in part])

    labels = np.array([review.label for review in test])
    for _ in range(20):
        linear = bags(test) @ rng.normal(size=len(words)) > rng.normal()
        product = np.einsum("nv,vw,nw->n", bags(test), rng.normal(size=(len(words),) * 2), bags(test)) > 0
        assert (linear == labels).mean() == (product == labels).mean() == 0.5
    weights, *_ = np.linalg.lstsq(bags(train).astype(float), [review.label for review in train], rcond=None)
    assert np.allclose(bags(train) @ weights, 0.5)  # the best linear answer to either of a pair is the same


def test_the_first_and_the_last_adjective_tell_no_more():
    def labels_of(part, place):
        return [[word in GOOD for word in review.words if word in (*GOOD, *BAD)][place] for review in part]

    every = [review for pair in PAIRS for review in pair]
    for place in (0, -1):
        assert (
            np.mean([label == review.label for label, review in zip(labels_of(every, place), every, strict=True)])
            == 0.5
        )


def test_order_does_tell():
    """What is meant: an adjective counts as the opposite of itself where its form says so."""
    marks = ("not", "expected", "feared it was", "feared it seemed", "feared it looked", "far from")
    for good, bad in PAIRS[::7]:
        for review in (good, bad):
            text = " ".join(review.words)
            denied = next(word for word in (*GOOD, *BAD) if any(f"{mark} {word} " in f"{text} " for mark in marks))
            assert (denied in BAD) == bool(review.label)


def test_the_lecture_s_sentences_word_for_word():
    texts = {" ".join(review.words): review.label for pair in PAIRS for review in pair}
    assert texts["the food was not bad , great in fact"] == 1
    assert texts["the food was not great , bad in fact"] == 0


def test_all_pairs_can_be_drawn():
    check_all_drawn(reviews)


def test_the_same_rng_gives_the_same_split():
    one, same, other = (reviews(30, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one.train != other.train


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: reviews(0, rng), "pairs: expected an integer of at least 1, got 0"),
        (lambda rng: reviews(1, rng), "pairs: expected 2 to 20736, some to train on, got 1"),
        (lambda rng: reviews(30000, rng), "pairs: expected 7501 to 20736, some to train on, got 30000"),
        (lambda rng: reviews(10, rng, test_share=1.0), "pairs: expected 11 to 20736, some to train on, got 10"),
        (lambda rng: reviews(10, rng, test_share=-0.1), "test_share: expected a number from 0 to 1, got -0.1"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
