"""Words whose meaning the words after them decide: "terribly exciting" is praise, "terribly boring" is not."""

from dataclasses import dataclass

from rnncourse.data.batching import IGNORED
from rnncourse.data.tasks.drawing import pick
from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.validate import require_choice, require_rng, require_size

ADVERBS = ["terribly", "awfully", "insanely", "ridiculously"]
GOOD = ["exciting", "funny", "clever", "moving", "charming", "good"]
BAD = ["boring", "dull", "silly", "clumsy", "tedious", "bad"]
SUBJECTS = ["movie", "plot", "cast", "music", "ending", "dialogue"]
VERBS = ["was", "seemed", "felt"]
PAUSES = ["", ", as ever ,", ", i must say ,", ", if you ask me ,"]

INTENSIFIER_WORDS = Vocabulary(
    sorted({*ADVERBS, *GOOD, *BAD, *SUBJECTS, *VERBS, "the", "and", "!", *" ".join(PAUSES).split()})
)
"""All words of :func:`intensifiers`."""


@dataclass(frozen=True)
class IntensifiedSentence:
    """The words of a sentence, and a tag for each: 1 for an adverb of praise, 0 for one of blame, else ``IGNORED``."""

    words: tuple[str, ...]
    tags: tuple[int, ...]


def intensifiers(count, rng, *, clauses=(1, 2), held_out=False):
    """Draw ``count`` :class:`IntensifiedSentence` like "the movie was terribly exciting !", a list (RN2's example).

    A sentence has from the first to the second of ``clauses`` clauses with an adverb each. The adverb's tag is that of
    its adjective, which stands 1 to 6 words after it, and is good or bad by a fair coin of its own. So a model that has
    read only the words up to the adverb has an accuracy of 1/2, exactly; one that reads on can be perfect.

    A quarter of the pairs of an adverb and an adjective comes only with ``held_out``, the rest only without.
    """
    require_size("count", count)
    require_choice("held_out", held_out, (True, False))
    require_rng(rng)
    low, high = clauses
    if not 1 <= low <= high:
        raise ValueError(f"clauses: expected two integers of at least 1, the smaller first, got {clauses!r}")
    return [_sentence(int(rng.integers(low, high + 1)), held_out, rng) for _ in range(count)]


def _sentence(clauses, held_out, rng):
    words, tags = [], []
    for clause in range(clauses):
        adverb, tag = pick(ADVERBS, rng), int(rng.random() < 0.5)
        adjective = pick(_adjectives(adverb, tag, held_out), rng)
        before = [*(["and"] if clause else []), "the", pick(SUBJECTS, rng), pick(VERBS, rng)]
        after = [*pick(PAUSES, rng).split(), adjective]
        words += [*before, adverb, *after]
        tags += [*[IGNORED] * len(before), tag, *[IGNORED] * len(after)]
    return IntensifiedSentence((*words, "!"), (*tags, IGNORED))


def _adjectives(adverb, tag, held_out):
    """The adjectives of this kind that may follow the adverb."""
    return [word for i, word in enumerate((BAD, GOOD)[tag]) if ((ADVERBS.index(adverb) + i) % 4 == 0) == held_out]
