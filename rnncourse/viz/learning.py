"""Learning curves of several runs: their mean, and how far they lie apart."""

from rnncourse.viz.arguments import numbers, require_parts
from rnncourse.viz.charts import lines


def learning_curves(
    runs, *, y_label, alt, x_label="updates", average=1, levels=None, limits=None, scales=("linear",) * 2
):
    """The mean of S runs of each kind, with a band around it.

    ``runs`` is ``{name: (steps, values)}``, values (S, N) at steps (N,): the band reaches from the lowest to the highest
    run. Or ``{name: (steps, values, half_widths)}``, half_widths (N,): the band is the 95 % interval of the mean that
    they give. With ``average`` = k the curve shows means of k values in a row, each drawn at the mean of their steps, and
    says so. Where a run is NaN, the curve has a gap. ``levels``, ``limits`` and ``scales`` are those of
    :func:`~rnncourse.viz.lines`. Returns a :class:`Picture`.
    """
    if not isinstance(average, int) or average < 1:
        raise ValueError(f"average: expected an integer of at least 1, got {average!r}")
    require_parts("runs", runs)
    curves, bands = {}, []
    for name, (steps, values, *half_widths) in runs.items():
        values = numbers(f"runs[{name!r}]", values, ("S", "N"), gaps=True)
        steps = numbers(f"steps of {name!r}", steps, (values.shape[1],))
        steps, values = _means(steps, average), _means(values, average)
        curves[name] = _curve(name, steps, values, half_widths)
        bands.append("95 % interval of the mean" if half_widths else f"range of {len(values)} runs")
    if len(set(bands)) > 1:
        raise ValueError(f"runs: expected one meaning of the bands, got {' and '.join(sorted(set(bands)))}")
    return lines(
        curves,
        x_label=x_label if average == 1 else f"{x_label} (means of {average} in a row)",
        y_label=y_label,
        alt=alt,
        scales=scales,
        limits=limits,
        levels=levels,
        markers=max(len(steps) for steps, *_ in curves.values()) <= 20,
        band=bands[0],
    )


def _curve(name, steps, values, half_widths):
    middle = values.mean(axis=0)
    if not half_widths:
        return steps, middle, values.min(axis=0), values.max(axis=0)
    half = numbers(f"half_widths of {name!r}", half_widths[0], middle.shape, gaps=True)
    return steps, middle, middle - half, middle + half


def _means(values, count):
    """Means of so many neighbours each, along the last axis; a last part that is too short is left out."""
    whole = values.shape[-1] // count
    if whole == 0:
        raise ValueError(f"average: expected at most the {values.shape[-1]} values of a run, got {count}")
    return values[..., : whole * count].reshape(*values.shape[:-1], whole, count).mean(axis=-1)
