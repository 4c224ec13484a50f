"""LinkedView: two lists of words and the matrix between them, linked for mouse, touch and keyboard."""

import html
import json
from importlib.resources import files
from math import floor, log10

import numpy as np

from rnncourse.viz.behind import table_behind
from rnncourse.viz.charts import heatmap
from rnncourse.viz.ticks import plain

_SCRIPT = files("rnncourse.viz").joinpath("linked.js").read_text(encoding="utf-8")
_LARGEST = 4000  # squares; more make a page heavy and are too small to point at
_WORD = (
    "display:inline-flex;flex-direction:column;box-sizing:border-box;min-width:24px;padding:.15em .3em;"
    "text-align:center;outline:2px solid {};cursor:pointer"  # 24 pixels are wide enough for a finger
)


class LinkedView:
    """A matrix (R, C) between words: choose a row's word, and bars over the columns' words show its row.

    ``rows`` may be the words a decoder says and ``columns`` those it attends to; or the same text twice, with the
    gradient that a step sends to those before it. In a static page, offline, a row is chosen by pointing at its word,
    by arrow keys, or in the heatmap, which marks the same row; the number behind it is written out. Negative values
    hang below their word. All numbers are in a table that opens under the figure. Without JavaScript it shows the row
    ``chosen``; where only text is kept, its alt text.

    Parameters
    ----------
    rows, columns : R and C words; a word of blanks alone is shown as open boxes
    values : (R, C), finite; shown to three digits
    row_label, column_label, value_label : what a row, a column and a number are
    """

    def __init__(
        self, rows, columns, values, *, row_label, column_label, value_label, alt, chosen=0, limits=(None, None)
    ):
        self.rows, self.columns = [str(word) for word in rows], [str(word) for word in columns]
        self.values = _checked(values, self.rows, self.columns)
        if not -len(self.rows) <= chosen < len(self.rows):
            raise ValueError(f"chosen: expected a row from 0 to {len(self.rows) - 1}, got {chosen}")
        self.chosen, self.alt = chosen % len(self.rows), alt
        self.row_label, self.column_label, self.value_label = row_label, column_label, value_label
        self.picture = heatmap(
            self.values,
            x_label=column_label,
            y_label=row_label,
            value_label=value_label,
            alt=alt,
            x_names=list(map(plain, self.columns)),
            y_names=list(map(plain, self.rows)),
            limits=limits,
        )

    def __repr__(self):
        return f"Figure: {self.alt}"

    def _repr_html_(self):
        view = html.escape(json.dumps(self._view()))
        return (
            f'<figure class="rnn-linked" data-view="{view}" data-lm-suppress-shortcuts="true" '
            f'style="max-width:36rem;margin:1rem auto">{self._rows_html()}{self._columns_html()}'
            '<output aria-live="polite" style="display:block;min-height:1.6em;font-variant-numeric:tabular-nums"></output>'
            f'<div class="rnn-map" style="position:relative">{self.picture.svg}{_FRAME * 2}</div>{self._table()}</figure>'
            f"<script>{_SCRIPT}</script>"
        )

    def _view(self):
        left, bottom, width, height = self.picture.box
        return {
            "values": [[float(f"{value:.3g}") for value in row] for row in self.values],
            "largest": self._largest(),
            "row": self.chosen,
            "box": [round(share, 5) for share in (left, 1 - bottom - height, width, height)],
            "value": self.value_label,
        }

    def _table(self):
        """All values, with as many decimals as the largest needs for three digits."""
        decimals = max(0, 2 - floor(log10(self._largest())))
        rows = [
            (_named(word), [f"{value:.{decimals}f}" for value in row])
            for word, row in zip(self.rows, self.values, strict=True)
        ]
        columns = [_named(word) for word in self.columns]
        caption = f"{self.value_label}: a row for each {self.row_label}, a column for each {self.column_label}"
        return table_behind("All numbers in a table", caption, self.row_label, columns, rows)

    def _largest(self):
        return float(np.abs(self.values).max()) or 1.0

    def _rows_html(self):
        return self._listbox(self.row_label, self.rows, [_shown(word) for word in self.rows], self.chosen)

    def _columns_html(self):
        shares = self.values[self.chosen] / self._largest()
        below = (self.values < 0).any()
        words = [
            _bar(share, "c0", "end") + _shown(word) + (_bar(-share, "c1", "start") if below else "")
            for word, share in zip(self.columns, shares, strict=True)
        ]
        return self._listbox(self.column_label, self.columns, words)

    def _listbox(self, label, words, contents, selected=None):
        options = "".join(
            f'<span role="option" data-word="{html.escape(word)}" {_mark(i == selected)}>{content}</span>'
            for i, (word, content) in enumerate(zip(words, contents, strict=True))
        )
        return (
            f'<div style="margin:.3rem 0">{html.escape(label)}: '
            f'<span role="listbox" aria-label="{html.escape(label)}" aria-orientation="horizontal" tabindex="0" '
            f'style="display:inline-flex;flex-wrap:wrap;align-items:flex-end">{options}</span></div>'
        )


_FRAME = (
    '<div class="rnn-chosen" hidden '
    'style="position:absolute;box-sizing:border-box;border:2px solid var(--rnn-c1, #c1440e);pointer-events:none"></div>'
)


def _mark(selected):
    return (
        f'aria-selected="{str(selected).lower()}" style="{_WORD.format("currentColor" if selected else "transparent")}"'
    )


def _named(word):
    return word if word.strip() else word.replace(" ", "␣")


def _shown(word):
    return f"<span>{html.escape(_named(word))}</span>"


def _bar(share, colour, towards):
    """A bar of this share of its room; ``towards`` is the end of the room it grows from, the one at the word."""
    height = 1.6 * max(0.0, share)
    fallback = {"c0": "#0072b2", "c1": "#c1440e"}[colour]
    return (
        f'<span aria-hidden="true" style="display:flex;height:1.6em;align-items:flex-{towards}">'
        f'<i style="width:100%;height:{height:.2f}em;background:var(--rnn-{colour}, {fallback})"></i></span>'
    )


def _checked(values, rows, columns):
    values = np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)
    if values.shape != (len(rows), len(columns)) or not values.size:
        raise ValueError(f"values: expected shape {(len(rows), len(columns))}, rows by columns, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values: expected finite numbers, got NaN or infinity")
    if values.size > _LARGEST:
        raise ValueError(
            f"values: expected at most {_LARGEST} squares, which one can still point at, got {values.size}"
        )
    return values
