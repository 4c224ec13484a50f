"""Translation: read back by a stack machine, its alignment word by word, and what an interpreter must have heard."""

from collections import defaultdict
from dataclasses import replace
from itertools import chain, pairwise, permutations, product

import numpy as np
import pytest

from rnncourse.data import translation_batch
from rnncourse.data.tasks import translation
from rnncourse.data.tasks.aligned import alignment_array, sources_and_targets
from rnncourse.data.tasks.translation import TRANSLATION_SOURCE, TRANSLATION_TARGET, translate, translations

DICTIONARY = {
    english: tuple(other.split())
    for part in ("NAMES", "NOUNS", "ADJECTIVES", "ADVERBS", "SLEEPING", "SEEING", "SAYING")
    for english, other in getattr(translation, part).items()
} | {"that": ("ut",)}

PAIRS = translations(1500, np.random.default_rng(0))


def read_back(target):
    """The English sentence of a translation. The invented language puts verbs last: it is read with a stack."""
    stack, words = [], english_words(list(target))
    adverb = [words.pop()] if words[-1] in translation.ADVERBS else []
    for word in words:
        if word in translation.ADJECTIVES:
            stack[-1] = ["the", word, *stack[-1][1:]]  # the later it stands, the farther from the noun
        elif word in translation.SLEEPING:
            stack.append([*stack.pop(), word])
        elif word in translation.SEEING:
            thing, subject = stack.pop(), stack.pop()
            stack.append([*subject, word, *thing])
        elif word == "that":
            stack[-1] = ["that", *stack[-1]]
        elif word in translation.SAYING:
            clause, subject = stack.pop(), stack.pop()
            stack.append([*subject, word, *clause])
        else:
            stack.append([word] if word in translation.NAMES else ["the", word])
    (sentence,) = stack
    return (*adverb, *sentence)


def english_words(target):
    english = {other: word for word, other in DICTIONARY.items()}
    words = []
    while target:
        size = next(size for size in (1, 2) if tuple(target[:size]) in english)
        words.append(english[tuple(target[:size])])
        target = target[size:]
    return words


def check_alignment(pair):
    """Every word but 'the' is said once, by its own translation, in the order the dictionary gives."""
    said = defaultdict(tuple)
    for word, (place,) in zip(pair.target, pair.alignment, strict=True):
        said[place] += (word,)
    assert set(said) == {place for place, word in enumerate(pair.source) if word != "the"}
    assert all(DICTIONARY[pair.source[place]] == words for place, words in said.items())


def test_each_translation_is_read_back_to_its_source():
    assert all(read_back(pair.target) == pair.source for pair in PAIRS)


def test_the_alignment_links_each_word_to_its_translation():
    for pair in PAIRS:
        check_alignment(pair)


def test_by_hand():
    pair = translate(["today", "the", "small", "red", "cat", "thinks", "that", "anna", "sees", "the", "teacher"])
    assert " ".join(pair.target) == "miru kuru nebi ana lon dami vidin ut mislen idi"
    assert [s for (s,) in pair.alignment] == [4, 3, 2, 7, 10, 10, 8, 6, 5, 0]
    assert pair.reads == (5, 5, 5, 8, 11, 11, 11, 11, 11, 11)


def test_wrong_truths_are_seen():
    pair = translate(["the", "small", "red", "cat", "sleeps"])
    wrong_place = replace(pair, alignment=(pair.alignment[0], *pair.alignment[:0:-1]))
    with pytest.raises(AssertionError):
        check_alignment(wrong_place)
    assert read_back((pair.target[0], *pair.target[2:0:-1], pair.target[3])) != pair.source


def all_sentences(longest):
    """Every sentence of the grammar up to a length, over two words of each kind, one of which becomes two words."""
    two = {kind: ends(getattr(translation, kind)) for kind in ("NAMES", "ADJECTIVES", "NOUNS")}
    nouns = [(name,) for name in two["NAMES"]]
    nouns += [("the", *a, noun) for n in range(3) for a in permutations(two["ADJECTIVES"], n) for noun in two["NOUNS"]]
    by_length = defaultdict(list)
    for length in range(2, longest + 1):
        by_length[length] = [
            *((*np, v) for np, v in product(nouns, ends(translation.SLEEPING)) if len(np) + 1 == length),
            *(
                (*np, v, *more)
                for np, v, more in product(nouns, ends(translation.SEEING), nouns)
                if len(np) + 1 + len(more) == length
            ),
            *(
                (*np, v, "that", *clause)
                for np in nouns
                for v, clause in product(ends(translation.SAYING), by_length[length - len(np) - 2])
            ),
        ]
    clauses = list(chain(*by_length.values()))
    return clauses + [(adverb, *c) for adverb in ends(translation.ADVERBS) for c in clauses if len(c) < longest]


def ends(words):
    return list(words)[:: len(words) - 1]


def test_what_must_be_read_is_exactly_what_decides_the_word():
    """With ``reads`` words, every sentence that goes on from there says the same word; with one fewer, not.

    Sentences are compared with those that are longer by one too, or the longest would be known by being the longest.
    """
    pairs = [translate(words) for words in all_sentences(8)]
    said = defaultdict(set)
    for pair in pairs:
        for n in range(len(pair.source) + 1):
            for t in range(len(pair.source) + 4):
                said[pair.source[:n], t].add(pair.target[t] if t < len(pair.target) else None)
    checked = 0
    for pair in (pair for pair in pairs if len(pair.source) <= 7):
        for t, n in enumerate(pair.reads):
            assert said[pair.source[:n], t] == {pair.target[t]}, (pair, t)
            assert len(said[pair.source[: n - 1], t]) > 1, (pair, t)
            checked += 1
    assert checked > 6000


def test_the_enumerated_sentences_have_different_translations():
    targets = [translate(words).target for words in all_sentences(6)]
    assert len(set(targets)) == len(targets)


def test_lengths_and_recursion():
    lengths = {len(pair.source) for pair in PAIRS}
    assert lengths == set(range(2, 15))
    assert max(pair.source.count("that") for pair in PAIRS) >= 3
    assert {len(pair.source) for pair in translations(20, np.random.default_rng(1), (20, 20))} == {20}


def test_no_adjective_stands_twice_before_a_noun():
    assert not any(a == b for pair in PAIRS for a, b in pairwise(pair.source))
    assert any(
        a in translation.ADJECTIVES and b in translation.ADJECTIVES for p in PAIRS for a, b in pairwise(p.source)
    )


def test_every_word_occurs_and_the_vocabularies_know_no_other():
    assert {word for pair in PAIRS for word in pair.source} == set(TRANSLATION_SOURCE.words[4:])
    assert {word for pair in PAIRS for word in pair.target} == set(TRANSLATION_TARGET.words[4:])


def test_sentences_held_out_are_not_drawn():
    test = translations(300, np.random.default_rng(2), (2, 6))
    train = translations(1500, np.random.default_rng(3), (2, 6), without=test)
    assert {pair.source for pair in train}.isdisjoint(pair.source for pair in test)


def test_pairs_become_a_batch_that_fits_their_alignments():
    sources, _, inputs, _ = translation_batch(*sources_and_targets(PAIRS[:9]), TRANSLATION_SOURCE, TRANSLATION_TARGET)
    assert alignment_array(PAIRS[:9]).shape == (len(inputs), 9, len(sources))


def test_the_generator_alone_decides():
    assert translations(20, np.random.default_rng(5)) == translations(20, np.random.default_rng(5))
    assert translations(20, np.random.default_rng(5)) != translations(20, np.random.default_rng(6))


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        ("", "expected a name or 'the' as word 1 of '', got the end"),
        ("today", "expected a name or 'the' as word 2 of 'today', got the end"),
        ("cat sleeps", "expected a name or 'the' as word 1 of 'cat sleeps', got 'cat'"),
        ("the small sleeps", "expected an adjective or a noun as word 3 of .*, got 'sleeps'"),
        ("the cat small", "expected a verb as word 3 of .*, got 'small'"),
        ("anna", "expected a verb as word 2 of 'anna', got the end"),
        ("anna sees", "expected a name or 'the' as word 3 of 'anna sees', got the end"),
        ("anna thinks ben sleeps", "expected 'that' as word 3 of .*, got 'ben'"),
        ("anna sleeps today", "expected the end as word 3 of .*, got 'today'"),
    ],
)
def test_what_is_no_sentence_is_refused(sentence, message):
    with pytest.raises(ValueError, match=f"words: {message}"):
        translate(sentence.split())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda rng: translations(0, rng), "count: expected an integer of at least 1, got 0"),
        (
            lambda rng: translations(3, rng, (1, 4)),
            r"lengths: expected two from 2 to 20, the smaller first, got \(1, 4\)",
        ),
        (lambda rng: translations(3, rng, (5, 4)), "lengths: expected two from 2 to 20"),
        (lambda rng: translations(3, rng, (5, 21)), "lengths: expected two from 2 to 20"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make(np.random.default_rng(0))


def test_when_every_sentence_is_held_out_it_says_so():
    short = [translate(words) for words in product(translation.NAMES, translation.SLEEPING)]
    with pytest.raises(ValueError, match="without: expected to leave sentences of 2 to 2 words, got none"):
        translations(1, np.random.default_rng(0), (2, 2), without=short)
