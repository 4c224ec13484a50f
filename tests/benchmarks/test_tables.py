"""The tables and figures of the page of benchmarks say what stands in the results, whatever that is."""

import ast
import re

import pytest
from standalone import FOLDER, load

PAGE = FOLDER.parent / "book" / "benchmarks.md"
tables = load("tables")
NAMES = ast.literal_eval(re.search(r"^NAMES = (\[.*?\])", (FOLDER / "__main__.py").read_text("utf-8"), re.MULTILINE)[1])
ROWS = [
    {"layer": layer, "B": B, "T": T, "H": H, "ratio": ratio}
    for layer, B, T, H, ratio in [("A", 1, 5, 8, 0.25), ("A", 1, 5, 16, 1.5), ("B", 2, 5, 16, 0.5)]
]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.053776, "0.0538"),
        (1.0, "1"),
        (99.96, "100"),
        (123.4, "123"),
        (8134.2, "8,130"),
        (3265179.9, "3,270,000"),
        (-0.25, "-0.25"),
        (12, "12"),
        ("float64", "float64"),
    ],
)
def test_numbers_have_three_digits(value, text):
    assert tables.written(value) == text


def test_a_table_is_markdown_with_its_numbers_on_the_right():
    table = tables.columns(ROWS, {"Layer": "layer", "×": "ratio"})
    assert repr(table) == "| Layer | × |\n| --- | ---: |\n| A | 0.25 |\n| A | 1.5 |\n| B | 0.5 |"
    assert table._repr_markdown_() == repr(table)


def test_dates_and_words_stand_on_the_left():
    runs = {"x": {"date": "2026-11-20T20:16:41+00:00", "quick": True}, "y": {"date": "2026-11-21T", "quick": False}}
    assert repr(tables.runs(runs)).splitlines()[1:] == [
        "| --- | --- | --- |",
        "| x | 2026-11-20 | quick |",
        "| y | 2026-11-21 | full |",
    ]


def test_a_gru_is_held_against_the_lstm_of_its_own_shape():
    times = {("LSTM", 1): (4.0, 2.0), ("LSTM", 2): (8.0, 2.0), ("GRU", 1): (3.0, 0.5), ("GRU", 2): (2.0, 0.5)}
    rows = [
        {"layer": layer, "B": B, "T": 5, "H": 16, "ours ms": ms, "ours / torch": ratio}
        for (layer, B), (ms, ratio) in times.items()
    ]
    rows.append({"layer": "RNN", "B": 1, "T": 5, "H": 16, "ours ms": 9.0, "ours / torch": 1.0})
    ours, torch = repr(tables.gru_against_lstm({"rows": rows})).splitlines()[2:]
    assert ours == "| ours | 16 | 0.433 | 0.25 | 0.75 |"  # 3 / 4 and 2 / 8
    assert torch == "| torch | 16 | 1.73 | 1 | 3 |"  # 6 / 2 and 4 / 4


@pytest.mark.parametrize(
    ("relation", "value", "reached"),
    [("≤", 1.9, "yes"), ("≤", 2.0, "yes"), ("≤", 2.1, "**no**"), ("≥", 2.0, "yes"), ("≥", 1.9, "**no**")],
)
def test_a_target_is_reached_or_not(relation, value, reached):
    target = tables.Target("speed", "figure", relation, 2)
    assert target.row({"speed": {"summary": {"figure": value}}}) == ("speed: figure", f"{relation} 2", value, reached)


def test_what_was_not_measured_is_not_reached():
    target = tables.Target("speed", "figure", "≥", 2)
    assert target.row({"speed": {"summary": {}}})[2:] == ("not measured", "**no**")


def test_machines_that_differ_are_all_named():
    threads = {"A": "1", "torch": 1}
    one, other = ({"machine": {"cpu": cpu, "cores": 2, "threads": threads}} for cpu in ("fast", "slow"))
    lines = repr(tables.machine({"x": one, "y": other})).splitlines()
    assert lines[2:] == ["| cpu | fast; slow |", "| cores | 2 |", "| threads | 1 |"]


def test_a_layer_without_a_figure_has_a_dash():
    result = {"rows": ROWS, "summary": {"A, ratio": 0.6, "B, ratio": 0.5, "A, worst": 1.5}}
    assert tables.by_layer(result, {"mean": "ratio", "worst": "worst"}).rows == [["A", "0.6", "1.5"], ["B", "0.5", "–"]]


def test_the_heaviest_of_each_kind_come_first():
    rows = [{"kind": kind, "kB": kB} for kind, kB in [("a", 1.0), ("b", 9.0), ("a", 3.0), ("a", 2.0)]]
    assert [row["kB"] for row in tables.heaviest(rows, 2)] == [3.0, 2.0, 9.0]


def test_a_heatmap_says_its_range_and_where_it_is_greatest():
    picture = tables.heatmap(ROWS, "ratio", ("B", "T"), "H", "Layers")
    assert picture.alt == "Layers: ratio at 3 shapes, from 0.25 to 1.5, the greatest at B = 1, T = 5, H = 16."
    assert all(label in picture.svg for label in ("B = 2, T = 5", ">8<", ">16<"))


def test_the_player_has_a_heatmap_for_each_layer():
    player = tables.layer_player({"rows": ROWS}, "ratio")
    assert player.values == ["A", "B"]
    assert [picture.alt.split(",")[0] for picture in player.pictures] == [
        "A: ratio at 2 shapes",
        "B: ratio at 1 shape",
    ]


def test_the_page_shows_every_benchmark():
    shown = set(re.findall(r'results\["(\w+)"\]', PAGE.read_text("utf-8")))
    assert shown == set(NAMES)
    assert {target.benchmark for target in tables.TARGETS} <= shown


def test_no_measured_number_is_typed_into_the_page():
    prose = re.sub(r"```.*?```", "", PAGE.read_text("utf-8"), flags=re.DOTALL)
    numbers = re.findall(r"\d[\d.,]*", prose)
    assert {number.strip(".,") for number in numbers} <= {"0", "1", "3", "95", "112", "64", "32", "03"}


def test_the_cells_of_the_page_fit_into_its_column():
    cells = re.findall(r"```\{code-cell\}.*?\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    assert max(len(line) for cell in cells for line in cell.splitlines()) <= 88
    assert max(len(cell.splitlines()) for cell in cells) <= 25
