"""Attention over an image, word by word."""

import math

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from rnncourse.viz.arguments import numbers, require_range, texts
from rnncourse.viz.cells import colour_bar, draw_cells
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, ON_BRIGHT, ON_DARK, POINTS, VEIL, new_figure, styled
from rnncourse.viz.ticks import plain


def attention_over_image(image, weights, words, *, alt, boxes=None, value_label="attention weight"):
    """The image as it is, and once more for each of N words with the attention at that word laid over it.

    ``image`` is (H, W), grey from 0, black, to 1, white, or (H, W, 3). ``weights`` is (N, R, C), a grid over the image,
    each cell H/R by W/C pixels. ``boxes`` holds for each word the region it names, ``(top, left, bottom, right)`` in
    pixels, the last two the first row and column outside, or None; it is framed. Returns a :class:`Picture`.
    """
    words = [plain(word) for word in texts("words", words)]
    image, weights = _checked(image, weights, len(words))
    boxes = _within_image(boxes, len(words), *image.shape[:2])
    with styled():
        figure, panels = _panels(len(words) + 1, *image.shape[:2])
        for axes, title in zip(panels, ["image", *words], strict=False):
            _draw_image(axes, image, title)
        for axes, grid, box in zip(panels[1:], weights, boxes, strict=False):
            veil = _draw_veil(axes, grid, weights.max())
            if box is not None:
                _draw_frame(axes, *box)
        colour_bar(figure, veil, list(panels), value_label)
        return Picture(figure, alt)


def _checked(image, weights, N):
    image = numbers("image", image, ("H", "W") if np.ndim(image) == 2 else ("H", "W", 3))
    weights = numbers("weights", weights, (N, "R", "C"))
    require_range("image", image, 0, 1)
    require_range("weights", weights, 0, 1)
    if weights.max() == 0:
        raise ValueError("weights: expected at least one weight that is not 0, got only zeros")
    return image, weights


def _within_image(boxes, N, H, W):
    boxes = [None] * N if boxes is None else list(boxes)
    if len(boxes) != N:
        raise ValueError(f"boxes: expected {N}, one for each word, got {len(boxes)}")
    for i, box in enumerate(boxes):
        if box is not None:
            top, left, bottom, right = box
            if not (0 <= top < bottom <= H and 0 <= left < right <= W):
                raise ValueError(f"boxes[{i}]: expected a region within the {H} by {W} pixels, got {box}")
    return boxes


def _panels(count, H, W):
    """A figure with room for so many images: wide ones two in a row, others three."""
    columns = 2 if W > 1.5 * H else 3
    rows = math.ceil(count / columns)
    height = rows * (POINTS / columns * H / W + 14) + 45
    figure, grid = new_figure(height=height / 72, rows=rows, columns=columns, squeeze=False)
    for axes in grid.ravel()[count:]:
        axes.axis("off")
    return figure, grid.ravel()


def _draw_image(axes, image, title):
    axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="none")
    axes.grid(visible=False)
    axes.set(title=title, xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color=FAINT)


def _draw_veil(axes, grid, largest):
    left, right, bottom, top = *axes.get_xlim(), *axes.get_ylim()
    veil = draw_cells(axes, grid, VEIL, Normalize(0, largest), extent=(left, right, bottom, top))
    axes.set_aspect("equal")
    return veil


def _draw_frame(axes, top, left, bottom, right):
    """A double line, dark between bright, which shows on any image."""
    for colour, linewidth in ((ON_DARK, 3.4), (ON_BRIGHT, 1.6)):
        corner = left - 0.5, top - 0.5  # a pixel's number is its middle
        style = {"fill": False, "edgecolor": colour, "linewidth": linewidth, "clip_on": False}
        axes.add_patch(Rectangle(corner, right - left, bottom - top, **style))
