"""What a case study's run promises: parts are kept, claims are judged in full only, the record tells where and when."""

import re

import numpy as np
import pytest

import rnncourse
from rnncourse.case_study import CaseStudy


@pytest.fixture(autouse=True)
def in_full(monkeypatch):
    monkeypatch.delenv("RNNCOURSE_SLICE", raising=False)
    monkeypatch.delenv("RNNCOURSE_PARTS", raising=False)


@pytest.mark.parametrize(("setting", "size"), [("1", 2), ("yes", 2), ("0", 100), ("", 100)])
def test_a_slice_is_asked_for_by_the_environment(monkeypatch, setting, size):
    monkeypatch.setenv("RNNCOURSE_SLICE", setting)
    assert CaseStudy("toy", seeds=[0]).size(100, on_a_slice=2) == size


def test_a_claim_is_judged_in_full_only(monkeypatch, capsys):
    study = CaseStudy("toy", seeds=[0])
    study.claim(True, "one is one")
    study.claim(np.bool_(True), "two is two")
    assert capsys.readouterr().out == "holds: one is one\nholds: two is two\n"
    with pytest.raises(AssertionError, match="^does not hold: one is two$"):
        study.claim(False, "one is two")
    monkeypatch.setenv("RNNCOURSE_SLICE", "1")
    CaseStudy("toy", seeds=[0]).claim(False, "one is two")
    assert capsys.readouterr().out == "not judged on a slice: one is two\n"


def test_a_part_runs_each_time_unless_a_folder_keeps_it(monkeypatch, tmp_path):
    runs = []

    def make():
        runs.append(1)
        return np.arange(3)

    for _ in range(2):
        assert CaseStudy("toy", seeds=[0]).part("LSTM, seed 0", make).tolist() == [0, 1, 2]
    assert len(runs) == 2
    monkeypatch.setenv("RNNCOURSE_PARTS", str(tmp_path))
    first, second = CaseStudy("toy", seeds=[0]), CaseStudy("toy", seeds=[0])
    assert first.part("LSTM, seed 0", make).tolist() == second.part("LSTM, seed 0", make).tolist() == [0, 1, 2]
    assert len(runs) == 3
    assert first.seconds == second.seconds  # those of the run, not of the reading
    assert [re.sub(r"\.\w{16}\.", ".HASH.", path.name) for path in tmp_path.iterdir()] == [
        "toy-LSTM-seed-0.HASH.pickle"
    ]


def test_a_part_that_fails_is_not_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNCOURSE_PARTS", str(tmp_path))
    study = CaseStudy("toy", seeds=[0])
    with pytest.raises(ZeroDivisionError):
        study.part("broken", lambda: 1 / 0)
    assert not list(tmp_path.iterdir())
    assert study.part("broken", lambda: 1) == 1


def test_a_slice_and_another_package_have_parts_of_their_own(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNCOURSE_PARTS", str(tmp_path / "parts"))
    package = tmp_path / "package"
    (package / "models").mkdir(parents=True)
    (package / "models" / "cell.py").write_text("SIZE = 1\n")
    monkeypatch.setattr(rnncourse, "__file__", str(package / "__init__.py"))
    made = []

    def number(**environment):
        monkeypatch.setenv("RNNCOURSE_SLICE", environment.get("slice", "0"))
        return CaseStudy("toy", seeds=[0]).part("a", lambda: made.append(1) or len(made))

    assert [number(), number(), number(slice="1"), number(slice="1")] == [1, 1, 2, 2]
    (package / "models" / "cell.py").write_text("SIZE = 2\n")
    assert [number(), number()] == [3, 3]
    (package / "viz").mkdir()
    (package / "viz" / "charts.py").write_text("WIDTH = 1\n")  # a figure is no result
    assert number() == 3


def test_a_library_that_is_missing_is_told_at_the_start():
    with pytest.raises(ValueError, match="libraries: no-such-library is not installed"):
        CaseStudy("toy", seeds=[0], libraries=("numpy", "no-such-library"))


def test_two_parts_of_one_name_are_refused():
    study = CaseStudy("toy", seeds=[0])
    study.part("a", lambda: 1)
    with pytest.raises(ValueError, match="name: expected another name for each part, got 'a' twice"):
        study.part("a", lambda: 1)


def test_the_record_tells_where_when_with_what_and_how_long(capsys):
    study = CaseStudy("toy", seeds=range(2), libraries=("numpy", "scipy"))
    study.part("adding", lambda: sum(range(3 * 10**7)))
    study.record()
    printed = capsys.readouterr().out
    assert re.search(r"^run +in full, \d{4}-\d{2}-\d{2}$", printed, re.MULTILINE)
    assert re.search(
        rf"^versions +Python 3\.\d+\.\d+, numpy {re.escape(np.__version__)}, scipy ", printed, re.MULTILINE
    )
    assert re.search(rf"^package +rnncourse {re.escape(rnncourse.__version__)}$", printed, re.MULTILINE)
    assert re.search(r"^seeds +0, 1$", printed, re.MULTILINE)
    seconds = [float(number) for number in re.findall(r"^ *([\d.]+) s", printed, re.MULTILINE)]
    assert len(seconds) == 3
    assert seconds[0] > 0
    assert seconds[2] == pytest.approx(seconds[0] + seconds[1], abs=0.11)
    assert re.search(r"^machine +\S.*, \d+ cores, ", printed, re.MULTILINE)
