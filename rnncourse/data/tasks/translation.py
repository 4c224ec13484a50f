"""Translation from a little English to an invented language with another word order.

    sentence = [adverb] clause                 ->  clause adverb
    clause   = nouns verb                      ->  nouns verb
             | nouns verb nouns                ->  nouns nouns verb
             | nouns verb "that" clause        ->  nouns clause "ut" verb
    nouns    = name | "the" {adjective} noun   ->  name | noun {adjective}, the last adjective first

The verb goes to the end of its clause, however long that is; adjectives follow their noun; an adverb goes from the
first place to the last; "the" has no counterpart; some words become two. Each English sentence has one translation, and
each translation comes from one sentence.
"""

from rnncourse.data.tasks.aligned import AlignedPair
from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.validate import require_rng, require_size

NAMES = {"anna": "ana", "ben": "beno", "clara": "kalar", "david": "tavit"}
NOUNS = {"cat": "miru", "dog": "vako", "bird": "pilo", "horse": "taro", "king": "remol", "girl": "sena"}
NOUNS |= {"teacher": "lon dami", "sailor": "mar jeno"}
ADJECTIVES = {"small": "nebi", "red": "kuru", "old": "zati", "kind": "lusi", "young": "fero", "brave": "goda"}
ADVERBS = {"today": "idi", "often": "wewe", "sometimes": "kel vesu"}
SLEEPING = {"sleeps": "dorun", "sings": "kantun", "laughs": "hahun", "waits": "stan lurun"}
SEEING = {"sees": "vidin", "loves": "amorin", "helps": "yudin", "follows": "sekin", "finds": "trobin"}
SEEING |= {"greets": "salu gevin"}
SAYING = {"says": "diken", "thinks": "mislen", "hopes": "neden", "remembers": "pam iten"}
"""Verbs that stand alone, that take an object, and that take a clause. In all these dictionaries, English comes first."""

_DICTIONARY = NAMES | NOUNS | ADJECTIVES | ADVERBS | SLEEPING | SEEING | SAYING | {"that": "ut"}

TRANSLATION_SOURCE = Vocabulary(["the", *_DICTIONARY])
TRANSLATION_TARGET = Vocabulary(" ".join(dict.fromkeys(" ".join(_DICTIONARY.values()).split())).split())

SHORTEST, LONGEST = 2, 20
_PATIENCE = 10_000


def translations(count, rng, lengths=(2, 14), without=()):
    """``count`` random sentences with their translations: a list of AlignedPair, whose sides are tuples of words.

    Sentences are drawn by the rules of the grammar. Kept are those whose number of words lies between the two of
    ``lengths``, at most 20, and that are not the source of a pair in ``without``, so that those pairs can test
    sentences never seen in training. If no sentence is found that is not in ``without``, that is a ``ValueError``.
    """
    require_size("count", count)
    require_rng(rng)
    low, high = lengths
    if not SHORTEST <= low <= high <= LONGEST:
        raise ValueError(f"lengths: expected two from {SHORTEST} to {LONGEST}, the smaller first, got {lengths!r}")
    held_out = {pair.source for pair in without}
    return [translate(_new_sentence(rng, low, high, held_out)) for _ in range(count)]


def translate(words):
    """The AlignedPair of an English sentence, given as words; one that the grammar does not know is a ``ValueError``.

    A word of the translation is aligned with the word it translates, so ``reads`` says how many words an interpreter
    must have heard before saying each word: with fewer, the word is still open.
    """
    words = tuple(words)
    start = int(words[:1] != () and words[0] in ADVERBS)
    said, end = _clause(words, start)
    if end < len(words):
        raise _not_understood(words, end, "the end")
    if start:
        said += _say(words, 0)
    target, places = zip(*said, strict=True)
    return AlignedPair(words, target, tuple((place,) for place in places))


def _clause(words, start):
    """Read a clause from ``start``: what is said for it, a list of (word, place), and where it ends."""
    said, verb = _nouns(words, start)
    end = verb + 1
    kind = words[verb] if verb < len(words) else None
    if kind in SEEING:
        more, end = _nouns(words, end)
        said += more
    elif kind in SAYING:
        if words[end : end + 1] != ("that",):
            raise _not_understood(words, end, "'that'")
        more, end = _clause(words, end + 1)
        said += more + _say(words, verb + 1)
    elif kind not in SLEEPING:
        raise _not_understood(words, verb, "a verb")
    return said + _say(words, verb), end


def _nouns(words, start):
    if words[start : start + 1] != ("the",):
        if start == len(words) or words[start] not in NAMES:
            raise _not_understood(words, start, "a name or 'the'")
        return _say(words, start), start + 1
    noun = start + 1
    while noun < len(words) and words[noun] in ADJECTIVES:
        noun += 1
    if noun == len(words) or words[noun] not in NOUNS:
        raise _not_understood(words, noun, "an adjective or a noun")
    return [said for place in range(noun, start, -1) for said in _say(words, place)], noun + 1


def _say(words, place):
    return [(word, place) for word in _DICTIONARY[words[place]].split()]


def _not_understood(words, place, wanted):
    found = repr(words[place]) if place < len(words) else "the end"
    return ValueError(f"words: expected {wanted} as word {place + 1} of {' '.join(map(str, words))!r}, got {found}")


def _new_sentence(rng, low, high, held_out):
    for _ in range(_PATIENCE):
        words = (*_one(ADVERBS, rng, 0.2), *_random_clause(rng))
        if low <= len(words) <= high and words not in held_out:
            return words
    raise ValueError(f"without: expected to leave sentences of {low} to {high} words, got none in {_PATIENCE} draws")


def _random_clause(rng):
    kind = rng.random()
    if kind < 0.2:
        return (*_random_nouns(rng), *_one(SLEEPING, rng))
    if kind < 0.6:
        return (*_random_nouns(rng), *_one(SEEING, rng), *_random_nouns(rng))
    return (*_random_nouns(rng), *_one(SAYING, rng), "that", *_random_clause(rng))


def _random_nouns(rng):
    if rng.random() < 0.4:
        return _one(NAMES, rng)
    count = int(rng.random() < 0.5) + int(rng.random() < 0.2)
    return ("the", *rng.permutation(list(ADJECTIVES))[:count].tolist(), *_one(NOUNS, rng))


def _one(words, rng, probability=1):
    """A random word as a tuple, or with probability ``1 - probability`` an empty tuple."""
    return (tuple(words)[rng.integers(len(words))],) if probability == 1 or rng.random() < probability else ()
