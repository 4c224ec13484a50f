"""The LSTM and eight variants of it, many models at once: a whole population takes a step in one batched product.

Source: Greff et al. 2017, *LSTM: A search space odyssey*. Names are those of :mod:`rnncourse.scratch.lstm_variants`.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from rnncourse.models.parameters import uniform
from rnncourse.models.recurrent import require_all_finite, require_numbers
from rnncourse.scratch.validate import require_choice, require_finite

VARIANTS = ("V", "NIG", "NFG", "NOG", "NIAF", "NOAF", "CIFG", "NP", "FGR")
"""Vanilla; no input, forget, output gate; no input, output tanh; f = 1 - i; no peepholes; full gate recurrence."""

_GATES = {"NIG": "fo", "NFG": "io", "NOG": "if", "CIFG": "io"}  # with parameters of their own; in the others all three


class LSTMVariant(nn.Module):
    """One LSTM of the kind ``variant``, with a linear readout of every step.

    ``[a_i a_f a_g a_o] = x_t @ W_x + h_{t-1} @ W_h + b``
    ``i = sigmoid(a_i + p_i * c_{t-1})``, ``f = sigmoid(a_f + p_f * c_{t-1})``, ``g = tanh(a_g)``
    ``c_t = f * c_{t-1} + i * g``, ``o = sigmoid(a_o + p_o * c_t)``, ``h_t = o * tanh(c_t)``, ``y_t = h_t @ W_hy + b_y``

    ``W_x`` is (D, 4H), ``W_h`` (H, 4H), ``b`` (4H,), with the columns i f g o; the peepholes ``p_i``, ``p_f``, ``p_o``
    are (H,), ``W_hy`` (H, K) and ``b_y`` (K,). A gate that is left out has no columns and no peephole. FGR adds
    ``[i f o]_{t-1} @ W_gates`` to ``[a_i a_f a_o]``, ``W_gates`` (3H, 3H). State and gates start at zero.

    ``forget_bias`` is added to the initial bias of f; in CIFG, where f is ``sigmoid(-a_i)``, it is subtracted from i's.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, variant: str = "V", forget_bias: float = 0.0
    ) -> None:
        super().__init__()
        require_choice("variant", variant, VARIANTS)
        require_finite("forget_bias", forget_bias)
        self.variant, H, gates = variant, hidden_size, _GATES.get(variant, "ifo")
        self._blocks = [block for block in "ifgo" if block in gates + "g"]
        width = len(self._blocks) * H
        shapes = {"W_x": (input_size, width), "W_h": (H, width), "b": (width,)}
        if variant != "NP":
            shapes |= {f"p_{gate}": (H,) for gate in gates}
        if variant == "FGR":
            shapes["W_gates"] = 3 * H, 3 * H
        for name, shape in (shapes | {"W_hy": (H, output_size), "b_y": (output_size,)}).items():
            setattr(self, name, uniform(H, *shape))
        start = {"i": -forget_bias} if variant == "CIFG" else {"f": forget_bias}
        self.b.data += torch.tensor([start.get(block, 0.0) for block in self._blocks]).repeat_interleave(H)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (T, B, K) for x (T, B, D)."""
        return _outputs([self], x)[0]

    def columns(self, name: str, absent: float) -> Tensor:
        """``W_x``, ``W_h`` or ``b`` with all the columns i f g o, ``absent`` where there is no gate.

        CIFG gets minus the columns of i for those of f, since ``1 - sigmoid(a) = sigmoid(-a)``.
        """
        blocks = dict(zip(self._blocks, getattr(self, name).chunk(len(self._blocks), dim=-1), strict=True))
        if self.variant == "CIFG":
            blocks["f"] = -blocks["i"]
        filled = torch.full_like(blocks["g"], absent)
        return torch.cat([blocks.get(block, filled) for block in "ifgo"], dim=-1)

    def peepholes(self) -> Tensor:
        """``p_i``, ``p_f`` and ``p_o`` in the rows of (3, H), zeros where there is none."""
        there = {gate: getattr(self, f"p_{gate}") for gate in "ifo" if hasattr(self, f"p_{gate}")}
        if self.variant == "CIFG":
            there["f"] = -there["i"]
        none = self.W_h.new_zeros(len(self.W_h))
        return torch.stack([there.get(gate, none) for gate in "ifo"])


class LSTMPopulation(nn.Module):
    """Many :class:`LSTMVariant` of one size that read the same inputs; ``members[m]`` is of the kind ``variants[m]``.

    ``list(VARIANTS) * 3`` gives three members of each kind, each with its own initial weights. Members share no
    parameters, so in the gradient of the sum of their losses (:func:`member_losses`) each gets the gradient of its own
    loss. SGD and Adam thus train each as if it were alone, also with clipping by :meth:`clip_grad_norm_`.
    """

    def __init__(
        self, input_size: int, hidden_size: int, output_size: int, variants: Sequence[str], forget_bias: float = 0.0
    ) -> None:
        super().__init__()
        if isinstance(variants, str) or len(variants) == 0:
            raise ValueError(f"variants: expected a list of at least one name, got {variants!r}")
        sizes = input_size, hidden_size, output_size
        self.members = nn.ModuleList(LSTMVariant(*sizes, variant, forget_bias) for variant in variants)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs (M, T, B, K) of the M members for x (T, B, D)."""
        return _outputs(self.members, x)

    def clip_grad_norm_(self, max_norm: float) -> Tensor:
        """Scale the gradient of each member whose own norm is greater down to ``max_norm``.

        With one norm for all, each member's step would depend on the others. Returns the joint norm before clipping, as
        torch's function of this name does.
        """
        norms = [nn.utils.clip_grad_norm_(member.parameters(), max_norm) for member in self.members]
        return torch.stack(norms).norm()


def member_losses(loss: Callable[[Tensor, Tensor], Tensor], outputs: Tensor, targets: Tensor) -> Tensor:
    """``loss(outputs[m], targets)`` of each member, (M,): their sum is what to minimise, each of them is a score."""
    return torch.stack([loss(of_member, targets) for of_member in outputs])


def _outputs(members: Sequence[LSTMVariant], x: Tensor) -> Tensor:
    """What each of the M members says to x (T, B, D): (M, T, B, K)."""
    require_numbers("x", x, len(members[0].W_x))
    require_all_finite("x", x)
    stack = _Stack(members)
    (T, B, _), (M, _, H) = x.shape, stack.p_o.shape
    h = c = x.new_zeros(M, B, H)
    gates, states = x.new_zeros(len(stack.gate_recurrent), B, 3 * H), []
    for x_t in x:
        h, c, gates = stack.step(x_t.expand(M, -1, -1), h, c, gates)
        states.append(h)
    return torch.baddbmm(stack.b_y, torch.cat(states, dim=1), stack.W_hy).view(M, T, B, -1)


class _Stack:
    """The stacked weights of M members, each completed to a whole LSTM that computes the same.

    A gate that a member lacks gets weights 0 and an infinite bias: its value is 1, and its gradient 0.
    """

    def __init__(self, members: Sequence[LSTMVariant]) -> None:
        W_x, W_h = (torch.stack([member.columns(name, 0) for member in members]) for name in ("W_x", "W_h"))
        self.W = torch.cat([W_x, W_h], dim=1)
        self.b = torch.stack([member.columns("b", math.inf) for member in members])[:, None]
        self.p_i, self.p_f, self.p_o = torch.stack([member.peepholes() for member in members])[:, :, None].unbind(1)
        self.W_hy = torch.stack([member.W_hy for member in members])
        self.b_y = torch.stack([member.b_y for member in members])[:, None]
        self.no_input_tanh, self.no_output_tanh, of_fgr = (
            torch.tensor([member.variant == variant for member in members], device=W_x.device)[:, None, None]
            for variant in ("NIAF", "NOAF", "FGR")
        )
        self.gate_recurrent = of_fgr.flatten().nonzero()[:, 0]
        if len(self.gate_recurrent):
            W_gates = torch.stack([member.W_gates for member in members if member.variant == "FGR"])
            to_i, to_f, to_o = W_gates.chunk(3, dim=2)
            self.W_gates = torch.cat([to_i, to_f, torch.zeros_like(to_i), to_o], dim=2)

    def step(self, x: Tensor, h: Tensor, c: Tensor, gates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The next h and c (M, B, H), and gates i, f and o of the F members with gate recurrence, (F, B, 3H)."""
        a = torch.baddbmm(self.b, torch.cat([x, h], dim=2), self.W)
        if len(self.gate_recurrent):
            a = a.index_add(0, self.gate_recurrent, gates @ self.W_gates)
        a_i, a_f, a_g, a_o = a.chunk(4, dim=2)
        i = torch.sigmoid(torch.addcmul(a_i, self.p_i, c))
        f = torch.sigmoid(torch.addcmul(a_f, self.p_f, c))
        c = f * c + i * torch.where(self.no_input_tanh, a_g, torch.tanh(a_g))
        o = torch.sigmoid(torch.addcmul(a_o, self.p_o, c))
        h = o * torch.where(self.no_output_tanh, c, torch.tanh(c))
        return h, c, torch.cat([gate.index_select(0, self.gate_recurrent) for gate in (i, f, o)], dim=2)
