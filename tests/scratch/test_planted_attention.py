"""What an attention is held to, and mistakes planted in attention, losses, highway and optimisers that this catches."""

import numpy as np
import pytest
import torch

from rnncourse.scratch import functional, optim
from rnncourse.scratch.attention import (
    AdditiveAttention,
    DotProductAttention,
    GeneralAttention,
    ScaledDotProductAttention,
)
from rnncourse.scratch.highway import Highway

from . import test_functional, test_highway, test_optim
from .checks import AUTOGRAD, assert_all_close, assert_close, assert_gradients
from .planting import subclass_with_bug, with_bug
from .torch_oracles import gradients, leaves

CLASSES = [AdditiveAttention, GeneralAttention, DotProductAttention, ScaledDotProductAttention]
# T (0 for one query without a time axis), B, S, Q, K, M; the dot products take K for Q.
SHAPES = [(0, 3, 4, 2, 5, 3), (1, 1, 5, 3, 1, 2), (4, 2, 3, 1, 2, 4), (3, 2, 4, 3, 3, 2)]
MASKS = ["no mask", "padding", "each query"]


class Case:
    """An attention with arrays of one shape and a mask of one kind."""

    def __init__(self, score_class, shape=SHAPES[3], mask="padding", dtype=np.float64, seed=1):
        T, B, S, Q, K, M = shape
        rng = np.random.default_rng(seed)
        if issubclass(score_class, AdditiveAttention):
            self.score = score_class(Q, K, 4, rng, dtype)
        else:
            self.score = score_class(Q, K, rng, dtype) if issubclass(score_class, GeneralAttention) else score_class()
            Q = Q if issubclass(score_class, GeneralAttention) else K
        leading = (T, B) if T else (B,)
        shapes = {"query": (*leading, Q), "keys": (S, B, K), "values": (S, B, M)}
        self.arrays = {name: rng.standard_normal(size).astype(dtype) for name, size in shapes.items()}
        self.dcontext, self.dweights = (rng.standard_normal((*leading, size)).astype(dtype) for size in (M, S))
        self.mask = None
        if mask == "padding" or (mask == "each query" and not T):
            self.mask = np.arange(S)[:, None] < rng.integers(min(2, S), S + 1, size=B)
        elif mask == "each query":
            self.mask = (rng.random((T, B, S)) < 0.5) | (np.arange(S) == rng.integers(S, size=(T, B, 1)))

    def forward(self, **changed):
        return self.score.forward(**(self.arrays | {"mask": self.mask} | changed))

    def backward(self, cache, **changed):
        """All gradients by name, those of the parameters from zero."""
        self.score.zero_grads()
        arriving = {"dcontext": self.dcontext, "dweights": self.dweights} | changed
        returned = self.score.backward(**arriving, cache=cache)
        return self.score.grads | dict(zip(self.arrays, returned, strict=True))

    def loss(self):
        weights, context, _ = self.forward()
        return float((context * self.dcontext).sum() + (weights * self.dweights).sum())


def torch_scores(score_class, p, q, k):
    """(B, T, S) from (B, T, Q) and (B, S, K): KGP's network over [q; k], torch's bilinear map, and inner products."""
    pairs = [side.expand(*q.shape[:2], k.shape[1], -1) for side in (q[:, :, None], k[:, None])]
    if issubclass(score_class, AdditiveAttention):
        return torch.tanh(torch.cat(pairs, -1) @ torch.cat([p["W_q"], p["W_k"]]) + p["b"]) @ p["v"]
    if issubclass(score_class, GeneralAttention):
        return torch.nn.functional.bilinear(*(side.contiguous() for side in pairs), p["W"][None])[..., 0]
    scale = k.shape[-1] ** -0.5 if issubclass(score_class, ScaledDotProductAttention) else 1
    return (pairs[0] * pairs[1]).sum(-1) * scale


def check_equals_torch(score_class, shape=SHAPES[3], mask="each query"):
    """Weights, context and every gradient against autograd."""
    case = Case(score_class, shape, mask)
    tensors = leaves(case.score.parameters() | case.arrays)
    q, k, v = (t.transpose(0, 1) if t.ndim == 3 else t[:, None] for t in map(tensors.get, case.arrays))
    e = torch_scores(score_class, tensors, q, k)
    if case.mask is not None:
        visible = case.mask.transpose(1, 0, 2) if case.mask.ndim == 3 else case.mask.T[:, None]
        e = e.masked_fill(torch.tensor(~visible), -torch.inf)
    weights = torch.softmax(e, -1)
    expected = [out.transpose(0, 1) if shape[0] else out[:, 0] for out in (weights, weights @ v)]
    torch.autograd.backward(expected, [torch.tensor(case.dweights), torch.tensor(case.dcontext)])
    *outputs, cache = case.forward()
    for name, actual, wanted in zip(("weights", "context"), outputs, expected, strict=True):
        assert_close(name, actual, wanted.detach().numpy(), AUTOGRAD)
    assert np.array_equal(outputs[0] == 0, expected[0].detach().numpy() == 0), "weights that are not exactly 0"
    assert_all_close(case.backward(cache), gradients(tensors), AUTOGRAD)


def check_differences(score_class, shape=SHAPES[3], mask="padding"):
    case = Case(score_class, shape, mask)
    assert_gradients(case.loss, case.score.parameters() | case.arrays, case.backward(case.forward()[2]))


def check_adds(score_class):
    """A second ``backward`` of one cache adds the same gradients again; no array that came in has changed."""
    case = Case(score_class)
    before = {name: array.copy() for name, array in case.arrays.items()}
    *_, cache = case.forward()
    once = {name: gradient.copy() for name, gradient in case.backward(cache).items()}
    returned = dict(zip(case.arrays, case.score.backward(case.dcontext, cache, case.dweights), strict=True))
    twice = {name: 2 * once[name] for name in case.score.names}
    assert_all_close(case.score.grads | returned, once | twice, 1e-15)
    assert_all_close(case.arrays, before, 0)


def check_padding(score_class, garbage=np.nan, T=3):
    """Keys behind the mask change nothing, whatever they hold, and get exactly nothing, whatever arrives at them."""
    with np.errstate(all="raise", under="ignore"):
        case = Case(score_class, (T, 2, 4, 3, 3, 2), "no mask")
        weights, context, cache = case.forward()
        expected = case.backward(cache)
        wider = {name: np.pad(case.arrays[name], ((0, 2), (0, 0), (0, 0))) for name in ("keys", "values")}
        for array in wider.values():
            array[4:] = garbage
        padded_weights, padded_context, cache = case.forward(**wider, mask=np.arange(6)[:, None].repeat(2, 1) < 4)
        dweights = np.concatenate([case.dweights, np.full((*weights.shape[:-1], 2), garbage)], axis=-1)
        padded = case.backward(cache, dweights=dweights)
    assert not padded_weights[..., 4:].any()
    assert_close("weights", padded_weights[..., :4], weights, 1e-14)
    assert_close("context", padded_context, context, 1e-14)
    for name in wider:
        assert not padded[name][4:].any(), f"{name}: relative error of what should be zero"
        padded[name] = padded[name][:4]
    assert_all_close(padded, expected, 1e-13)


def check_attention(score_class):
    """What test_attention asks of a score, at shapes where every bug shows."""
    check_equals_torch(score_class)
    check_differences(score_class)
    check_adds(score_class)
    check_padding(score_class)
    check_padding(score_class, garbage=7.0, T=0)


ATTENTION_BUGS = {
    "mask ignored": ("forward", "np.where(visible, scores, -np.inf)", "scores"),
    "hidden scores 0": ("forward", "scores, -np.inf)", "scores, 0)"),
    "hidden scores a number not small enough": ("forward", "scores, -np.inf)", "scores, -10)"),
    "mask after the softmax": ("forward", "softmax(np.where(visible, scores, -np.inf))", "softmax(scores) * visible"),
    "softmax over the queries": ("forward", "scores, -np.inf))", "scores, -np.inf).T).T"),
    "padding multiplied by its weight of 0": ("forward", '_seen("values", values, visible)', "values"),
    "padded keys scored": ("forward", '_seen("keys", keys, visible)', "keys"),
    "the values' items mixed up": ("forward", "_product(weights, values)", "_product(weights, values[:, ::-1])"),
    "softmax without its sum": ("backward", "(weights * da).sum(axis=-1, keepdims=True)", "0"),
    "only the diagonal of the softmax": ("backward", "(weights * da).sum(axis=-1, keepdims=True)", "weights * da"),
    "sum over the queries": ("backward", ".sum(axis=-1, keepdims=True)", ".sum(axis=0, keepdims=True)"),
    "no softmax slope": ("backward", "weights * (da", "(da"),
    "dweights ignored": ("backward", "da += np.where(weights > 0, dweights, 0)", "pass"),
    "dweights overwrite": ("backward", "da += np.where", "da = np.where"),
    "dweights of hidden keys counted": ("backward", "np.where(weights > 0, dweights, 0)", "dweights"),
    "dcontext given to every value whole": ("backward", "_product(weights.T,", "_product(np.ones_like(weights.T),"),
    "scores for weights in dvalues": ("backward", "_product(weights.T,", "_product(dscores.T,"),
    "dvalues for dkeys": ("backward", "dkeys, _product(weights.T, dcontext)", "dkeys, 0 * values"),
}
SCORE_BUGS = {
    "bias forgotten": (AdditiveAttention, "score", "query @ self.W_q + self.b", "query @ self.W_q"),
    "tanh forgotten": (AdditiveAttention, "score", "np.tanh(hidden, out=hidden)", "pass"),
    "items for steps": (
        AdditiveAttention,
        "score",
        "[:, :, None] + projected_keys",
        "[:, ::-1, None] + projected_keys",
    ),
    "1 - h for 1 - h^2": (AdditiveAttention, "score_backward", "1 - hidden**2", "1 - hidden"),
    "no v in dquery": (
        AdditiveAttention,
        "score_backward",
        '"tbs,tbsa->tba", dscores, slope) * self.v',
        '"tbs,tbsa->tba", dscores, slope)',
    ),
    "no v in dkeys": (
        AdditiveAttention,
        "score_backward",
        '"tbs,tbsa->sba", dscores, slope) * self.v',
        '"tbs,tbsa->sba", dscores, slope)',
    ),
    "slope in dv": (AdditiveAttention, "score_backward", "@ hidden.reshape", "@ (1 - hidden**2).reshape"),
    "dW_q overwritten": (AdditiveAttention, "score_backward", 'self.grads["W_q"] +=', 'self.grads["W_q"] ='),
    "db a mean": (AdditiveAttention, "score_backward", "dprojected_query.sum(", "dprojected_query.mean("),
    "bilinear dW overwritten": (GeneralAttention, "score_backward", 'self.grads["W"] +=', 'self.grads["W"] ='),
    "W not transposed": (GeneralAttention, "score_backward", "dprojected @ self.W.T", "dprojected @ self.W"),
    "keys not projected back": (GeneralAttention, "score_backward", "dscores.T, projected)", "dscores.T, query)"),
    "no gradient for the keys": (DotProductAttention, "score_backward", "_product(dscores.T, query)", "0 * keys"),
    "scaled by K": (ScaledDotProductAttention, "score", "math.sqrt(query.shape[-1])", "query.shape[-1]"),
    "scaled by the number of keys": (ScaledDotProductAttention, "score", "query.shape[-1]", "len(keys)"),
    "scale forgotten in dquery": (ScaledDotProductAttention, "score_backward", " / math.sqrt(keys.shape[-1])", ""),
}


@pytest.mark.parametrize("bug", ATTENTION_BUGS)
def test_a_buggy_attention_is_caught(bug):
    buggy = subclass_with_bug(AdditiveAttention, *ATTENTION_BUGS[bug])
    with pytest.raises((AssertionError, FloatingPointError), match="relative error|invalid value"):
        check_attention(buggy)


@pytest.mark.parametrize("bug", SCORE_BUGS)
def test_a_buggy_score_is_caught(bug):
    buggy = subclass_with_bug(*SCORE_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_attention(buggy)


LOSS_BUGS = {
    "no 2": ("mean_squared_error_backward", "2 * errors", "1 * errors"),
    "targets minus predictions": ("mean_squared_error_backward", "2 * errors", "-2 * errors"),
    "no weight": ("mean_squared_error_backward", "dloss * weights", "dloss"),
    "dloss forgotten": ("mean_squared_error_backward", "dloss * weights", "weights"),
    "absolute errors": ("mean_squared_error", "errors**2", "abs(errors)"),
    "no square": ("mean_squared_error", "errors**2", "errors"),
    "mean over the positions": ("_value_weights", "weights / outputs.shape[-1]", "weights"),
    "sum divided too": ("_value_weights", 'if reduction == "mean" else weights', ""),
    "masked positions in the mean": ("_position_weights", "count = mask.sum()", "count = mask.size"),
    "mask ignored": ("_value_weights", "outputs.shape[:-1], mask,", "outputs.shape[:-1], None,"),
    "target forgotten": ("binary_cross_entropy_backward", "sigmoid(o) - y", "sigmoid(o)"),
    "sign": ("binary_cross_entropy_backward", "sigmoid(o) - y", "y - sigmoid(o)"),
    "logit for probability": ("binary_cross_entropy_backward", "sigmoid(o) - y", "o - y"),
    "only the yes": ("binary_cross_entropy", "np.maximum(o, 0) - o * y + ", ""),
    "exp of the logit": ("binary_cross_entropy", "np.exp(-np.abs(o))", "np.exp(-o)"),
}


@pytest.mark.parametrize("bug", LOSS_BUGS)
def test_a_buggy_loss_is_caught(bug, monkeypatch):
    name, *plant = LOSS_BUGS[bug]
    monkeypatch.setattr(functional, name, with_bug(getattr(functional, name), *plant))
    with pytest.raises(AssertionError, match="relative error"):
        for loss in test_functional.LOSSES:
            test_functional.check_loss(loss)
            test_functional.check_loss(loss, reduction="sum")


HIGHWAY_BUGS = {
    "gates swapped": ("forward", "t * g + (1 - t) * x", "(1 - t) * g + t * x"),
    "nothing carried": ("forward", "+ (1 - t) * x", ""),
    "gate's bias forgotten": ("forward", "x @ self.W_t + self.b_t", "x @ self.W_t"),
    "carried gradient dropped": ("backward", "dy * (1 - t) + da_t", "da_t"),
    "carried gradient whole": ("backward", "dy * (1 - t) + da_t", "dy + da_t"),
    "g for g - x": ("backward", "dy * (g - x)", "dy * g"),
    "no slope of the gate": ("backward", "* t * (1 - t)", ""),
    "no slope of g": ("backward", "* slope(g)", ""),
    "weights not transposed": ("backward", "da_h @ self.W_h.T", "da_h @ self.W_h"),
    "gradients overwritten": ("backward", 'self.grads[f"W_{a}"] +=', 'self.grads[f"W_{a}"] ='),
    "biases averaged": ("backward", "da.sum(axis=0)", "da.mean(axis=0)"),
}


@pytest.mark.parametrize("bug", HIGHWAY_BUGS)
def test_a_buggy_highway_is_caught(bug):
    buggy = subclass_with_bug(Highway, *HIGHWAY_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error|exercise every gradient"):
        for nonlinearity in test_highway.NONLINEARITIES:
            test_highway.check_equals_torch(buggy, nonlinearity=nonlinearity)
            test_highway.check_differences(buggy, nonlinearity=nonlinearity)
        test_highway.check_adds(buggy)


class CoupledDecay(optim.AdamW):
    """Adam with the decay in the gradient, where v scales it: what AdamW was made to replace."""

    def update(self, parameter, grad, memory):
        optim.Adam.update(self, parameter, grad + self.weight_decay * parameter, memory)


ADAGRAD_BUGS = {
    "the last square only": ("square_sum += grad**2", "square_sum[...] = grad**2"),
    "no root": ("np.sqrt(square_sum)", "square_sum"),
    "epsilon inside the root": ("np.sqrt(square_sum) + self.epsilon", "np.sqrt(square_sum + self.epsilon)"),
    "a running mean": ("square_sum += grad**2", "square_sum += 0.1 * (grad**2 - square_sum)"),
    "a copy updated": ("parameter -= self", "parameter = parameter - self"),
}
CLIP_BUGS = {
    "only from above": ("-threshold, threshold, out", "None, threshold, out"),
    "a copy cut": ("np.clip(g, -threshold, threshold, out=g)", "np.clip(g, -threshold, threshold)"),
    "scaled as by the norm": ("np.clip(g, -threshold, threshold, out=g)", "g *= threshold / abs(g).max()"),
}


@pytest.mark.parametrize("bug", ADAGRAD_BUGS)
def test_a_buggy_adagrad_is_caught(bug, monkeypatch):
    monkeypatch.setattr(test_optim, "Adagrad", subclass_with_bug(optim.Adagrad, "update", *ADAGRAD_BUGS[bug]))
    with pytest.raises(AssertionError, match="relative error"):
        test_optim.check_equals_torch(*test_optim.OPTIMIZERS["Adagrad, larger epsilon"])


def test_a_coupled_decay_is_caught(monkeypatch):
    monkeypatch.setattr(test_optim, "AdamW", CoupledDecay)
    with pytest.raises(AssertionError, match="relative error"):
        test_optim.check_equals_torch(*test_optim.OPTIMIZERS["AdamW, strong decay"])


@pytest.mark.parametrize("bug", CLIP_BUGS)
def test_a_buggy_clipping_by_value_is_caught(bug):
    with pytest.raises(AssertionError, match="relative error"):
        test_optim.check_clip_value(with_bug(optim.clip_grad_value, *CLIP_BUGS[bug]))
