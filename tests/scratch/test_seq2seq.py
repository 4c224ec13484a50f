"""The encoder-decoder: differences, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch.functional import cross_entropy, cross_entropy_backward, log_softmax
from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.seq2seq import scheduled_inputs
from rnncourse.scratch.state import unpack

from .checks import assert_all_close, assert_close, assert_gradients
from .test_seq2seq_oracle import KINDS, Case, V, every_kind

WITH_ENCODER = [kind for kind in KINDS if not kind.startswith("from")]
WITH_ATTENTION = [kind for kind in WITH_ENCODER if kind != "LSTM"]


def check_differences(kind, **options):
    case = Case(kind, B=2, S=3, T=2, H=2, **options)
    assert_gradients(case.loss, case.arrays(), case.gradients(), 1e-7)


def check_adds(kind, **options):
    """A second ``backward`` of one cache adds the same gradients again; nothing that came in has changed."""
    case = Case(kind, **options)
    logits, _, cache = case.forward()
    dlogits = np.random.default_rng(2).standard_normal(logits.shape)
    before = [array.copy() for array in (dlogits, case.inputs, *unpack(case.source))]
    first = case.model.backward(dlogits, cache)
    once = {name: gradient.copy() for name, gradient in case.model.grads.items()}
    second = case.model.backward(dlogits, cache)
    assert_all_close(case.model.grads, {name: 2 * gradient for name, gradient in once.items()}, 1e-14)
    if first is not None:
        assert_close("source", np.stack(unpack(second)), np.stack(unpack(first)), 0)
    for array, original in zip((dlogits, case.inputs, *unpack(case.source)), before, strict=True):
        assert_close("argument", array, original, 0)


def check_padding(kind, **options):
    """Steps beyond a source's end change nothing, whatever they hold; nor do targets behind the mask."""
    case = Case(kind, **options)
    logits, weights, _ = case.forward()
    expected = case.gradients()
    steps, longest = len(case.source), len(case.inputs)
    padded = np.arange(steps + 2)[:, None] >= case.lengths
    longer = np.concatenate([case.source, case.source[:2]])
    garbage = np.nan if longer.dtype.kind == "f" else 8
    case.source = np.where(padded.reshape(padded.shape + (1,) * (longer.ndim - 2)), garbage, longer)
    case.inputs = np.where(np.concatenate([case.mask, case.mask[:2] & False]), case.inputs[np.r_[:longest, 0, 0]], 5)
    case.targets = np.concatenate([np.where(case.mask, case.targets, 4), np.full_like(case.targets[:2], 4)])
    case.mask = np.concatenate([case.mask, np.zeros_like(case.mask[:2])])
    longer_logits, longer_weights, _ = case.forward()
    mask = case.mask[:longest]
    assert_close("logits", longer_logits[:longest][mask], logits[mask], 1e-13)
    if weights is not None:
        assert_close("weights", longer_weights[:longest, :, :steps][mask], weights[mask], 1e-13)
        assert_close("weights of padding", longer_weights[:, padded.T], np.zeros((len(case.inputs), padded.sum())), 0)
    found = case.gradients()
    for name in [name for name in found if name.startswith("source")]:
        assert_close("gradient of padding", found[name][padded], 0 * found[name][padded], 0)
        found[name] = found[name][:steps]
    assert_all_close(found, expected, 1e-12)


def check_steps(kind, **options):
    """One token after the other gives what all at once gives, for as many copies of each source as wanted."""
    case = Case(kind, **options)
    expected = log_softmax(case.forward()[0])
    for copies in (1, 3):
        state, step = case.model.start(case.source, case.lengths, copies)
        rows = np.repeat(np.arange(case.inputs.shape[1]), copies)
        state = tuple(array[..., rows, :] for array in unpack(state))
        state = state if len(state) > 1 else state[0]
        for t, tokens in enumerate(case.inputs[:, rows]):
            log_probabilities, state = step(state, tokens)
            assert_close("log-probabilities", log_probabilities, expected[t, rows], 1e-13)


@every_kind
def test_gradients_equal_differences(kind):
    check_differences(kind)


@every_kind
def test_backward_adds(kind):
    check_adds(kind)


@pytest.mark.parametrize("kind", WITH_ENCODER)
def test_padding_changes_nothing(kind):
    check_padding(kind)


@every_kind
def test_steps_equal_the_whole(kind):
    check_steps(kind)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(list(KINDS)), st.integers(1, 4), st.integers(1, 5), st.integers(1, 4), st.integers(0, 99))
def test_gradient_along_any_direction(kind, B, S, T, seed):
    case = Case(kind, B, S, T, seed)
    rng = np.random.default_rng(seed)
    arrays, gradients = case.arrays(), case.gradients()
    directions = {name: rng.standard_normal(array.shape) for name, array in arrays.items()}
    numerical = directional_derivative(case.loss, list(arrays.values()), list(directions.values()), step=1e-4)
    assert sum((gradients[n] * directions[n]).sum() for n in arrays) == pytest.approx(numerical, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(("kind", "ratio"), [("both directions, additive", 0.5), ("LSTM", 0.0)])
def test_gradients_of_a_mixed_run_equal_differences_with_its_tokens_held(kind, ratio):
    case = Case(kind, B=2, S=2, T=3, H=2)
    state, step = case.model.start(case.source, case.lengths)
    mixed = scheduled_inputs(step, state, case.inputs, ratio, np.random.default_rng(0))
    assert (mixed != case.inputs).any()
    case.inputs = mixed
    assert_gradients(case.loss, case.arrays(), case.gradients(), 1e-7)


@every_kind
def test_float32_stays_float32_and_near_float64(kind):
    case, exact = Case(kind, dtype=np.float32), Case(kind)
    logits, expected = case.forward()[0], exact.forward()[0]
    gradients = case.gradients()
    assert {array.dtype for array in (logits, *gradients.values())} == {np.dtype(np.float32)}
    assert_close("logits", logits, expected, 1e-5)
    assert_all_close(gradients, exact.gradients(), 1e-4)


@every_kind
def test_each_item_alone_gives_what_it_gives_in_the_batch(kind):
    case = Case(kind)
    logits, weights, _ = case.forward()
    for b in range(3):
        steps = None if case.lengths is None else case.lengths[b]
        alone = [s[:steps, b : b + 1] if steps else s[b : b + 1] for s in unpack(case.source)]
        alone = tuple(alone) if len(alone) > 1 else alone[0]
        found, found_weights, _ = case.model.forward(alone, case.inputs[:, b : b + 1])
        assert_close("logits", found[:, 0], logits[:, b], 1e-13)
        if weights is not None:
            assert_close("weights", found_weights[:, 0], weights[:, b, :steps], 1e-13)


@every_kind
def test_scores_do_not_see_what_comes_later(kind):
    case = Case(kind)
    logits = case.forward()[0]
    case.inputs = case.inputs.copy()
    case.inputs[2:] = (case.inputs[2:] + 1) % V
    changed = case.forward()[0]
    assert np.array_equal(changed[:2], logits[:2])
    assert (changed[2:] != logits[2:]).any(axis=-1).all()


@pytest.mark.parametrize("kind", WITH_ATTENTION)
def test_weights_are_shares_of_the_real_steps(kind):
    case = Case(kind)
    weights = case.forward()[1]
    real = np.arange(weights.shape[2]) < case.lengths[:, None]
    assert np.array_equal(weights > 0, np.broadcast_to(real, weights.shape))
    assert_close("sums", weights.sum(axis=2), np.ones(weights.shape[:2]), 1e-14)


@every_kind
def test_every_source_matters(kind):
    case = Case(kind)
    other = Case(kind, seed=2)
    other.model, other.inputs, other.targets = case.model, case.inputs, case.targets
    other.lengths = case.lengths
    assert (other.forward()[0] != case.forward()[0]).any(axis=(0, 2)).any()


def test_two_runs_keep_two_caches():
    case = Case("both directions, additive")
    logits, _, cache = case.forward()
    dlogits = np.ones_like(logits)
    case.model.backward(dlogits, cache)
    expected = case.model.grads
    case.model.zero_grads()
    case.model.forward(case.source[::-1], case.inputs[::-1], case.lengths)
    case.model.backward(dlogits, cache)
    assert_all_close(case.model.grads, expected, 0)


def test_the_first_state_is_not_part_of_the_cache():
    case = Case("from a vector")
    state, cache = case.model.bridge.forward(case.source)
    dstate = tuple(np.ones_like(array) for array in state)
    expected = case.model.bridge.backward(dstate, cache)
    for array in state:
        array[:] = 7
    assert np.array_equal(case.model.bridge.backward(dstate, cache), expected)


def test_parameters_are_named_by_their_parts():
    names = Case("both directions, additive").model.names
    assert names[:2] == ("encoder.embedding.W", "encoder.layer.forward.W_x")
    wanted = {"bridge.W", "decoder.embedding.W", "decoder.layer.W_h", "decoder.attention.v", "decoder.combine.b"}
    assert wanted | {"decoder.readout.W"} <= set(names)


def test_the_loss_is_the_mean_over_words_and_eos():
    case = Case("LSTM")
    logits = case.forward()[0]
    one_by_one = [
        -log_softmax(logits[t, b])[case.targets[t, b]] for t, b in np.ndindex(case.targets.shape) if case.targets[t, b]
    ]
    assert cross_entropy(logits, case.targets, case.mask)[0] == pytest.approx(np.mean(one_by_one), rel=1e-14)
    dlogits = cross_entropy_backward(cross_entropy(logits, case.targets, case.mask)[1])
    assert not dlogits[case.targets == 0].any()
