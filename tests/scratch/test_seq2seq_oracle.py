"""Encoder-decoders of every make, and the same on torch's own modules."""

import numpy as np
import pytest
import torch
from torch.nn.functional import embedding, scaled_dot_product_attention
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnncourse.scratch import (
    GRU,
    LSTM,
    RNN,
    AdditiveAttention,
    Bidirectional,
    DotProductAttention,
    ElmanCell,
    Embedding,
    GeneralAttention,
    GRUCell,
    LSTMCell,
    ScaledDotProductAttention,
    Stacked,
    Unrolled,
    seq2seq,
)
from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward
from rnncourse.scratch.state import unpack

from .checks import AUTOGRAD, assert_all_close, assert_close
from .torch_oracles import leaves

V, E = 7, 2  # target tokens, width of vectors


class Maker:
    """The parts of a model, from classes of which some may have bugs."""

    def __init__(self, rng, dtype=np.float64, H=4, **classes):
        self.rng, self.dtype, self.H = rng, dtype, H
        self.classes = {name: classes.get(name, getattr(seq2seq, name)) for name in seq2seq.__all__}

    def layer(self, layer_class, inputs=E, width=None):
        return layer_class(inputs, width or self.H, self.rng, self.dtype)

    def encoder(self, layer, tokens=9):
        table = Embedding(tokens, E, self.rng, self.dtype) if tokens else None
        return self.classes["Encoder"](layer, table)

    def decoder(self, layer, attention=None):
        return self.classes["Decoder"](Embedding(V, E, self.rng, self.dtype), layer, self.rng, attention)

    def bahdanau(self, cell_class, attention):
        table, cell = Embedding(V, E, self.rng, self.dtype), cell_class(E + self.H, self.H, self.rng, self.dtype)
        return self.classes["BahdanauDecoder"](table, cell, attention, self.rng)

    def additive(self):
        return AdditiveAttention(self.H, self.H, 3, self.rng, self.dtype)

    def general(self):
        return GeneralAttention(self.H, self.H, self.rng, self.dtype)

    def halves(self, layer_class):
        return Bidirectional(self.layer(layer_class, width=self.H // 2), self.layer(layer_class, width=self.H // 2))

    def bridged(self, encoder, decoder, width):
        return self.classes["EncoderDecoder"](encoder, decoder, self.classes["Bridge"](width, decoder, self.rng))

    def plain(self, encoder, decoder):
        return self.classes["EncoderDecoder"](encoder, decoder)


def deep(m):
    return Stacked([m.layer(LSTM), m.layer(LSTM, inputs=m.H)])


KINDS = {
    "LSTM": lambda m: m.plain(m.encoder(m.layer(LSTM)), m.decoder(m.layer(LSTM))),
    "both directions, additive": lambda m: m.bridged(
        m.encoder(m.halves(GRU)), m.decoder(m.layer(GRU), m.additive()), m.H
    ),
    "deep, general": lambda m: m.plain(m.encoder(deep(m)), m.decoder(deep(m), m.general())),
    "vectors, LSTM to GRU, scaled": lambda m: m.bridged(
        m.encoder(m.layer(LSTM), tokens=None), m.decoder(m.layer(GRU), ScaledDotProductAttention()), 2 * m.H
    ),
    "cells, dot": lambda m: m.plain(
        m.encoder(m.layer(RNN)), m.decoder(Unrolled(m.layer(ElmanCell)), DotProductAttention())
    ),
    "from a vector": lambda m: m.bridged(None, m.decoder(m.layer(LSTM)), 3),
    "from a state": lambda m: m.plain(None, m.decoder(m.layer(LSTM))),
    "Bahdanau": lambda m: m.bridged(m.encoder(m.halves(GRU)), m.bahdanau(GRUCell, m.additive()), m.H),
    "Bahdanau, LSTM, general": lambda m: m.plain(m.encoder(m.layer(LSTM)), m.bahdanau(LSTMCell, m.general())),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


class Case:
    """A model of one kind with ragged sources and targets."""

    def __init__(self, kind, B=3, S=4, T=3, seed=1, dtype=np.float64, H=4, **classes):
        rng = np.random.default_rng(seed)
        self.model = KINDS[kind](Maker(rng, dtype, H, **classes))
        for array in self.model.parameters().values():
            array *= 2  # or attention's gradients would vanish below what differences can see
        sentences = [rng.integers(3, V, n) for n in self._ragged(T, B, rng)]
        self.inputs, self.targets, self.mask = seq2seq.teacher_forcing(sentences, V)
        self.lengths, self.source = None, rng.standard_normal((B, 3)).astype(dtype)
        if kind == "from a state":
            self.source = tuple(rng.standard_normal((2, B, H)).astype(dtype))
        elif self.model.encoder is not None:
            self.lengths = self._ragged(S, B, rng)
            padded = np.arange(S)[:, None] >= self.lengths
            if self.model.encoder.embedding is None:
                self.source = np.where(padded[..., None], 0, rng.standard_normal((S, B, E)).astype(dtype))
            else:
                self.source = np.where(padded, 0, rng.integers(1, 9, (S, B)))

    @staticmethod
    def _ragged(longest, B, rng):
        lengths = rng.integers(1, longest + 1, B)
        lengths[rng.integers(B)] = longest
        return lengths

    def arrays(self):
        """All that has a gradient."""
        sources = {f"source{i}": array for i, array in enumerate(unpack(self.source)) if array.dtype.kind == "f"}
        return self.model.parameters() | sources

    def forward(self):
        return self.model.forward(self.source, self.inputs, self.lengths)

    def loss(self):
        return 10 * cross_entropy(self.forward()[0], self.targets, self.mask)[0]

    def gradients(self):
        logits, _, cache = self.forward()
        self.model.zero_grads()
        dlogits = cross_entropy_backward(cross_entropy(logits, self.targets, self.mask)[1], 10)
        dsource = self.model.backward(dlogits, cache)
        returned = {} if dsource is None else {f"source{i}": d for i, d in enumerate(unpack(dsource))}
        return self.model.grads | returned


TORCH = {LSTM: "LSTM", GRU: "GRU", RNN: "RNN", ElmanCell: "RNN", GRUCell: "GRUCell", LSTMCell: "LSTMCell"}


def torch_weights(p, prefix, suffix):
    """One simple layer's weights under torch's names; of torch's two biases each has a part of ours."""
    W_x, W_h, b = (
        p[f"{prefix}{name}"] for name in (("W_xh", "W_hh", "b_h") if f"{prefix}W_xh" in p else ("W_x", "W_h", "b"))
    )
    b_h = 0.75 * b
    if f"{prefix}b_hn" in p:
        b_h = torch.cat([b_h[: 2 * len(W_h)], p[f"{prefix}b_hn"]])
        b = torch.cat([0.25 * b[: 2 * len(W_h)], b[2 * len(W_h) :]])
    else:
        b = 0.25 * b
    values = {"weight_ih": W_x.T, "weight_hh": W_h.T, "bias_ih": b, "bias_hh": b_h}
    return {f"{name}{suffix}": value for name, value in values.items()}


def torch_layer(layer, p, prefix, x, state, lengths=None):
    """``torch.nn.LSTM`` and its like with our weights; returns outputs and the state as a tuple (depth, B, .)."""
    options, parts = {}, {"_l0": (layer, prefix)}
    if isinstance(layer, Unrolled):
        parts = {"_l0": (layer.cell, f"{prefix}cell.")}
    elif isinstance(layer, Bidirectional):
        parts = {"_l0": (layer.layers[0], f"{prefix}forward."), "_l0_reverse": (layer.layers[1], f"{prefix}backward.")}
        options = {"bidirectional": True}
    elif isinstance(layer, Stacked):
        parts = {f"_l{i}": (part, f"{prefix}layers[{i}].") for i, part in enumerate(layer.layers)}
        options = {"num_layers": len(parts)}
    part = parts["_l0"][0]
    module = getattr(torch.nn, TORCH[type(part)])(x.shape[2], part.output_size, dtype=x.dtype, **options)
    weights = {}
    for suffix, (_, name) in parts.items():
        weights |= torch_weights(p, name, suffix)
    if state is not None:
        state = tuple(s.reshape(-1, *s.shape[-2:]) for s in state)
        state = state if len(state) > 1 else state[0]
    packed = x if lengths is None else pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    outputs, state = torch.func.functional_call(module, weights, (packed, state))
    if lengths is not None:
        outputs = pad_packed_sequence(outputs, total_length=len(x))[0]
    return outputs, state if isinstance(state, tuple) else (state,)


def torch_attention(attention, p, query, memory, lengths):
    """Weights (T, B, S) and context (T, B, M) for queries (T, B, Q); the products are torch's own attention."""
    q, k = query.transpose(0, 1), memory.transpose(0, 1)
    visible = (torch.arange(k.shape[1]) < torch.tensor(lengths)[:, None])[:, None].expand(-1, q.shape[1], -1)
    name = "decoder.attention."
    if isinstance(attention, AdditiveAttention):
        hidden = q[:, :, None] @ p[f"{name}W_q"] + k[:, None] @ p[f"{name}W_k"] + p[f"{name}b"]
        scores = torch.tanh(hidden) @ p[f"{name}v"]
        weights = torch.softmax(scores.masked_fill(~visible, -torch.inf), -1)
        return weights.transpose(0, 1), (weights @ k).transpose(0, 1)
    if isinstance(attention, GeneralAttention):
        q = q @ p[f"{name}W"]
    scale = None if isinstance(attention, ScaledDotProductAttention) else 1.0
    found = [
        scaled_dot_product_attention(q, k, v, visible, scale=scale)
        for v in (torch.eye(k.shape[1]).to(k).expand(len(k), -1, -1), k)
    ]
    return tuple(array.transpose(0, 1) for array in found)


def torch_forward(case, p):
    """Logits and weights, by the papers' equations, on torch's modules."""
    model, decoder = case.model, case.model.decoder
    memory, state = None, tuple(tensor for name, tensor in p.items() if name.startswith("source"))
    if model.encoder is not None:
        x = embedding(torch.tensor(case.source), p["encoder.embedding.W"]) if not state else state[0]
        memory, state = torch_layer(model.encoder.layer, p, "encoder.layer.", x, None, case.lengths)
    if model.bridge is not None:
        rows = torch.cat([s.transpose(0, 1).flatten(1) if s.ndim == 3 else s for s in state], 1)
        state = torch.tanh(rows @ p["bridge.W"] + p["bridge.b"]).split(decoder.state_shapes(1)[0][-1], 1)
    y = embedding(torch.tensor(case.inputs), p["decoder.embedding.W"])
    if isinstance(decoder, seq2seq.BahdanauDecoder):
        weights, read = torch_bahdanau(decoder, p, y, [s.reshape(y.shape[1], -1) for s in state], memory, case.lengths)
    else:
        read, _ = torch_layer(decoder.layer, p, "decoder.layer.", y, state)
        weights = None
    if weights is None and decoder.attention is not None:
        weights, context = torch_attention(decoder.attention, p, read, memory, case.lengths)
        read = torch.tanh(torch.cat([context, read], 2) @ p["decoder.combine.W"] + p["decoder.combine.b"])
    return read @ p["decoder.readout.W"] + p["decoder.readout.b"], weights


def torch_bahdanau(decoder, p, y, state, memory, lengths):
    cell = getattr(torch.nn, TORCH[next(c for c in type(decoder.cell).__mro__ if c in TORCH)])(
        decoder.cell.input_size, decoder.cell.output_size, dtype=y.dtype
    )
    weights, read = [], []
    for y_t in y:
        a, context = torch_attention(decoder.attention, p, state[0][None], memory, lengths)
        x_t = torch.cat([y_t, context[0]], 1)
        given = tuple(state) if len(state) > 1 else state[0]
        state = torch.func.functional_call(cell, torch_weights(p, "decoder.cell.", ""), (x_t, given))
        state = state if isinstance(state, tuple) else (state,)
        weights.append(a[0])
        read.append(torch.cat([state[0], x_t], 1))
    return torch.stack(weights), torch.stack(read)


def check_equals_torch(kind, **options):
    """Logits, weights, loss and every gradient, where torch leaves out padding by its id."""
    case = Case(kind, **options)
    p = leaves(case.arrays())
    expected, weights = torch_forward(case, p)
    loss = 10 * torch.nn.functional.cross_entropy(
        expected.flatten(0, 1), torch.tensor(case.targets).flatten(), ignore_index=0
    )
    loss.backward()
    logits, found, _ = case.forward()
    assert_close("logits", logits, expected.detach().numpy(), AUTOGRAD)
    if weights is not None:
        assert_close("weights", found, weights.detach().numpy(), AUTOGRAD)
        assert np.array_equal(found == 0, weights.detach().numpy() == 0), "weights that are not exactly 0"
    assert_close("loss", case.loss(), loss.item(), AUTOGRAD)
    assert_all_close(case.gradients(), {name: tensor.grad.numpy() for name, tensor in p.items()}, AUTOGRAD)


@pytest.mark.parametrize("sizes", [{}, {"B": 1, "S": 1, "T": 1}, {"B": 5, "S": 7, "T": 6, "seed": 4}], ids=str)
@every_kind
def test_equals_torch(kind, sizes):
    check_equals_torch(kind, **sizes)
