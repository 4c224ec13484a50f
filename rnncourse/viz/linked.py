"""LinkedView: two lines of words and the matrix between them, which answer to mouse, finger and keyboard together."""

import hashlib
import html
import json
from importlib.resources import files

import numpy as np

from rnncourse.viz.charts import heatmap

_SCRIPT = files("rnncourse.viz").joinpath("linked.js").read_text(encoding="utf-8")
_LARGEST = 4000  # squares; more make a page heavy and are too small to point at
_WORD = "display:inline-flex;flex-direction:column;padding:.15em .3em;outline:2px solid transparent;cursor:pointer"


class LinkedView:
    """A matrix (R, C) between words: choose a row's word, and bars over the columns' words show its row.

    ``rows`` may be the words a decoder says and ``columns`` those it attends to; or the same text twice, with the
    gradient that a step sends to those before it. In a static page, offline, a row is chosen by pointing at its word,
    by arrow keys, or in the heatmap, which marks the same row; the number behind it is written out. Negative values
    hang below their word. Without JavaScript the row ``chosen`` stands still. As text it is its alt text.

    Parameters
    ----------
    rows, columns : R and C words; a blank is shown as an open box
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
            x_names=self.columns,
            y_names=self.rows,
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
            f'<div class="rnn-map" style="position:relative">{self.picture.svg}{_FRAME * 2}</div></figure>'
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

    def _largest(self):
        return float(np.abs(self.values).max()) or 1.0

    def _rows_html(self):
        return self._listbox(self.row_label, "rows", self.rows, [_shown(word) for word in self.rows])

    def _columns_html(self):
        shares = self.values[self.chosen] / self._largest()
        below = (self.values < 0).any()
        words = [
            _bar(share, "c0", "end") + _shown(word) + (_bar(-share, "c1", "start") if below else "")
            for word, share in zip(self.columns, shares, strict=True)
        ]
        return self._listbox(self.column_label, "columns", self.columns, words)

    def _listbox(self, label, kind, words, contents):
        name = f"l{hashlib.sha256(self.picture.svg.encode()).hexdigest()[:8]}-{kind}"
        options = "".join(
            f'<span role="option" id="{name}-{i}" data-word="{html.escape(word)}" style="{_WORD}">{content}</span>'
            for i, (word, content) in enumerate(zip(words, contents, strict=True))
        )
        return (
            f'<div style="margin:.3rem 0"><span id="{name}">{html.escape(label)}</span>: '
            f'<span role="listbox" aria-labelledby="{name}" aria-orientation="horizontal" tabindex="0" '
            f'style="display:inline-flex;flex-wrap:wrap;align-items:flex-end">{options}</span></div>'
        )


_FRAME = (
    '<div class="rnn-chosen" hidden '
    'style="position:absolute;box-sizing:border-box;border:2px solid var(--rnn-c1, #c1440e);pointer-events:none"></div>'
)


def _shown(word):
    return f"<span>{html.escape(word.replace(' ', '␣'))}</span>"


def _bar(share, colour, towards):
    """A bar of this share of its room; ``towards`` is the end of the room it grows from, the one at the word."""
    height = 1.6 * max(0.0, share)
    fallback = {"c0": "#0072b2", "c1": "#c1440e"}[colour]
    return (
        f'<span aria-hidden="true" style="display:flex;height:1.6em;align-items:flex-{towards}">'
        f'<i style="width:100%;height:{height:.2f}em;background:var(--rnn-{colour}, {fallback})"></i></span>'
    )


def _checked(values, rows, columns):
    values = np.asarray(values, dtype=float)
    if values.shape != (len(rows), len(columns)) or not values.size:
        raise ValueError(f"values: expected shape {(len(rows), len(columns))}, rows by columns, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("values: expected finite numbers, got NaN or infinity")
    if values.size > _LARGEST:
        raise ValueError(
            f"values: expected at most {_LARGEST} squares, which one can still point at, got {values.size}"
        )
    return values
