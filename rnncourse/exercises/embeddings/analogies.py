"""Directions with a meaning: a is to b as c is to which word?"""

from functools import partial

import numpy as np

from rnncourse.exercises.embeddings.chapter import CHAPTER
from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.scratch import word2vec

# V, D: each wrong function is wrong in most of these figures. They are never varied one by one: fewer than four words
# have no answer, and in one dimension all words are equally near. The answer's score is below -1 in the first of them,
# and negative in the second, so the words of the question do not lose by a score of 0 or -1.
_SHAPES = ((4, 6), (5, 3), (7, 3), (13, 5), (30, 8), (37, 9), (47, 10), (59, 12))


def _question(rng, shape):
    """A figure of words that depends on the shape alone, turned at random, its words numbered at random.

    So what is near what, and which word a wrong function takes for the answer, is the same whatever the seed. The words
    are of many lengths, and those of the question are akin. The answer has a greater id than a.
    """
    V, D = shape
    fixed = np.random.default_rng(shape)
    figure = fixed.normal(size=shape)
    figure[:3] += 0.8 * fixed.normal(size=D)
    figure *= np.exp(fixed.uniform(-1.2, 1.2, size=(V, 1)))
    figure[:3] *= fixed.permutation([1 / 3, 1, 3])[:, None]
    ids, answer = rng.permutation(V), _answer(figure, 0, 1, 2)
    ids[[0, answer]] = np.sort(ids[[0, answer]])
    table = np.empty(shape)
    table[ids] = figure @ np.linalg.qr(rng.normal(size=(D, D)))[0]
    a, b, c = ids[:3].tolist()
    return {"table": table, "a": a, "b": b, "c": c}


def _answer(table, a, b, c):
    """-1 where all vectors are zero, as when it is tried what the table does: no word is right then."""
    return int(word2vec.analogy(table, a, b, c)[0][0]) if table.any() else -1


def _unit(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


def _cosines(table, a, b, c, signs=(-1, 1, 1), query_from=_unit, nearest_in=_unit):
    """The score of each word, the question's own among them; ``signs`` are those of a, b and c."""
    return nearest_in(table) @ (np.array(signs) @ query_from(table)[[a, b, c]])


def _best(scores, excluded):
    return int(np.argmax(np.where(np.isin(np.arange(len(scores)), excluded), -np.inf, scores)))


def _answer_variant(table, a, b, c, **changes):
    return _best(_cosines(table, a, b, c, **changes), (a, b, c))


def _place_among_the_others(table, a, b, c):
    return int(np.argmax(np.delete(_cosines(table, a, b, c), (a, b, c))))


def _fourth(table, a, b, c):
    return int(np.argsort(-_cosines(table, a, b, c))[3])


def _question_at_0(table, a, b, c):
    scores = _cosines(table, a, b, c)
    scores[[a, b, c]] = 0
    return int(np.argmax(scores))


def _nearest_by_distance(table, a, b, c):
    query = table[b] - table[a] + table[c]
    return _best(-np.linalg.norm(table - query, axis=1), (a, b, c))


def _raw(table):
    return table


SOLVE_ANALOGY = Exercise(
    name="solve_analogy",
    chapter=CHAPTER,
    points=10,
    section="Directions with a meaning",
    inputs=_question,
    reference=_answer,
    outputs=("word",),
    sizes=tuple({"shape": shape} for shape in _SHAPES),
    mistakes=(
        Mistake(
            "You use the vectors as they are; scale every row to length 1 first, or long vectors win by their length.",
            partial(_answer_variant, query_from=_raw, nearest_in=_raw),
        ),
        Mistake(
            "Scale the rows to length 1 before you add them; a long vector drowns the others in b - a + c.",
            partial(_answer_variant, query_from=_raw),
        ),
        Mistake(
            "You compare by the plain dot product; the cosine divides by the length of each word's vector.",
            partial(_answer_variant, nearest_in=_raw),
        ),
        Mistake(
            "Your answer is a word of the question; b and c are always near b - a + c, so leave out a, b and c.",
            lambda table, a, b, c: _best(_cosines(table, a, b, c), ()),
        ),
        Mistake(
            "You leave out c only; b is about as near to b - a + c, so leave out all three words of the question.",
            lambda table, a, b, c: _best(_cosines(table, a, b, c), (c,)),
        ),
        Mistake(
            "The direction is turned round: from a to b is b - a; you went to a - b + c.",
            partial(_answer_variant, signs=(1, -1, 1)),
        ),
        Mistake(
            "You take the least distance, which depends on lengths; only directions count: take the greatest cosine.",
            _nearest_by_distance,
        ),
        Mistake(
            "You leave out b and c; a is a word of the question too, and may not answer either.",
            lambda table, a, b, c: _best(_cosines(table, a, b, c), (b, c)),
        ),
        Mistake(
            "You take the fourth best word; but the three of the question need not be the best three: leave them out by id.",
            _fourth,
        ),
        Mistake(
            "You give a, b and c the score 0, which wins where the scores of all others are negative; -np.inf never wins.",
            _question_at_0,
        ),
        Mistake(
            "You use the vectors as they are and let a, b and c answer; scale all rows to length 1, leave out these three.",
            lambda table, a, b, c: _best(_cosines(table, a, b, c, query_from=_raw, nearest_in=_raw), ()),
        ),
        Mistake(
            "You count places among the words that are left; deleting rows shifts the ids of all that come after them.",
            _place_among_the_others,
        ),
    ),
    hints=(
        "The way from a to b is b - a. Go the same way from c, and see which word is nearest to where you arrive.",
        "Scale all rows of the table to length 1 first: then a dot product with the query orders words by cosine.",
        "Set the cosines of a, b and c to -np.inf before np.argmax: they are near, and must not answer.",
    ),
)
