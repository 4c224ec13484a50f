"""Who writes the gates how: the table that every conversion reads."""

from dataclasses import dataclass

GATES = {"RNN": "h", "LSTM": "ifgo", "GRU": "rzn"}  # ours, in the order of our columns; h is the simple network's state


@dataclass(frozen=True)
class Notation:
    """How one source writes the weights of one kind of network.

    source, kind : such as ``"RN2"`` and ``"LSTM"``; the kind is ``"RNN"``, ``"LSTM"`` or ``"GRU"``.
    gates, letters : our letters of the gates in the source's order, and the source's own.
    input_weight, recurrent_weight, biases : the arrays' names, with ``{}`` in the place of the source's letter. A name
        without ``{}`` is one array that holds all gates, one after the other. Where both weights have the same name,
        they are one matrix, which ``[h, x]`` is multiplied by.
    transposed : whether weights are ours transposed, (to, from) in place of (from, to), because the source writes
        column vectors, or rows and keeps its weights so.
    update : the source's update gate by our z: ``"z"`` where 1 keeps the state, ``"1 - z"`` where 0 keeps it.
    reset_after : whether r multiplies the recurrent product (True) or, before it, the state (False).
    remark : what the weights do not say.
    """

    source: str
    kind: str
    gates: str
    letters: str
    input_weight: str
    recurrent_weight: str
    biases: tuple[str, ...] = ()
    transposed: bool = False
    update: str | None = None
    reset_after: bool | None = None
    remark: str = ""

    @property
    def fused(self):
        """Whether one array holds all gates."""
        return "{}" not in self.recurrent_weight

    @property
    def joined(self):
        """Whether input and recurrent weight are one matrix."""
        return self.input_weight == self.recurrent_weight

    def names(self, template):
        """The arrays that a name with ``{}`` stands for, in the order of the gates."""
        return [template] if self.fused else [template.format(letter) for letter in self.letters]

    def shapes(self, D, H):
        """The shape of every array by its name, weights first, for D inputs and H units."""
        to = H * len(self.gates) if self.fused else H
        sizes = {self.input_weight: D, self.recurrent_weight: H}
        if self.joined:
            sizes = {self.input_weight: H + D}
        shapes = {}
        for template, size in sizes.items():
            shapes |= dict.fromkeys(self.names(template), (to, size) if self.transposed else (size, to))
        for template in self.biases:
            shapes |= dict.fromkeys(self.names(template), (to,))
        return shapes

    def oriented(self, gate, block):
        """One gate's block of a weight or bias as the other side writes it, whichever side it comes from.

        Because ``1 - sigmoid(a) = sigmoid(-a)``, an update gate that is ``1 - z`` has the negative of z's weights.
        """
        block = block.T if self.transposed else block
        return -block if gate == "z" and self.update == "1 - z" else block


_PYTORCH = "weight_ih", "weight_hh", ("bias_ih", "bias_hh")
_KERAS = "kernel", "recurrent_kernel"
_ONNX = "W", "R", ("Wb", "Rb")

NOTATIONS = (
    Notation("KGP", "RNN", "h", "h", "U", "W"),
    Notation("ISM", "RNN", "h", "h", "U", "W", ("b",), transposed=True),
    Notation("EDI", "RNN", "h", "h", "W_hx", "W_hh", ("b_h",), transposed=True),
    Notation("RN2", "RNN", "h", "h", "W_x", "W_h", ("b_1",), transposed=True),
    Notation("PKU", "RNN", "h", "h", "W", "W", ("b",)),
    Notation("PyTorch", "RNN", "h", "h", *_PYTORCH, transposed=True),
    Notation("Keras", "RNN", "h", "h", *_KERAS, ("bias",)),
    Notation("ONNX", "RNN", "h", "h", *_ONNX, transposed=True),
    Notation("KGP", "LSTM", "ifog", "ifog", "U^{}", "W^{}"),
    Notation("KGP after Olah", "LSTM", "figo", "fiCo", "W_{}", "W_{}", ("b_{}",), transposed=True),
    Notation("EDI", "LSTM", "ifog", "ifoh", "W_{}x", "W_{}h", ("b_{}",), transposed=True, remark="g without tanh"),
    Notation("RN2", "LSTM", "fiog", "fioc", "U_{}", "W_{}", ("b_{}",), transposed=True),
    Notation("PKU", "LSTM", "figo", "fiCo", "W_{}", "W_{}", ("b_{}",)),
    Notation("PyTorch", "LSTM", "ifgo", "ifgo", *_PYTORCH, transposed=True),
    Notation("Keras", "LSTM", "ifgo", "ifco", *_KERAS, ("bias",)),
    Notation("ONNX", "LSTM", "iofg", "iofc", *_ONNX, transposed=True),
    Notation("RN2", "GRU", "zrn", "urh", "U_{}", "W_{}", ("b_{}",), transposed=True, update="1 - z", reset_after=False),
    Notation("PyTorch", "GRU", "rzn", "rzn", *_PYTORCH, transposed=True, update="z", reset_after=True),
    Notation("Keras", "GRU", "zrn", "zrh", *_KERAS, ("bias[0]", "bias[1]"), update="z", reset_after=True),
    Notation("Keras", "GRU", "zrn", "zrh", *_KERAS, ("bias",), update="z", reset_after=False),
    Notation("ONNX", "GRU", "zrn", "zrh", *_ONNX, transposed=True, update="z", reset_after=False),
    Notation("ONNX", "GRU", "zrn", "zrh", *_ONNX, transposed=True, update="z", reset_after=True),
)
