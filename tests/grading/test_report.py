"""A verdict as text: columns side by side while they fit, large arrays in part, and any value whatever."""

import numpy as np
import pytest

from rnncourse.grading.book import section_address
from rnncourse.grading.inside.values import Foreign
from rnncourse.grading.report import WIDTH, as_text
from rnncourse.grading.verdict import Evidence, Verdict

SECTION = "Blame at the output"
ADDRESS = section_address("03_bptt", SECTION)


def verdict(yours, expected, message="dW_hh is wrong.", called_with="x (2, 1, 2)"):
    evidence = Evidence(called_with, "dW_hh", yours, expected)
    return Verdict("03_bptt", "bptt", "gradient", 0, 25, message, section=SECTION, evidence=evidence)


def lines_of(yours, expected):
    """The lines between the arguments and the section."""
    lines = as_text(verdict(yours, expected)).splitlines()
    assert lines[:2] == ["bptt: dW_hh is wrong. (0 of 25 points)", "  called with x (2, 1, 2)"]
    assert lines[-2:] == [f'  To reread: "{SECTION}", chapter 3', f"  {ADDRESS}"]
    assert max(map(len, lines)) <= WIDTH
    return lines[2:-2]


def test_results_stand_side_by_side():
    expected = np.array([[0.5, -1.0, 0.25], [10.0, 0.0, 1 / 3]])
    assert lines_of(expected / 2, expected) == [
        "  your dW_hh         expected            difference",
        "    0.25 -0.50 0.12     0.50 -1.00 0.25    -0.250 0.500 -0.125",
        "    5.00  0.00 0.17    10.00  0.00 0.33    -5.000 0.000 -0.167",
        "  relative error 0.5",
    ]


def test_what_is_too_wide_stands_one_under_the_other():
    expected = np.arange(64.0).reshape(8, 8) / 7
    lines = lines_of(-expected, expected)
    titles = [line.strip() for line in lines if line[2] != " "]
    assert titles == ["your dW_hh", "expected", "difference", "relative error 2"]
    assert len(lines) == 3 * 9 + 1
    assert len({len(line) for line in lines[1:9]}) == 1


@pytest.mark.parametrize("error", [1e-3, 1e-6, 1e-8])
def test_there_are_enough_digits_to_see_the_difference(error):
    expected = np.array([[0.5, 0.25]])
    _, numbers, relative = lines_of(expected + error, expected)
    left, _, right, *_ = numbers.split()
    assert left != right
    assert relative == f"  relative error {2 * error:.2g}"


def test_a_vector_is_one_row_and_a_number_one_cell():
    assert lines_of(np.zeros(3), np.array([1.0, 2.0, 3.0]))[1] == "    0 0 0       1 2 3     -1 -2 -3"
    assert lines_of(0.5, 0.25)[1].split() == ["0.5000", "0.2500", "0.2500"]
    assert lines_of(np.array(3), 4)[1].split() == ["3", "4", "-1"]


def test_of_a_large_array_the_neighbourhood_of_the_largest_difference_is_shown():
    expected = np.zeros((100, 5))
    yours = expected.copy()
    yours[97, 2] = 7.0
    lines = lines_of(yours, expected)
    assert len(lines) == 1 + 8 + 2
    assert [line.split()[2] for line in lines[1:9]] == ["0"] * 5 + ["7"] + ["0"] * 2
    assert lines[-1] == "  shown is dW_hh[92:100, :] of shape (100, 5), where the difference is largest"


def test_of_more_than_two_axes_one_slice_is_shown_and_said():
    expected = np.zeros((5, 4, 2, 3))
    yours = expected.copy()
    yours[3, 1, 0, 2] = -1.0
    lines = lines_of(yours, expected)
    assert lines[1] == "    0 0 -1      0 0 0     0 0 -1"
    assert "shown is dW_hh[3, 1, :, :] of shape (5, 4, 2, 3)" in lines[-1]


@pytest.mark.parametrize(
    ("yours", "expected", "words"),
    [
        (None, np.ones(2), ["None", "[1. 1.] of shape (2,)"]),
        (np.ones((2, 1)), np.ones(2), ["[1.]]", "of shape (2, 1)", "of shape (2,)"]),
        ([], ["a", "b"], ["[]", "['a', 'b']"]),
        ("a\x1b[31m", "a", [r"'a\x1b[31m'"]),
        (("s", ("a", "b")), ("s", "a", "b"), ["('s', ('a', 'b'))"]),
        (Foreign("dict"), 3.0, ["dict", "3.0"]),
        ([Foreign("Tensor")], ["a"], ["[Tensor]"]),
        (object(), 3.0, ["<object object>"]),
        (np.array([1j]), np.array([1.0]), ["0.+1.j"]),
        (np.zeros((0, 3)), np.zeros((0, 3)), ["[] of shape (0, 3)"]),
        (2**70, 1, [str(2**70)]),
        (True, 0.5, ["True", "0.5"]),
    ],
)
def test_what_is_no_array_is_shown_as_text(yours, expected, words):
    lines = lines_of(yours, expected)
    assert lines[0].split()[:3] == ["your", "dW_hh", "expected"]
    assert all(word in "\n".join(lines) for word in words)


def test_long_values_are_cut():
    lines = lines_of(["word"] * 10_000, "x" * 9_000)
    assert len(lines) < 20
    assert sum("..." in line for line in lines) == 2


@pytest.mark.filterwarnings("error")
def test_what_is_not_finite_is_shown():
    lines = lines_of(np.array([np.nan, np.inf, 1.0]), np.array([np.inf, np.inf, 2.0]))
    assert lines[1] == "    nan inf 1    inf inf 2    nan nan -1"
    missing = np.array([5.0] + [0.0] * 14 + [np.nan])
    assert "dW_hh[8:16]" in lines_of(missing, np.zeros(16))[-1]
    assert lines_of(np.full(2, 1e300), np.full(2, -1e-300))[1].split()[:2] == ["1.000e+300", "1.000e+300"]


def test_long_arguments_wrap_between_and_not_inside():
    called_with = ", ".join(f"name_{number} (10, 20, 30)" for number in range(9))
    lines = as_text(verdict(np.zeros(1), np.ones(1), called_with=called_with)).splitlines()
    assert len(lines[1]) <= WIDTH
    assert lines[1].endswith("(10, 20, 30),")
    assert lines[2].startswith("    name_")


def test_without_results_there_is_no_table():
    message = "it stopped with ValueError."
    thrown = Verdict("03_bptt", "bptt", "exception", 0, 25, message, section=SECTION, evidence=Evidence("x (2,)"))
    lines = ["bptt: it stopped with ValueError. (0 of 25 points)", "  called with x (2,)"]
    assert as_text(thrown).splitlines() == [*lines, f'  To reread: "{SECTION}", chapter 3', f"  {ADDRESS}"]


def test_a_stub_and_a_success_are_short():
    untouched = Verdict("03_bptt", "bptt", "not attempted", 0, 25, "not attempted yet.", section=SECTION)
    assert as_text(untouched) == "bptt: not attempted yet. (0 of 25 points)"
    passed = Verdict("03_bptt", "bptt", "passed", 25, 25, "right, on 5 inputs.")
    assert as_text(passed) == "bptt: right, on 5 inputs. (25 of 25 points)\n  Grading uses other inputs."


def test_the_text_is_one_that_any_terminal_takes():
    message = "it stopped: \ud800 \x1b[2J \r\n <Odd object at 0x7f00aa11> é."
    text = as_text(verdict(np.zeros(1), np.ones(1), message=message))
    text.encode("utf-8")
    assert text.splitlines()[0] == r"bptt: it stopped: \ud800 \x1b[2J \r\n <Odd object> é. (0 of 25 points)"
