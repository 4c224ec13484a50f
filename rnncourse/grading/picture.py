"""A verdict as a notebook shows it: one block of HTML, readable on light and dark pages, on a phone and by ear."""

import re
from html import escape

import numpy as np

from rnncourse.grading.book import section_address
from rnncourse.grading.panels import comparison
from rnncourse.grading.report import OTHER_INPUTS, as_text, printable, to_reread

POSITIVE, NEGATIVE = "213,94,0", "0,114,178"  # orange and blue of Okabe and Ito: every eye tells them apart
NEUTRAL = "128,128,128"
STRONGEST = 0.5  # opacity behind the largest number: the page shows through, so letters in the page's colour are read
LARGEST_TABLE = 24
LARGEST_WITH_NUMBERS = 8
LEGEND = "orange above zero, blue below"

_BLOCK = "margin:.4em 0;padding:.1em 0 .1em .8em;color:inherit;overflow-wrap:anywhere"
_SIDE_BY_SIDE = "display:flex;flex-wrap:wrap;gap:.6em 1.6em;margin:.5em 0"
_TABLE = "border-collapse:separate;border-spacing:1px;border:0;margin:0;width:auto;font-size:.9em;color:inherit"
_NUMBER = "padding:.15em .4em;border:0;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums"
_DOT = "padding:0;border:0;width:10px;min-width:10px;height:10px;line-height:0"
_TEXT = "margin:0;white-space:pre-wrap;overflow-wrap:anywhere;color:inherit;background:none"


class VerdictPicture:
    """A verdict to display: HTML where the page can show it, and the same as text everywhere else."""

    def __init__(self, verdict):
        self.verdict = verdict

    def __repr__(self):
        return as_text(self.verdict)

    def _repr_html_(self):
        return as_html(self.verdict)


def as_html(verdict):
    """The verdict as a self-contained block: the sentence, heatmaps side by side, and the section to reread."""
    points = f"({verdict.points} of {verdict.max_points} points)"
    parts = [_paragraph(f"<strong>{_safe(verdict.function)}</strong>: {_with_code(verdict.message)} {points}")]
    if verdict.passed:
        parts.append(_paragraph(OTHER_INPUTS))
    if verdict.evidence and verdict.evidence.called_with:
        parts.append(_paragraph(f"called with {_safe(verdict.evidence.called_with)}"))
    parts += _compared(comparison(verdict.evidence, LARGEST_TABLE))
    if verdict.section and verdict.evidence:
        address = escape(section_address(verdict.chapter, verdict.section))
        parts.append(_paragraph(f'<a href="{address}" target="_blank" rel="noopener">{_safe(to_reread(verdict))}</a>'))
    edge = NEGATIVE if verdict.passed else POSITIVE if verdict.evidence else NEUTRAL
    style = f"{_BLOCK};border-left:.25em solid rgb({edge})"
    label = _safe(f"check of {verdict.function}")
    return f'<div class="rnn-verdict" role="group" aria-label="{label}" style="{style}">{"".join(parts)}</div>'


def _safe(text):
    return escape(printable(text))


def _with_code(text):
    """What stands between backquotes is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _safe(text))


def _paragraph(content):
    return f'<p style="margin:.3em 0">{content}</p>'


def _compared(shown):
    """The panels in a row, and the sentences about them."""
    if not shown:
        return []
    scales = _scales(shown.panels)
    figures = "".join(_figure(panel, scale, shown.first) for panel, scale in zip(shown.panels, scales, strict=True))
    sentences = [_paragraph(_safe("; ".join([*shown.sentences, LEGEND])))] if shown.sentences else []
    return [f'<div style="{_SIDE_BY_SIDE}">{figures}</div>', *sentences]


def _scales(panels):
    """The number that gets the strongest colour: one for both results, another for their difference."""
    largest = [_largest(panel.numbers) for panel in panels]
    return [max(largest[:2]), max(largest[:2]), *largest[2:]]


def _largest(numbers):
    return 0.0 if numbers is None else float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def _figure(panel, scale, first):
    caption = f'<figcaption style="margin:0 0 .2em;text-align:left;color:inherit">{_safe(panel.title)}</figcaption>'
    if panel.numbers is None:
        content = f'<pre style="{_TEXT}">{_safe_lines(panel.text)}</pre>'
    else:
        content = f'<div tabindex="0" style="overflow-x:auto">{_table(panel, scale, first)}</div>'
    return f'<figure style="margin:0;max-width:100%">{caption}{content}</figure>'


def _safe_lines(lines):
    return "\n".join(map(_safe, lines))


def _table(panel, scale, first):
    """A heatmap: numbers on coloured cells while they fit, dots of colour that tell their number to a pointer beyond."""
    has_numbers = max(panel.numbers.shape) <= LARGEST_WITH_NUMBERS
    cell = _number_cell if has_numbers else _dot_cell
    rows = "".join(
        '<tr style="background:none">'
        + "".join(
            cell(word, _background(number, scale), _index(first, row, column))
            for column, (word, number) in enumerate(zip(words, numbers, strict=True))
        )
        + "</tr>"
        for row, (words, numbers) in enumerate(zip(panel.words, panel.numbers, strict=True))
    )
    role = f'aria-label="{_safe(panel.title)}"' if has_numbers else f'role="img" aria-label="{_described(panel)}"'
    ground = "none" if has_numbers else f"rgba({NEUTRAL},.15)"
    return f'<table {role} style="{_TABLE};background:{ground}"><tbody>{rows}</tbody></table>'


def _number_cell(word, background, index):
    return f'<td style="{_NUMBER};{background}">{word}</td>'


def _dot_cell(word, background, index):
    return f'<td title="{index} {word}" style="{_DOT};{background}"></td>'


def _described(panel):
    """A heatmap without numbers in words."""
    rows, columns = panel.numbers.shape
    return _safe(
        f"{panel.title}: {rows} rows, {columns} columns, from {panel.numbers.min():.3g} to {panel.numbers.max():.3g}"
    )


def _background(number, scale):
    if np.isnan(number):
        return f"background:rgba({NEUTRAL},.5)"
    share = min(abs(number) / scale, 1.0) if scale and number else 0.0
    return f"background:rgba({POSITIVE if number > 0 else NEGATIVE},{STRONGEST * share:.2f})"


def _index(first, row, column):
    """Where a cell of the table stands in the whole array, as it is written in Python."""
    shift = (0,) * (len(first) - 2) + (row, column)[-len(first) :]
    return str([start + step for start, step in zip(first, shift, strict=True)]) if first else "[]"
