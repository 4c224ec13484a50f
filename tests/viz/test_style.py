"""Colours of cells, which a page cannot change: in order, told apart by everyone, seen on light and on dark pages."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from rnncourse.viz.style import INK, SERIES, SHADE, SIGNED, SIZES, WEIGHTS

LIGHT, DARK = to_rgb("#ffffff"), to_rgb("#121212")
DARK_INK, DARK_SERIES = "#ced6dd", ("#ff8560", "#2ec99b")  # of book/_static/rnncourse.css
DEUTERANOPIA = np.array(  # Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
SCALE = np.linspace(0, 1, 33)


def linear(rgb):
    rgb = np.asarray(rgb)[..., :3]
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(rgb):
    return linear(rgb) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    high, low = max(luminance(one), luminance(other)), min(luminance(one), luminance(other))
    return (high + 0.05) / (low + 0.05)


def on_page(rgba, page):
    cover = rgba[..., 3:]
    return cover * rgba[..., :3] + (1 - cover) * np.asarray(page)


def test_sizes_and_weights_are_in_order_in_grey():
    assert (np.diff(luminance(SIZES(SCALE))) > 0).all()
    assert (np.diff(luminance(on_page(WEIGHTS(SCALE), LIGHT))) < 0).all()
    assert (np.diff(luminance(on_page(WEIGHTS(SCALE), DARK))) > 0).all()


@pytest.mark.parametrize("page", [LIGHT, DARK])
def test_cells_can_be_told_from_the_page(page):
    assert contrast(on_page(WEIGHTS(1.0 * np.ones(1)), page)[0], page) > 3
    assert min(contrast(colour, page) for colour in SIZES(SCALE)[:, :3]) > 1.3  # beside it, blank cells are blank
    assert (SIZES(SCALE)[:, 3] == 1).all()
    assert SIZES(np.ma.masked)[3] == SIGNED(np.ma.masked)[3] == 0


@pytest.mark.parametrize("seen", [np.eye(3), DEUTERANOPIA])
def test_the_two_signs_differ_by_hue_for_everyone(seen):
    negative, zero, positive = (linear(SIGNED(share)) @ seen.T for share in (0.1, 0.5, 0.9))
    assert np.ptp(zero) < 0.1
    assert negative[0] - negative[2] > 0.1 > -0.1 > positive[0] - positive[2]  # red against blue


@pytest.mark.parametrize(("page", "ink", "series"), [(LIGHT, INK, SERIES[1:3]), (DARK, DARK_INK, DARK_SERIES)])
def test_words_and_paths_stand_out_from_every_shade(page, ink, series):
    shades = on_page(SHADE(SCALE), page)
    assert min(contrast(to_rgb(ink), shade) for shade in shades) > 4.5
    assert min(contrast(to_rgb(colour), shade) for colour in series for shade in shades) > 2.5
