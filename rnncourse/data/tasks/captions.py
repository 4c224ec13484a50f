"""Pictures of two or three digits with captions that name them from left to right, and the true region of each word."""

import string
from typing import NamedTuple

import numpy as np

from rnncourse.data.batching import language_batch
from rnncourse.data.tasks.digits import DIGIT_NAMES, PATCH, add_noise, draw_digits, paste
from rnncourse.data.vocabulary import Vocabulary
from rnncourse.scratch.validate import require_array, require_rng, require_size

CAPTION_SIZE = (12, 40)
"""Rows and columns of a picture."""

CAPTION_WORDS = Vocabulary(DIGIT_NAMES)
DIGIT_LETTERS = Vocabulary(string.ascii_lowercase)

_LARGEST = CAPTION_SIZE[1] // PATCH[1]


class CaptionedImages(NamedTuple):
    """Pictures (B, 1, 12, 40), float32 from 0 to 1; B captions, tuples of words; the box of each word (B, words, 4).

    A box is top, left, bottom and right in pixels, the last two being the first row and column outside. ``words`` is
    the longest caption; where a caption has no such word, its box is all 0.
    """

    images: np.ndarray
    captions: list[tuple[str, ...]]
    boxes: np.ndarray


class CaptionBatch(NamedTuple):
    """Pictures (B, 1, H, W) or vectors (B, D), what the decoder reads (T, B) and what it should say (T, B)."""

    images: np.ndarray
    inputs: np.ndarray
    targets: np.ndarray


def captioned_images(B, rng, digits=(2, 3)):
    """B pictures of several digits, their number uniform between the two of ``digits``: :class:`CaptionedImages`.

    At most 5 digits fit. They stand anywhere without touching and are drawn by :func:`draw_digits`; the box of a digit
    is the smallest that holds all its ink. Attention that names a digit should lie there.
    """
    require_size("B", B)
    require_rng(rng)
    low, high = digits
    if not 1 <= low <= high <= _LARGEST:
        raise ValueError(f"digits: expected two numbers from 1 to {_LARGEST}, the smaller first, got {digits!r}")
    counts = rng.integers(low, high + 1, B)
    picture = np.repeat(np.arange(B), counts)
    place = np.concatenate([np.arange(count) for count in counts])
    labels = rng.integers(0, len(DIGIT_NAMES), len(picture))
    rows, columns = rng.integers(0, CAPTION_SIZE[0] - PATCH[0] + 1, len(picture)), _columns(counts, rng)
    patches, canvas = draw_digits(labels, rng), np.zeros((B, *CAPTION_SIZE))
    paste(canvas, patches, picture, rows, columns)
    boxes = np.zeros((B, counts.max(), 4), dtype=int)
    boxes[picture, place] = _ink(patches) + np.stack([rows, columns, rows, columns], axis=1)
    names = np.split(np.array(DIGIT_NAMES)[labels], np.cumsum(counts)[:-1])
    return CaptionedImages(add_noise(canvas, rng), [tuple(words.tolist()) for words in names], boxes)


def _columns(counts, rng):
    """Left edges of the patches, picture after picture, each from left to right; every arrangement is equally likely.

    An arrangement is a choice of places for the patches in a row of patches and free columns.
    """
    free = CAPTION_SIZE[1] - counts * PATCH[1]
    columns = []
    for count, left_over in zip(counts.tolist(), free.tolist(), strict=True):
        places = np.sort(rng.choice(left_over + count, count, replace=False))
        columns.append(places + np.arange(count) * (PATCH[1] - 1))
    return np.concatenate(columns)


def _ink(patches):
    """The smallest box (N, 4) around what is not 0 in each patch (N, h, w)."""
    edges = []
    for axis in (2, 1):
        inked = (patches > 0).any(axis=axis)
        edges.append((inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)))
    (top, bottom), (left, right) = edges
    return np.stack([top, left, bottom, right], axis=1)


def caption_batch(captioned):
    """The batch of captioned images for a captioner that reads ``CAPTION_WORDS``: :class:`CaptionBatch`."""
    return CaptionBatch(captioned.images, *language_batch(captioned.captions, CAPTION_WORDS))


def spelling_batch(digits):
    """A :class:`DigitBatch` as the batch of a model that spells each digit's name in ``DIGIT_LETTERS``: one to many."""
    names = [DIGIT_NAMES[label] for label in digits.labels]
    return CaptionBatch(digits.images, *language_batch(names, DIGIT_LETTERS))


def region_array(boxes, image_size, grid_size):
    """The share of each grid cell's area that lies in each word's box: (words + 1, B, h w), in the shape of attention.

    An encoder turns a picture of ``image_size`` (H, W) into a grid ``grid_size`` (h, w) of equal cells, read row by
    row; H and W need not be multiples of h and w. ``boxes`` are (B, words, 4). The last row, EOS, is 0, as are rows of
    missing words. With this truth, :func:`attention_mass` is the attention inside the right box, taking attention to be
    even over each cell, and :func:`chance_mass` is the box's share of the picture. A cell may lie partly outside the
    box, so the best possible mass is ``truth.max(axis=2)``, which can be below 1.
    """
    require_array("boxes", boxes, ("B", "words", 4))
    shares = []
    for axis in (0, 1):
        size, cells = image_size[axis], grid_size[axis]
        require_size("grid_size", cells)
        start, stop = boxes[..., axis, None], boxes[..., axis + 2, None]
        if start.min() < 0 or stop.max() > size:
            got = f"{start.min()} to {stop.max()}"
            raise ValueError(f"boxes: expected to lie in a picture of {image_size}, got {got}")
        edges = np.linspace(0, size, cells + 1)
        inside = np.minimum(stop, edges[1:]) - np.maximum(start, edges[:-1])
        shares.append(np.maximum(inside, 0) * cells / size)
    area = shares[0][..., :, None] * shares[1][..., None, :]
    truth = area.reshape(*boxes.shape[:2], -1).swapaxes(0, 1)
    return np.concatenate([truth, np.zeros_like(truth[:1])])
