"""Search trees: steps to the right, likely beginnings at the top, and what was kept, ended or dropped told apart."""

import re

import pytest
from drawn import paths, place, texts

from rnncourse import viz

NODES = [
    (None, "<start>", 0.0, "kept"),
    (0, "the", -0.9, "kept"),
    (0, "a", -0.6, "kept"),
    (0, "ben", -2.5, "dropped"),
    (1, "king", -1.0, "kept"),
    (1, "cat", -3.0, "dropped"),
    (2, "<eos>", -1.1, "ended"),
    (2, "dog", -4.0, "dropped"),
    (4, "<eos>", -1.004, "ended"),
]


def stroked(picture, width):
    return len(re.findall(rf"stroke-width: {width}[;\"]", picture.svg))


def test_time_runs_to_the_right_and_the_likeliest_is_at_the_top():
    picture = viz.search_tree(NODES, alt="a")
    columns = [["<start>"], ["a", "the", "ben"], ["king", "cat", "dog"]]
    across = [{place(picture, token)[0] for token in column} for column in columns]
    assert [len({round(x) for x in column}) for column in across] == [1, 1, 1]
    assert max(across[0]) < min(across[1]) < min(across[2])
    for column in columns:
        heights = [place(picture, token)[1] for token in column]
        assert heights == sorted(heights)
    assert {"−0.60", "−2.50", "−1.00", "0.00"} <= set(texts(picture))


def test_lines_lead_from_each_node_to_its_parent():
    picture = viz.search_tree(NODES, alt="a")
    lines = [*paths(picture, "--rnn-ink"), *paths(picture, "--rnn-faint")]
    lines = [line for line in lines if len(line) == 2]
    assert len(lines) == len(NODES) - 1
    for line in lines:
        assert line[0, 0] < line[1, 0]
    king, the = place(picture, "king"), place(picture, "the")
    (line,) = [line for line in lines if abs(line[1, 1] - king[1]) < 10 and 0 < king[0] - line[1, 0] < 25]
    assert abs(line[0, 1] - the[1]) < 10
    assert 0 < line[0, 0] - the[0] < 25


def test_fates_are_told_apart_without_colour():
    picture = viz.search_tree(NODES, alt="a")
    assert stroked(picture, "1.2") == 4  # thin boxes
    assert stroked(picture, "2.4") == 2  # thick boxes
    assert picture.svg.count("stroke-dasharray") == 3  # dotted lines to what was dropped


def test_the_best_path_is_thick_and_later_steps_wait():
    best = [stroked(viz.search_tree(NODES, best=8, done=done, alt="a"), "2.6") for done in range(4)]
    assert best == [0, 1, 2, 3]
    assert "king" not in texts(viz.search_tree(NODES, done=1, alt="a"))
    whole, part = viz.search_tree(NODES, alt="a"), viz.search_tree(NODES, done=1, alt="a")
    assert place(whole, "ben") == place(part, "ben")


def test_a_search_that_found_nothing_is_a_picture_of_its_start():
    assert texts(viz.search_tree(NODES[:1], alt="a")) == ["<start>", "0.00"]
    assert "−0.00" not in texts(viz.search_tree([NODES[0], (0, "b", -0.001, "kept")], alt="a"))


@pytest.mark.parametrize(
    ("nodes", "options", "message"),
    [
        ([], {}, "nodes: expected at least one"),
        ([(None, "a", 0.0)], {}, "nodes: expected at least one, each"),
        ([NODES[0], (0, "a", 0.0, "lost")], {}, r"nodes\[1\]: expected the fate 'kept', .*, got 'lost'"),
        ([NODES[0], (1, "a", 0.0, "kept")], {}, r"nodes\[1\]: expected .* an earlier node's index after, got 1"),
        ([NODES[0], (None, "a", 0.0, "kept")], {}, r"nodes\[1\]: expected None as the parent of the first"),
        ([(0, "a", 0.0, "kept")], {}, r"nodes\[0\]: expected None"),
        ([NODES[0], (0, "a", float("nan"), "kept")], {}, "scores: expected finite numbers, got NaN"),
        ([*NODES, (0, "late", -1, "kept")], {}, r"nodes\[9\]: expected the nodes step by step, got step 1 after 3"),
        ([NODES[0], *[(0, "a", -1, "kept")] * 13], {}, "at most 7 steps and 12 nodes a step.*, got 1 and 13"),
        (NODES, {"done": 4}, "done: expected a number of steps from 0 to 3, got 4"),
        (NODES, {"best": 9}, "best: expected a node from 0 to 8, got 9"),
    ],
)
def test_what_is_no_search_is_named(nodes, options, message):
    with pytest.raises(ValueError, match=message):
        viz.search_tree(nodes, alt="a", **options)
