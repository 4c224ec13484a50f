"""Agreement: the truth that each sentence carries, against a parser of its own; and the accuracy of simple rules."""

from math import comb

import numpy as np
import pytest

from rnncourse.data import Vocabulary
from rnncourse.data.tasks import agreement
from rnncourse.data.tasks.agreement import BETWEEN, agreement_sentences, nearest_noun_accuracy
from rnncourse.data.tasks.cloze import Cloze, cloze_questions, unseen

NOUNS = {form: plural for pair in agreement.PEOPLE + agreement.THINGS for plural, form in enumerate(pair)}
VERBS = {
    form: plural
    for forms in (agreement.TRANSITIVE, agreement.PERSONAL, agreement.IMPERSONAL, agreement.COPULAS)
    for pair in forms
    for plural, form in enumerate(pair)
}


def parse(words):
    """The places of subject and main verb, by a stack of nouns that still wait for their verbs.

    "that" before a verb asks for a verb of the noun before it; "that the" opens a clause whose noun waits for a verb.
    Each verb takes the noun that waits last; the one that leaves none waiting is the main verb.
    """
    start = words.index(",") + 1 if "," in words else 0
    waiting, expected = [], True
    for place, word in enumerate(words[start:], start):
        if word == "that":
            expected = words[place + 1] == "the"
            if not expected:
                waiting.append(place - 1)
        elif word in NOUNS and expected:
            waiting.append(place)
            expected = False
        elif word in VERBS:
            noun = waiting.pop()
            assert NOUNS[words[noun]] == VERBS[word], f"{words[noun]} {word} in {' '.join(words)}"
            if not waiting:
                return noun, place
    raise AssertionError("no main verb")


def check_truth(sentences):
    for s in sentences:
        subject, verb = parse(s.words)
        between = [NOUNS[word] for word in s.words[subject + 1 : verb] if word in NOUNS]
        nearest = [NOUNS[word] for word in s.words[:verb] if word in NOUNS][-1]
        assert (s.mention, s.gap) == (subject, verb), " ".join(s.words)
        assert s.plural == NOUNS[s.words[subject]] == VERBS[s.answer] == s.label
        assert s.between == len(between)
        assert s.attractors == sum(number != s.plural for number in between)
        assert s.nearest_plural == nearest
        assert s.candidates[s.plural] == s.answer
        assert [VERBS[form] for form in s.candidates] == [0, 1]


def check_nearest_noun(sentences, attractors):
    """The stated accuracy of the nearest noun, within 5 standard errors of what is counted."""
    p = nearest_noun_accuracy(attractors)
    found = np.mean([s.nearest_plural == s.plural for s in sentences])
    assert abs(found - p) <= 5 * np.sqrt(p * (1 - p) / len(sentences))
    half = np.mean([not s.plural for s in sentences])
    assert abs(half - 0.5) < 5 * np.sqrt(0.25 / len(sentences))


def draw(count=3000, seed=0, **options):
    return agreement_sentences(count, np.random.default_rng(seed), **options)


def test_each_sentence_carries_the_truth():
    check_truth(draw())
    check_truth(draw(attractors=3))


@pytest.mark.parametrize("attractors", [None, 0, 1, 2, 3, 4])
def test_simple_rules_are_as_good_as_stated(attractors):
    sentences = draw(attractors=attractors)
    assert attractors is None or {s.attractors for s in sentences} == {attractors}
    check_nearest_noun(sentences, attractors)


def test_the_rules_by_counting_all_numbers():
    """The exact accuracy again, from every assignment of numbers to up to four nouns between."""
    right, weight = np.zeros(5), np.zeros(5)
    for m, p in enumerate(BETWEEN):
        for code in range(2**m):
            other = [code >> i & 1 for i in range(m)]
            weight[sum(other)] += p / 2**m
            right[sum(other)] += p / 2**m * (not other or not other[-1])
    np.testing.assert_allclose([nearest_noun_accuracy(a) for a in range(5)], right / weight, atol=1e-12)
    assert nearest_noun_accuracy() == pytest.approx(right.sum(), abs=1e-12)
    assert nearest_noun_accuracy(0) == 1
    assert nearest_noun_accuracy(4) == 0


def test_the_numbers_between_follow_their_law():
    n, law = 4000, np.array([0.2, 0.5, 0.3])
    sentences = draw(n, between=tuple(law))
    found = np.bincount([s.between for s in sentences], minlength=3) / n
    assert (abs(found - law) < 5 * np.sqrt(law * (1 - law) / n)).all()
    one = [sum(p * comb(m, a) / 2**m for m, p in enumerate(law)) for a in range(3)]
    found = np.bincount([s.attractors for s in sentences], minlength=3) / n
    assert (abs(found - one) < 5 * np.sqrt(one * (1 - np.array(one)) / n)).all()


def test_the_first_noun_is_not_always_the_subject():
    first = np.mean([s.mention == 1 for s in draw()])
    assert abs(first - 0.7) < 5 * np.sqrt(0.21 / 3000)


def test_the_syllabus_sentence_can_be_asked():
    """Its words are known, its form occurs; a question of one's own is a Cloze."""
    sentences = draw(3000)
    vocabulary = Vocabulary.of([s.words for s in sentences])
    own = Cloze(("the", "writer", "of", "the", "books", "is"), gap=5, mention=1, candidates=("is", "are"))
    assert parse(own.words) == (own.mention, own.gap)
    assert vocabulary.decode(cloze_questions([own], vocabulary).inputs[:, 0]) == list(own.before)
    assert any(s.words[2:4] == ("of", "the") and s.words[5] == "is" and s.words[4] in NOUNS for s in sentences)


def test_all_kinds_of_phrases_come():
    texts = [" ".join(s.before) for s in draw()]
    assert any(" that the " in text for text in texts)
    assert any(f" that {verb} the " in text for text in texts for verb in ("admires", "admire"))
    assert any(text.startswith("near the ") and " , the " in text for text in texts)


def test_what_is_unseen_is_asked_of_a_known_vocabulary():
    train = draw(5000)
    vocabulary = Vocabulary.of([s.words for s in train])
    test = unseen(draw(500, seed=1, attractors=1), train)
    assert not {s.words for s in test} & {s.words for s in train}
    questions = cloze_questions(test, vocabulary)
    assert questions.labels.tolist() == [int(s.plural) for s in test]
    assert len(test) > 300


def test_the_same_rng_gives_the_same_sentences():
    assert draw(50) == draw(50)
    assert draw(50) != draw(50, seed=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(0), "count: expected an integer of at least 1, got 0"),
        (lambda: draw(5, between=(0.5, 0.4)), "between: expected probabilities that sum to 1"),
        (lambda: draw(5, between=(1.5, -0.5)), r"between\[0\]: expected a number from 0 to 1, got 1.5"),
        (lambda: draw(5, between=()), "between: expected probabilities that sum to 1"),
        (lambda: draw(5, attractors=5), "attractors: expected an integer from 0 to 4, got 5"),
        (lambda: draw(5, attractors=-1), "attractors: expected an integer from 0 to 4, got -1"),
        (lambda: draw(5, attractors=1, between=(1.0, 0.0)), "attractors: expected a number of probability above 0"),
        (lambda: nearest_noun_accuracy(7), "attractors: expected an integer from 0 to 4, got 7"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
