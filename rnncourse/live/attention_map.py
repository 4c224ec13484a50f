"""The heatmap of the date reader: a row for each character it writes, a column for each letter it reads."""

import html

CELL, ROW, LEFT, TOP = 13, 16, 24, 20
"""Pixels: a map is as wide as its sentence, and scrolls in a room of its own where that is too much."""
HEIGHT = TOP + 10 * ROW + 2
_BLUE = "rgb(43,140,227)"
_DRAWN = 0.005


def cover(weight):
    """How much blue stands for a weight; as ``rnncourse.viz.style.WEIGHTS`` has it, so that the eye sees small ones."""
    return 0.05 + 0.95 * weight**0.7 if weight >= _DRAWN else 0.0


def shade(weight):
    """The blue behind a letter: at most so much that the letter can be read on it, on a light page and on a dark one."""
    return f"rgba(43,140,227,{0.6 * cover(weight):.3f})"


def attention_map(reading, chosen):
    """HTML of the map of a reading, with a frame around the row ``chosen``; the names of the rows do not scroll."""
    rows = "".join(f'<text x="12" y="{TOP + ROW * t + 12}">{said}</text>' for t, said in enumerate(reading.answer))
    content = _column_names(reading.letters) + _cells(reading.weights) + _frame(chosen, len(reading.letters))
    return (
        f'<div style="display:flex;height:{HEIGHT + 18}px">{_svg("rnn-rows", LEFT, rows, _HIDDEN)}'
        '<div class="rnn-map" tabindex="0" role="group" aria-label="Map of all weights, scrolls sideways" '
        'style="position:relative;flex:1;min-width:0;overflow-x:auto;overflow-y:hidden">'
        f"{_svg('rnn-weights', CELL * len(reading.letters) + 2, content, _NAME)}</div></div>"
    )


_HIDDEN = 'aria-hidden="true"'
_NAME = (
    'role="img" aria-label="Attention weights: a row for each character of the answer, a column for each letter; '
    'the table has them in words"'
)


def _svg(kind, width, content, attributes):
    return (
        f'<svg class="{kind}" {attributes} width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}" '
        'fill="var(--rnn-ink, currentColor)" text-anchor="middle" style="display:block;flex:none;max-width:none;'
        f'font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace">{content}</svg>'
    )


def _column_names(letters):
    return "".join(
        f'<text x="{CELL * (s + 0.5) + 1}" y="13">{html.escape(letter)}</text>'
        for s, letter in enumerate(letters)
        if letter != " "
    )


def _cells(weights):
    return "".join(
        f'<rect x="{CELL * s + 1}" y="{TOP + ROW * t}" width="{CELL}" height="{ROW}" fill="{_BLUE}" '
        f'fill-opacity="{cover(weight):.3f}"/>'
        for t, row in enumerate(weights)
        for s, weight in enumerate(row)
        if weight >= _DRAWN
    )


def _frame(chosen, columns):
    return (
        f'<rect class="rnn-chosen" x="1" y="{TOP + ROW * chosen}" width="{CELL * columns}" height="{ROW}" '
        'fill="none" stroke="var(--rnn-c1, #c1440e)" stroke-width="2"/>'
    )
