"""Characters: type a text, and see what a trained LSTM holds of it and which letter it expects."""

import html

import numpy as np

from rnncourse.live.character_lstm import CharacterLSTM
from rnncourse.live.characters_page import ODDS, caption, control_row, odds_html, style, table_html, typing_row
from rnncourse.live.figure import LiveFigure, packed
from rnncourse.live.shades import letters_html, palettes, paths_html

MOST = 1000  # letters that it reads, so that a pasted book takes a tenth of a second
COLUMNS = 38  # letters shown at most, where there is room
BEFORE = "\n\n"
"""Read before the text, so that it begins as a speech does."""

_START = "LADY ANNE:\nWhat letter comes ne"
_ALT = (
    "Letters of a text, and under each a column of 64 cells, one for each unit of an LSTM. Rows at the top keep their "
    "colour over many letters, rows at the bottom change with each."
)


class Characters(LiveFigure):
    """An LSTM of 64 units that has read Shakespeare letter by letter, at work on what a reader types.

    It shows the last letters under the colours of one unit, all units below, and the odds of the next letter; a reader
    chooses h, c or a gate, goes back in the text, or lets the network write on. ``start`` is the text it begins with:
    letters that the network knows, at most 1,000. Two line breaks are read before it: a speech begins.
    """

    kind = "characters"

    def __init__(self, start=_START, alt=_ALT):
        super().__init__(alt)
        self.network = CharacterLSTM()
        self.start = _checked(start, self.network)
        self.reading = self.network.read(BEFORE + start)

    def still(self):
        text = BEFORE + self.start
        first = max(0, len(text) - COLUMNS)
        cells = np.tanh(self.reading.c[first:])
        return (
            f"{style()}<p>{self._what()}</p>{typing_row(self.start)}"
            f"{control_row(self._named(), self.network.units, self._unit)}{caption()}"
            f'<div class="rnn-map">{letters_html(text[first:], cells[:, self._unit])}'
            f"{paths_html(cells, COLUMNS, self._unit, self.alt)}</div>"
            f"{odds_html(self.network.alphabet, self.reading.odds[-1])}"
            f'<output aria-live="polite">{html.escape(self._sentence())}</output>'
            f"{table_html(text[first:], self._given()[first:], cells[:, self._unit], self._unit, self._about())}"
        )

    def data(self):
        about = self.network.about
        return {
            "alphabet": self.network.alphabet,
            "bits": round(about["bits"], 2),
            "before": BEFORE,
            "columns": COLUMNS,
            "most": MOST,
            "palettes": palettes(),
            "weights": {name: packed(array, "float16") for name, array in self.network.weights.items()},
        }

    @property
    def _unit(self):
        """The one whose colours the letters have at the start."""
        return self._named()[0]["unit"]

    def _named(self):
        """The units that were found to keep track of something, the clearest first."""
        return sorted(self.network.about["named"], key=lambda unit: -unit["r"])

    def _given(self):
        """The odds that each letter had before it came; NaN for those that nobody typed."""
        numbers = [self.network.alphabet.index(letter) for letter in (BEFORE + self.start)[1:]]
        given = np.concatenate([[np.nan], self.reading.odds[np.arange(len(numbers)), numbers]])
        given[: len(BEFORE)] = np.nan
        return given

    def _sentence(self):
        odds, alphabet = self.reading.odds[-1], self.network.alphabet
        best = int(odds.argmax())
        words = f"Next it expects {ODDS.quoted(alphabet[best])}, {ODDS.percent(odds[best])}."
        if not self.start:
            return words
        so_far, other = -np.log2(self._given()[len(BEFORE) :]).mean(), self.network.about["bits"]
        return f"{words} So far {so_far:.2f} bits a letter; Shakespeare that it has not read costs {other:.2f}."

    def _what(self):
        return (
            "This LSTM has read Shakespeare letter by letter. Type, and it reads along. <b>Try</b> another name and a "
            "colon, as in a play, and see the odds after it."
        )

    def _about(self):
        weights = sum(array.size for array in self.network.weights.values())
        said = "; ".join(
            f"unit {unit['unit']} {unit['what']}, r = {unit['r']:.3f} ± {unit['pieces'][1]:.3f} (the letter alone "
            f"{unit['letter']:.2f}, before training at best {unit['untrained']:.2f})"
            for unit in self._named()
        )
        return (
            f"The network has {weights:,} weights, learned from nine tenths of tiny Shakespeare. Measured on the last "
            f"tenth, it needs {self.network.about['bits']:.2f} bits a letter, and of its cells {said}. Units stand in "
            "the order of how slowly they change."
        )


def _checked(start, network):
    if not isinstance(start, str) or len(start) > MOST:
        got = f"{len(start):,} characters" if isinstance(start, str) else repr(start)
        raise ValueError(f"start: expected a text of at most {MOST:,} letters, got {got}")
    if unread := [letter for letter in start if letter not in network.alphabet]:
        raise ValueError(f"start: expected letters of tiny Shakespeare, got {unread[0]!r}")
    return start
