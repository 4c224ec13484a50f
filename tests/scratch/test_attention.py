"""The four attentions: against differences, torch, the onnx package's published cases, and what must not matter."""

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.attention import AdditiveAttention, Attention, DotProductAttention, ScaledDotProductAttention
from rnncourse.scratch.gradcheck import directional_derivative

from .checks import AUTOGRAD, assert_all_close, assert_close, assert_rejects
from .onnx_cases import published_cases
from .test_planted_attention import (
    CLASSES,
    MASKS,
    SHAPES,
    Case,
    check_adds,
    check_differences,
    check_equals_torch,
    check_padding,
)

every_class = pytest.mark.parametrize("score_class", CLASSES, ids=lambda c: c.__name__)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@every_class
def test_equals_torch(score_class, shape, mask):
    check_equals_torch(score_class, shape, mask)


@pytest.mark.parametrize("shape", [(0, 1, 1, 1, 1, 1), (3, 1, 1, 2, 2, 2)], ids=str)
@every_class
def test_a_single_key_has_weight_one(score_class, shape):
    check_equals_torch(score_class, shape, "padding")
    case = Case(score_class, shape)
    assert (case.forward()[0] == 1).all()


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@every_class
def test_gradients_equal_differences(score_class, shape, mask):
    check_differences(score_class, shape, mask)


@every_class
def test_backward_adds(score_class):
    check_adds(score_class)


@pytest.mark.parametrize("garbage", [np.nan, np.inf, -np.inf, 1e308, 7.0])
@pytest.mark.parametrize("T", [0, 3])
@every_class
def test_padding_changes_nothing(score_class, garbage, T):
    check_padding(score_class, garbage, T)


sizes = st.tuples(st.integers(0, 4), *[st.integers(1, 4)] * 5)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(CLASSES), sizes, st.sampled_from(MASKS), st.integers(0, 99))
def test_gradient_along_any_direction(score_class, shape, mask, seed):
    case = Case(score_class, shape, mask, seed=seed)
    arrays = case.score.parameters() | case.arrays
    found = case.backward(case.forward()[2])
    rng = np.random.default_rng(seed)
    directions = {name: rng.standard_normal(array.shape) for name, array in arrays.items()}
    numerical = directional_derivative(case.loss, list(arrays.values()), list(directions.values()), 1e-4)
    assert sum((found[n] * directions[n]).sum() for n in arrays) == pytest.approx(numerical, rel=1e-7, abs=1e-8)


@every_class
def test_the_order_of_the_keys_does_not_matter(score_class):
    case, order = Case(score_class, (3, 2, 5, 2, 3, 2)), np.array([3, 0, 4, 2, 1])
    weights, context, cache = case.forward()
    expected = case.backward(cache)
    shuffled = {name: case.arrays[name][order] for name in ("keys", "values")}
    shuffled_weights, same, cache = case.forward(**shuffled, mask=case.mask[order])
    assert_close("weights", shuffled_weights, weights[..., order], 1e-14)
    assert_close("context", same, context, 1e-14)
    expected |= {name: expected[name][order] for name in shuffled}
    assert_all_close(case.backward(cache, dweights=case.dweights[..., order]), expected, 1e-13)


@every_class
def test_equal_keys_give_the_mean_of_the_values_that_are_there(score_class):
    case = Case(score_class, (3, 4, 5, 2, 3, 2))
    context = case.forward(keys=np.full((5, 4, 3), 0.7))[1]
    mean = case.arrays["values"].mean(axis=0, where=case.mask[..., None])
    assert_close("context", context, np.broadcast_to(mean, context.shape), 1e-14)


@pytest.mark.parametrize("mask", MASKS)
@every_class
def test_all_queries_and_items_at_once_are_each_alone(score_class, mask):
    case = Case(score_class, (4, 3, 5, 2, 3, 2), mask)
    weights, context, _ = case.forward()
    for t, b in np.ndindex(4, 3):
        one = {name: case.arrays[name][:, b : b + 1] for name in ("keys", "values")}
        if case.mask is not None:
            one["mask"] = (case.mask[t, b] if mask == "each query" else case.mask[:, b])[:, None]
        a, c, _ = case.forward(query=case.arrays["query"][t, b : b + 1], **one)
        assert_close("weights", a[0], weights[t, b], 1e-14)
        assert_close("context", c[0], context[t, b], 1e-14)


@pytest.mark.parametrize("kind", ["no mask", "padding", "causal"])
def test_self_attention_equals_torch(kind):
    rng = np.random.default_rng(3)
    x, dcontext = rng.standard_normal((2, 5, 3, 4))
    masks = {"no mask": None, "padding": np.arange(5)[:, None] < [5, 2, 1]}
    mask = masks.get(kind, np.tri(5, dtype=bool)[:, None].repeat(3, axis=1))
    tx = torch.tensor(x, requires_grad=True)
    item = tx.transpose(0, 1)
    seen = {"attn_mask": torch.tensor(mask.T[:, None])} if kind == "padding" else {"is_causal": kind == "causal"}
    expected = torch.nn.functional.scaled_dot_product_attention(item, item, item, **seen).transpose(0, 1)
    expected.backward(torch.tensor(dcontext))
    score = ScaledDotProductAttention()
    _, context, cache = score.forward(x, x, x, mask)
    assert_close("context", context, expected.detach().numpy(), AUTOGRAD)
    assert_close("dx", sum(score.backward(dcontext, cache)), tx.grad.numpy(), AUTOGRAD)


@every_class
def test_float32_stays_float32_and_near_float64(score_class):
    case, exact = (Case(score_class, dtype=dtype) for dtype in (np.float32, np.float64))
    (*outputs, cache), (*expected, exact_cache) = case.forward(), exact.forward()
    found, wanted = case.backward(cache), exact.backward(exact_cache)
    assert {array.dtype for array in (*outputs, *found.values())} == {np.dtype(np.float32)}
    assert_close("context", outputs[1], expected[1], 1e-6)
    assert_all_close(found, wanted, 1e-5)


def test_large_scores_do_not_overflow():
    query, keys, values = np.array([[1e4]]), np.array([[[1e4]], [[-1e4]]]), np.array([[[2.0]], [[3.0]]])
    with np.errstate(all="raise", under="ignore"):
        weights, context, _ = DotProductAttention().forward(query, keys, values)
    assert [weights.tolist(), context.tolist()] == [[[1, 0]], [[2]]]


@pytest.mark.parametrize("T", [0, 3])
def test_the_weights_cannot_be_changed_behind_the_cache(T):
    case = Case(AdditiveAttention, (T, 2, 3, 2, 2, 2))
    weights, context, cache = case.forward()
    expected = case.backward(cache)
    assert not weights.flags.writeable
    context[:] = 0
    assert_all_close(case.backward(cache), expected, 0)


def test_a_seed_gives_the_same_attention_and_repr_shows_the_shapes():
    score, same = (AdditiveAttention(3, 4, 5, np.random.default_rng(7)) for _ in range(2))
    assert_all_close(same.parameters(), score.parameters(), 0)
    assert all(array.all() for array in score.parameters().values())
    assert repr(score) == "AdditiveAttention(W_q (3, 5), W_k (4, 5), b (5,), v (5,))"


def test_the_base_class_has_no_score():
    x = np.ones((1, 1, 1))
    for call in (lambda: Attention().forward(x, x, x), lambda: Attention().score_backward(x, None)):
        pytest.raises(NotImplementedError, call)


def beyond_us(case):
    """Why our classes cannot express a published case, or None."""
    mask = case.get("attn_mask", np.ones(1, bool))
    reasons = {
        "a later operator": case["opset"] != 23,
        "16-bit numbers": case["Q"].dtype != np.float32,
        "a mask of numbers, added to the scores": mask.dtype != bool,
        "a query without a key, which we refuse": not mask.any(axis=-1).all(),
        "scores squashed by softcap": "softcap" in case,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def by_head(array, heads):
    """A published array (B, heads, T, D), or (B, T, heads * D), as time-major (T, B, D) for each head."""
    if array.ndim == 3:
        array = array.reshape(*array.shape[:2], heads, -1).swapaxes(1, 2)
    return array.transpose(1, 2, 0, 3)


def attend(case):
    """Contexts and scores of every head, each head an attention of its own; several queries may share a head's keys."""
    heads = [case.get("q_num_heads"), case.get("kv_num_heads"), case.get("kv_num_heads")]
    query, keys, values = (by_head(case[name], count) for name, count in zip("QKV", heads, strict=True))
    (H, T, B, _), S = query.shape, keys.shape[1]
    causal = np.tri(T, S, dtype=bool) if case.get("is_causal") else np.ones((T, S), bool)
    visible = np.broadcast_to(causal & case.get("attn_mask", True), (B, H, T, S)).transpose(1, 2, 0, 3)
    query = query * np.float32(case.get("scale", 1))
    score = DotProductAttention() if "scale" in case else ScaledDotProductAttention()
    for h in range(H):
        shared = h * len(keys) // H
        context = score.forward(query[h], keys[shared], values[shared], visible[h])[1]
        yield context, score.score(query[h], keys[shared])[0]


PUBLISHED = published_cases("attention.py")
EXPRESSED = {case["name"]: case for case in PUBLISHED if not beyond_us(case)}


@pytest.mark.parametrize("name", EXPRESSED)
def test_equals_the_published_cases(name):
    case = EXPRESSED[name]
    contexts, scores = (np.stack(of_each_head) for of_each_head in zip(*attend(case), strict=True))
    assert_close("Y", contexts, by_head(case["Y"], case.get("q_num_heads")), 1e-6)
    if "qk_matmul_output" in case:
        assert_close("scores", scores, by_head(case["qk_matmul_output"], None), 1e-6)


def test_how_many_published_cases_are_beyond_us_and_why():
    assert Counter(map(beyond_us, PUBLISHED)) == {
        None: 22,
        "a later operator": 24,
        "16-bit numbers": 6,
        "a mask of numbers, added to the scores": 33,
        "a query without a key, which we refuse": 2,
        "scores squashed by softcap": 6,
    }


CASE = Case(AdditiveAttention, (3, 2, 4, 2, 5, 3))
ONE = Case(AdditiveAttention, (0, 2, 4, 2, 5, 3))
DOT = Case(DotProductAttention, (3, 2, 4, 2, 2, 3))
QUERY, KEYS, VALUES = CASE.arrays.values()
CACHE, ONE_CACHE = CASE.forward()[2], ONE.forward()[2]
BROKEN = np.where(np.arange(4)[:, None, None] == 1, np.nan, KEYS)
SEEN = np.ones((4, 2), bool)
BLIND = SEEN & np.array([True, False])
BLIND_ONCE = np.arange(24).reshape(3, 2, 4) // 4 != 5
RNG = np.random.default_rng(0)
BAD_INPUT = {
    "query_size": (lambda: AdditiveAttention(0, 2, 2, RNG), "query_size", "integer of at least 1", "0"),
    "key_size": (lambda: AdditiveAttention(2, 1.5, 2, RNG), "key_size", "integer of at least 1", "1.5"),
    "attention_size": (lambda: AdditiveAttention(2, 2, None, RNG), "attention_size", "integer of at least 1", "None"),
    "integer weights": (lambda: AdditiveAttention(2, 2, 2, RNG, int), "dtype", "a floating type", "int64"),
    "query list": (lambda: CASE.forward(query=QUERY.tolist()), "query", "NumPy array of floats", "list"),
    "query integers": (lambda: DOT.forward(query=np.ones((2, 2), int)), "query", "floats", "int64"),
    "query width": (lambda: CASE.forward(query=KEYS[:3]), "query", "shape (T, B, 2)", "(3, 2, 5)"),
    "query rank": (lambda: CASE.forward(query=QUERY[0, 0]), "query", "shape (B, 2)", "(2,)"),
    "query dtype": (lambda: CASE.forward(query=QUERY.astype("f")), "query", "dtype float64", "float32"),
    "query infinite": (lambda: CASE.forward(query=QUERY * np.inf), "query", "finite numbers", "NaN or infinity"),
    "keys width": (lambda: CASE.forward(keys=QUERY), "keys", "shape (S, 2, 5)", "(3, 2, 2)"),
    "keys batch": (lambda: CASE.forward(keys=KEYS[:, :1]), "keys", "shape (S, 2, 5)", "(4, 1, 5)"),
    "keys none": (lambda: CASE.forward(keys=KEYS[:0]), "keys", "shape (S, 2, 5)", "(0, 2, 5)"),
    "keys of a dot product": (lambda: DOT.forward(keys=KEYS), "keys", "shape (S, 2, 2)", "(4, 2, 5)"),
    "keys dtype": (lambda: DOT.forward(keys=np.ones((4, 2, 2), np.float32)), "keys", "dtype float64", "float32"),
    "keys NaN": (lambda: CASE.forward(keys=BROKEN, mask=SEEN), "keys", "finite numbers", "NaN or infinity"),
    "values number": (lambda: CASE.forward(values=VALUES[1:]), "values", "shape (4, 2, M)", "(3, 2, 3)"),
    "values dtype": (lambda: CASE.forward(values=VALUES > 0), "values", "dtype float64", "bool"),
    "values NaN": (lambda: CASE.forward(values=BROKEN), "values", "finite numbers", "NaN or infinity"),
    "mask shape": (lambda: CASE.forward(mask=SEEN.T), "mask", "shape (4, 2)", "(2, 4)"),
    "mask of each query": (lambda: CASE.forward(mask=BLIND_ONCE.T), "mask", "shape (3, 2, 4)", "(4, 2, 3)"),
    "mask of many for one": (lambda: ONE.forward(mask=BLIND_ONCE), "mask", "shape (4, 2)", "(3, 2, 4)"),
    "mask dtype": (lambda: CASE.forward(mask=SEEN * 1.0), "mask", "dtype bool", "float64"),
    "mask without a key": (lambda: CASE.forward(mask=BLIND), "mask", "key for each", "none for item 1"),
    "mask blind once": (lambda: CASE.forward(mask=BLIND_ONCE), "mask", "key for each", "none for step 2 of item 1"),
    "dcontext shape": (lambda: CASE.backward(CACHE, dcontext=KEYS), "dcontext", "shape (3, 2, 3)", "(4, 2, 5)"),
    "dcontext of one": (lambda: ONE.backward(ONE_CACHE, dcontext=VALUES), "dcontext", "shape (2, 3)", "(4, 2, 3)"),
    "dcontext dtype": (lambda: CASE.backward(CACHE, dcontext=np.ones((3, 2, 3), int)), "dcontext", "float64", "int64"),
    "dweights shape": (lambda: CASE.backward(CACHE, dweights=QUERY), "dweights", "shape (3, 2, 4)", "(3, 2, 2)"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])
