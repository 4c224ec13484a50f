"""Figures of the course: plain arrays in, pictures with alt text out, at home in a page and in a notebook."""

from rnncourse.viz.alignments import alignment
from rnncourse.viz.charts import bars, heatmap, lines, seeds
from rnncourse.viz.gates import gate_traces
from rnncourse.viz.gradients import gradient_heatmap
from rnncourse.viz.graphs import unrolled_graph
from rnncourse.viz.image_attention import attention_over_image
from rnncourse.viz.laboratory import Laboratory
from rnncourse.viz.learning import learning_curves
from rnncourse.viz.linked import LinkedView
from rnncourse.viz.picture import Picture
from rnncourse.viz.planes import eigenvalue_plane, loss_cliff
from rnncourse.viz.player import Player
from rnncourse.viz.search_trees import search_tree
from rnncourse.viz.trees import tree
from rnncourse.viz.word_map import word_map

__all__ = [
    "Laboratory",
    "LinkedView",
    "Picture",
    "Player",
    "alignment",
    "attention_over_image",
    "bars",
    "eigenvalue_plane",
    "gate_traces",
    "gradient_heatmap",
    "heatmap",
    "learning_curves",
    "lines",
    "loss_cliff",
    "search_tree",
    "seeds",
    "tree",
    "unrolled_graph",
    "word_map",
]
