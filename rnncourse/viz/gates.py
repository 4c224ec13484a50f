"""Gates and other activations over the words of a text."""

import numpy as np
from matplotlib.colors import Normalize

from rnncourse.viz.arguments import numbers, require_parts, require_range, texts
from rnncourse.viz.cells import draw_cells
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import FAINT, INK, POINTS, SERIES, SIGNED, WEIGHTS, new_figure, styled
from rnncourse.viz.ticks import name_columns, plain, text_width

_MOST_WORDS = 25
_MARGINS = 52  # points beside the axes


def gate_traces(tokens, gates, *, alt, limits=None, highlight=()):
    """What each gate did at each of T tokens, gate under gate, with the tokens written below.

    ``gates`` is ``{name: (T,)}``, drawn as bars, or ``{name: (T, H)}``, drawn as cells, a row for each of H units.
    Values lie from 0, closed, to 1, open; for other activations ``limits`` says their range, ``{name: (-1, 1)}``.
    The tokens at the positions in ``highlight`` stand between dotted lines and are bold. Returns a :class:`Picture`.
    """
    tokens = [plain(token) for token in texts("tokens", tokens, most=_MOST_WORDS)]
    require_parts("gates", gates)
    ranges = {name: (limits or {}).get(name, (0, 1)) for name in gates}
    parts = {name: _checked(f"gates[{name!r}]", gate, len(tokens), *ranges[name]) for name, gate in gates.items()}
    outside = [position for position in highlight if not 0 <= position < len(tokens)]
    if outside:
        raise ValueError(f"highlight: expected positions from 0 to {len(tokens) - 1}, got {outside[0]}")
    heights = [62 if part.ndim == 1 else 30 + float(np.clip(8 * part.shape[1], 40, 160)) for part in parts.values()]
    with styled():
        figure, rows = new_figure(
            height=(sum(heights) + max(map(text_width, tokens)) + 12) / 72,
            rows=len(parts),
            squeeze=False,
            sharex=True,
            height_ratios=heights,
        )
        for i, (name, part) in enumerate(parts.items()):
            draw = _draw_bars if part.ndim == 1 else _draw_units
            draw(rows[i, 0], part, ranges[name], SERIES[i % len(SERIES)])
            rows[i, 0].set_title(plain(name), loc="left", pad=3)
            for position in highlight:
                _enclose(rows[i, 0], position)
        _write_tokens(rows[-1, 0], tokens, highlight)
        return Picture(figure, alt)


def _checked(name, gate, T, low, high):
    gate = numbers(name, gate, ("T",) if np.ndim(gate) == 1 else ("T", "H"))
    if len(gate) != T:
        raise ValueError(f"{name}: expected {T} values or rows, one for each token, got {len(gate)}")
    require_range(name, gate, low, high)
    return gate


def _draw_bars(axes, gate, limits, colour):
    axes.bar(range(len(gate)), gate, color=colour, width=0.75)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(ylim=limits, yticks=limits)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False)
    axes.grid(visible=False)


def _draw_units(axes, gate, limits, _):
    low, high = limits
    image = draw_cells(axes, gate.T, SIGNED if low < 0 < high else WEIGHTS, Normalize(low, high))
    axes.set(ylabel="unit", yticks=[0, gate.shape[1] - 1], yticklabels=["1", str(gate.shape[1])])
    axes.tick_params(bottom=False, labelbottom=False)
    bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.02, 0, 0.025, 1)), ticks=limits)
    bar.outline.set_edgecolor(FAINT)


def _enclose(axes, position):
    for edge in (position - 0.5, position + 0.5):
        axes.axvline(edge, color=INK, linewidth=1, linestyle=(0, (2, 2)))


def _write_tokens(axes, tokens, highlight):
    axes.tick_params(labelbottom=True)
    axes.set_xlim(-0.5, len(tokens) - 0.5)
    name_columns(axes, tokens, (POINTS - _MARGINS) / len(tokens))
    for position in highlight:
        axes.get_xticklabels()[position].set_fontweight("bold")
