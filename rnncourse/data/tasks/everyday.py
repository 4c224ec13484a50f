"""Everyday English from a small grammar: what stands around a word tells what the word means, and exactly how far."""

from itertools import permutations, product
from math import prod
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from rnncourse.data.tasks.source import entropy
from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.validate import require_rng, require_size

EVERYDAY_GROUPS = MappingProxyType(
    {
        "COLOUR": ("blue", "yellow", "red", "green", "white", "black"),
        "BIRD": ("bird", "parrot", "robin", "sparrow"),
        "BEAST": ("cat", "tiger", "dog", "horse"),
        "LIQUID": ("water", "liquid", "juice", "milk"),
        "QUALITY": ("small", "big", "old", "pretty"),
        "BUILDING": ("house", "shop", "hotel", "barn"),
        "GOING": ("walking", "running", "cycling", "driving"),
        "EVENT": ("school", "work", "lunch", "practice"),
    }
)
"""Words that are alike: two of a group may change places in all sentences, and the law of the sentences is the same.

So exactly the same contexts, with the same probabilities, surround all words of a group, and no two words that are not
of one group have all their contexts in common.
"""

# The words of a line are drawn together.
_PEOPLE = """
HE    SHE   THING  PLACE
man   woman wallet office
boy   girl  toy    playground
king  queen crown  palace
uncle aunt  camera garden
"""
_CAPITALS = """
CITY   COUNTRY LANGUAGE
paris  france  french
rome   italy   italian
athens greece  greek
tokyo  japan   japanese
"""
_FORMS = """
this is a COLOUR BIRD
a COLOUR BIRD on the tree
the BIRD sang in the tree
the BIRD is QUALITY
the BEAST is QUALITY
the BUILDING is QUALITY
the BEAST slept in the BUILDING
the BEAST drank the LIQUID
he poured some LIQUID into the glass
she poured some LIQUID into the glass
GOING home after EVENT
he is GOING home after EVENT
she is GOING home after EVENT

the HE lost his THING
the SHE lost her THING
the HE said that he is in the PLACE
the SHE said that she is in the PLACE
the HE put on his suit himself
the SHE put on her dress herself

people in CITY speak LANGUAGE
people in COUNTRY speak LANGUAGE
LANGUAGE food is best in CITY
LANGUAGE food is best in COUNTRY
the metro and the mayor of CITY are famous
the army and the border of COUNTRY are famous
"""

EVERYDAY_PAIRS = tuple(
    (tuple(possible.split()), tuple(impossible.split()))
    for possible, impossible in (
        ("the cat is small", "small the cat is"),
        ("walking home after school", "walking house after school"),
    )
)
"""The lecture's pairs (KGP), of word order and of word choice: a sentence that can be drawn, and one that cannot."""


class EverydayEntropy(NamedTuple):
    """The entropy of a sentence, and the least mean cross-entropy of a token, EOS included; both in nats."""

    sentence: float
    token: float


def everyday(count, rng):
    """Draw ``count`` sentences by ``EVERYDAY_LAW``, a list of tuples of words."""
    require_size("count", count)
    require_rng(rng)
    sentences = tuple(EVERYDAY_LAW)
    drawn = rng.choice(len(sentences), count, p=np.array(list(EVERYDAY_LAW.values())))
    return [sentences[i] for i in drawn.tolist()]


def everyday_entropy():
    """:class:`EverydayEntropy`, exactly: ``H = -sum_s p(s) log p(s)``, and ``H / sum_s p(s) (len(s) + 1)``.

    The second is what a perfect language model would reach on a long text: nats over all tokens that it predicts, which
    are the words and one EOS a sentence.
    """
    law = np.array(list(EVERYDAY_LAW.values()))
    H = entropy(law)
    return EverydayEntropy(float(H), float(H / law.dot([len(sentence) + 1 for sentence in EVERYDAY_LAW])))


def _rows(table):
    """The lines of a table, each a dict from slot to word."""
    slots, *rows = [line.split() for line in table.strip().split("\n")]
    return [dict(zip(slots, row, strict=True)) for row in rows]


def _law():
    """Every form is as likely, and in a form every choice of words: a dict from sentence to probability."""
    tables = [[{group: word} for word in words] for group, words in EVERYDAY_GROUPS.items()]
    tables += [_rows(_PEOPLE), _rows(_CAPITALS)]
    forms = [line.split() for line in _FORMS.split("\n") if line]
    law = {}
    for form in forms:
        used = [rows for rows in tables if rows[0].keys() & set(form)]
        for chosen in product(*used):
            word_of = {slot: word for row in chosen for slot, word in row.items()}
            sentence = tuple(word_of.get(word, word) for word in form)
            law[sentence] = law.get(sentence, 0) + 1 / len(forms) / prod(map(len, used))
    return law


def _analogies(table, a, b):
    rows = _rows(table)
    return tuple((one[a], one[b], other[a], other[b]) for one, other in permutations(rows, 2))


EVERYDAY_LAW = MappingProxyType(_law())
"""The probability of every sentence that :func:`everyday` can draw, exactly: what a perfect language model knows.

A form is drawn, all as likely, and then its words, all as likely. No sentence can come about in two ways.
"""

EVERYDAY_WORDS = Vocabulary(sorted({word for sentence in EVERYDAY_LAW for word in sentence}))
"""All words of :func:`everyday`."""

EVERYDAY_ANALOGIES = MappingProxyType(
    {"gender": _analogies(_PEOPLE, "HE", "SHE"), "capital": _analogies(_CAPITALS, "CITY", "COUNTRY")}
)
"""Words ``(a, b, c, d)`` with a : b = c : d, such as man : woman = king : queen; ``a : c = b : d`` is as true.

Let p(v | w) be the chance that a word drawn from those around w, in a window of any size, is v. Then
``p(v | b) - p(v | a) = p(v | d) - p(v | c)`` for all v, and ``p(v | b) p(v | c) = p(v | a) p(v | d)``: the four are a
parallelogram exactly, in the probabilities and in their logarithms, which word vectors stand for. From a window of 3 on,
no other word has the probabilities of d.
"""
