"""Agreement of verb and subject over nouns that attract: "the writer of the books is", not "are"."""

from dataclasses import dataclass
from math import comb

from rnncourse.data.tasks.cloze import Cloze
from rnncourse.data.tasks.drawing import pick
from rnncourse.scratch.validate import require_fraction, require_rng, require_size

# Singular and plural.
PEOPLE = [
    (noun, f"{noun}s")
    for noun in ["writer", "critic", "pilot", "nurse", "farmer", "doctor", "lawyer", "singer", "teacher", "senator"]
]
PEOPLE += [("man", "men"), ("woman", "women"), ("child", "children"), ("thief", "thieves")]
THINGS = [
    (noun, f"{noun}s")
    for noun in ["book", "letter", "picture", "car", "key", "cabinet", "garden", "bridge", "house", "table"]
]
THINGS += [("shelf", "shelves"), ("box", "boxes")]
TRANSITIVE = [(f"{verb}s", verb) for verb in ["admire", "know", "see", "help", "follow", "remember", "trust", "fear"]]
PERSONAL = [(f"{verb}s", verb) for verb in ["smile", "work", "wait", "sleep", "laugh", "sing"]]
IMPERSONAL = [(f"{verb}s", verb) for verb in ["remain", "matter", "appear"]] + [("vanishes", "vanish")]
COPULAS = [("is", "are"), ("was", "were"), ("seems", "seem")]
ADJECTIVES = ["old", "famous", "new", "quiet", "strange", "popular"]
ADVERBS = ["today", "again", "often", "here"]
PREPOSITIONS = ["of", "near", "behind", "beside", "with", "from"]
PLACES = ["near", "behind", "beside"]

FRONTED = 0.3
BETWEEN = 0.35, 0.25, 0.2, 0.12, 0.08
"""The default law of the number of nouns between subject and verb: 0, 1, ..., 4."""


@dataclass(frozen=True)
class AgreementSentence(Cloze):
    """A sentence whose ``gap`` is its main verb, with the singular and the plural form as candidates.

    ``mention`` is the place of the subject's noun and ``plural`` its number. Of the ``between`` nouns between subject
    and verb, ``attractors`` have the other number; ``nearest_plural`` is the number of the noun nearest before the
    verb, which is the subject itself if none lies between.
    """

    plural: bool
    between: int
    attractors: int
    nearest_plural: bool


def agreement_sentences(count, rng, *, between=BETWEEN, attractors=None):
    """Draw ``count`` :class:`AgreementSentence`, a list, after Linzen, Dupoux and Goldberg (2016).

    ``between[m]`` is the probability that m nouns stand between subject and verb, in prepositional phrases and in
    relative clauses, whose own verbs agree with their own subjects. A fair coin decides whether a noun is singular or
    plural, for each noun anew. Three sentences in ten begin with a fronted phrase ("near the cars , ..."), so the
    subject is not always the first noun. With ``attractors``, all sentences have exactly so many, by the same law.

    The words before the verb decide its number, so perfect accuracy is possible. *Always singular* is right with
    probability 1/2, whatever the attractors; :func:`nearest_noun_accuracy` says how often *the nearest noun* is right.
    """
    require_size("count", count)
    require_rng(rng)
    weights = _weights_of_between(between, attractors)
    law = [weight / sum(weights) for weight in weights]
    numbers_between = rng.choice(len(law), count, p=law).tolist()
    return [_sentence(_numbers(m, attractors, rng), rng) for m in numbers_between]


def nearest_noun_accuracy(attractors=None, between=BETWEEN):
    """How often the noun nearest before the verb has the subject's number, exactly.

    A sentence has m nouns between and a attractors with probability ``between[m] C(m, a) / 2^m``. Each of the m is
    equally likely to be the nearest, so it is right with probability ``(m - a) / m``, or 1 if m is 0. Over all
    sentences, without a given number of ``attractors``, that is ``between[0] + (1 - between[0]) / 2``.
    """
    weights = _weights_of_between(between, attractors)
    if attractors is None:
        return float(weights[0] + (1 - weights[0]) / 2)
    right = [weight * ((m - attractors) / m if m else 1) for m, weight in enumerate(weights)]
    return float(sum(right) / sum(weights))


def _weights_of_between(between, attractors):
    """For each number of nouns between, its probability together with that of so many attractors, if they are given."""
    for m, probability in enumerate(between):
        require_fraction(f"between[{m}]", probability)
    if abs(sum(between) - 1) > 1e-9:
        raise ValueError(f"between: expected probabilities that sum to 1, got a sum of {sum(between)}")
    if attractors is None:
        return list(between)
    if attractors not in range(len(between)):
        raise ValueError(f"attractors: expected an integer from 0 to {len(between) - 1}, got {attractors!r}")
    weights = [probability * comb(m, attractors) / 2**m for m, probability in enumerate(between)]
    if sum(weights) == 0:
        raise ValueError(f"attractors: expected a number of probability above 0 by between, got {attractors}")
    return weights


def _numbers(between, attractors, rng):
    """Whether each noun is plural, from the subject on: a list of ``1 + between`` booleans."""
    plural = rng.random() < 0.5
    chance = rng.random(between)
    attracts = chance < 0.5 if attractors is None else chance.argsort() < attractors
    return [plural, *(plural ^ attracts).tolist()]


def _sentence(numbers, rng):
    words = ["the"]
    if rng.random() < FRONTED:
        words = [pick(PLACES, rng), "the", _any_noun(rng), ",", "the"]
    subject, personal = len(words), rng.random() < 0.6
    _add_nouns(words, numbers, personal, rng)
    forms, rest = _predicate(personal, rng)
    attractors = sum(number != numbers[0] for number in numbers)
    return AgreementSentence(
        words=(*words, forms[numbers[0]], *rest, "."),
        gap=len(words),
        mention=subject,
        candidates=forms,
        plural=numbers[0],
        between=len(numbers) - 1,
        attractors=attractors,
        nearest_plural=numbers[-1],
    )


def _add_nouns(words, numbers, personal, rng, within_clause=False):
    """Add the first noun, whose article stands already, and a phrase or clause that holds all the others.

    Only people do something in a clause, and no clause like "that the critics admire" lies within another.
    """
    words.append(pick(PEOPLE if personal else THINGS, rng)[numbers[0]])
    others = numbers[1:]
    if not others:
        return
    form = rng.random()
    if form < 0.25 and personal:
        words += ["that", pick(TRANSITIVE, rng)[numbers[0]], "the"]
        _add_nouns(words, others, rng.random() < 0.5, rng, within_clause)
    elif 0.25 <= form < 0.5 and not within_clause:
        words += ["that", "the"]
        _add_nouns(words, others, True, rng, within_clause=True)
        words.append(pick(TRANSITIVE, rng)[others[0]])
    else:
        words += [pick(PREPOSITIONS, rng), "the"]
        _add_nouns(words, others, rng.random() < 0.5, rng, within_clause)


def _predicate(personal, rng):
    """Both forms of the main verb, and the words after it."""
    form = rng.random()
    if form < 0.5:
        return pick(COPULAS, rng), [pick(ADJECTIVES, rng)]
    if personal and form < 0.75:
        return pick(TRANSITIVE, rng), ["the", _any_noun(rng)]
    return pick(PERSONAL if personal else IMPERSONAL, rng), [pick(ADVERBS, rng)]


def _any_noun(rng):
    return pick(pick((PEOPLE, THINGS), rng), rng)[rng.random() < 0.5]
