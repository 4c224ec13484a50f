"""Reviews in pairs of the same words and opposite meaning: only their order tells which is the good one."""

from dataclasses import dataclass
from itertools import chain, product
from typing import NamedTuple

from rnncourse.scratch.validate import require_fraction, require_rng, require_size

GOOD = ["great", "good", "tasty", "lovely", "superb", "fresh"]
BAD = ["bad", "awful", "bland", "stale", "dull", "dreadful"]
SUBJECTS = ["food", "service", "soup", "pizza", "coffee", "dessert", "bread", "wine"]
VERBS = ["was", "seemed", "looked"]
ENDINGS = "in fact", "to be fair", "actually", "on the whole"
FORMS = (
    "the {subject} {verb} not {other} , {said} {ending}",
    "the {subject} {verb} {said} , not {other} {ending}",
    "i expected {other} {subject} but it {verb} {said} {ending}",
    "the {subject} {verb} {said} {ending} , we had feared it {verb} {other}",
    "far from {other} , the {subject} {verb} {said} {ending}",
    "the {subject} {verb} {said} , far from {other} {ending}",
)
SLOTS = "subject", "verb", "ending"
LECTURE = ("the food was not bad , great in fact", "the food was not great , bad in fact")


@dataclass(frozen=True)
class Review:
    """The words of a review and its label: 1 if it is good, 0 if it is bad."""

    words: tuple[str, ...]
    label: int


class ReviewSplit(NamedTuple):
    """Two lists of :class:`Review`, in each of which the two of a pair follow one another, the good one first."""

    train: list[Review]
    test: list[Review]


def review_pairs():
    """All possible pairs, a list of tuples ``(good, bad)`` of :class:`Review`, always in the same order.

    The two of a pair have the same words equally often. So a classifier that sees only these counts gives both the same
    answer and is right about exactly one: **any bag-of-words classifier has accuracy 1/2**, on any set made of whole
    pairs. In half of the forms the adjective that is meant comes first, in half last, so trusting
    the first adjective, or the last, does not help either. The pair of the lecture, "the food was not bad , great in
    fact", is one of them.
    """
    everything = product(FORMS, SUBJECTS, VERBS, ENDINGS, GOOD, BAD)
    return [_pair(form, good, bad, dict(zip(SLOTS, rest, strict=True))) for form, *rest, good, bad in everything]


def reviews(pairs, rng, test_share=0.25):
    """Draw ``pairs`` different pairs and split them: :class:`ReviewSplit` of ``train`` and ``test``.

    ``test_share`` is the share of the pairs that goes to the test set, at least one pair and not all. The two of a pair
    stay together, so neither a test review nor its opposite is trained on. The lecture's pair is always the first of
    the test set.
    """
    require_size("pairs", pairs)
    require_fraction("test_share", test_share)
    require_rng(rng)
    every = review_pairs()
    tested = max(1, round(pairs * test_share))
    if not tested < pairs <= len(every):
        raise ValueError(f"pairs: expected {tested + 1} to {len(every)}, some to train on, got {pairs}")
    lecture = next(i for i, (good, _) in enumerate(every) if good.words == tuple(LECTURE[0].split()))
    drawn = rng.choice(len(every) - 1, pairs - 1, replace=False)
    order = [every[i] for i in (lecture, *(drawn + (drawn >= lecture)).tolist())]
    return ReviewSplit(train=list(chain(*order[tested:])), test=list(chain(*order[:tested])))


def _pair(form, good, bad, rest):
    return (
        Review(tuple(form.format(said=good, other=bad, **rest).split()), 1),
        Review(tuple(form.format(said=bad, other=good, **rest).split()), 0),
    )
