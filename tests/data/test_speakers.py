"""Who speaks what: the answer found again by reading, the distance, and the exact accuracy of simple rules."""

import numpy as np
import pytest

from rnncourse.data.tasks.cloze import unseen
from rnncourse.data.tasks.speakers import LANGUAGE_OF, LINKS, NAMES, speakers


def read(words):
    """Where each person grew up, by name in order, with the place of the country."""
    places = [i for i, word in enumerate(words) if word == "grew"]
    return {words[i - 1]: i + 3 for i in places}


def check_truth(texts, people):
    for text in texts:
        homes = read(text.words)
        name = text.words[text.gap - 3]
        assert text.words[text.gap - 4] in LINKS
        assert text.words[text.gap - 2 : text.gap] == ("speaks", "fluent")
        assert len(homes) == people
        assert list(homes)[text.asked] == name
        assert text.mention == homes[name]
        assert text.languages == tuple(LANGUAGE_OF[text.words[place]] for place in homes.values())
        assert text.answer == LANGUAGE_OF[text.words[text.mention]] == text.languages[text.asked]
        assert text.words[text.gap + 1 :] == (".",)
        assert all(word.islower() or word == "." for word in text.words)


def check_rate(found, p):
    """The mean of booleans is p, within 5 standard errors."""
    assert abs(np.mean(found) - p) < 5 * np.sqrt(p * (1 - p) / len(found))


def draw(count=3000, seed=0, distances=range(26, 34), **options):
    return speakers(count, np.random.default_rng(seed), distances=distances, **options)


@pytest.mark.parametrize("asked", ["first", "last", "any"])
@pytest.mark.parametrize("people", [1, 2, 3])
def test_each_text_carries_the_truth(people, asked):
    texts = draw(1000, people=people, asked=asked)
    check_truth(texts, people)
    assert {text.asked for text in texts} == {
        "first": {0},
        "last": {people - 1},
        "any": set(range(people)),
    }[asked]
    assert {text.distance for text in texts} == set(range(26, 34))


@pytest.mark.parametrize(("asked", "shortest"), [("last", 6), ("first", 12), ("any", 12)])
def test_the_shortest_distance_has_room_for_who_comes_later(asked, shortest):
    for distance in (shortest, shortest + 2, shortest + 3):
        texts = draw(40, distances=[distance], people=2, asked=asked)
        assert {text.distance for text in texts} == {distance}
    with pytest.raises(ValueError, match=f"distances: expected {shortest}, or {shortest + 2} and above, got"):
        draw(5, distances=[shortest + 1], people=2, asked=asked)


@pytest.mark.parametrize(("people", "asked", "p"), [(2, "any", 0.55), (3, "any", 0.4), (2, "first", 0.1)])
def test_the_one_introduced_last_is_right_as_often_as_stated(people, asked, p):
    texts = draw(people=people, asked=asked)
    check_rate([text.languages[-1] == text.answer for text in texts], p)


@pytest.mark.parametrize("held_out", [False, True])
def test_whatever_is_not_the_mention_says_nothing(held_out):
    texts = draw(held_out=held_out)
    shares = np.bincount([text.label for text in texts], minlength=10) / len(texts)
    assert (abs(shares - 0.1) < 5 * np.sqrt(0.09 / len(texts))).all()
    heard = [[w for w in t.words[t.mention + 1 : t.gap] if w in LANGUAGE_OF or w in t.candidates] for t in texts]
    right = [LANGUAGE_OF.get(h[-1], h[-1]) == t.answer for h, t in zip(heard, texts, strict=True) if h]
    assert len(right) > 1000
    check_rate(right, 0.1)
    assert {text.chance for text in texts} == {0.1}


def test_without_distraction_each_country_is_somebody_s():
    for text in draw(300, people=2, distracting=False):
        assert sum(word in LANGUAGE_OF for word in text.words) == 2
        assert sum(word in text.candidates for word in text.words) == 1


def test_nothing_held_out_was_trained_on():
    train, test = draw(20000, distances=[8, 9]), draw(2000, distances=[8, 9], held_out=True)
    assert unseen(test, train) == test
    assert len(unseen(draw(2000, seed=1, distances=[8, 9]), train)) < 1000
    for words in (NAMES, LINKS):
        assert all({w for t in part for w in t.words if w in words} == set(words) for part in (train, test))


def test_the_same_rng_gives_the_same_texts():
    assert draw(50, people=2) == draw(50, people=2)
    assert draw(50, people=2) != draw(50, people=2, seed=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(0), "count: expected an integer of at least 1, got 0"),
        (lambda: draw(5, people=0), "people: expected an integer of at least 1, got 0"),
        (lambda: draw(5, people=9, asked="last"), "people: expected at most 8, as many as have names, got 9"),
        (lambda: draw(5, asked="second"), "asked: expected 'first' or 'last' or 'any', got 'second'"),
        (lambda: draw(5, distances=[7]), "distances: expected 6, or 8 and above, got 7"),
        (lambda: draw(5, distances=()), r"distances: expected a list of at least one, got \(\)"),
        (lambda: draw(5, distances=8), "distances: expected a list of at least one, got 8"),
        (lambda: draw(5, distracting=2), "distracting: expected True or False, got 2"),
        (lambda: draw(5, held_out="no"), "held_out: expected True or False, got 'no'"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
