"""Small pictures of digits: a bitmap font of our own, turned, stretched, shifted, faded and noisy."""

from typing import NamedTuple

import numpy as np

from rnncourse.scratch.validate import require_rng, require_size

DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

PATCH = (10, 8)
"""Rows and columns that a digit is drawn on; where it is turned and stretched most, a tip of it may be cut."""

SIDE = 10
"""Rows and columns of a picture with one digit."""

NOISE = 0.25
"""Noise is uniform from 0 to this, at every pixel."""

_FONT = """
.###.  ..#..  .###.  .###.  ...#.  #####  ..##.  #####  .###.  .###.
#...#  .##..  #...#  #...#  ..##.  #....  .#...  ....#  #...#  #...#
#...#  ..#..  ....#  ....#  .#.#.  ####.  #....  ...#.  #...#  #...#
#...#  ..#..  ...#.  ..##.  #..#.  ....#  ####.  ..#..  .###.  .####
#...#  ..#..  ..#..  ....#  #####  ....#  #...#  ..#..  #...#  ....#
#...#  ..#..  .#...  #...#  ...#.  #...#  #...#  .#...  #...#  ...#.
.###.  .###.  #####  .###.  ...#.  .###.  .###.  .#...  .###.  .##..
"""
_BITMAPS = np.array([[[c == "#" for c in glyph] for glyph in row.split()] for row in _FONT.split("\n")[1:-1]])
_GLYPHS = np.pad(_BITMAPS.swapaxes(0, 1).astype(float), ((0, 0), (2, 2), (2, 2)))


class DigitBatch(NamedTuple):
    """Pictures (B, 1, 10, 10), or as vectors (B, 100), float32 from 0 to 1, and what digits they are (B,)."""

    images: np.ndarray
    labels: np.ndarray


def digit_images(B, rng):
    """B pictures of one digit each on 10 x 10 pixels, all digits equally likely: :class:`DigitBatch`."""
    require_size("B", B)
    require_rng(rng)
    labels = rng.integers(0, len(DIGIT_NAMES), B)
    canvas = np.zeros((B, SIDE, SIDE))
    rows, columns = (rng.integers(0, SIDE - size + 1, B) for size in PATCH)
    paste(canvas, draw_digits(labels, rng), np.arange(B), rows, columns)
    return DigitBatch(add_noise(canvas, rng), labels)


def digit_vectors(B, rng):
    """The same as :func:`digit_images`, each picture's pixels in one row (B, 100): for networks that take a vector."""
    images, labels = digit_images(B, rng)
    return DigitBatch(images.reshape(B, -1), labels)


def draw_digits(labels, rng):
    """One patch (N, 10, 8) for each label (N,): pixels from 0 to 1, 0 where there is no ink.

    Each digit is turned by up to 0.2 radians, slanted, stretched by up to a fifth in height and in width, shifted by
    parts of a pixel, and between 0.6 and 1 in strength.
    """
    N = len(labels)
    angle, slant = rng.uniform(-0.2, 0.2, (2, N))
    height, width = rng.uniform(0.8, 1.2, (2, N))
    y, x = (np.arange(size) - (size - 1) / 2 for size in PATCH)
    y, x = (y - rng.uniform(-0.4, 0.4, (N, 1)))[:, :, None], (x - rng.uniform(-0.4, 0.4, (N, 1)))[:, None, :]
    cosine, sine = (f(angle)[:, None, None] for f in (np.cos, np.sin))
    down = (cosine * y - sine * x) / height[:, None, None]
    across = (sine * y + cosine * x) / width[:, None, None] + slant[:, None, None] * down
    return _between_pixels(_GLYPHS[labels], down, across) * rng.uniform(0.6, 1, (N, 1, 1))


def _between_pixels(images, down, across):
    """The brightness of each image (N, H, W) at places (N, h, w) counted from its centre, by bilinear interpolation."""
    N, H, W = images.shape
    top, left = down + (H - 1) / 2, across + (W - 1) / 2
    top, left = np.clip(top, 0, H - 1.001), np.clip(left, 0, W - 1.001)
    i, j = top.astype(int), left.astype(int)
    v, u, n = top - i, left - j, np.arange(N)[:, None, None]
    upper = images[n, i, j] * (1 - u) + images[n, i, j + 1] * u
    lower = images[n, i + 1, j] * (1 - u) + images[n, i + 1, j + 1] * u
    return upper * (1 - v) + lower * v


def paste(canvas, patches, pictures, rows, columns):
    """Add each patch (N, h, w) to canvas (B, H, W), in place, at its upper left corner in the picture of that number."""
    _, h, w = patches.shape
    i, j = (corner[:, None] + np.arange(size) for corner, size in ((rows, h), (columns, w)))
    np.add.at(canvas, (pictures[:, None, None], i[:, :, None], j[:, None, :]), patches)


def add_noise(canvas, rng):
    """Pictures (B, 1, H, W), float32 from 0 to 1, of a canvas (B, H, W)."""
    noisy = canvas + rng.uniform(0, NOISE, canvas.shape)
    return np.minimum(noisy, 1).astype(np.float32)[:, None]
