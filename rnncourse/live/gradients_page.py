"""The HTML of the gradient laboratory: its controls, its axes, and the room for what its script writes."""

import html

from rnncourse.viz.ticks import power_of_ten

CELLS = ("linear", "tanh", "ReLU", "LSTM")
MATRICES = ("Gaussian", "orthogonal")
CHOICES = {"cell": CELLS, "matrix": MATRICES}
SLIDERS = {  # the smallest value, the largest, and a step
    "spectral radius": (0.3, 2.5, 0.01),
    "size of the inputs": (0, 3, 0.05),
    "forget bias": (-2, 4, 0.1),
}
DEFAULTS = {
    "cell": "tanh",
    "matrix": "Gaussian",
    "spectral radius": 0.9,
    "size of the inputs": 1,
    "forget bias": 0,
    "lag": 20,
}
LAG_LABEL, LENGTH_LABEL = "lag: steps back from the loss", "length of the gradient"
LOWEST, HIGHEST = -12, 6
"""Powers of ten that the axes show."""

STILL_WORDS = (
    "The same loss on the last state, sent back through three networks: one forgets what happened long ago, one keeps "
    "it, one makes too much of it. With JavaScript you can turn the network's controls here and watch its gradient."
)
CHALLENGES = (
    "Half of the gradient, at most twice of it, is there at lag 40, and no state is beyond 5.",
    "Saturation alone kills it: at lag 40 less than a millionth is left, where with all slopes 1 it would have grown.",
    "It explodes quietly: at lag 40 it is ten times as long, and every state lies between −1 and 1.",
)
_LONGEST = (
    "At lag 60 the gradient is 4.4·10²⁴ times as long: it has exploded, and one step of learning would leap. It is "
    "halved after 60 steps, and multiplied by 0.999 at each step on average."
)
_ROOM = "display:grid;font-variant-numeric:tabular-nums"
_WIDTH, _HEIGHT = 331.2, 243  # as wide as the pictures of rnncourse.viz, so letters are as large
_LEFT, _ACROSS = 46, 278
_TOP, _UP = 8, 128
_MAP_TOP, _MAP_UP = 158, 52


def laboratory(start, units, steps, alt):
    """All that is hidden until the script runs."""
    return (
        f'<div class="rnn-moving" hidden style="accent-color:var(--rnn-c0, #0072b2)">{_controls(start)}{_legend()}{_axes(units, steps, alt)}'
        f'<form class="rnn-where">{_row("lag", _slider("lag", (0, steps, 1), start["lag"]))}</form>'
        f"{_words()}{_facts()}{_challenges()}{_table()}</div>"
    )


def _controls(start):
    choices = "".join(_choice(name, values, start[name]) for name, values in CHOICES.items())
    radius, size, bias = (_row(name, _slider(name, limits, start[name])) for name, limits in SLIDERS.items())
    singular = (
        '<div class="rnn-simple" style="grid-area:1/1;display:flex;gap:.6rem;align-items:center">'
        '<span style="flex:1">largest singular value s of W_hh</span>'
        '<span data-fact="singular" style="min-width:3.5em;text-align:right"></span></div>'
    )
    gate = f'<div class="rnn-gated" style="grid-area:1/1">{bias}</div>'
    return f'<form class="rnn-controls">{choices}{radius}{size}<div style="{_ROOM}">{singular}{gate}</div></form>'


def _choice(name, values, chosen):
    """Radio buttons; their form keeps them apart from those of another figure."""
    buttons = "".join(
        '<label style="display:inline-flex;align-items:center;gap:.3rem;min-height:44px;min-width:44px">'
        f'<input type="radio" name="{name}" value="{value}"{" checked" if value == chosen else ""}>{value}</label>'
        for value in values
    )
    return (
        f'<div role="radiogroup" aria-label="{name}" style="display:flex;gap:.6rem;align-items:center">'
        f'<span style="flex:0 0 3.4em">{name}</span>'
        f'<span style="display:flex;flex-wrap:wrap;gap:0 .6rem">{buttons}</span></div>'
    )


def _row(name, control):
    style = "display:flex;gap:.6rem;align-items:center;margin:0"
    return f'<div style="{style}"><span style="flex:0 0 8.5em">{name}</span>{control}</div>'


def _slider(name, limits, value):
    low, high, step = limits
    return (
        f'<input type="range" name="{name}" min="{low:g}" max="{high:g}" step="{step:g}" value="{value:g}" '
        f'aria-label="{name}" style="flex:1;min-width:6rem;min-height:44px">'
        '<output aria-live="off" style="min-width:3em;text-align:right"></output>'
    )


_LINES = {"measured": ("c0, #0072b2", ""), "other": ("c2, #00795a", "6 3"), "bound": ("c5, #5a6470", "7 3 1.5 3")}


def _line(name, extra=""):
    colour, dashes = _LINES[name]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path class="rnn-{name}" fill="none" stroke="var(--rnn-{colour})" stroke-width="2"{dashed} '
        f'vector-effect="non-scaling-stroke"{extra}/>'
    )


_EITHER = (
    '<span style="display:grid"><span class="rnn-simple" style="grid-area:1/1">all slopes 1</span>'
    '<span class="rnn-gated" style="grid-area:1/1">forget gates alone</span></span>'
)


def _legend():
    """The names of the curves; the LSTM has another second curve, and no bound."""
    labels = {"measured": ("", "measured"), "other": ("", _EITHER), "bound": ("rnn-simple", "bound (γs)^lag")}
    sample = ' d="M0 5H26"'
    names = "".join(
        f'<span class="{cells}" style="display:inline-flex;align-items:center;gap:.4rem"><svg aria-hidden="true" '
        f'width="26" height="10" style="flex:none">{_line(name, sample)}</svg>{label}</span>'
        for name, (cells, label) in labels.items()
    )
    return (
        f'<div class="rnn-legend" style="display:flex;flex-wrap:wrap;gap:0 1.1rem;margin:.5rem 0 .2rem">{names}</div>'
    )


def _axes(units, steps, alt):
    """Two panels over the same lags: lengths on a logarithmic axis, and what each unit takes away."""
    curves = "".join(_line(name, ' d=""') for name in reversed(_LINES))
    levels = "".join(f'<path d="" fill-opacity="{share / 10:g}"/>' for share in range(1, 11))
    return (
        f'<svg class="rnn-axes" role="img" aria-label="{html.escape(alt)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'style="width:100%;height:auto;display:block;font-size:9.6px;fill:var(--rnn-ink, currentColor)">'
        f"{_grid(steps)}{_panel('rnn-curves', _TOP, _UP, 1000, 1000, curves)}"
        f'<text class="rnn-map-title" x="{_LEFT}" y="{_MAP_TOP - 5}"></text>'
        f"{_panel('rnn-map', _MAP_TOP, _MAP_UP, steps, units, levels)}"
        f'<path d="M{_LEFT} {_MAP_TOP}h{_ACROSS}v{_MAP_UP}h-{_ACROSS}z" fill="none" '
        'stroke="var(--rnn-faint, #8a8f98)" stroke-width=".6"/>'
        f'<text x="{_LEFT + _ACROSS / 2}" y="{_HEIGHT - 5}" text-anchor="middle">{LAG_LABEL}</text>'
        f'<text transform="translate(9 {_TOP + _UP / 2}) rotate(-90)" text-anchor="middle">{LENGTH_LABEL}</text>'
        f'<text transform="translate(9 {_MAP_TOP + _MAP_UP / 2}) rotate(-90)" text-anchor="middle">units</text></svg>'
    )


def _panel(name, top, up, across, down, paths):
    """A picture in the picture with units of its own; above its paths the mark at the chosen lag."""
    return (
        f'<svg class="{name}" x="{_LEFT}" y="{top}" width="{_ACROSS}" height="{up}" viewBox="0 0 {across} {down}" '
        f'preserveAspectRatio="none"><g fill="var(--rnn-c1, #c1440e)" shape-rendering="'
        f'{"crispEdges" if name == "rnn-map" else "auto"}">{paths}</g>'
        f'<path class="rnn-mark" d="M0 0V{down}" stroke="var(--rnn-ink, currentColor)" stroke-dasharray="2 3" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )


def _grid(steps):
    """Lines and numbers at every tenth (of many steps, twentieth) lag and every third power of ten."""
    parts = []
    for lag in range(0, steps + 1, 10 if steps <= 80 else 20):
        x = _LEFT + _ACROSS * lag / steps
        parts.append(f'<path d="M{x:.1f} {_TOP}v{_UP}"/>')
        parts.append(f'<text x="{x:.1f}" y="{_MAP_TOP + _MAP_UP + 12}" text-anchor="middle">{lag}</text>')
    for power in range(LOWEST, HIGHEST + 1, 3):
        y = _TOP + _UP * (HIGHEST - power) / (HIGHEST - LOWEST)
        strong = ' style="stroke-opacity:1;stroke-dasharray:2 2"' if power == 0 else ""
        name = power_of_ten(10.0**power) if power else "1"
        parts.append(f'<path d="M{_LEFT} {y:.1f}h{_ACROSS}"{strong}/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{y + 3:.1f}" text-anchor="end">{name}</text>')
    lines = "".join(part for part in parts if part.startswith("<path"))
    numbers = "".join(part for part in parts if part.startswith("<text"))
    return f'<g stroke="var(--rnn-faint, #8a8f98)" stroke-width=".7" stroke-opacity=".35">{lines}</g>{numbers}'


def _words():
    """One sentence or two, in the room of the longest."""
    return (
        f'<div style="{_ROOM};margin:.3rem 0"><span aria-hidden="true" style="grid-area:1/1;visibility:hidden">'
        f'{_LONGEST}</span><output class="rnn-reading" aria-live="polite" style="grid-area:1/1"></output></div>'
    )


def _facts():
    facts = {
        "through": "slope, at this lag and on average",
        "largest": "largest state",
        "weights": "dL/dW_hh, its length",
    }
    facts |= {"recent": "… from the last 10 steps alone", "clipped": "all gradients, clipped at length 1"}
    rows = "".join(
        f'<dt class="rnn-name-of-{key}" style="font-weight:normal">{name}</dt>'
        f'<dd data-fact="{key}" style="margin:0;text-align:right;white-space:nowrap">{"0.00, made 1" if key == "clipped" else ""}</dd>'
        for key, name in facts.items()
    )  # what the script will write into the widest keeps its room until then
    style = (
        "display:grid;grid-template-columns:1fr auto;gap:.1rem .8rem;margin:.5rem 0;font-variant-numeric:tabular-nums"
    )
    return f'<dl style="{style};font-size:.9em">{rows}</dl>'


def _challenges():
    rows = "".join(
        f'<li style="display:flex;gap:.5rem;margin:.2rem 0"><span class="rnn-tick" aria-hidden="true" '
        f'style="flex:0 0 1.2em;text-align:center">○</span><span>{words}<span class="rnn-done" style="visibility:hidden"> Reached.</span></span></li>'
        for words in CHALLENGES
    )
    return (
        '<div style="margin:.6rem 0"><strong>Predict first, then make it happen.</strong> '
        'Which cell, and which control would you turn? <output class="rnn-reached" aria-live="polite">0 of 3 reached.</output>'
        f'<ul style="list-style:none;padding:0;margin:.2rem 0">{rows}</ul></div>'
    )


def _table():
    return (
        '<details><summary style="min-height:24px;cursor:pointer">As a table</summary>'
        '<table style="width:100%;font-size:.9em"><thead></thead><tbody></tbody></table></details>'
    )
