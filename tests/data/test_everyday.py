"""Everyday English: its law by a second expansion, groups whose words are exchangeable, exact parallelograms."""

from collections import Counter
from fractions import Fraction
from importlib import import_module
from itertools import combinations
from math import log

import numpy as np
import pytest

from rnncourse.data.tasks.everyday import (
    EVERYDAY_ANALOGIES,
    EVERYDAY_GROUPS,
    EVERYDAY_LAW,
    EVERYDAY_PAIRS,
    EVERYDAY_WORDS,
    everyday,
    everyday_entropy,
)
from tests.scratch.planting import with_bug

grammar = import_module("rnncourse.data.tasks.everyday")  # the package exports a function of this name
FORMS = [line for line in grammar._FORMS.split("\n") if line]
GROUPED = [word for words in EVERYDAY_GROUPS.values() for word in words]
LAW = {sentence: Fraction(p).limit_denominator(10_000) for sentence, p in EVERYDAY_LAW.items()}


def expansions(form):
    """All sentences of a form, by replacing one slot after another in its text."""
    texts = [f" {form} "]
    for group, words in EVERYDAY_GROUPS.items():
        texts = [text.replace(f" {group} ", f" {word} ") for text in texts for word in words]
        texts = list(dict.fromkeys(texts))
    for table in (grammar._PEOPLE, grammar._CAPITALS):
        slots, *rows = [line.split() for line in table.strip().split("\n")]
        written = []
        for text in texts:
            for row in rows:
                filled = text
                for slot, word in zip(slots, row, strict=True):
                    filled = filled.replace(f" {slot} ", f" {word} ")
                written.append(filled)
        texts = list(dict.fromkeys(written))
    return [tuple(text.split()) for text in texts]


def check_law(law):
    every = [expansions(form) for form in FORMS]
    expected = {sentence: 1 / len(FORMS) / len(sentences) for sentences in every for sentence in sentences}
    assert len(expected) == sum(map(len, every))  # no sentence comes about in two ways
    assert dict(law) == pytest.approx(expected, abs=1e-15)
    assert sum(law.values()) == pytest.approx(1, abs=1e-12)


def contexts(word):
    """The exact law of what stands left and right of a word, given that the word is there."""
    law = Counter()
    for sentence, p in LAW.items():
        for t in range(len(sentence)):
            if sentence[t] == word:
                law[sentence[:t], sentence[t + 1 :]] += p
    return {context: p / law.total() for context, p in law.items()}


def neighbours(word, window):
    """The exact law of a word drawn from those at most ``window`` steps from a word."""
    law = Counter()
    for (left, right), p in contexts(word).items():
        for other in (*left[-window:], *right[:window]):
            law[other] += p
    return Counter({other: p / law.total() for other, p in law.items()})


def check_analogies(window):
    """Each is a parallelogram in p(v | w) and in log p(v | w); if the thing is in sight, only d completes it."""
    laws = {word: neighbours(word, window) for word in EVERYDAY_WORDS.words[4:]}
    for analogies in EVERYDAY_ANALOGIES.values():
        for a, b, c, d in analogies:
            of_a, of_b, of_c, of_d = (laws[word] for word in (a, b, c, d))
            for v in laws:
                assert of_b[v] - of_a[v] == of_d[v] - of_c[v]
                assert of_b[v] * of_c[v] == of_a[v] * of_d[v]
            if window >= 3:
                assert [word for word, law in laws.items() if law == of_d] == [d]


def test_the_law_is_that_of_a_second_expansion():
    check_law(EVERYDAY_LAW)
    assert sum(LAW.values()) == 1


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("1 / len(forms) / prod(map(len, used))", "1 / len(forms) / 4"),
        ("rows[0].keys() & set(form)", "rows[0].keys() <= set(form)"),
        ("law.get(sentence, 0) + 1 / len(forms) / prod(map(len, used))", "1 / 300"),
        ("word_of.get(word, word)", "word"),
    ],
)
def test_the_check_of_the_law(right, wrong):
    planted = with_bug(grammar._law, right, wrong)()
    with pytest.raises(AssertionError):
        check_law(planted)


def test_no_slot_is_left_and_none_stands_twice_in_a_form():
    assert all(word.islower() for word in EVERYDAY_WORDS.words[4:])
    for form in FORMS:
        assert max(Counter(word for word in form.split() if word.isupper()).values()) == 1


def test_two_words_of_a_group_may_change_places_in_all_sentences():
    for words in EVERYDAY_GROUPS.values():
        for one, other in combinations(words, 2):
            swap = {one: other, other: one}
            swapped = {tuple(swap.get(word, word) for word in sentence): p for sentence, p in LAW.items()}
            assert swapped == LAW


def test_words_have_the_same_contexts_if_and_only_if_they_are_of_one_group():
    group_of = {word: group for group, words in EVERYDAY_GROUPS.items() for word in words}
    assert len(group_of) == len(GROUPED)
    laws = {word: contexts(word) for word in EVERYDAY_WORDS.words[4:]}
    for one, other in combinations(laws, 2):
        assert (laws[one] == laws[other]) == (group_of.get(one, one) == group_of.get(other, other))


@pytest.mark.parametrize("window", [1, 2, 3, 5, 9])
def test_analogies_are_exact_parallelograms(window):
    check_analogies(window)


def test_the_lecture_s_analogies_and_neighbours_are_there():
    assert ("man", "woman", "king", "queen") in EVERYDAY_ANALOGIES["gender"]
    assert ("paris", "france", "rome", "italy") in EVERYDAY_ANALOGIES["capital"]
    assert {name: len(analogies) for name, analogies in EVERYDAY_ANALOGIES.items()} == {"gender": 12, "capital": 12}
    assert {"cat", "tiger"} <= set(EVERYDAY_GROUPS["BEAST"])
    assert {"water", "liquid"} <= set(EVERYDAY_GROUPS["LIQUID"])
    for colour in ("blue", "yellow", "red", "green"):
        assert tuple(f"this is a {colour} bird".split()) in EVERYDAY_LAW
    assert ("a", "blue", "bird", "on", "the", "tree") in EVERYDAY_LAW


def test_of_each_pair_the_first_can_be_drawn_and_the_second_cannot():
    order, choice = EVERYDAY_PAIRS
    assert sorted(order[0]) == sorted(order[1])
    assert sum(one != other for one, other in zip(*choice, strict=True)) == 1
    for possible, impossible in EVERYDAY_PAIRS:
        assert EVERYDAY_LAW[possible] > 0
        assert impossible not in EVERYDAY_LAW
        assert all(word in EVERYDAY_WORDS for word in impossible)


def test_the_entropy_is_that_of_the_form_and_of_its_words():
    """By the chain rule: log of the number of forms, and then the log of the number of choices, the mean over forms."""
    choices = []
    for form in FORMS:
        slots = [word for word in form.split() if word.isupper()]
        grouped = [len(EVERYDAY_GROUPS[slot]) for slot in slots if slot in EVERYDAY_GROUPS]
        choices.append(sum(map(log, grouped)) if grouped else log(4))
    H = log(len(FORMS)) + np.mean(choices)
    tokens = np.mean([len(form.split()) + 1 for form in FORMS])
    assert everyday_entropy() == pytest.approx((H, H / tokens), abs=1e-12)


def test_sentences_are_drawn_by_the_law():
    n = 60_000
    counts = Counter(everyday(n, np.random.default_rng(0)))
    assert set(counts) == set(EVERYDAY_LAW)
    for sentence, p in EVERYDAY_LAW.items():
        assert abs(counts[sentence] / n - p) < 5 * np.sqrt(p * (1 - p) / n)
    surprise = -sum(times * log(EVERYDAY_LAW[sentence]) for sentence, times in counts.items())
    words = sum(times * (len(sentence) + 1) for sentence, times in counts.items())
    assert surprise / n == pytest.approx(everyday_entropy().sentence, rel=0.005)
    assert surprise / words == pytest.approx(everyday_entropy().token, rel=0.005)


def test_the_truth_cannot_be_changed():
    with pytest.raises(TypeError):
        EVERYDAY_LAW["a", "bird"] = 1
    with pytest.raises(TypeError):
        EVERYDAY_GROUPS["BIRD"] = ()


def test_the_same_rng_gives_the_same_sentences():
    one, same, other = (everyday(20, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("count", [0, -1, 2.5])
def test_errors_say_what_was_expected(count):
    with pytest.raises(ValueError, match=f"count: expected an integer of at least 1, got {count}"):
        everyday(count, np.random.default_rng(0))
