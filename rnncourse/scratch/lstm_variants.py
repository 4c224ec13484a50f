"""Eight variants of the LSTM, each of which leaves out or adds one thing, on one core.

Source: Greff et al. 2017, *LSTM: A search space odyssey*, which trained all of them on three tasks.
"""

from typing import NamedTuple

import numpy as np

from rnncourse.scratch.cells import Cell
from rnncourse.scratch.functional import sigmoid
from rnncourse.scratch.module import uniform
from rnncourse.scratch.state import require_state
from rnncourse.scratch.validate import require_choice, require_size

VARIANTS = {
    "V": "Vanilla: three gates that see the cell through peepholes, and tanh on the way into the cell and out of it.",
    "NIG": "No input gate: all new content enters the cell (i = 1).",
    "NFG": "No forget gate: the cell keeps all that it has ever taken in (f = 1).",
    "NOG": "No output gate: the whole cell is always shown (o = 1).",
    "NIAF": "No input activation function: new content enters without tanh.",
    "NOAF": "No output activation function: the cell is shown without tanh.",
    "CIFG": "Coupled input and forget gate: as much is forgotten as enters (f = 1 - i).",
    "NP": "No peepholes: the gates see x and h only.",
    "FGR": "Full gate recurrence: each gate also sees what all three gates were one step before.",
}


class _Parts(NamedTuple):
    """What a variant is made of; the defaults are the vanilla LSTM's."""

    gates: str = "ifo"  # those with parameters of their own
    input_tanh: bool = True
    output_tanh: bool = True
    coupled: bool = False
    peepholes: bool = True
    gate_recurrence: bool = False


_PARTS = {
    "V": _Parts(),
    "NIG": _Parts(gates="fo"),
    "NFG": _Parts(gates="io"),
    "NOG": _Parts(gates="if"),
    "NIAF": _Parts(input_tanh=False),
    "NOAF": _Parts(output_tanh=False),
    "CIFG": _Parts(gates="io", coupled=True),
    "NP": _Parts(peepholes=False),
    "FGR": _Parts(gate_recurrence=True),
}


class LSTMVariantCell(Cell):
    """One step of the LSTM with peepholes (Gers and Schmidhuber 2000) or of one of its :data:`VARIANTS`.

    ``[a_i a_f a_g a_o] = x_t @ W_x + h_{t-1} @ W_h + b``
    ``i = sigmoid(a_i + p_i * c_{t-1})``, ``f = sigmoid(a_f + p_f * c_{t-1})``, ``g = tanh(a_g)``
    ``c_t = f * c_{t-1} + i * g``
    ``o = sigmoid(a_o + p_o * c_t)``, ``h_t = o * tanh(c_t)``

    ``W_x`` is (D, 4H), ``W_h`` (H, 4H), ``b`` (4H,), with the columns i f g o; the peepholes ``p_i``, ``p_f`` and
    ``p_o`` are (H,): each unit's gates see that unit's cell. The state is (h, c), each (B, H). The variants:

    - NIG, NFG, NOG: i, f or o is 1, and its columns and its peephole do not exist;
    - CIFG: ``f = 1 - i``, and f's columns and peephole do not exist;
    - NIAF: ``g = a_g``; NOAF: ``h_t = o * c_t``;
    - NP: no peepholes, which leaves an :class:`LSTMCell`, with its parameters and its results;
    - FGR: ``[i f o]_{t-1} @ W_gates`` is added to ``[a_i a_f a_o]``. ``W_gates`` (3H, 3H) is the paper's nine matrices
      side by side, and the state is (h, c, i, f, o).

    Source: Greff et al. 2017, *LSTM: A search space odyssey*.
    """

    def __init__(self, input_size, hidden_size, rng, dtype=np.float64, variant="V"):
        require_size("input_size", input_size)
        require_size("hidden_size", hidden_size)
        require_choice("variant", variant, VARIANTS)
        self.variant, self._parts, H = variant, _PARTS[variant], hidden_size
        blocks = [block for block in "ifgo" if block in self._parts.gates + "g"]
        self._columns = {block: slice(n * H, (n + 1) * H) for n, block in enumerate(blocks)}
        shapes = {"W_x": (input_size, len(blocks) * H), "W_h": (H, len(blocks) * H), "b": (len(blocks) * H,)}
        if self._parts.peepholes:
            shapes |= {f"p_{gate}": (H,) for gate in self._parts.gates}
        if self._parts.gate_recurrence:
            shapes["W_gates"] = 3 * H, 3 * H
        for name, shape in shapes.items():
            setattr(self, name, uniform(rng, H, *shape, dtype=dtype))
        self.names = tuple(shapes)
        self.zero_grads()

    @property
    def state_sizes(self):
        """The widths of h and c, and with full gate recurrence of i, f and o."""
        H = self.W_h.shape[0]
        return (H,) * (5 if self._parts.gate_recurrence else 2)

    def forward(self, x, state_prev):
        """Return ``(state, cache)`` for the state ``(h_prev, c_prev)``, with FGR ``(h_prev, c_prev, i, f, o)``."""
        self.require_step(x, state_prev, "state_prev")
        h_prev, c_prev, *gates_prev = state_prev
        a = x @ self.W_x + h_prev @ self.W_h + self.b
        if gates_prev:
            recurrence = _thirds(np.concatenate(gates_prev, axis=1) @ self.W_gates)
            for gate, recurrent in zip("ifo", recurrence, strict=True):
                a[:, self._columns[gate]] += recurrent
        i = self._gate("i", a, c_prev)
        f = 1 - i if self._parts.coupled else self._gate("f", a, c_prev)
        a_g = a[:, self._columns["g"]]
        g = np.tanh(a_g) if self._parts.input_tanh else a_g
        c = f * c_prev + i * g
        o = self._gate("o", a, c)
        shown = np.tanh(c) if self._parts.output_tanh else c
        h = o * shown
        return (h, c, i, f, o) if gates_prev else (h, c), (x, state_prev, c, i, f, g, o, shown)

    def backward(self, dstate, cache):
        """Return ``(dx, dstate_prev)`` for gradients, each (B, H), that arrive at the arrays of the state.

        First o, because its peephole sends a gradient to c: ``da_o = o (1 - o) s dh`` with s = tanh(c), and
        ``dc <- dc + p_o da_o + o (1 - s^2) dh``. Then ``da_i = i (1 - i) g dc``, ``da_f = f (1 - f) c_prev dc`` and
        ``dc_prev = f dc + p_i da_i + p_f da_f``. A gate that is 1 has slope 0, a tanh left out slope 1.
        With CIFG f is ``sigmoid(-a_i)``, so that a_i also receives -da_f. With FGR a gate v also receives what the
        next step sends to it: ``v (1 - v) dv``.
        """
        x, state_prev, c, i, f, g, o, shown = cache
        require_state("dstate", dstate, [array.shape for array in state_prev], x.dtype)
        c_prev, (dh, dc, *dgates) = state_prev[1], dstate
        di, df, do = dgates or (None, None, None)
        da_o = _through_gate(o, shown, dh, do)
        dc = dc + self._through_peephole("o", da_o, c)
        dc = dc + (o * (1 - shown**2) * dh if self._parts.output_tanh else o * dh)
        da_i, da_f = _through_gate(i, g, dc, di), _through_gate(f, c_prev, dc, df)
        if self._parts.coupled:
            da_i = da_i - da_f
        da_g = (1 - g**2) * i * dc if self._parts.input_tanh else i * dc
        da = {"i": da_i, "f": da_f, "g": da_g, "o": da_o}
        dx, dh_prev, *dgates_prev = self._through_products(x, state_prev, da)
        dc_prev = f * dc + self._through_peephole("i", da_i, c_prev) + self._through_peephole("f", da_f, c_prev)
        return dx, (dh_prev, dc_prev, *dgates_prev)

    def _gate(self, gate, a, c):
        """The gate's value: a sigmoid with its own columns and its view of the cell, or 1 for a gate left out."""
        if gate not in self._parts.gates:
            return 1.0
        argument = a[:, self._columns[gate]]
        return sigmoid(argument + getattr(self, f"p_{gate}") * c if self._parts.peepholes else argument)

    def _through_peephole(self, gate, da, c):
        """What the argument's gradient sends to the cell (B, H), or 0 where there is no peephole."""
        if f"p_{gate}" not in self.names:
            return 0
        self.grads[f"p_{gate}"] += (c * da).sum(axis=0)
        return getattr(self, f"p_{gate}") * da

    def _through_products(self, x, state_prev, da):
        """Add the gradients of weights and bias; return those of x and h_prev and, with FGR, of the previous gates."""
        h_prev, _, *gates_prev = state_prev
        columns = np.concatenate([da[block] for block in self._columns], axis=1)
        self.grads["W_x"] += x.T @ columns
        self.grads["W_h"] += h_prev.T @ columns
        self.grads["b"] += columns.sum(axis=0)
        dgates_prev = []
        if gates_prev:
            da_ifo = np.concatenate([da[gate] for gate in "ifo"], axis=1)
            self.grads["W_gates"] += np.concatenate(gates_prev, axis=1).T @ da_ifo
            dgates_prev = _thirds(da_ifo @ self.W_gates.T)
        return columns @ self.W_x.T, columns @ self.W_h.T, *dgates_prev


def _through_gate(gate, gated, dproduct, dgate):
    """The gradient of a gate's argument: of what it multiplies, and of what else its value receives (FGR)."""
    slope = gate * (1 - gate)
    da = slope * gated * dproduct
    return da if dgate is None else da + slope * dgate


def _thirds(gates):
    """The three gates i, f and o, each (B, H), that lie side by side in (B, 3H)."""
    H = gates.shape[1] // 3
    return gates[:, :H], gates[:, H : 2 * H], gates[:, 2 * H :]
