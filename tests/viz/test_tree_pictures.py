"""Trees: every node over its parts, every merge in its turn, every value by colour and by sign."""

import re

import numpy as np
import pytest
from drawn import NUMBER, paths, place, texts

from rnncourse import viz
from rnncourse.scratch.recursive import from_nested, right_to_left, to_nested

WORDS = ["not", "very", "good"]
NESTED = ("not", ("very", "good"))
VALUES = [np.nan, np.nan, 0.8, 0.4, -0.6]


def lines(picture):
    """The lines (M, 2, 2) from phrases down to their parts, upper end first."""
    return np.array([p for p in paths(picture, "--rnn-ink") if len(p) == 2])


def strengths(picture, colour):
    return [float(s) for s in re.findall(rf"fill: var\({colour}, #\w+\); opacity: ({NUMBER})", picture.svg)]


def test_nested_pairs_and_merges_draw_the_same_tree():
    nested = viz.tree(NESTED, values=VALUES, alt="a").svg
    assert nested == viz.tree(WORDS, from_nested((0, (1, 2))), values=VALUES, alt="a").svg
    assert nested != viz.tree(WORDS, [[0, 1], [3, 2]], values=VALUES, alt="a").svg
    assert viz.tree([["not"], "x"][0][0], alt="a").svg == viz.tree(["not"], [], alt="a").svg


@pytest.mark.parametrize("merges", [right_to_left(6), [[0, 1], [6, 2], [3, 4], [8, 5], [7, 9]]])
def test_phrases_stand_over_their_parts(merges):
    words = ["a", "b", "c", "d", "e", "f"]
    picture = viz.tree(words, merges, alt="a")
    drawn = lines(picture)
    assert len(drawn) == 10
    assert (drawn[:, 0, 1] < drawn[:, 1, 1]).all()  # on a page, y runs down
    np.testing.assert_allclose(drawn[::2, 0], drawn[1::2, 0])  # both from their phrase
    assert (drawn[::2, 1, 0] < drawn[1::2, 1, 0]).all()  # left and right
    np.testing.assert_allclose(sorted(place(picture, word)[0] for word in words), [place(picture, w)[0] for w in words])


def test_words_are_numbered_as_in_scratch():
    tree = right_to_left(3)
    labels = {node: letter for node, letter in enumerate("vwxyz")}
    assert (
        viz.tree(WORDS, tree, labels=labels, alt="a").svg
        == viz.tree(to_nested(tree, WORDS), labels=labels, alt="a").svg
    )


def test_values_are_seen_by_sign_and_by_strength():
    picture = viz.tree(NESTED, values=VALUES, alt="a")
    assert [text for text in texts(picture) if text in "+−0"] == ["+", "+", "−"]
    assert strengths(picture, "--rnn-c0") == pytest.approx([0.1 + 0.4, 0.1 + 0.2])
    assert strengths(picture, "--rnn-c1") == pytest.approx([0.1 + 0.4 * 0.75])
    assert "0" in texts(viz.tree(NESTED, values=[0, 1, 1, 1, 1], alt="a"))


def test_labels_stand_in_nodes_and_notes_beside_them():
    picture = viz.tree(NESTED, values=VALUES, labels={4: "N"}, notes={4: "−0.60", 0: "0.0"}, alt="a")
    assert [text for text in texts(picture) if text in ("+", "−", "N")] == ["+", "+", "N"]
    assert place(picture, "−0.60")[0] > place(picture, "N")[0]
    assert place(picture, "0.0")[0] < place(picture, "not")[0]


def test_dollar_signs_in_nodes_and_beside_them_are_no_mathematics():
    assert {"$$", "$n$"} <= set(texts(viz.tree(("a", "b"), labels={2: "$$"}, notes={0: "$n$"}, alt="a")))


def test_merges_come_one_after_the_other():
    merges = [[1, 2], [0, 4], [5, 3]]

    def draw(done):
        return viz.tree([*WORDS, "film"], merges, numbered=True, done=done, alt=f"{done} merges")

    player = viz.Player(draw, "merges", range(4))
    assert [len(lines(picture)) for picture in player.pictures] == [0, 2, 4, 6]
    numbers = [[text for text in texts(picture) if text.isdigit()] for picture in player.pictures]
    assert numbers == [[], ["1"], ["1", "2"], ["1", "2", "3"]]
    assert len({picture.svg.partition('viewBox="')[2].partition('"')[0] for picture in player.pictures}) == 1
    np.testing.assert_allclose(lines(player.pictures[1]), lines(player.pictures[3])[:2])  # nothing moves
    assert "merges = 2: 2 merges" in repr(player)


def test_the_newest_merge_is_thick():
    merges = [[1, 2], [0, 3]]
    thick = [viz.tree(WORDS, merges, done=done, alt="a").svg.count("stroke-width: 2.6") for done in (0, 1, 2)]
    assert thick == [0, 2, 0]


def test_candidates_stand_between_the_neighbours_of_their_step():
    merges = [[1, 2], [0, 3]]
    first = viz.tree(WORDS, merges, done=0, candidates={(0, 1): "0.5", (1, 2): "0.2"}, alt="a")
    for text, (left, right) in {"0.5": ("not", "very"), "0.2": ("very", "good")}.items():
        assert place(first, left)[0] < place(first, text)[0] < place(first, right)[0]
        assert place(first, text)[1] < place(first, left)[1]  # above them
    orange, grey = paths(first, "--rnn-c1"), paths(first, "--rnn-faint")
    assert len(orange) == len(grey) == 2
    assert min(p[:, 0].min() for p in orange) > min(p[:, 0].min() for p in grey)  # the one that is joined, on the right
    last = viz.tree(WORDS, merges, done=1, candidates={(0, 3): "0.9"}, alt="a")
    assert place(last, "0.9")[1] < place(first, "0.5")[1]


@pytest.mark.parametrize(
    ("words", "merges", "options", "message"),
    [
        (("a", "b", "c"), None, {}, "words: expected nested pairs, got 3 parts"),
        (WORDS, [[0, 1]], {}, r"merges: expected shape \(2, 2\), got \(1, 2\)"),
        (WORDS, [[0, 2], [3, 1]], {}, r"merges\[0\]: expected two neighbours .*, got 0 and 2"),
        (WORDS, [[0, 1], [1, 2]], {}, r"merges\[1\]: expected two neighbours .*, got 1 and 2"),
        (WORDS, [[0, 4], [1, 2]], {}, r"merges\[0\]: expected two neighbours .*, got 0 and 4"),
        (NESTED, None, {"values": [1, 2]}, r"values: expected shape \(5,\), got \(2,\)"),
        (NESTED, None, {"labels": {5: "x"}}, "labels: expected nodes from 0 to 4, got 5"),
        (NESTED, None, {"notes": {-1: "x"}}, "notes: expected nodes from 0 to 4, got -1"),
        (NESTED, None, {"done": 3}, "done: expected a number of merges from 0 to 2, got 3"),
        (NESTED, None, {"done": 1, "candidates": {(0, 1): "x"}}, r"candidates: .* of \[\(0, 3\)\], got \(0, 1\)"),
        (NESTED, None, {"candidates": {(0, 1): "x"}}, r"candidates: .* of \[\], got \(0, 1\)"),
        (["a"] * 18, right_to_left(18), {}, "words: expected at most 17 words"),
    ],
)
def test_what_is_no_tree_is_named(words, merges, options, message):
    with pytest.raises(ValueError, match=message):
        viz.tree(words, merges, alt="a", **options)
