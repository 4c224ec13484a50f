"""Captioned pictures: where the ink is, in what order the words come, and the share of grid cells by counting."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data import IGNORED
from rnncourse.data.tasks import captions
from rnncourse.data.tasks.aligned import attention_mass, chance_mass
from rnncourse.data.tasks.captions import (
    CAPTION_SIZE,
    CAPTION_WORDS,
    DIGIT_LETTERS,
    caption_batch,
    captioned_images,
    region_array,
    spelling_batch,
)
from rnncourse.data.tasks.digits import _GLYPHS, DIGIT_NAMES, NOISE, PATCH, digit_vectors

SHOWN = captioned_images(400, np.random.default_rng(0))


def inside_boxes(boxes, size):
    """Whether each pixel lies in any of the boxes (words, 4), pixel by pixel."""
    return np.array(
        [[any(t <= i < b and l <= j < r for t, l, b, r in boxes) for j in range(size[1])] for i in range(size[0])]
    )


def test_shapes_and_bounds():
    assert (SHOWN.images.shape, SHOWN.images.dtype) == ((400, 1, *CAPTION_SIZE), np.float32)
    assert SHOWN.boxes.shape == (400, 3, 4)
    assert 0 <= SHOWN.images.min() < SHOWN.images.max() <= 1
    assert {len(words) for words in SHOWN.captions} == {2, 3}
    assert {word for words in SHOWN.captions for word in words} == set(DIGIT_NAMES)


def test_all_ink_lies_in_the_boxes_and_touches_their_sides(monkeypatch):
    """Without noise a box is the smallest around its digit: its first and last rows and columns have ink."""
    monkeypatch.setattr(captions, "add_noise", lambda canvas, rng: canvas[:, None])
    images, words, boxes = captioned_images(60, np.random.default_rng(3), (1, 4))
    for image, caption, of_image in zip(images[:, 0], words, boxes, strict=True):
        assert not of_image[len(caption) :].any()
        assert not image[~inside_boxes(of_image, CAPTION_SIZE)].any()
        for top, left, bottom, right in of_image[: len(caption)]:
            inked = image[top:bottom, left:right] > 0
            assert inked[0].any() and inked[-1].any() and inked[:, 0].any() and inked[:, -1].any()


def test_outside_the_boxes_is_nothing_but_noise():
    for image, boxes in zip(SHOWN.images[:40, 0], SHOWN.boxes, strict=False):
        outside = ~inside_boxes(boxes, CAPTION_SIZE)
        assert image[outside].max() <= NOISE
        assert image[~outside].max() > 0.5


def test_boxes_come_from_left_to_right_and_never_overlap():
    for caption, boxes in zip(SHOWN.captions, SHOWN.boxes, strict=True):
        lefts, rights = boxes[: len(caption), 1], boxes[: len(caption), 3]
        assert (rights[:-1] <= lefts[1:]).all()
        assert (lefts < rights).all()


def test_each_word_names_what_its_box_shows(monkeypatch):
    """Drawn without turning, each box holds the very bitmap of the digit named."""
    monkeypatch.setattr(captions, "add_noise", lambda canvas, rng: canvas[:, None])
    monkeypatch.setattr(captions, "draw_digits", lambda labels, rng: plain_patches(labels))
    images, words, boxes = captioned_images(50, np.random.default_rng(1))
    bitmaps = {plain_patches([d])[0, 1:8, 1:6].tobytes(): DIGIT_NAMES[d] for d in range(10)}
    for image, caption, of_image in zip(images[:, 0], words, boxes, strict=True):
        for word, (top, _, bottom, right) in zip(caption, of_image, strict=False):
            assert bottom - top == 7
            candidates = [image[top:bottom, left : left + 5].tobytes() for left in range(max(right - 6, 0), right)]
            assert word in {bitmaps.get(candidate) for candidate in candidates}


def plain_patches(labels):
    patches = np.zeros((len(labels), *PATCH))
    patches[:, 1:8, 1:6] = _GLYPHS[labels][:, 2:9, 2:7]
    return patches


def test_digits_stand_anywhere():
    """For one digit of 8 columns all 33 places are as likely."""
    places = captions._columns(np.ones(20_000, dtype=int), np.random.default_rng(0))
    share = np.bincount(places, minlength=33) / 20_000
    np.testing.assert_allclose(share, np.full(33, 1 / 33), atol=4.5 * np.sqrt(1 / 33 / 20_000))


def test_all_ways_to_stand_are_as_likely():
    """Five digits leave no column free; for three, every way is enumerated and the draws counted."""
    assert captions._columns(np.array([5]), np.random.default_rng(0)).tolist() == [0, 8, 16, 24, 32]
    ways = {(a, b, c) for a in range(33) for b in range(a + 8, 33) for c in range(b + 8, 33)}
    drawn = captions._columns(np.full(30_000, 3), np.random.default_rng(0)).reshape(-1, 3)
    counts = {way: 0 for way in ways}
    for way in map(tuple, drawn.tolist()):
        counts[way] += 1
    expected = 30_000 / len(ways)
    assert len(ways) == 969
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert abs(chi_squared - 968) < 5 * np.sqrt(2 * 968)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 99), st.integers(1, 6), st.integers(1, 9))
def test_shares_are_counted_on_a_fine_raster(seed, h, w):
    """Each pixel is cut into h by w pieces, so that every piece lies in one cell, and pieces are counted."""
    rng = np.random.default_rng(seed)
    H, W = 5, 8
    corners = np.sort(rng.integers(0, [[H + 1], [W + 1]], (2, 2)), axis=1)
    (top, bottom), (left, right) = corners.tolist()
    truth = region_array(np.array([[[top, left, bottom, right]]]), (H, W), (h, w))
    assert truth.shape == (2, 1, h * w)
    for cell in range(h * w):
        rows = range((cell // w) * H, (cell // w + 1) * H)  # in pieces of 1/h pixel
        columns = range((cell % w) * W, (cell % w + 1) * W)
        inside = sum(top * h <= i < bottom * h for i in rows) * sum(left * w <= j < right * w for j in columns)
        assert truth[0, 0, cell] == pytest.approx(float(Fraction(inside, H * W)), abs=1e-12)
    assert not truth[1].any()


def test_chance_is_the_share_of_the_picture_that_boxes_take():
    truth = region_array(SHOWN.boxes, CAPTION_SIZE, (3, 10))
    assert truth.shape == (4, 400, 30)
    top, left, bottom, right = SHOWN.boxes.reshape(-1, 4).T
    areas = (bottom - top) * (right - left)
    assert chance_mass(truth) == pytest.approx(areas[areas > 0].mean() / (12 * 40))


def test_attention_in_the_middle_of_the_box_has_nearly_all_the_mass():
    truth = region_array(SHOWN.boxes, CAPTION_SIZE, (3, 10))
    best = np.eye(30)[truth.argmax(axis=2)]
    assert attention_mass(best, truth) == pytest.approx(truth.max(axis=2)[truth.any(axis=2)].mean())
    assert attention_mass(best, truth) > 0.9
    wrong = np.roll(truth, 1, axis=1)  # the boxes of another picture
    assert attention_mass(best, wrong) < 0.4


def test_the_batch_reads_and_says_the_captions():
    images, inputs, targets = caption_batch(SHOWN)
    assert images is SHOWN.images
    assert inputs.shape == targets.shape == (4, 400)
    for b in (0, 1, 2):
        assert CAPTION_WORDS.decode(targets[:, b][targets[:, b] != IGNORED]) == list(SHOWN.captions[b])


def test_the_spelling_batch_spells_the_labels():
    digits = digit_vectors(30, np.random.default_rng(0))
    vectors, _, targets = spelling_batch(digits)
    assert vectors is digits.images
    for column, label in zip(targets.T, digits.labels, strict=True):
        assert "".join(DIGIT_LETTERS.decode(column[column != IGNORED])) == DIGIT_NAMES[label]


def test_the_generator_alone_decides():
    first, again, other = (captioned_images(5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (first.images == again.images).all()
    assert (first.boxes == again.boxes).all()
    assert first.captions == again.captions
    assert not (first.images == other.images).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda rng: captioned_images(0, rng), "B: expected an integer of at least 1, got 0"),
        (lambda rng: captioned_images(2, rng, (3, 2)), r"digits: expected two numbers from 1 to 5, .* got \(3, 2\)"),
        (lambda rng: captioned_images(2, rng, (1, 6)), "digits: expected two numbers from 1 to 5"),
        (lambda rng: captioned_images(2, rng, (0, 2)), "digits: expected two numbers from 1 to 5"),
        (lambda rng: region_array(SHOWN.boxes, (8, 40), (2, 10)), r"boxes: expected to lie in .* \(8, 40\), got"),
        (lambda rng: region_array(SHOWN.boxes - 1, (12, 40), (3, 10)), "boxes: expected to lie in a picture"),
        (
            lambda rng: region_array(SHOWN.boxes, (12, 40), (0, 10)),
            "grid_size: expected an integer of at least 1, got 0",
        ),
        (lambda rng: region_array(SHOWN.boxes[0], (12, 40), (3, 10)), r"boxes: expected shape \(B, words, 4\)"),
    ],
)
def test_errors_say_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make(np.random.default_rng(0))
