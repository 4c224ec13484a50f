"""CONTRIBUTING.md: the code of its worked examples runs, and does what the page says."""

import importlib.util
import re
import sys
import textwrap

import numpy as np

from tools.sync import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(fence, language, text=PAGE):
    """The fenced blocks of this language, unindented."""
    found = re.findall(rf"^( *){fence}{re.escape(language)}\n(.*?)^\1{fence}\n", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(code) for _, code in found]


def cells(markdown):
    """The code of the cells in a piece of a source."""
    return blocks("```", "{code-cell} python", markdown)


def load(folder, name, code):
    """A module of this name with this code, from a file in the folder, so that its source can be looked up."""
    path = folder / f"{name.rpartition('.')[2]}.py"
    path.write_text(code, encoding="utf-8")
    specification = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


CHAPTER, SOLUTION = blocks("````", "markdown")
EXERCISE, CELL, TESTS = blocks("```", "python")


def test_the_chapters_cell_asserts_what_its_text_claims(tmp_path):
    (cell,) = cells(CHAPTER)
    assert "assert" in cell
    assert CHAPTER.count("?") == 1
    load(tmp_path, "cell", f"import numpy as np\nfrom rnncourse.scratch import RNN\n{cell}")


def results(exercise, function):
    places = range(len(exercise.sizes))
    return [function(**exercise.arguments((1, 2), place)) for place in places]


def test_the_exercises_solution_is_right_and_its_mistakes_are_wrong_and_different(tmp_path):
    exercise = load(tmp_path, "mean_state", EXERCISE).MEAN_STATE
    define, call = cells(SOLUTION)
    solution = load(tmp_path, "solution", f"import numpy as np\n{define}")
    right = results(exercise, getattr(solution, exercise.name))
    for got, expected in zip(right, results(exercise, exercise.reference), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)
    wrong = [results(exercise, mistake.function) for mistake in exercise.mistakes]
    assert len(wrong) >= 4
    for place, one in enumerate(wrong):
        for other in [right, *wrong[:place]]:
            assert sum(not np.allclose(a, b) for a, b in zip(one, other, strict=True)) >= 2
    assert len(exercise.hints) >= 3
    assert call.strip() == f"check({exercise.name})"
    assert exercise.section in (ROOT / "book/chapters" / f"{exercise.chapter}.md").read_text(encoding="utf-8")


def test_the_layers_tests_pass(tmp_path, monkeypatch):
    name = "rnncourse.scratch.minimal_gated_cell"
    monkeypatch.setitem(sys.modules, name, load(tmp_path, name, CELL))
    tests = load(tmp_path, "scratch.test_minimal_gated_cell", TESTS)
    assert sum(name.startswith("test_") for name in vars(tests)) == 3
    for shape in tests.layer_checks.SHAPES:
        tests.test_gradients_equal_differences(shape, ragged=False)
        tests.test_gradients_equal_differences(shape, ragged=True)
    tests.test_gradients_are_added_and_each_sequence_stays_alone()
    tests.test_a_forgotten_road_is_caught()


def test_every_path_on_the_page_is_there():
    new = {"rnncourse/exercises/bidirectional/mean_state.py", "rnncourse/scratch/minimal_gated_cell.py"}
    new |= {"tests/scratch/test_minimal_gated_cell.py"}
    named = set(re.findall(r"`((?:book|rnncourse|solutions|tests|tools|benchmarks|exercises)/[\w./]+)`", PAGE))
    paths = {path for path in named if "NN_" not in path} - new
    assert len(paths) > 15
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []
