"""Colours of a figure that is redrawn at every key: few enough shades that each one is a single line in the picture."""

import html
from itertools import groupby

import numpy as np

from rnncourse.viz.style import ON_BRIGHT, ON_DARK, SIGNED

SHADES = 15
"""Odd, so that 0 has one of its own among the signed."""
_PLACES = np.linspace(0, 1, SHADES)


def palettes():
    """For numbers from -1 to 1 and from 0 to 1: each shade's colour, and that of a letter on it."""
    return {
        "signed": [_cell(place) for place in _PLACES],
        "gates": [_cell(0.5 + place / 2) for place in _PLACES],
    }


def _cell(place):
    """A colour from -1 at 0 to 1 at 1, the same on light and dark pages, and white or black, what stands out on it."""
    colour = SIGNED(place)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    luminance = np.dot(linear, [0.2126, 0.7152, 0.0722])  # of WCAG 2
    red, green, blue = (round(255 * part) for part in colour[:3])
    return [f"#{red:02x}{green:02x}{blue:02x}", ON_DARK if luminance < 0.179 else ON_BRIGHT]


def shades(values):
    """The shade of each number from -1 to 1."""
    return np.floor((np.asarray(values) + 1) / 2 * (SHADES - 1) + 0.5).astype(int)


def paths_html(cells, columns, unit, alt):
    """The picture of cells (T, H), a row for each unit; the mark of the last letter and that of the unit lie on it."""
    T, H = cells.shape
    lines = [""] * SHADES
    for row, of_row in enumerate(shades(cells).T):
        column = 0
        for shade, run in groupby(of_row.tolist()):
            length = len(list(run))
            lines[shade] += f"M{column} {row}h{length}"
            column += length
    paths = "".join(
        f'<path stroke="{colour}" d="{line}"/>' for (colour, _), line in zip(palettes()["signed"], lines, strict=True)
    )
    return (
        f'<svg role="img" aria-label="{html.escape(alt)}" viewBox="0 0 {columns} {H}" preserveAspectRatio="none" '
        f'width="{14 * columns}" height="128">'
        f'<g transform="translate(0 .5)" shape-rendering="crispEdges">{paths}</g>'
        f'<path class="rnn-row" d="M0 {unit}h{T}M0 {unit + 1}h{T}"/>'
        f'<rect class="rnn-now" x="{T - 1}" y="0" width="1" height="{H}"/></svg>'
    )


def letters_html(text, values):
    """The letters under the colours of one unit, the last of them marked as the one read last."""
    colours = [palettes()["signed"][shade] for shade in shades(values)]
    spans = "".join(
        f'<span style="background:{colour};color:{ink}"{_now(i == len(text) - 1)}>{html.escape(shown(letter))}</span>'
        for i, (letter, (colour, ink)) in enumerate(zip(text, colours, strict=True))
    )
    return f'<div class="rnn-letters" aria-label="letter read last">{spans}</div>'


def shown(letter):
    """A letter that can be seen."""
    return {"\n": "↵", " ": "␣"}.get(letter, letter)


def _now(is_now):
    return ' class="rnn-now"' if is_now else ""
