"""Where a model looks: attention between the words of two sentences."""

from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from rnncourse.viz.arguments import numbers, require_range, texts
from rnncourse.viz.cells import colour_bar, draw_cells
from rnncourse.viz.picture import Picture
from rnncourse.viz.style import INK, LINE, POINTS, WEIGHTS, new_figure, styled
from rnncourse.viz.ticks import fit, name_columns, name_rows, plain, text_width

_MOST_ROWS = 40
_ROW = 15  # points


def alignment(weights, source, target, *, alt, true=(), value_label="attention weight"):
    """How much each target word (row) attends to each source word (column).

    ``weights`` is (T, S), from 0 to 1, with words for T rows and S columns; a row of NaN is not drawn yet. ``true`` are
    pairs ``(t, s)`` of words that belong together: they are framed. Returns a :class:`Picture`.
    """
    target = [plain(word) for word in texts("target", target, most=_MOST_ROWS)]
    room = POINTS - max(map(text_width, target)) - 18
    source = [plain(word) for word in texts("source", source, most=int(room / LINE))]
    spacing = room / len(source)
    weights = numbers("weights", weights, (len(target), len(source)), gaps=True)
    require_range("weights", weights, 0, 1)
    words = 16 if fit(source, spacing) else max(map(text_width, source)) + 10
    with styled():
        figure, axes = new_figure(height=(_ROW * max(len(target), 4) + words + 55) / 72)
        image = draw_cells(axes, weights, WEIGHTS, Normalize(0, 1))
        name_columns(axes, source, spacing)
        name_rows(axes, target, _ROW)
        axes.tick_params(top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
        for t, s in _within("true", true, weights.shape):
            axes.add_patch(Rectangle((s - 0.5, t - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=1.4))
        colour_bar(figure, image, axes, value_label)
        return Picture(figure, alt)


def _within(name, pairs, shape):
    for t, s in pairs:
        if not (0 <= t < shape[0] and 0 <= s < shape[1]):
            raise ValueError(f"{name}: expected pairs (t, s) within {shape}, got {(t, s)}")
        yield t, s
