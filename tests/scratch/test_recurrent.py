"""Every recurrent layer: against differences, ``torch.nn``, its own cell unrolled, and what must stay the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.scratch import GRU, LSTM, RNN
from rnncourse.scratch.gradcheck import directional_derivative
from rnncourse.scratch.state import pack, unpack

from .checks import assert_all_close, assert_close, assert_rejects, named
from .layer_checks import (
    COMBINED,
    LAYERS,
    SHAPES,
    SIMPLE,
    Case,
    case,
    check_adds,
    check_differences,
    check_each_sequence_alone,
    check_is_its_cell,
    check_torch,
)

every_layer = pytest.mark.parametrize("name", LAYERS)
every_kind = pytest.mark.parametrize("name", SIMPLE)
ragged_or_not = pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
shapes = st.tuples(*(st.integers(1, 4) for _ in range(4)))  # T, B, D, H
TORCH = [name for name in SIMPLE if name != "GRU reset before"]  # which torch does not have
WIDE = (40, 3, 2, 64)  # whose products are cut into panels


@ragged_or_not
@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
@every_kind
def test_gradients_equal_differences(name, shape, ragged):
    check_differences(LAYERS[name], shape, ragged)


@ragged_or_not
@pytest.mark.parametrize("name", COMBINED)
def test_gradients_of_combined_layers_equal_differences(name, ragged):
    check_differences(LAYERS[name], (4, 3, 2, 2), ragged)


@every_layer
def test_gradients_of_a_single_number(name):
    if name == "RNN relu":
        pytest.skip("one unit of relu is as likely dead as not")
    check_differences(LAYERS[name], (1, 1, 1, 1))


@pytest.mark.parametrize("through", ["outputs", "state"])
@every_layer
def test_gradients_through_outputs_or_state_alone(name, through):
    check_differences(LAYERS[name], (3, 2, 2, 2), through=through)


@ragged_or_not
@pytest.mark.parametrize("shape", [*SHAPES, WIDE, (30, 70, 3, 32), (1100, 1, 2, 3)], ids=str)
@pytest.mark.parametrize("name", TORCH)
def test_equals_torch(name, shape, ragged):
    check_torch(LAYERS[name], shape, ragged)


@ragged_or_not
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 5e-5)], ids=["float64", "float32"])
@pytest.mark.parametrize("shape", [*SHAPES, WIDE], ids=str)
@every_kind
def test_equals_its_cell_unrolled(name, shape, dtype, tolerance, ragged):
    check_is_its_cell(name, shape, ragged, dtype, tolerance)


@every_layer
def test_backward_adds(name):
    check_adds(LAYERS[name])


@every_layer
def test_a_ragged_batch_is_each_sequence_alone(name):
    check_each_sequence_alone(LAYERS[name])


@every_layer
def test_what_lies_in_the_padding_counts_for_nothing(name):
    c = case(LAYERS[name], (6, 5, 3, 4), ragged=True)
    results, gradients = c.run()
    padding = np.arange(6)[:, None] >= c.lengths
    assert padding.any()
    c.x[padding], c.doutputs[padding] = np.nan, np.inf
    again, gradients_again = c.run()
    assert_all_close(again, results, 0)
    assert_all_close(gradients_again, gradients, 0)


@every_layer
def test_lengths_that_are_all_full_change_nothing(name):
    c = case(LAYERS[name], (4, 3, 2, 5))
    results, gradients = c.run()
    c.lengths = np.full(3, 4)
    again, gradients_again = c.run()
    assert_all_close(again, results, 0)
    assert_all_close(gradients_again, gradients, 0)


@every_layer
def test_lengths_may_be_a_list_or_of_a_small_type(name):
    c = case(LAYERS[name], (4, 3, 2, 5))
    c.lengths = np.array([2, 4, 1])
    expected = c.run()
    for c.lengths in ([2, 4, 1], np.array([2, 4, 1], np.uint8)):
        for found, wanted in zip(c.run(), expected, strict=True):
            assert_all_close(found, wanted, 0)


@every_layer
def test_steps_that_no_sequence_reaches_give_zeros(name):
    c = case(LAYERS[name], (5, 2, 3, 4))
    c.lengths = np.array([2, 3])
    results, gradients = c.run()
    assert results["outputs"].shape[0] == gradients["x"].shape[0] == 5
    assert not results["outputs"][3:].any()
    assert not gradients["x"][3:].any()


@every_layer
def test_no_state_is_zeros(name):
    c = case(LAYERS[name])
    c.state = pack(np.zeros_like(array) for array in unpack(c.state))
    expected = c.run()[0]
    c.state = None
    outputs, state, _ = c.forward()
    assert_all_close({"outputs": outputs} | named("last state", state), expected, 0)


@every_layer
def test_no_gradient_is_zeros(name):
    c = case(LAYERS[name])
    full = c.forward()[2]
    zeros = Case(c.layer, c.x, c.state, np.zeros_like(c.doutputs), None, None)
    zeros.dstate = pack(np.zeros_like(array) for array in unpack(c.dstate))
    for ours, doutputs, dstate in ((zeros, None, None), (c, c.doutputs, None), (c, None, c.dstate)):
        mixed = Case(c.layer, c.x, c.state, doutputs, dstate, None)
        explicit = Case(c.layer, c.x, c.state, c.doutputs, c.dstate, None)
        explicit.doutputs = zeros.doutputs if doutputs is None else doutputs
        explicit.dstate = zeros.dstate if dstate is None else dstate
        dx, dstate_found = mixed.backward(full)
        dx_expected, dstate_expected = explicit.backward(full)
        assert_close("dx", dx, dx_expected, 0)
        assert_all_close(named("state", dstate_found), named("state", dstate_expected), 0)
        assert ours is c or not dx.any()


@every_kind
def test_a_gradient_of_the_last_output_is_one_of_the_state(name):
    c = case(LAYERS[name])
    dh, *others = unpack(c.dstate)
    for other in others:
        other[:] = 0
    cache = c.forward()[2]
    through_state = c.layer.backward(None, c.dstate, cache)
    c.doutputs[:-1], c.doutputs[-1] = 0, dh
    through_outputs = c.layer.backward(c.doutputs, None, cache)
    assert_close("dx", through_outputs[0], through_state[0], 1e-14)
    assert_all_close(named("state", through_outputs[1]), named("state", through_state[1]), 1e-14)


ONE_WAY = [name for name in LAYERS if "bidirectional" not in name]


@pytest.mark.parametrize("name", ONE_WAY)
def test_two_pieces_with_carried_state_are_one_long_run(name):
    c = case(LAYERS[name], (7, 2, 3, 4))
    results, expected = c.run()
    c.layer.zero_grads()
    first, carried, first_cache = c.layer.forward(c.x[:3], c.state)
    second, last, second_cache = c.layer.forward(c.x[3:], carried)
    second_dx, dcarried = c.layer.backward(c.doutputs[3:], c.dstate, second_cache)
    first_dx, dstate = c.layer.backward(c.doutputs[:3], dcarried, first_cache)
    found = {"outputs": np.concatenate([first, second])} | named("last state", last)
    assert_all_close(found, results, 1e-13)
    dx = np.concatenate([first_dx, second_dx])
    assert_all_close(c.layer.grads | {"x": dx} | named("state", dstate), expected, 1e-12)


@pytest.mark.parametrize("name", ["bidirectional RNN", "bidirectional LSTM", "bidirectional GRU"])
@ragged_or_not
def test_the_reversed_input_swaps_the_directions(name, ragged):
    c = case(LAYERS[name], (5, 4, 3, 2), ragged)
    swapped = type(c.layer)(c.layer.layers[1], c.layer.layers[0])
    reverse = np.array(c.x)
    for row, length in enumerate(c.lengths if ragged else [5] * 4):
        reverse[:length, row] = c.x[:length, row][::-1]
    outputs, state, _ = c.forward()
    start = pack(array[::-1] for array in unpack(c.state))
    mirrored, mirrored_state, _ = swapped.forward(reverse, start, c.lengths)
    H = 2
    for row, length in enumerate(c.lengths if ragged else [5] * 4):
        turned = mirrored[:length, row][::-1]
        assert_close("outputs", np.concatenate([turned[:, H:], turned[:, :H]], axis=1), outputs[:length, row], 1e-13)
    turned_state = pack(array[::-1] for array in unpack(mirrored_state))
    assert_all_close(named("state", turned_state), named("state", state), 1e-13)


def test_a_stack_is_one_layer_after_the_other():
    c = case(LAYERS["stacked GRU"], ragged=True)
    reads = c.x
    for i, layer in enumerate(c.layer.layers):
        reads, last, _ = layer.forward(reads, c.state[i], c.lengths)
        assert_close("state", c.forward()[1][i], last, 0)
    assert_close("outputs", c.forward()[0], reads, 0)


@every_layer
def test_arguments_are_left_alone(name):
    c = case(LAYERS[name], (4, 3, 2, 5), ragged=True)
    arguments = [c.x, *unpack(c.state), c.doutputs, *unpack(c.dstate), c.lengths]
    before = [array.copy() for array in arguments]
    c.run()
    assert all(np.array_equal(after, b) for after, b in zip(arguments, before, strict=True))


@every_layer
def test_the_returned_state_is_not_part_of_the_cache(name):
    c = case(LAYERS[name])
    _, state, cache = c.forward()
    expected = c.backward(cache)[0]
    for array in unpack(state):
        array[...] = 7
    assert np.array_equal(c.backward(cache)[0], expected)


@every_layer
def test_two_runs_keep_two_caches(name):
    """The memory of one run goes to no other while anybody can still see it."""
    c = case(LAYERS[name], (60, 40, 3, 16))  # large enough for memory to be used again
    outputs, _, cache = c.forward()
    kept = outputs.copy()
    expected = c.backward(cache)[0].copy()
    for _ in range(3):
        c.layer.forward(-c.x, c.state)
    assert np.array_equal(outputs, kept)
    assert np.array_equal(c.backward(cache)[0], expected)


@pytest.mark.parametrize("arrange", [lambda a: a[::-1], np.asfortranarray, lambda a: a.swapaxes(0, 1)])
@every_kind
def test_arrays_need_not_be_contiguous(name, arrange):
    c = case(LAYERS[name], (3, 3, 4, 5))
    c.x, c.doutputs = arrange(c.x), arrange(c.doutputs)
    results, gradients = c.run()
    c.x, c.doutputs = c.x.copy("C"), c.doutputs.copy("C")
    again, gradients_again = c.run()
    assert_all_close(results, again, 1e-14)
    assert_all_close(gradients, gradients_again, 1e-13)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(list(LAYERS)), shapes, st.booleans(), st.integers(0, 99))
def test_gradient_along_any_direction(name, shape, ragged, seed):
    if "relu" in name:
        return  # a kink may lie in the way
    c = case(LAYERS[name], shape, ragged, seed=seed)
    gradients = c.run()[1]
    arrays = c.layer.parameters() | {"x": c.x} | named("state", c.state)
    rng = np.random.default_rng(seed + 1)
    directions = [rng.standard_normal(array.shape) for array in arrays.values()]
    analytic = sum(float((gradients[name] * d).sum()) for name, d in zip(arrays, directions, strict=True))
    numerical = directional_derivative(c.loss, list(arrays.values()), directions, step=1e-4)
    assert analytic == pytest.approx(numerical, rel=1e-7, abs=1e-8)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(list(LAYERS)), shapes, st.booleans(), st.data())
def test_permuting_the_batch_permutes_results_and_leaves_weight_gradients(name, shape, ragged, data):
    c = case(LAYERS[name], shape, ragged)
    order = list(data.draw(st.permutations(range(shape[1]))))
    results, gradients = c.run()
    permuted, permuted_gradients = c.with_batch(order).run()
    assert_all_close(permuted, {key: array[..., order, :] for key, array in results.items()}, 1e-12)
    expected = {key: a if key in c.layer.grads else a[..., order, :] for key, a in gradients.items()}
    assert_all_close(permuted_gradients, expected, 1e-12)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_one_step_at_a_time_is_the_whole_sequence(size):
    c = case(LAYERS["LSTM"], (6, 2, 3, 4))
    state, pieces = c.state, []
    for first in range(0, 6, size):
        outputs, state, _ = c.layer.forward(c.x[first : first + size], state)
        pieces.append(outputs)
    assert_close("outputs", np.concatenate(pieces), c.forward()[0], 1e-14)


def test_the_forget_bias_is_added_to_the_forget_gate_alone():
    plain, open_gate = (LSTM(2, 3, np.random.default_rng(0), forget_bias=bias) for bias in (0, 1))
    assert (open_gate.b - plain.b).tolist() == pytest.approx([0] * 3 + [1] * 3 + [0] * 6)


def test_outputs_are_read_only_because_the_cache_is_the_same_memory():
    layer = RNN(2, 3, np.random.default_rng(0))
    outputs, state, _ = layer.forward(np.ones((4, 1, 2)))
    with pytest.raises(ValueError, match="read-only"):
        outputs *= 2
    state *= 2  # a copy of its own


ONE, PAIR = case(LAYERS["RNN"], (3, 2, 4, 5)), case(LAYERS["LSTM"], (3, 2, 4, 5))
DEEP = case(LAYERS["stacked LSTM, skip"], (3, 2, 4, 5))
CACHE, PAIR_CACHE, DEEP_CACHE = ONE.forward()[2], PAIR.forward()[2], DEEP.forward()[2]
RNG = np.random.default_rng(0)
INFINITE = np.full((2, 5), np.inf)
H0, C0 = PAIR.state


def lengths(*values, dtype=int):
    return lambda: ONE.layer.forward(ONE.x, None, np.array(values, dtype))


BAD_INPUT = {
    "hidden_size": (lambda: RNN(2, 0, RNG), "hidden_size", "integer of at least 1", "0"),
    "dtype": (lambda: GRU(2, 3, RNG, dtype=int), "dtype", "a floating type", "int64"),
    "nonlinearity": (lambda: RNN(2, 3, RNG, nonlinearity="sine"), "nonlinearity", "'tanh' or 'relu'", "'sine'"),
    "reset_after": (lambda: GRU(2, 3, RNG, reset_after=None), "reset_after", "True or False", "None"),
    "forget_bias": (lambda: LSTM(2, 3, RNG, forget_bias=np.inf), "forget_bias", "a finite number", "inf"),
    "x rank": (lambda: ONE.layer.forward(ONE.x[0]), "x", "shape (T, B, 4)", "(2, 4)"),
    "x width": (lambda: PAIR.layer.forward(ONE.x[..., 1:]), "x", "shape (T, B, 4)", "(3, 2, 3)"),
    "x of no steps": (lambda: ONE.layer.forward(ONE.x[:0]), "x", "shape (T, B, 4)", "(0, 2, 4)"),
    "x of no sequences": (lambda: ONE.layer.forward(ONE.x[:, :0]), "x", "shape (T, B, 4)", "(3, 0, 4)"),
    "x dtype": (lambda: ONE.layer.forward(ONE.x.astype(np.float32)), "x", "dtype float64", "float32"),
    "x list": (lambda: ONE.layer.forward(ONE.x.tolist()), "x", "shape (T, B, 4)", "list"),
    "x with NaN": (lambda: ONE.layer.forward(np.full_like(ONE.x, np.nan)), "x", "finite numbers", "NaN or infinity"),
    "state with infinity": (
        lambda: PAIR.layer.forward(PAIR.x, (H0, INFINITE)),
        "state[1]",
        "finite numbers",
        "NaN or infinity",
    ),
    "state shape": (lambda: ONE.layer.forward(ONE.x, H0[0]), "state", "shape (2, 5)", "(5,)"),
    "state of torch's rank": (lambda: ONE.layer.forward(ONE.x, H0[None]), "state", "shape (2, 5)", "(1, 2, 5)"),
    "state dtype": (lambda: ONE.layer.forward(ONE.x, H0.astype(np.float32)), "state", "dtype float64", "float32"),
    "a pair for one": (
        lambda: ONE.layer.forward(ONE.x, (H0, C0)),
        "state",
        "one array of shape (2, 5)",
        "a tuple of 2",
    ),
    "one for a pair": (lambda: PAIR.layer.forward(PAIR.x, H0), "state", "a tuple of 2 arrays", "ndarray"),
    "half a pair": (lambda: PAIR.layer.forward(PAIR.x, (H0, None)), "state[1]", "shape (2, 5)", "NoneType"),
    "state of a stack": (lambda: DEEP.layer.forward(DEEP.x, (H0, C0)), "state[0]", "shape (3, 2, 5)", "(2, 5)"),
    "lengths of another batch": (lengths(1, 2, 3), "lengths", "shape (2,)", "(3,)"),
    "a sequence of no steps": (lengths(0, 2), "lengths", "lengths from 1 to 3", "0"),
    "lengths beyond x": (lengths(1, 4), "lengths", "lengths from 1 to 3", "4"),
    "lengths that are floats": (lengths(1, 2, dtype=float), "lengths", "array of integers", "float64"),
    "one length": (lambda: ONE.layer.forward(ONE.x, None, 2), "lengths", "array of integers", "int"),
    "doutputs shape": (lambda: ONE.layer.backward(ONE.doutputs[:2], None, CACHE), "doutputs", "(3, 2, 5)", "(2, 2, 5)"),
    "doutputs dtype": (
        lambda: PAIR.layer.backward(ONE.doutputs.astype(np.float32), None, PAIR_CACHE),
        "doutputs",
        "dtype float64",
        "float32",
    ),
    "dstate shape": (lambda: ONE.layer.backward(None, H0[0], CACHE), "dstate", "shape (2, 5)", "(5,)"),
    "dstate dtype": (lambda: ONE.layer.backward(None, H0 > 0, CACHE), "dstate", "dtype float64", "bool"),
    "dstate of a pair": (lambda: PAIR.layer.backward(None, H0, PAIR_CACHE), "dstate", "a tuple of 2 arrays", "ndarray"),
    "doutputs of a stack": (
        lambda: DEEP.layer.backward(DEEP.doutputs[0], None, DEEP_CACHE),
        "doutputs",
        "shape (3, 2, 5)",
        "(2, 5)",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_named(name):
    assert_rejects(*BAD_INPUT[name])


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU", "GRU reset before", "unrolled LSTM"])
def test_an_exploded_gradient_goes_through_to_be_seen(name):
    c = case(LAYERS[name])
    unpack(c.dstate)[0][...] = np.inf
    with np.errstate(all="ignore"):
        dx, _ = c.backward(c.forward()[2])
    assert not np.isfinite(dx).all()
