"""Stories: the word in the gap is the one that was wanted, at the distance asked for, and nothing else tells it."""

from collections import Counter

import numpy as np
import pytest

from rnncourse.data.tasks.cloze import unseen
from rnncourse.data.tasks.stories import PEOPLE, SITUATIONS, stories

THINGS = {situation[1]: situation[4] for situation in SITUATIONS}  # by what was done in the end


def check_truth(drawn):
    """The answer, found again by reading: the word after "wanted to ... her", of the things of this situation."""
    for story in drawn:
        words = story.words
        wanted = words[words.index("wanted") + 4]
        assert words[words.index("wanted") + 3] == words[story.gap - 1]
        assert story.answer == wanted == words[story.mention]
        assert words[story.gap :] == (wanted, ".")
        assert story.candidates == THINGS[words[story.gap - 2]]
        between = words[story.mention + 1 : story.gap]
        assert story.distance == len(between) + 1
        assert story.distractors == sum(word in story.candidates for word in between)
        assert all(word.islower() or word in ".," for word in words)


def check_chance(drawn):
    """Things are uniform, and so is the answer given the last distractor: each bound is 5 standard errors."""
    n = len(drawn)
    shares = np.bincount([story.label for story in drawn], minlength=8) / n
    assert (abs(shares - 1 / 8) < 5 * np.sqrt(7 / 64 / n)).all()
    distracted = [story for story in drawn if story.distractors]
    last = [[w for w in story.before[story.mention + 1 :] if w in story.candidates][-1] for story in distracted]
    right = np.mean([word == story.answer for word, story in zip(last, distracted, strict=True)])
    assert abs(right - 1 / 8) < 5 * np.sqrt(7 / 64 / len(distracted))
    assert {story.chance for story in drawn} == {1 / 8}


def draw(count=3000, seed=0, distances=range(20, 31), **options):
    return stories(count, np.random.default_rng(seed), distances=distances, **options)


@pytest.mark.parametrize("held_out", [False, True])
def test_each_story_carries_the_truth(held_out):
    drawn = draw(held_out=held_out)
    check_truth(drawn)
    check_chance(drawn)


@pytest.mark.parametrize("distance", [6, 8, 9, 10, 11, 40, 150])
def test_the_distance_is_the_one_asked_for(distance):
    assert {story.distance for story in draw(50, distances=[distance])} == {distance}


def test_distances_are_equally_likely():
    n = 3000
    counts = Counter(story.distance for story in draw(n))
    assert set(counts) == set(range(20, 31))
    assert all(abs(times / n - 1 / 11) < 5 * np.sqrt(10 / 121 / n) for times in counts.values())


def test_without_distractors_there_are_none():
    assert {story.distractors for story in draw(500, distracting=False)} == {0}
    assert sum(story.distractors > 0 for story in draw(500)) > 250


def test_nothing_held_out_was_trained_on():
    train, test = draw(20000, distances=[8, 10]), draw(2000, distances=[8, 10], held_out=True)
    assert unseen(test, train) == test
    assert len(unseen(draw(2000, seed=1, distances=[8, 10]), train)) < 1000  # which a second draw would not give


def test_the_people_and_situations_held_out_are_all_met_in_training():
    pairs = [{(story.words[1], story.words[7]) for story in draw(held_out=held_out)} for held_out in (False, True)]
    assert not pairs[0] & pairs[1]
    assert len(pairs[0] | pairs[1]) == len(PEOPLE) * len(SITUATIONS)
    for side in (0, 1):
        assert {pair[side] for pair in pairs[0]} == {pair[side] for pair in pairs[1]}


def test_the_same_rng_gives_the_same_stories():
    assert draw(50) == draw(50)
    assert draw(50) != draw(50, seed=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(0), "count: expected an integer of at least 1, got 0"),
        (lambda: draw(5, distances=[7]), "distances: expected 6, or 8 and above, got 7"),
        (lambda: draw(5, distances=[9, 5]), "distances: expected 6, or 8 and above, got 5"),
        (lambda: draw(5, distances=[]), r"distances: expected a list of at least one, got \[\]"),
        (lambda: draw(5, distances=8), "distances: expected a list of at least one, got 8"),
        (lambda: draw(5, distances=[9.5]), "distances: expected an integer of at least 1, got 9.5"),
        (lambda: draw(5, distracting="yes"), "distracting: expected True or False, got 'yes'"),
        (lambda: draw(5, held_out=None), "held_out: expected True or False, got None"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()
