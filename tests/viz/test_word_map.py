"""Maps of words: every point where its numbers say, every name beside its own point and over nothing else."""

import importlib
import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from drawn import NUMBER, marks, texts
from every_picture import WORDS, recorded_texts
from scratch.planting import with_bug

from rnncourse import viz
from rnncourse.viz import labels
from rnncourse.viz.style import POINTS

MODULE = importlib.import_module("rnncourse.viz.word_map")  # in the package the function has the same name
NAMES = ["man", "woman", "king", "queen", "cat"]
SQUARE = np.array([[0.0, 0], [1, 0.25], [0.25, 1], [1.25, 1.25], [-1, 0.5]])
GROUPS = {"people": ["man", "woman"], "royals": ["queen", "king"]}
ARROWS = [("man", "woman"), ("king", "queen")]
CROWD = [*dict.fromkeys(WORDS), *"abcdef"]


def height(picture):
    return float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', picture.svg)[1])


def on_page(picture, points, x, y):
    """Where points stand on the page, y from the top down, if the axes reach over these ranges."""
    left, bottom, width, tall = picture.box
    across = left + width * (np.array(points)[:, 0] - x[0]) / (x[1] - x[0])
    up = bottom + tall * (np.array(points)[:, 1] - y[0]) / (y[1] - y[0])
    return np.stack([across * POINTS, (1 - up) * height(picture)], axis=1)


def shafts(picture):
    """Where arrows begin and end, (N, 2, 2)."""
    found = re.findall(rf'd="M ({NUMBER}) ({NUMBER}) +Q {NUMBER} {NUMBER} ({NUMBER}) ({NUMBER})', picture.svg)
    return np.array(found, dtype=float).reshape(-1, 2, 2)


def colour_of(picture, name):
    return re.search(rf"fill: var\((--rnn-\w+)[^>]*>{re.escape(name)}</text>", picture.svg)[1]


def crowd(seed=0, spread=1.0, **options):
    """A map of 29 words in two groups and none, with arrows; and the boxes of its names."""
    points = spread * np.random.default_rng(seed).standard_normal((len(CROWD), 2))
    options = {"groups": {"one": CROWD[:6], "two": CROWD[6:12]}, "arrows": [CROWD[:2], CROWD[6:8]]} | options
    with recorded_texts() as found:
        picture = viz.word_map(points, CROWD, alt="a", limits=(-3, 3), **options)
    return picture, points, [(name, box) for name, box in found if name in CROWD]


def faults(picture, points, boxes):
    """What is wrong with the names of a map."""
    left, bottom, width, tall = picture.box * np.array([POINTS, height(picture)] * 2)
    dots = on_page(picture, points, (-3, 3), (-3, 3)) * [1, -1] + [0, height(picture)]  # y from the bottom up
    arrows = [np.linspace(*shaft, 40) * [1, -1] + [0, height(picture)] for shaft in shafts(picture)]
    arrows = np.concatenate([np.zeros((1, 2)), *arrows])
    if any(min(a.x1, b.x1) > max(a.x0, b.x0) and min(a.y1, b.y1) > max(a.y0, b.y0) for (_, a), (_, b) in pairs(boxes)):
        yield "a name covers a name"
    for name, box in boxes:
        reach = np.stack([dots - box.max, box.min - dots]).max(axis=0)
        distances, own = np.linalg.norm(np.maximum(reach, 0), axis=1), CROWD.index(name)
        apart = np.linalg.norm(dots - dots[own], axis=1) > 7
        if (distances[apart] < distances[own]).any():
            yield "a name is nearer to another point"
        if (distances == 0).any():
            yield "a name covers a point"
        if box.x0 < left or box.x1 > left + width or box.y0 < bottom or box.y1 > bottom + tall:
            yield "a name is off the map"
        if ((arrows > box.min) & (arrows < box.max)).all(axis=1).any():
            yield "a name covers an arrow"


def pairs(boxes):
    return combinations(boxes, 2)


def test_points_stand_where_their_numbers_say():
    picture = viz.word_map(SQUARE, NAMES, alt="a", limits=((-2, 2), (-1, 2)))
    np.testing.assert_allclose(marks(picture, "--rnn-c0"), on_page(picture, SQUARE, (-2, 2), (-1, 2)), atol=0.02)
    assert picture.box[2] * POINTS / 4 == pytest.approx(picture.box[3] * height(picture) / 3, rel=0.01)


def test_without_limits_all_points_are_on_the_map_and_one_unit_is_as_long_across_as_down():
    picture = viz.word_map(1e3 + 1e-2 * SQUARE, NAMES, alt="a")
    drawn = marks(picture, "--rnn-c0") * [1, -1]
    scale = np.ptp(drawn, axis=0) / np.ptp(SQUARE, axis=0)
    assert scale[0] == pytest.approx(scale[1], rel=0.01)
    corner = on_page(picture, [[0, 0], [1, 1]], (0, 1), (0, 1)) * [1, -1]
    assert ((drawn > corner[0]) & (drawn < corner[1])).all()


@pytest.mark.parametrize(
    ("limits", "x", "y"),
    [
        ((-2, 2), (-2, 2), (-2, 2)),
        (((-2, 2), (-1, 2)), (-2, 2), (-1, 2)),
        (((-2, 2), (0, 1)), (-2, 2), (-0.7, 1.7)),
        (((0, 1), (-2, 2)), (-1.5, 2.5), (-2, 2)),
    ],
)
def test_frames_with_the_same_limits_have_the_same_axes(limits, x, y):
    frames = [viz.word_map(share * SQUARE, NAMES, alt="a", limits=limits) for share in (0.1, 0.9)]
    assert frames[0].box == pytest.approx(frames[1].box)
    written = [[text for text in texts(frame) if text not in NAMES] for frame in frames]
    assert written[0] == written[1]
    for share, frame in zip((0.1, 0.9), frames, strict=True):
        expected = on_page(frame, share * SQUARE, x, y)
        np.testing.assert_allclose(marks(frame, "--rnn-c0"), expected, atol=0.02)


def test_each_group_has_a_colour_a_mark_and_a_line_in_the_legend():
    picture = viz.word_map(SQUARE, NAMES, groups=GROUPS, alt="a")
    assert texts(picture)[-2:] == ["people", "royals"]
    assert [colour_of(picture, name) for name in NAMES] == ["--rnn-c0"] * 2 + ["--rnn-c1"] * 2 + ["--rnn-c5"]
    shapes = re.findall(r'<use xlink:href="#([^"]+)"[^>]*stroke: var\((--rnn-c\d|--rnn-faint)[,)]', picture.svg)
    by_colour = {colour: [shape for shape, of in shapes if of == colour] for _, colour in shapes}
    assert {colour: len(found) for colour, found in by_colour.items()} == {
        "--rnn-faint": 1,
        "--rnn-c0": 3,
        "--rnn-c1": 3,
    }
    dots = dict(zip(["--rnn-c0", "--rnn-c1"], [[0, 1], [3, 2]], strict=True))
    corner = marks(picture, "--rnn-faint")[0]
    scale = np.ptp(marks(picture, "--rnn-c0")[:2, 0]) / np.ptp(SQUARE[:2, 0])
    for colour, rows in dots.items():
        expected = corner + (SQUARE[rows] - SQUARE[4]) * scale * [1, -1]
        np.testing.assert_allclose(marks(picture, colour)[:2], expected, atol=0.05)
    assert len({found[0] for found in by_colour.values()}) == 3


def test_without_groups_all_words_look_alike():
    picture = viz.word_map(SQUARE, NAMES, alt="a")
    assert {colour_of(picture, name) for name in NAMES} == {"--rnn-ink"}
    assert len(marks(picture, "--rnn-c0")) == len(NAMES)


def test_arrows_lead_from_word_to_word():
    picture = viz.word_map(SQUARE, NAMES, arrows=ARROWS, alt="a", limits=(-2, 2))
    dots = on_page(picture, SQUARE, (-2, 2), (-2, 2))
    found = shafts(picture)
    assert len(found) == 2
    for (start, end), first in zip(found, (0, 2), strict=True):
        assert 2 < np.linalg.norm(start - dots[first]) < 8
        assert 2 < np.linalg.norm(end - dots[first + 1]) < 8
    directions = found[:, 1] - found[:, 0]
    np.testing.assert_allclose(directions[0], directions[1], atol=0.05)


def test_an_arrow_too_short_to_be_seen_is_left_out():
    assert len(shafts(viz.word_map(0.02 * SQUARE, NAMES, arrows=ARROWS, alt="a", limits=(-2, 2)))) == 0
    assert len(shafts(viz.word_map(SQUARE, NAMES, arrows=[("cat", "cat")], alt="a", limits=(-2, 2)))) == 0


def test_every_name_of_a_light_map_is_written_once():
    found = texts(viz.word_map(SQUARE, NAMES, groups=GROUPS, arrows=ARROWS, alt="a"))
    assert all(found.count(name) == 1 for name in NAMES)


@pytest.mark.parametrize("spread", [0.02, 0.3, 1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_names_stand_beside_their_points_and_over_nothing(seed, spread):
    picture, points, boxes = crowd(seed, spread)
    assert list(faults(picture, points, boxes)) == []
    assert len(boxes) >= {0.02: 2, 0.3: 6, 1: 18, 3: 12}[spread]  # at 3, many are off the map


PLANTED = [
    ("_room", "(clear > _OTHER)", "(clear > 0)", "a name is nearer to another point"),
    ("_room", "_APART * _NEAR", "_APART * 9", "a name is nearer to another point"),
    ("_room", "(_distances(middles, half, marks[touching]) > _MARK)", "True", "a name covers a point"),
    ("_room", "on_map & inside &", "on_map &", "a name is off the map"),
    ("_room", "(_distances(middles, half, drawn) > 1)", "True", "a name covers an arrow"),
    ("places_with_room", "np.linspace(*line, 9)", "np.array(line)[:1].repeat(2, axis=0)", "a name covers an arrow"),
    ("places_with_room", "middles[apart.any(axis=1)]", "middles", "a name covers a name"),
    ("places_with_room", "halves[other] + halves[name]", "halves[other]", "a name covers a name"),
]


@pytest.mark.parametrize(("function", "right", "wrong", "fault"), PLANTED)
def test_planted_mistakes_are_seen(monkeypatch, function, right, wrong, fault):
    buggy = with_bug(getattr(labels, function), right, wrong)
    monkeypatch.setattr(labels, function, buggy)
    monkeypatch.setattr(MODULE, "places_with_room", labels.places_with_room)
    busy = {"arrows": list(pairwise(CROWD[:13]))}
    assert any(fault in faults(*crowd(seed, spread, **busy)) for seed in range(6) for spread in (0.4, 1, 2))


def test_a_point_off_the_map_has_no_name():
    points = {"on": np.array([50.0, 50]), "off": np.array([50.0, -1]), "beyond": np.array([50.0, 101])}
    assert list(labels.places_with_room(points, np.array([100, 100]))) == ["on"]


def test_grey_names_get_the_room_that_others_leave():
    points = np.zeros((len(CROWD), 2))
    picture = viz.word_map(points, CROWD, groups={"one": CROWD[20:]}, alt="a")
    written = [name for name in CROWD if name in texts(picture)]
    assert written
    assert set(written) <= set(CROWD[20:])


@pytest.mark.parametrize("groups", [None, {"all": CROWD}])
def test_at_one_point_a_few_names_remain(groups):
    with recorded_texts() as found:
        picture = viz.word_map(
            np.full((len(CROWD), 2), 7.0), CROWD, groups=groups, arrows=[CROWD[:2]], alt="a", limits=(4, 10)
        )
    boxes = [(name, box) for name, box in found if name in CROWD]
    assert 1 <= len(boxes) <= 8
    assert "a name covers a name" not in list(faults(picture, np.zeros((len(CROWD), 2)), boxes))
    assert len(marks(picture, "--rnn-c0")) >= len(CROWD)


def test_dollar_signs_in_names_are_no_mathematics():
    picture = viz.word_map(SQUARE[:3], ["$5", "and", "$6"], groups={"$ and $": ["$6"]}, alt="a")
    assert {"$5", "and", "$6", "$ and $"} <= set(texts(picture))


def test_the_legend_breaks_where_it_is_too_wide():
    groups = {f"a longer group, {name}": [name] for name in NAMES}
    with recorded_texts() as found:
        viz.word_map(SQUARE, NAMES, groups=groups, alt="a")
    legend = [box for text, box in found if text in groups]
    assert len({round(box.x0) for box in legend}) == 2
    assert len({round(box.y0) for box in legend}) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": SQUARE[:4]}, r"points: expected shape \(5, 2\), got \(4, 2\)"),
        ({"points": SQUARE * [1, np.nan]}, "points: expected finite numbers, got NaN"),
        ({"names": "abcde"}, "names: expected a list of words, got the text 'abcde'"),
        ({"names": ["cat", "dog", "cow", "cat", "ox"]}, "names: expected each word once, got 'cat' more than once"),
        ({"points": np.zeros((31, 2)), "names": range(31)}, "names: expected at most 30 words, .*, got 31"),
        ({"groups": {}}, "groups: expected a dict with a name for each part of the figure"),
        ({"groups": {"people": []}}, r"groups\['people'\]: expected at least one word, got none"),
        ({"groups": {"people": ["dog"]}}, "groups: expected words that are among the names, got 'dog'"),
        ({"groups": GROUPS | {"all": ["man"]}}, "groups: expected each word once, got 'man' more than once"),
        ({"groups": {i: ["man"] for i in range(6)}}, "groups: expected at most 5, which .* apart, got 6"),
        ({"arrows": [("man",)]}, r"arrows\[0\]: expected a pair \(from, to\), got 1"),
        ({"arrows": ("man", "woman")}, r"arrows\[0\]: expected a list of words, got the text 'man'"),
        ({"arrows": [("man", "dog")]}, "arrows: expected words that are among the names, got 'dog'"),
        ({"limits": (1, 1)}, r"limits: expected low below high, got \[1.0, 1.0\]"),
        ({"limits": ((0, 1), (1, 0))}, "limits: expected low below high"),
        ({"limits": (0, 1, 2)}, r"limits: expected \(low, high\), of both axes or of each, got shape \(3,\)"),
        ({"limits": (0, np.nan)}, "limits: expected finite numbers, got NaN"),
        ({"alt": " "}, "alt: expected a sentence"),
    ],
)
def test_what_is_no_map_is_named(changes, message):
    arguments = {"points": SQUARE, "names": NAMES, "groups": GROUPS, "arrows": ARROWS, "alt": "a"} | changes
    with pytest.raises(ValueError, match=message):
        viz.word_map(**arguments)
