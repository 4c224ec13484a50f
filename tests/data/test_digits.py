"""Pictures of digits: the interpolation against SciPy's, what varies, and that they can be told apart but not at once."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from rnncourse.data.tasks import digits
from rnncourse.data.tasks.digits import (
    DIGIT_NAMES,
    NOISE,
    PATCH,
    SIDE,
    add_noise,
    digit_images,
    digit_vectors,
    draw_digits,
    paste,
)


def test_pictures_and_labels():
    images, labels = digit_images(2000, np.random.default_rng(0))
    assert (images.shape, images.dtype) == ((2000, 1, SIDE, SIDE), np.float32)
    assert images.min() >= 0
    assert images.max() <= 1
    share = np.bincount(labels, minlength=10) / 2000
    np.testing.assert_allclose(share, 0.1, atol=4.5 * np.sqrt(0.09 / 2000))


def test_vectors_are_the_same_pictures_row_by_row():
    images, labels = digit_images(5, np.random.default_rng(0))
    vectors, same = digit_vectors(5, np.random.default_rng(0))
    assert vectors.shape == (5, SIDE**2)
    assert (labels == same).all()
    assert (vectors[3] == np.concatenate(images[3, 0])).all()


def test_the_font_has_ten_different_glyphs():
    glyphs = digits._GLYPHS
    assert glyphs.shape == (10, 11, 9)
    assert len({glyph.tobytes() for glyph in glyphs}) == len(DIGIT_NAMES) == 10
    assert (glyphs[:, 2:-2, 2:-2].sum(axis=(1, 2)) >= 10).all()
    assert glyphs[:, :2].sum() == glyphs[:, :, :2].sum() == glyphs[:, -2:].sum() == glyphs[:, :, -2:].sum() == 0


def test_pixels_between_are_interpolated_as_scipy_does():
    rng = np.random.default_rng(0)
    images = rng.random((3, 7, 5))
    down, across = rng.uniform(-2.9, 2.9, (3, 4, 6)), rng.uniform(-1.9, 1.9, (3, 4, 6))
    ours = digits._between_pixels(images, down, across)
    for image, y, x, found in zip(images, down, across, ours, strict=True):
        np.testing.assert_allclose(found, map_coordinates(image, [y + 3, x + 2], order=1), atol=1e-12)


def test_the_same_digit_looks_different_every_time_and_keeps_its_ink():
    patches = draw_digits(np.full(500, 8), np.random.default_rng(0))
    assert patches.shape == (500, *PATCH)
    assert patches.min() == 0
    assert 0.9 < patches.max() <= 1
    assert len({patch.tobytes() for patch in patches}) == 500
    assert 0.4 < patches.max(axis=(1, 2)).min() < 0.6
    ink = patches.sum(axis=(1, 2)) / patches.max(axis=(1, 2))
    assert 10 < ink.min()
    assert ink.max() < 45


def test_patches_are_pasted_where_they_belong():
    canvas = np.zeros((2, 5, 6))
    paste(canvas, np.ones((3, 2, 3)), np.array([0, 1, 1]), np.array([0, 3, 2]), np.array([3, 0, 1]))
    expected = np.zeros((2, 5, 6))
    expected[0, 0:2, 3:6] += 1
    expected[1, 3:5, 0:3] += 1
    expected[1, 2:4, 1:4] += 1
    assert (canvas == expected).all()


def test_noise_is_uniform_and_pictures_stay_within_bounds():
    noisy = add_noise(np.zeros((50, 40, 30)), np.random.default_rng(0))
    assert noisy.shape == (50, 1, 40, 30)
    assert abs(noisy.mean() - NOISE / 2) < 5 * NOISE / np.sqrt(12 * noisy.size)
    assert NOISE * 0.999 < noisy.max() <= NOISE
    assert add_noise(np.ones((1, 2, 2)), np.random.default_rng(0)).max() == 1


def test_the_digits_can_be_told_apart_but_not_by_a_linear_map():
    """The nearest of many examples is mostly right; the best linear map is often wrong."""
    train, test = (digit_vectors(size, np.random.default_rng(seed)) for seed, size in enumerate((4000, 500)))
    distances = (test.images**2).sum(axis=1)[:, None] - 2 * test.images @ train.images.T
    distances = distances + (train.images**2).sum(axis=1)
    nearest = (train.labels[distances.argmin(axis=1)] == test.labels).mean()
    weights, *_ = np.linalg.lstsq(np.c_[train.images, np.ones(4000)], np.eye(10)[train.labels], rcond=None)
    linear = ((np.c_[test.images, np.ones(500)] @ weights).argmax(axis=1) == test.labels).mean()
    assert nearest > 0.8
    assert 0.3 < linear < nearest - 0.05


def test_the_generator_alone_decides():
    first, again, other = (digit_images(4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (first.images == again.images).all()
    assert (first.labels == again.labels).all()
    assert not (first.images == other.images).all()


def test_errors_say_what_was_expected():
    with pytest.raises(ValueError, match="B: expected an integer of at least 1, got 0"):
        digit_images(0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="B: expected an integer of at least 1, got 1.5"):
        digit_vectors(1.5, np.random.default_rng(0))
