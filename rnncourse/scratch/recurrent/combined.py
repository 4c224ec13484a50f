"""What layers made of layers share: their parts must fit each other, and their states lie one below the other."""

from rnncourse.scratch.module import Composite
from rnncourse.scratch.recurrent.layer import RecurrentLayer
from rnncourse.scratch.state import require_state, split
from rnncourse.scratch.validate import require_array


class CombinedLayer(Composite):
    """Recurrent layers whose states form one: arrays (depth, B, H), with one row for each simple layer inside."""

    def __init__(self, **parts):
        super().__init__(**parts)
        self.layers = list(parts.values())
        first = self.layers[0]
        for name, layer in parts.items():
            if not isinstance(layer, RecurrentLayer | CombinedLayer):
                raise ValueError(f"{name}: expected a recurrent layer, got {type(layer).__name__}")
            if layer.state_sizes != first.state_sizes:
                expected = f"a state of {len(first.state_sizes)} arrays of width {first.state_sizes[0]}"
                raise ValueError(f"{name}: expected {expected} as the first layer has, got {layer.state_sizes}")
            if layer.dtype != first.dtype:
                raise ValueError(f"{name}: expected dtype {first.dtype} as the first layer has, got {layer.dtype}")

    @property
    def depth(self):
        """How many simple layers there are inside: the first axis of the state."""
        return sum(layer.depth for layer in self.layers)

    @property
    def state_sizes(self):
        """The widths of the state's arrays."""
        return self.layers[0].state_sizes

    @property
    def dtype(self):
        """The floating type of weights, inputs and states."""
        return self.layers[0].dtype

    def state_shapes(self, batch):
        """The shape of each array of the state."""
        return [(self.depth, batch, size) for size in self.state_sizes]

    def _split(self, name, state, batch):
        """The state of each part, or None for each."""
        if state is None:
            return [None] * len(self.layers)
        require_state(name, state, self.state_shapes(batch), self.dtype)
        return split(state, [layer.state_shapes(batch) for layer in self.layers])

    def _require_doutputs(self, doutputs, T, B):
        if doutputs is not None:
            require_array("doutputs", doutputs, (T, B, self.output_size), self.dtype)
