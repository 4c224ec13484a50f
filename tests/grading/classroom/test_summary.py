"""The summary tells an instructor what matters, in a terminal of 100 columns."""

from hypothesis import given, settings
from hypothesis import strategies as st
from records import ADDED_ONCE, HOSTILE, a_class, a_hostile_class, record, verdict

from rnncourse.grading.classroom.summary import summary


def test_summary_of_a_class():
    text = summary(a_class())
    assert text.startswith(
        "Graded 3 of 4 submissions.\n\nNot graded:\n  dora: dora.ipynb is no notebook: it is empty.\n"
    )
    assert "Totals, of 70 points: mean 41.7, median 45.0" in text
    lines = text.splitlines()
    assert [line.split() for line in lines if " 90-100 %" in line] == [["90-100", "%", "#" * 40, "1"]]
    assert [line.split() for line in lines if " 80- 89 %" in line] == [["80-", "89", "%", "0"]]
    assert [line.split()[-1] for line in lines if "%  " in line] == ["0", "1", "0", "0", "0", "0", "1", "0", "0", "1"]
    assert "  03_bptt bptt                       8.3 of  25  #######" in lines
    assert f"      2 x  {ADDED_ONCE}" in lines


def test_the_three_most_common_mistakes_of_each_function():
    wrong = [("first", 5), ("second", 4), ("third", 3), ("fourth", 2)]
    records = [
        record(f"s{name}{k}", [("bptt", "values", "wrong", name)]) for name, times in wrong for k in range(times)
    ]
    lines = summary(records).splitlines()
    assert lines[-4:] == ["  03_bptt bptt", "      5 x  first", "      4 x  second", "      3 x  third"]


def test_mistakes_in_code_that_is_still_as_it_was_handed_out_are_not_the_students():
    handed_out = record("ada", [("bptt", "not attempted", "not attempted yet: look.", "look.")])
    assert "Most common named mistakes" not in summary([handed_out])
    repaired_in_part = record("bob", [("bptt", "values", "wrong", "one is left.")])
    assert summary([handed_out, repaired_in_part]).splitlines()[-1] == "      1 x  one is left."


def test_at_most_ten_failures_are_named():
    text = summary([record(f"s{k}", problem="empty.") for k in range(13)])
    assert text.count("empty.") == 10
    assert text.endswith("  and 3 more")
    assert "mean" not in text


def test_nobody_and_nothing():
    assert summary([]) == "Graded 0 of 0 submissions."
    assert "Totals, of 0 points" in summary([record() | {"verdicts": []}])


def assert_plain(text):
    text.encode("utf-8")
    for line in text.split("\n"):
        assert len(line) <= 100
        assert line.isprintable() or all(c.isprintable() or c in "\u200d\xa0" for c in line)


def test_hostile_records_stay_within_their_lines():
    hostile = a_hostile_class()
    assert_plain(summary(hostile))
    for found in hostile:
        assert_plain(summary([found | {"problem": f"x{found['student']}"}]))


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cf", "Cn", "Co", "Zs"]), max_size=300) | st.sampled_from(HOSTILE[:6]))
def test_any_text_stays_within_its_line(text):
    wrong = record(text) | {"verdicts": [verdict("bptt", "values", text, mistake=text)]}
    assert_plain(summary([wrong, record(text, problem=text)]))
