"""The four scores in PyTorch: against those in NumPy, torch's own attention, and what must not matter."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scratch.planting import with_bug
from torch.nn import functional

from rnncourse import scratch
from rnncourse.models import attention
from rnncourse.models.attention import (
    AdditiveAttention,
    DotProductAttention,
    GeneralAttention,
    ScaledDotProductAttention,
    length_mask,
    make_attention,
)

torch.set_num_threads(1)

CLASSES = [AdditiveAttention, GeneralAttention, DotProductAttention, ScaledDotProductAttention]
MASKS = ["no mask", "lengths", "each query"]
SHAPES = [(1, 1, 1, 1, 1, 1), (1, 3, 4, 2, 5, 3), (4, 1, 3, 3, 2, 1), (3, 2, 5, 3, 4, 2)]  # Q, B, S, D, K, M

each_class = pytest.mark.parametrize("score_class", CLASSES, ids=lambda c: c.__name__)


def build(score_class, D, K):
    """A score in float64; the dot products take D for K."""
    torch.manual_seed(3)
    if score_class is AdditiveAttention:
        return score_class(D, K, 4).double()
    return (score_class(D, K) if score_class is GeneralAttention else score_class()).double()


def case(score_class, shape, mask):
    """The score, and what goes into it."""
    Q, B, S, D, K, M = shape
    K = K if score_class in (AdditiveAttention, GeneralAttention) else D
    generator = torch.Generator().manual_seed(5)
    sizes = (Q, B, D), (S, B, K), (S, B, M)
    tensors = [torch.randn(*size, generator=generator, dtype=torch.float64, requires_grad=True) for size in sizes]
    lengths = torch.randint(1, S + 1, (B,), generator=generator)
    masks = {"lengths": length_mask(lengths, S), "each query": torch.rand(Q, B, S, generator=generator) < 0.6}
    masks["each query"][..., -1] |= ~masks["each query"].any(dim=-1)
    return build(score_class, D, K), [*tensors, masks.get(mask)]


def numpy_twin(score_class, ours):
    """The same score of rnncourse.scratch, with these weights."""
    parameters = {name: parameter.detach().numpy() for name, parameter in ours.named_parameters()}
    rng, twin_class = np.random.default_rng(), getattr(scratch, score_class.__name__)
    if score_class is AdditiveAttention:
        twin = twin_class(len(parameters["W_q"]), *parameters["W_k"].shape, rng)
    else:
        twin = twin_class(*parameters["W"].shape, rng) if parameters else twin_class()
    assert parameters.keys() == set(twin.names)
    for name, array in parameters.items():
        getattr(twin, name)[...] = array
    return twin


def check_equals_scratch(score_class, shape=SHAPES[-1], mask="each query"):
    """Weights, contexts and every gradient."""
    ours, (queries, keys, values, visible) = case(score_class, shape, mask)
    contexts, weights = ours(queries, keys, values, visible)
    generator = torch.Generator().manual_seed(7)
    dcontexts, dweights = (torch.randn(a.shape, generator=generator, dtype=a.dtype) for a in (contexts, weights))
    torch.autograd.backward([contexts, weights], [dcontexts, dweights])
    twin, inputs = numpy_twin(score_class, ours), [t.detach().numpy() for t in (queries, keys, values)]
    their_weights, their_contexts, cache = twin.forward(*inputs, None if visible is None else visible.numpy())
    np.testing.assert_allclose(weights.detach(), their_weights, rtol=0, atol=1e-12)
    np.testing.assert_allclose(contexts.detach(), their_contexts, rtol=0, atol=1e-12)
    gradients = twin.backward(dcontexts.numpy(), cache, dweights.numpy())
    for tensor, expected in zip((queries, keys, values), gradients, strict=True):
        np.testing.assert_allclose(tensor.grad, expected, rtol=0, atol=1e-12)
    for name, parameter in ours.named_parameters():
        np.testing.assert_allclose(parameter.grad, twin.grads[name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@each_class
def test_equals_scratch(score_class, shape, mask):
    check_equals_scratch(score_class, shape, mask)


def check_torch(mask="each query"):
    ours, (queries, keys, values, visible) = case(ScaledDotProductAttention, (3, 2, 5, 4, 4, 3), mask)
    q, k, v = (tensor.transpose(0, 1) for tensor in (queries, keys, values))
    theirs = None if visible is None else (visible.T[:, None] if visible.ndim == 2 else visible.transpose(0, 1))
    expected = functional.scaled_dot_product_attention(q, k, v, attn_mask=theirs).transpose(0, 1)
    torch.testing.assert_close(ours(queries, keys, values, visible)[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mask", MASKS)
def test_the_scaled_dot_product_equals_torchs(mask):
    check_torch(mask)


def test_the_additive_score_is_a_network_over_the_concatenation():
    ours, (queries, keys, _, _) = case(AdditiveAttention, (3, 2, 5, 3, 4, 2), "no mask")
    found = ours.scores(queries, ours.project(keys))
    for t, b, s in np.ndindex(*found.shape):
        both = torch.cat([queries[t, b], keys[s, b]])
        expected = ours.v @ torch.tanh(both @ torch.cat([ours.W_q, ours.W_k]) + ours.b)
        torch.testing.assert_close(found[t, b, s], expected, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(CLASSES), st.tuples(*[st.integers(1, 4)] * 6), st.sampled_from(MASKS))
def test_weights_are_a_distribution_over_what_is_seen(score_class, shape, mask):
    ours, (queries, keys, values, visible) = case(score_class, shape, mask)
    contexts, weights = ours(queries, keys, values, visible)
    assert contexts.shape == (*shape[:2], shape[5])
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(shape[:2], dtype=torch.float64))
    if visible is not None:
        hidden = ~(visible.T[None].expand_as(weights) if visible.ndim == 2 else visible)
        assert (weights[hidden] == 0).all()


@each_class
def test_hidden_keys_change_nothing_and_get_no_gradient(score_class):
    ours, (queries, keys, values, visible) = case(score_class, (3, 2, 5, 3, 4, 2), "lengths")
    assert not visible.all()
    contexts, _ = ours(queries, keys, values, visible)
    other_keys, other_values = (torch.where(visible[..., None], x, 7.0) for x in (keys, values))
    torch.testing.assert_close(ours(queries, other_keys, other_values, visible)[0], contexts, rtol=0, atol=0)
    contexts.sum().backward()
    assert not keys.grad[~visible].any()
    assert not values.grad[~visible].any()
    assert values.grad[visible].any(dim=-1).all()


@each_class
def test_all_queries_at_once_are_each_alone(score_class):
    ours, (queries, keys, values, visible) = case(score_class, (4, 2, 3, 3, 4, 2), "each query")
    contexts, weights = ours(queries, keys, values, visible)
    projected = ours.project(keys)
    for t in range(4):
        one = ours.attend(queries[t : t + 1], projected, values, visible[t : t + 1])
        torch.testing.assert_close(one, (contexts[t : t + 1], weights[t : t + 1]), rtol=0, atol=1e-14)


def test_the_mask_of_lengths():
    expected = [[True, True, True], [False, True, True], [False, False, True]]
    assert length_mask(torch.tensor([1, 2, 3]), 3).tolist() == expected


@pytest.mark.parametrize("shape", [(4, 2), (1, 2, 4)], ids=str)
def test_a_query_without_a_key_is_refused(shape):
    q, k = torch.ones(1, 2, 3), torch.ones(4, 2, 3)
    with pytest.raises(ValueError, match="^mask: expected at least one key for each query, got none"):
        DotProductAttention()(q, k, k, torch.zeros(shape, dtype=torch.bool))


def test_scores_by_name():
    names = ["additive", "general", "dot", "scaled dot"]
    assert [type(make_attention(name, 3)) for name in names] == CLASSES
    with pytest.raises(ValueError, match="^attention: expected 'additive' or .*, got 'bilinear'$"):
        make_attention("bilinear", 3)


# class, method, what is right, what a tired author might write
BUGS = [
    ("AdditiveAttention", "scores", "torch.tanh((queries @ self.W_q + self.b)[:, None] + projected)",
     "torch.tanh((queries @ self.W_q)[:, None] + projected)"),
    ("AdditiveAttention", "scores", "torch.tanh(", "torch.sigmoid("),
    ("AdditiveAttention", "scores", "+ projected)", "+ 0 * projected)"),
    ("ScaledDotProductAttention", "project", "math.sqrt(keys.shape[-1])", "keys.shape[-1]"),
    ("ScaledDotProductAttention", "project", "keys.shape[-1]", "len(keys)"),
    ("GeneralAttention", "project", "self.W.T", "self.W.abs().T"),
    ("Attention", "attend", "torch.where(visible, scores, -torch.inf)", "torch.where(visible, scores, 0)"),
    ("Attention", "attend", "torch.where(visible, scores, -torch.inf)", "torch.where(visible, -torch.inf, scores)"),
    ("Attention", "attend", "scores.softmax(dim=-1)", "scores.softmax(dim=1)"),
    ("Attention", "forward", "keys), values, visible", "keys), values"),
    ("Attention", "forward", "if mask.ndim == 2 else mask", "if mask.ndim == 2 else mask.flip(0)"),
]  # fmt: skip


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug[0]}.{bug[1]}: {bug[3]}")
def test_planted_bugs_are_caught(bug, monkeypatch):
    name, method, right, wrong = bug
    owner = getattr(attention, name)
    monkeypatch.setattr(owner, method, with_bug(getattr(owner, method), right, wrong))
    for score_class in (c for c in CLASSES if issubclass(c, owner)):
        with pytest.raises(AssertionError):
            check_equals_scratch(score_class)
