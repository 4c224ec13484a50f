"""Layers on layers: the outputs of one are the inputs of the next."""

import numpy as np

from rnncourse.scratch.recurrent.combined import CombinedLayer
from rnncourse.scratch.state import join
from rnncourse.scratch.validate import require_array, require_choice


class Stacked(CombinedLayer):
    """A deep recurrent network (El Hihi and Bengio 1995; Graves et al. 2013), with shorter ways through it if asked.

    With y_0 = x and y_l the outputs of layer l, ``connections`` says what layer l + 1 reads:

    - ``"plain"``: ``y_l``;
    - ``"skip"``: the same, but from the second layer on a layer's input is added to its output,
      ``y_l = layer_l(y_{l-1}) + y_{l-1}`` (residual, Wu et al. 2016);
    - ``"dense"``: all that came before side by side, ``[x, y_1, ..., y_l]`` (Huang et al. 2017, *Densely connected
      convolutional networks*).

    The outputs are the last ``y``. The state's arrays are (depth, B, H), one row a layer, or two for a bidirectional
    one, in PyTorch's order.
    """

    def __init__(self, layers, connections="plain"):
        if not isinstance(layers, list | tuple) or not layers:
            raise ValueError(f"layers: expected a list of at least one layer, got {layers!r}")
        require_choice("connections", connections, ("plain", "skip", "dense"))
        super().__init__(**{f"layers[{i}]": layer for i, layer in enumerate(layers)})
        self.connections = connections
        width = layers[0].input_size
        for i, layer in enumerate(layers):
            if layer.input_size != width:
                raise ValueError(f"layers[{i}]: expected input size {width}, what it reads, got {layer.input_size}")
            if connections == "skip" and i > 0 and layer.output_size != width:
                raise ValueError(
                    f"layers[{i}]: expected output size {width}, to add its input, got {layer.output_size}"
                )
            width = width + layer.output_size if connections == "dense" else layer.output_size

    @property
    def input_size(self):
        """D, the width of x."""
        return self.layers[0].input_size

    @property
    def output_size(self):
        """The width of the last layer's outputs."""
        return self.layers[-1].output_size

    def forward(self, x, state=None, lengths=None):
        """Run over x (T, B, D) layer by layer. Returns ``(outputs, state, cache)`` as :class:`RNN` does."""
        require_array("x", x, ("T", "B", self.input_size), self.dtype)
        reads, last_states, caches = x, [], []
        for i, (layer, start) in enumerate(zip(self.layers, self._split("state", state, x.shape[1]), strict=True)):
            outputs, last, cache = layer.forward(reads, start, lengths)
            if self.connections == "skip" and i > 0:
                outputs = outputs + reads
            reads = np.concatenate([reads, outputs], axis=2) if self.connections == "dense" else outputs
            last_states.append(last)
            caches.append(cache)
        return outputs, join(last_states), (x.shape[:2], caches)

    def backward(self, doutputs, dstate, cache):
        """Return ``(dx, dstate)``; either gradient given may be None."""
        (T, B), caches = cache
        self._require_doutputs(doutputs, T, B)
        dstates = self._split("dstate", dstate, B)
        dy, dearlier = doutputs, 0  # of the layer's outputs, and of what it read, as later layers read it too
        for i in reversed(range(len(self.layers))):
            dreads, dstates[i] = self.layers[i].backward(dy, dstates[i], caches[i])
            if self.connections == "skip" and i > 0 and dy is not None:
                dreads = dreads + dy
            if self.connections == "dense" and i > 0:
                dreads, width = dreads + dearlier, self.layers[i - 1].input_size
                dy, dearlier = dreads[..., width:], dreads[..., :width]
            else:
                dy = dreads
        return dy + dearlier, join(dstates)
