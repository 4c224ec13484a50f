"""Figures of the course: plain arrays in, pictures with alt text out, at home in a page and in a notebook."""

from rnncourse.viz.charts import bars, heatmap, lines, seeds
from rnncourse.viz.graphs import unrolled_graph
from rnncourse.viz.linked import LinkedView
from rnncourse.viz.picture import Picture
from rnncourse.viz.player import Player

__all__ = ["LinkedView", "Picture", "Player", "bars", "heatmap", "lines", "seeds", "unrolled_graph"]
