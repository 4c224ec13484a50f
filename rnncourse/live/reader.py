"""DateReader: a network with attention reads the date in a sentence that the reader of the page types."""

import html

from rnncourse.live.attention_map import attention_map, shade
from rnncourse.live.date_network import CHARACTERS, FIRST_WRITTEN, LONGEST, READS, STEPS, WRITES, DateNetwork
from rnncourse.live.figure import LiveFigure, packed
from rnncourse.live.reader_words import PLACES, SURE, looked_at, most_seen, percent, result, shares
from rnncourse.live.stored import stored

EXAMPLES = {
    "a date alone": "the 3rd of may 1979",
    "another month": "room 12, monday october 31st 2016, 5 pm",
    "may twice": "we may meet in may, or on 2 june 2031",
    "two dates": "from 3 may 1979 to 12 june 1985",
    "a year it never saw": "einstein was born on 14 march 1879 in ulm",
    "no date": "nothing happened at all",
}
"""What a click puts into the field: the first three it reads, the others show where it ends."""

_FIRST = 6  # the second digit of the month: where a word becomes a number
_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
_ANSWER = f"display:grid;grid-template-columns:repeat({STEPS},minmax(24px,3.2rem));{_MONO}"
_LETTERS = f"display:grid;grid-template-columns:repeat(auto-fill,.76rem);{_MONO};touch-action:pan-y"
_OPTION = (
    "box-sizing:border-box;cursor:pointer;text-align:center;outline:2px solid {};outline-offset:-2px;background:{}"
)
_SMALL = "display:block;height:1.3em;line-height:1.3;font-size:.69rem;white-space:nowrap"
_HEAD = "text-align:left;padding-right:.8em"
_TRACK = "rgba(127,127,127,.25)"


class DateReader(LiveFigure):
    """A field to type in; what the network makes of it, character by character; and where it looked for each.

    A small encoder-decoder (:class:`~rnncourse.live.date_network.DateNetwork`) computes in the page at every key. Ten
    characters of an answer stand with their probabilities; the chosen one lights up the letters it looked at, and a
    letter those that looked at it. A heatmap and a table show all at once. Without JavaScript the sentence ``start``
    stands still.

    Parameters
    ----------
    start : the sentence at the start, with or without a date, of 1 to 80 letters
    alt : what the figure shows, in a sentence; by default what the network makes of ``start``
    """

    kind = "reader"

    def __init__(self, start="we met on the 3rd of may 1979, in lisbon", *, alt=None):
        if not isinstance(start, str) or not 1 <= len(start) <= LONGEST:
            raise ValueError(f"start: expected a sentence of 1 to {LONGEST} letters, got {start!r:.100}")
        self.weights, self.about = stored("reader")
        self.start, self.reading = start, DateNetwork(self.weights).read(start)
        writes = f'A network with attention reads "{start}" and writes {self.reading.answer}'
        super().__init__(alt or f"{writes}; shading shows at which letters it looks for each character.")

    def data(self):
        special = {"start": WRITES.special.start, "unknown": READS["<unknown>"], "first": FIRST_WRITTEN}
        return {
            "weights": {name: packed(array) for name, array in self.weights.items()},
            "reads": "".join(READS.words[READS["0"] :]),
            "writes": CHARACTERS,
            "special": special,
            "longest": LONGEST,
            "steps": STEPS,
            "places": PLACES,
            "sure": SURE,
            "score": f"{self._score()} Try to fool it.",
            "chosen": _FIRST,
        }

    def still(self):
        return "".join(
            [
                self._controls(),
                _line("p", "note", 2, self._score(), live=True),
                _heading("It writes"),
                self._answer(),
                _line("output", "result", 2, result(self.reading), live=True),
                _heading("It looks at"),
                self._letters(),
                _line("p", "detail", 3, looked_at(self.reading, _FIRST)),
                attention_map(self.reading, _FIRST),
                self._table(),
            ]
        )

    def _controls(self):
        buttons = "".join(
            f'<button type="button" data-text="{html.escape(text)}" style="min-height:2.2rem">{label}</button>'
            for label, text in EXAMPLES.items()
        )
        return (
            '<div class="rnn-controls" hidden><label style="display:block">Type a sentence with a date in it'
            f'<input type="text" class="rnn-text" value="{html.escape(self.start)}" autocomplete="off" spellcheck="false" '
            'autocapitalize="off" style="display:block;box-sizing:border-box;width:100%;min-height:44px;margin:.2rem 0;'
            f'padding:.3rem .6rem;font:inherit"></label><div role="group" aria-label="Examples" style="display:flex;'
            f'flex-wrap:wrap;gap:.4rem">{buttons}</div></div>'
        )

    def _answer(self):
        options = "".join(self._character(t, character) for t, character in enumerate(self.reading.answer))
        return _listbox("rnn-answer", "The answer, character by character", _ANSWER, options)

    def _character(self, t, character):
        sure, other, _ = shares(self.reading, t)
        said = "" if sure >= SURE else f"or {other}"
        marked = _OPTION.format("currentColor" if t == _FIRST else "transparent", "none")
        return (
            f'<span role="option" aria-selected="{str(t == _FIRST).lower()}" aria-label="{character} '
            f'{percent(sure)}{" " + said if said else ""}: {PLACES[t]}" style="{marked};padding:.1rem .15rem">'
            f'<b style="display:block;font-size:1.35rem;line-height:1.3">{character}</b> '
            f'<span style="display:block;height:6px;background:{_TRACK}"><i style="display:block;height:6px;'
            f'width:{100 * sure:.1f}%;background:var(--rnn-c0, #0072b2)"></i></span>'
            f'<small style="{_SMALL}">{percent(sure)}</small> '
            f'<small style="{_SMALL}">{said}</small></span>'
        )

    def _letters(self):
        weights = self.reading.weights[_FIRST]
        letters = "".join(_letter(letter, weights[s]) for s, letter in enumerate(self.reading.letters))
        return _listbox("rnn-letters", "The letters", _LETTERS, letters + _NO_LETTER * (LONGEST - len(weights)))

    def _table(self):
        rows = "".join(self._table_row(t) for t in range(STEPS))
        heads = "".join(
            f'<th scope="col" style="{_HEAD}">{head}</th>'
            for head in ("Place", "It writes", "Sure", "It looks most at")
        )
        return (
            '<details style="font-size:.9em"><summary>As a table</summary><div class="rnn-scroll" tabindex="0" role="group" aria-label="Table" '
            f'style="overflow-x:auto"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>'
        )

    def _table_row(self, t):
        cells = self.reading.answer[t], percent(shares(self.reading, t)[0]), most_seen(self.reading, t)
        written = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        return f'<tr><th scope="row" style="{_HEAD};font-weight:normal">{PLACES[t]}</th>{written}</tr>'

    def _score(self):
        """What a reader can expect, from the exam."""
        exam = self.about["exam"]
        right = f"{100 * exam['exact']:.1f} %" if exam["exact"] < 1 else "all"
        return f"It read {right} of {exam['sentences']:,} sentences that were new to it."


def _heading(text):
    return f'<div aria-hidden="true" style="margin:.7rem 0 .2rem;font-weight:600">{text}</div>'


def _line(tag, kind, lines, text, live=False):
    """A sentence that changes, in room for so many lines, so that nothing below it moves."""
    polite = ' aria-live="polite"' if live else ""
    style = f"display:block;margin:.4rem 0;font-size:.9em;line-height:1.5;min-height:{1.5 * lines}em"
    return f'<{tag} class="rnn-{kind}"{polite} style="{style}">{html.escape(text)}</{tag}>'


def _listbox(kind, label, style, options):
    return (
        f'<div class="{kind}" role="listbox" aria-label="{label}" aria-orientation="horizontal" tabindex="0" '
        f'style="{style}">{options}</div>'
    )


def _letter(letter, weight):
    name = ' aria-label="blank"' if letter == " " else ""
    return _cell(name, shade(weight), "visible", html.escape(letter))


def _cell(attributes, background, visibility, content):
    style = f"{_OPTION.format('transparent', background)};height:1.9rem;line-height:1.9rem;white-space:pre"
    style += f";visibility:{visibility}"
    return f'<span role="option" aria-selected="false"{attributes} style="{style}">{content}</span>'


_NO_LETTER = _cell("", "none", "hidden", "")
