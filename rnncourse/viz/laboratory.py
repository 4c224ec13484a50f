"""Laboratory: curves under several controls at once, measured beforehand for every combination of their values."""

import html
import json
import re
from importlib.resources import files
from itertools import product
from math import ceil, prod
from numbers import Real

import numpy as np
from matplotlib import rcParams

from rnncourse.viz.arguments import numbers, require_parts
from rnncourse.viz.behind import table_behind
from rnncourse.viz.charts import legend
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import DASHES, SERIES, new_figure, styled
from rnncourse.viz.ticks import plain_log_ticks

_SCRIPT = files("rnncourse.viz").joinpath("laboratory.js").read_text(encoding="utf-8")
_MOST = 250  # combinations; their numbers are in the page
_ROWS = 11  # of the table behind the curves


class Laboratory:
    """Curves ``measure(*values)`` over x, redrawn when a reader turns one of several controls.

    ``controls`` is ``{quantity: values}``: a slider where the values are numbers, a menu where they are words. Every
    combination is measured beforehand, so that the page needs no kernel and no server. One more slider marks a place
    on x, and the numbers of all curves there are written out. A table that opens under the figure has the numbers of
    the curves as they are drawn, at places spread over x. Without JavaScript the combination at the start stands still,
    in the figure and in the table; as text it says what it is over.

    Parameters
    ----------
    measure : called with one value of each control, in their order; returns ``{curve: (N,)}``, the same curves every
        time, finite and at least 0. y is logarithmic, so that a curve ends where it is 0
    x : (N,) rising numbers, at least two
    limits : the smallest and the largest y that are drawn
    start : ``{quantity: value}``, for some or all of the controls, the first value for the others
    """

    def __init__(self, measure, controls, *, x, x_label, y_label, limits, alt, start=None):
        require_parts("controls", controls)
        self.controls = {name: list(values) for name, values in controls.items()}
        if (count := prod(map(len, self.controls.values()))) > _MOST or not count:
            raise ValueError(f"controls: expected 1 to {_MOST} combinations of their values, got {count}")
        self.x, self.x_label, self.y_label, self.alt = _rising(x), x_label, y_label, alt
        self.start = self._positions(start or {})
        self.curves = self._measured(measure)
        self._low, self._high = _range_of(limits)
        self.picture = self._axes()

    def __repr__(self):
        over = ", ".join(f"{name} ({len(values)})" for name, values in self.controls.items())
        return f"Laboratory over {over}: {self.alt}"

    def _positions(self, start):
        """The position of each control's value at the start."""
        if unknown := start.keys() - self.controls.keys():
            raise ValueError(f"start: expected names of controls, got {unknown.pop()!r}")
        for name, value in start.items():
            if value not in self.controls[name]:
                raise ValueError(f"start[{name!r}]: expected one of {self.controls[name]}, got {value!r}")
        return [values.index(start[name]) if name in start else 0 for name, values in self.controls.items()]

    def _measured(self, measure):
        """``{curve: one array (N,) per combination}``, the last control's values running fastest."""
        curves = {}
        for values in product(*self.controls.values()):
            at_these = measure(*values)
            require_parts(f"measure{values}", at_these)
            if curves and at_these.keys() != curves.keys():
                raise ValueError(f"measure{values}: expected the curves {list(curves)}, got {list(at_these)}")
            for name, y in at_these.items():
                y = numbers(f"measure{values}[{name!r}]", y, (len(self.x),))
                if y.min() < 0:
                    raise ValueError(f"measure{values}[{name!r}]: expected numbers of at least 0, got {y.min():g}")
                curves.setdefault(name, []).append(y)
        if len(curves) > len(SERIES):
            raise ValueError(f"measure: expected at most {len(SERIES)} curves, got {len(curves)}")
        return curves

    def _axes(self):
        """The axes and the names of the curves; the curves themselves lie on it and change."""
        with styled():
            figure, axes = new_figure(height=3.1)
            for i, name in enumerate(self.curves):
                axes.plot([], [], label=name, color=SERIES[i], linestyle=DASHES[i])
            axes.set(xlabel=self.x_label, ylabel=self.y_label, yscale="log")
            axes.set(xlim=(self.x[0], self.x[-1]), ylim=(self._low, self._high))
            plain_log_ticks(axes)
            if len(self.curves) > 1:
                legend(figure, axes)
            return Picture(figure, self.alt)

    def _repr_html_(self):
        view = html.escape(json.dumps(self._view(), separators=(",", ":")))
        return (
            f'<figure class="rnn-laboratory" data-view="{view}" data-lm-suppress-shortcuts="true" '
            f'style="max-width:36rem;margin:1rem auto">{self._controls_html()}{self._svg()}'
            '<output class="rnn-reading" aria-live="polite" style="display:block;min-height:1.6em;'
            f'font-variant-numeric:tabular-nums"><span hidden>{self._reading()}</span></output>{self._table()}</figure>'
            f"<script>{_SCRIPT}</script>"
        )

    def _reading(self):
        """What the script will write first, so that a page can keep its room."""
        at, combination = len(self.x) // 2, self._combination()
        values = {name: _thousandths(at_all[combination])[at] for name, at_all in self.curves.items()}
        return html.escape(", ".join(f"{name}: {_number(value)}" for name, value in values.items()))

    def _table(self):
        combination = self._combination()
        drawn = [_thousandths(at_all[combination]) for at_all in self.curves.values()]
        rows = [(f"{self.x[at]:.4g}", [_number(curve[at]) for curve in drawn]) for at in self._places()]
        caption = f"{self.y_label}, for {self._setting()}"
        return table_behind("The curves in numbers", caption, self.x_label, self.curves, rows)

    def _places(self):
        """The positions on x that have a row in the table: evenly spread, and the last."""
        last = len(self.x) - 1
        return sorted({*range(0, last, ceil(last / (_ROWS - 1))), last})

    def _setting(self):
        values = zip(self.controls.items(), self.start, strict=True)
        return ", ".join(f"{name} = {_written(values[position])}" for (name, values), position in values)

    def _combination(self):
        return np.ravel_multi_index(self.start, [len(values) for values in self.controls.values()])

    def _svg(self):
        """The picture of the axes, with the curves in a picture of their own over its axes."""
        svg = self.picture.svg
        width, height = (float(size) for size in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
        left, bottom, across, up = self.picture.box
        place = {"x": left * width, "y": (1 - bottom - up) * height, "width": across * width, "height": up * height}
        attributes = " ".join(f'{name}="{points:.2f}"' for name, points in place.items())
        curves = f'<svg class="rnn-curves" {attributes} viewBox="0 0 1000 1000" preserveAspectRatio="none">'
        end = svg.rindex("</svg>")
        return f"{svg[:end]}{curves}{self._lines_html()}</svg>{svg[end:]}"

    def _view(self):
        """What the script needs: logarithms in thousandths, null where there is no number that has one."""
        return {
            "curves": {name: [_thousandths(y) for y in at_all] for name, at_all in self.curves.items()},
            "counts": [len(values) for values in self.controls.values()],
            "labels": [[_written(value) for value in values] for values in self.controls.values()],
            "x": [float(f"{place:.4g}") for place in self.x],
            "y": self.y_label,
            "rows": self._places(),
            "range": [float(np.log10(self._low)), float(np.log10(self._high))],
        }

    def _controls_html(self):
        rows = "".join(
            _row(name, _control(name, values, position))
            for (name, values), position in zip(self.controls.items(), self.start, strict=True)
        )
        place = _row(self.x_label, _slider(self.x_label, len(self.x), len(self.x) // 2, "rnn-place"))
        return f'<div class="rnn-controls" hidden style="flex-direction:column;gap:.2rem">{rows}{place}</div>'

    def _lines_html(self):
        """The curves of the combination at the start, and the mark on x, in a thousandth of the axes' size."""
        combination = self._combination()
        lines = "".join(
            f'<path d="{self._path(at_all[combination])}" fill="none" stroke="var(--rnn-c{i}, {SERIES[i]})" '
            f'stroke-width="2" vector-effect="non-scaling-stroke"{_dashes(DASHES[i])}/>'
            for i, at_all in enumerate(self.curves.values())
        )
        return (
            f'{lines}<path class="rnn-mark" d="" stroke="var(--rnn-ink, currentColor)" stroke-width="1" '
            'stroke-dasharray="2 3" vector-effect="non-scaling-stroke"/>'
        )

    def _path(self, y):
        """The same path as the script draws: M where a curve begins, L where it goes on, a gap where y is 0."""
        across = 1000 * (self.x - self.x[0]) / (self.x[-1] - self.x[0])
        low, high = np.log10([self._low, self._high])
        steps, drawing = [], False
        for place, thousandths in zip(across, _thousandths(y), strict=True):
            if thousandths is not None:
                up = 1000 * (thousandths / 1000 - low) / (high - low)
                steps.append(f"{'L' if drawing else 'M'}{place:.1f} {1000 - up:.1f}")
            drawing = thousandths is not None
        return "".join(steps)


def _thousandths(y):
    return [round(1000 * float(np.log10(value))) if value > 0 else None for value in y]


def _number(thousandths):
    """A number to two digits, written as the script writes it."""
    if thousandths is None:
        return "0"
    value = 10 ** (thousandths / 1000)
    if 1e-3 <= value < 1e4:
        return f"{float(f'{value:.2g}'):g}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}e{int(exponent)}"


def _row(name, control):
    style = "display:flex;gap:.6rem;align-items:center;margin:0"
    return f'<div style="{style}"><span style="flex:0 0 8.5em">{html.escape(name)}</span>{control}</div>'


def _control(name, values, position):
    if all(isinstance(value, Real) for value in values):
        return _slider(name, len(values), position, "rnn-quantity")
    options = "".join(
        f"<option{' selected' if i == position else ''}>{html.escape(_written(value))}</option>"
        for i, value in enumerate(values)
    )
    return (
        f'<select class="rnn-quantity" aria-label="{html.escape(name)}" '
        f'style="flex:1;min-width:6rem;min-height:44px">{options}</select>'
    )


def _slider(name, count, position, kind):
    return (
        f'<input type="range" class="{kind}" min="0" max="{count - 1}" value="{position}" step="1" '
        f'aria-label="{html.escape(name)}" style="flex:1;min-width:6rem;min-height:44px">'
        '<output aria-live="off" style="min-width:3.5em;text-align:right"></output>'
    )


def _written(value):
    return f"{value:g}" if isinstance(value, Real) else str(value)


def _dashes(dash):
    """The dashes of a line in the legend, as SVG writes them for a line 2 pixels wide."""
    if dash == "-":
        return ""
    names = {"--": "dashed", "-.": "dashdot", ":": "dotted"}
    lengths = rcParams[f"lines.{names[dash]}_pattern"] if dash in names else dash[1]
    return f' stroke-dasharray="{" ".join(f"{2 * length:g}" for length in lengths)}"'


def _rising(x):
    x = numbers("x", x, ("N",))
    if len(x) < 2 or (np.diff(x) <= 0).any():
        raise ValueError(f"x: expected at least two rising numbers, got {x[:3]}...")
    return x


def _range_of(limits):
    low, high = limits
    if not 0 < low < high:
        raise ValueError(f"limits: expected two numbers 0 < low < high, got {limits!r}")
    return low, high
