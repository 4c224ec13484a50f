"""What stands in a picture's SVG: its cells, its paths and its texts, as a reader of the page would find them."""

import base64
import html
import io
import re

import numpy as np
from matplotlib.image import imread

NUMBER = r"-?[\d.]+"


def cells(picture):
    """The matrices of cells in order, each (rows, columns, 4) from 0 to 1, rows from the top of the page down."""
    found = []
    for data, matrix in re.findall(
        r'<image xlink:href="data:image/png;base64,\s*([^"]+)"[^>]*?"matrix\(([^)]+)\)"', picture.svg
    ):
        pixels = imread(io.BytesIO(base64.b64decode(data)), format="png")
        across, _, _, down, *_ = map(float, matrix.split())
        assert across > 0
        found.append(pixels if down > 0 else pixels[::-1])
    return found


def paths(picture, colour):
    """The corners (N, 2) of every path that is filled or stroked in this colour, such as ``--rnn-c0``."""
    drawn = re.findall(rf'<path d="([^"]+)"[^>]*(?:fill|stroke): var\({colour}[,)]', picture.svg)
    return [_corners(path) for path in drawn]


def bands(picture, colour):
    """The corners of every area between two curves."""
    areas = dict(re.findall(r'<path id="([^"]+)" d="([^"]+)"', picture.svg))
    used = re.findall(rf'href="#([^"]+)" x="0" y="({NUMBER})"[^>]*fill: var\({colour}[,)]', picture.svg)
    return [_corners(areas[name]) + [0, float(down)] for name, down in used]


def _corners(path):
    return np.array(re.findall(rf"({NUMBER}) ({NUMBER})", path), dtype=float)


def marks(picture, colour):
    """The places (N, 2) of the markers in this colour, those of the legend last."""
    drawn = re.findall(rf'<use [^>]*?x="({NUMBER})" y="({NUMBER})"[^>]*stroke: var\({colour}[,)]', picture.svg)
    return np.array(drawn, dtype=float)


def texts(picture):
    """All plain texts, in the order in which they were drawn."""
    return [html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", picture.svg)]


def place(picture, text):
    """Where a text stands, (x, y), y from the top down."""
    x, y = re.search(
        rf'<text[^>]*? x="({NUMBER})" y="({NUMBER})"[^>]*>{re.escape(html.escape(text))}</text>', picture.svg
    ).groups()
    return float(x), float(y)
