"""The checks of the LSTM variants and of the feedback cells, checked: each mistake, planted alone, is caught."""

import pytest

from rnncourse.scratch import RNN, lstm_variants
from rnncourse.scratch.feedback_cells import ElmanJordanCell, JordanCell
from rnncourse.scratch.lstm_variants import VARIANTS, LSTMVariantCell

from .checks import check_cell
from .planting import subclass_with_bug, with_bug
from .test_feedback_cells import (
    CLASSES,
    check_adds,
    check_forced_differences,
    check_forced_is_the_loop,
    check_forced_torch,
    check_torch,
)
from .test_feedback_cells import builder as feedback_builder
from .test_lstm_variants import builder, check_held_open, check_is_lstm_cell
from .test_lstm_variants import check_torch as check_variant_torch

FORWARD_BUGS = {  # the variant it must show in; each is a cell in its own right, with right gradients or without
    "o looks at the old cell": ("V", "forward", '"o", a, c)', '"o", a, c_prev)'),
    "f looks at what i looks at through p_i": ("V", "_gate", 'f"p_{gate}")', '"p_" + gate.replace("f", "i"))'),
    "peephole subtracted": ("V", "_gate", "argument + getattr", "argument - getattr"),
    "forget = i": ("CIFG", "forward", "1 - i if", "i if"),
    "a gate left out is shut": ("NFG", "_gate", "return 1.0", "return 0.0"),
    "a gate left out is half open": ("NIG", "_gate", "return 1.0", "return 0.5"),
    "tanh kept on the way in": ("NIAF", "forward", "if self._parts.input_tanh else a_g", ""),
    "tanh kept on the way out": ("NOAF", "forward", "if self._parts.output_tanh else c", ""),
    "i and f exchanged": ("V", "forward", "f * c_prev + i * g", "i * c_prev + f * g"),
    "gates' recurrence transposed": ("FGR", "forward", "@ self.W_gates)", "@ self.W_gates.T)"),
    "gates' recurrence into i f g": ("FGR", "forward", 'zip("ifo"', 'zip("ifg"'),
    "gates handed on in another order": ("FGR", "forward", "(h, c, i, f, o) if", "(h, c, f, i, o) if"),
}


@pytest.mark.parametrize("bug", FORWARD_BUGS)
def test_a_cell_of_other_equations_is_caught(bug):
    variant, *plant = FORWARD_BUGS[bug]
    buggy = subclass_with_bug(LSTMVariantCell, *plant)
    with pytest.raises(AssertionError, match="relative error"):
        check_variant_torch(variant, buggy)


NO_PEEPHOLE_BUGS = {
    "columns in another order": ("__init__", 'in "ifgo"', 'in "figo"'),
    "start values in another order": ("__init__", "shapes.items():", "reversed(shapes.items()):"),
    "the old cell's forget gate forgotten": ("backward", "dc_prev = f * dc", "dc_prev = dc"),
}


@pytest.mark.parametrize("bug", NO_PEEPHOLE_BUGS)
def test_the_lstm_cell_catches_a_buggy_cell_without_peepholes(bug):
    buggy = subclass_with_bug(LSTMVariantCell, *NO_PEEPHOLE_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_is_lstm_cell(buggy)


BACKWARD_BUGS = {
    "p averaged over the batch": ("V", "_through_peephole", "(c * da).sum(axis=0)", "(c * da).mean(axis=0)"),
    "p of one example": ("V", "_through_peephole", "(c * da).sum(axis=0)", "(c * da)[0]"),
    "p by the gate's gradient without the cell": ("V", "_through_peephole", "(c * da)", "da"),
    "p_o by the old cell": ("V", "backward", '"o", da_o, c)', '"o", da_o, c_prev)'),
    "p_i by the new cell": ("V", "backward", '"i", da_i, c_prev)', '"i", da_i, c)'),
    "o's peephole sends nothing to the cell": ("V", "backward", "dc = dc + self._thr", "dc = dc + 0 * self._thr"),
    "i's peephole sends nothing back": (
        "V",
        "backward",
        '+ self._through_peephole("i"',
        '+ 0 * self._through_peephole("i"',
    ),
    "f's sends back what i's does": ("V", "backward", '("f", da_f, c_prev)', '("f", da_i, c_prev)'),
    "no tanh slope on the way out": ("V", "backward", "(1 - shown**2) *", "1 *"),
    "no tanh slope on the way in": ("V", "backward", "(1 - g**2) *", "1 *"),
    "a slope where there is no tanh, in": ("NIAF", "backward", "if self._parts.input_tanh else i * dc", ""),
    "a slope where there is no tanh, out": ("NOAF", "backward", "if self._parts.output_tanh else o * dh", ""),
    "the cell's own gradient dropped": ("V", "backward", "dc = dc + self._through", "dc = 0 * dc + self._through"),
    "nothing through f": ("NFG", "backward", "f * dc +", "0 * dc +"),
    "coupled: f's part dropped": ("CIFG", "backward", "da_i = da_i - da_f", "pass"),
    "coupled: f's part added": ("CIFG", "backward", "da_i - da_f", "da_i + da_f"),
    "full recurrence: gates' gradients dropped": ("FGR", "backward", "= dgates or (None, None, None)", "= (None,) * 3"),
    "full recurrence: gates' gradients in another order": ("FGR", "backward", "di, df, do =", "do, df, di ="),
    "full recurrence: weight gradient missing": ("FGR", "_through_products", 'self.grads["W_gates"] +=', "_ ="),
    "full recurrence: not transposed": ("FGR", "_through_products", "da_ifo @ self.W_gates.T", "da_ifo @ self.W_gates"),
    "bias averaged over the batch": ("V", "_through_products", "columns.sum(axis=0)", "columns.mean(axis=0)"),
}


@pytest.mark.parametrize("check", [check_variant_torch, lambda v, c: check_cell(builder(v, c))], ids=["torch", "cell"])
@pytest.mark.parametrize("bug", BACKWARD_BUGS)
def test_a_buggy_backward_is_caught(bug, check):
    variant, *plant = BACKWARD_BUGS[bug]
    buggy = subclass_with_bug(LSTMVariantCell, *plant)
    with pytest.raises(AssertionError, match="relative error"):
        check(variant, buggy)


GATE_BUGS = {
    "no slope": ("slope = gate * (1 - gate)", "slope = 1"),
    "the slope of tanh": ("gate * (1 - gate)", "1 - gate**2"),
    "what it multiplies forgotten": ("slope * gated * dproduct", "slope * dproduct"),
    "no slope for what the next step sends": ("slope * dgate", "dgate"),
}


@pytest.mark.parametrize("bug", GATE_BUGS)
def test_a_buggy_gate_is_caught(bug, monkeypatch):
    buggy = with_bug(lstm_variants._through_gate, *GATE_BUGS[bug])
    monkeypatch.setattr(lstm_variants, "_through_gate", buggy)
    with pytest.raises(AssertionError, match="relative error"):
        check_cell(builder("FGR"))


@pytest.mark.parametrize(("variant", "gate"), [("NIG", "i"), ("NFG", "f"), ("NOG", "o")])
def test_holding_open_catches_a_gate_that_is_not_quite_open(variant, gate):
    buggy = subclass_with_bug(LSTMVariantCell, "_gate", "return 1.0", "return 0.999")
    with pytest.raises(AssertionError, match="relative error"):
        check_held_open(variant, gate, buggy)


def test_every_variant_is_planted():
    assert {variant for variant, *_ in (*FORWARD_BUGS.values(), *BACKWARD_BUGS.values())} | {"NP", "NOG"} == set(
        VARIANTS
    )


STEP_BUGS = {
    "y_t not read": (JordanCell, "forward", "y_prev @ self.W_yh", "0"),
    "no bias in the readout": (JordanCell, "_read_out", "+ self.b_y", ""),
    "no tanh slope": (JordanCell, "backward", "(1 - h**2) *", "1 *"),
    "1 - h for 1 - h^2": (ElmanJordanCell, "backward", "1 - h**2", "1 - h"),
    "y for y_prev in dW_yh": (JordanCell, "backward", "y_prev.T @ da", "self._read_out(h).T @ da"),
    "h for h_prev in dW_hh": (ElmanJordanCell, "backward", "h_prev.T @ da", "h.T @ da"),
    "nothing arrives through y": (ElmanJordanCell, "backward", "dh + self.", "dh + 0 * self."),
    "nothing arrives at h directly": (ElmanJordanCell, "backward", "(dh + self.", "(0 * dh + self."),
    "W_yh not used going back": (ElmanJordanCell, "backward", "da @ self.W_yh.T", "dy"),
    "readout's bias of one example": (ElmanJordanCell, "_read_out_backward", "drows.sum(axis=0)", "drows[0]"),
    "readout's weight overwritten": (JordanCell, "_read_out_backward", 'self.grads["W_hy"] +=', 'self.grads["W_hy"] ='),
    "bias overwritten": (ElmanJordanCell, "backward", 'self.grads["b_h"] +=', 'self.grads["b_h"] ='),
}


@pytest.mark.parametrize("bug", STEP_BUGS)
def test_a_buggy_step_is_caught(bug):
    buggy = subclass_with_bug(*STEP_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_torch(buggy)


@pytest.mark.parametrize("bug", [bug for bug, (_, method, *_) in STEP_BUGS.items() if method == "backward"][:-1])
def test_differences_alone_catch_a_buggy_step(bug):
    buggy = subclass_with_bug(*STEP_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_cell(feedback_builder(buggy))


SHIFT_BUGS = {
    "y_t for y_{t-1}": ("teacher_forced", "[y_0[None], targets[:-1]]", "[targets]"),
    "the first output not fed": ("teacher_forced", "y_0[None], targets[:-1]", "0 * y_0[None], targets[:-1]"),
    "the target of two steps ago": ("teacher_forced", "targets[:-1]", "y_0[None], targets[:-2]"),
    "the shift forgotten going back": ("teacher_forced_backward", "[dfed[1:], np.zeros_like(dfed[:1])]", "[dfed]"),
    "shifted the wrong way": (
        "teacher_forced_backward",
        "dfed[1:], np.zeros_like(dfed[:1])",
        "dfed[:1] * 0, dfed[:-1]",
    ),
    "the last step's for the first output's": ("teacher_forced_backward", "[dfed[0],", "[dfed[-1],"),
}


@pytest.mark.parametrize("cell_class", CLASSES)
@pytest.mark.parametrize("bug", SHIFT_BUGS)
def test_a_buggy_shift_is_caught(bug, cell_class):
    buggy = subclass_with_bug(cell_class, *SHIFT_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_forced_is_the_loop(buggy)


PARALLEL_BUGS = {
    "weights of x and of y exchanged": (ElmanJordanCell, "_all_steps_backward", '["W_xh"][D:]', '["W_xh"][:-D]'),
    "dW_hh missing": (ElmanJordanCell, "_all_steps_backward", 'self.grads["W_hh"] +=', "_ ="),
    "db_h overwritten with nothing": (ElmanJordanCell, "_all_steps_backward", 'self.grads["b_h"] += ', "_ = "),
    "the hidden state starts at zero": (ElmanJordanCell, "_all_steps", "axis=2), h)", "axis=2), 0 * h)"),
    "gradient of h_0 dropped": (
        ElmanJordanCell,
        "_all_steps_backward",
        "dinputs[..., D:], dh",
        "dinputs[..., D:], 0 * dh",
    ),
    "fed before x": (ElmanJordanCell, "_all_steps", "[x, fed]", "[fed, x]"),
    "steps and batch exchanged": (JordanCell, "_all_steps", "_rows(fed)", "_rows(fed.swapaxes(0, 1))"),
    "gradients in the wrong order": (JordanCell, "_all_steps_backward", "_rows(doutputs)", "_rows(doutputs[::-1])"),
}


@pytest.mark.parametrize("bug", PARALLEL_BUGS)
def test_buggy_teacher_forcing_is_caught(bug):
    buggy = subclass_with_bug(*PARALLEL_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_forced_is_the_loop(buggy)


GRADIENT_BUGS = [bug for bug, (_, method, *_) in PARALLEL_BUGS.items() if method == "_all_steps_backward"]


@pytest.mark.parametrize("bug", GRADIENT_BUGS)
def test_differences_alone_catch_buggy_teacher_forcing(bug):
    buggy = subclass_with_bug(*PARALLEL_BUGS[bug])
    with pytest.raises(AssertionError, match="relative error"):
        check_forced_differences(buggy)


def test_gradients_left_over_in_the_elman_network_are_caught(monkeypatch):
    buggy = subclass_with_bug(ElmanJordanCell, "_all_steps_backward", 'self.grads["W_hh"] +=', 'self.grads["W_hh"] =')
    with pytest.raises(AssertionError, match="relative error"):
        check_adds(buggy)


def test_torchs_elman_network_catches_ours(monkeypatch):
    buggy = with_bug(RNN._forward_steps, "h[0] = state[0]", "h[0] = 0")
    monkeypatch.setattr(RNN, "_forward_steps", buggy)
    with pytest.raises(AssertionError, match="relative error"):
        check_forced_torch()
