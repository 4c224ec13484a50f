"""Gates over tokens: bars as high as the gate is open, cells as full, each over its word."""

import numpy as np
import pytest
from drawn import cells, paths, place, texts

from rnncourse import viz
from rnncourse.viz.style import SIGNED, WEIGHTS

TOKENS = ["i", "grew", "up", "in", "france"]
GATE = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


def bars(picture, colour):
    """The left, right, lower and upper edge of each bar."""
    return [(p[:, 0].min(), p[:, 0].max(), p[:, 1].max(), p[:, 1].min()) for p in paths(picture, colour) if len(p) == 4]


def test_bars_are_as_high_as_the_gate_is_open_and_stand_over_their_tokens():
    picture = viz.gate_traces(TOKENS, {"forget gate": GATE}, alt="a")
    heights = np.array([low - high for _, _, low, high in bars(picture, "--rnn-c0")])
    np.testing.assert_allclose(heights / heights[-1], GATE, atol=0.01)
    for token, (left, right, *_) in zip(TOKENS, bars(picture, "--rnn-c0"), strict=True):
        assert left < place(picture, token)[0] < right


def test_negative_activations_hang_below_zero():
    picture = viz.gate_traces(TOKENS, {"cell": 2 * GATE - 1}, limits={"cell": (-1, 1)}, alt="a")
    drawn = bars(picture, "--rnn-c0")
    assert drawn[0][3] == pytest.approx(drawn[-1][2])  # the first hangs where the last stands
    assert drawn[0][2] - drawn[0][3] == pytest.approx(drawn[-1][2] - drawn[-1][3])


def test_units_are_rows_of_cells():
    gates = 0.2 + np.stack([GATE, GATE[::-1], GATE**2], axis=1) / 2
    (drawn,) = cells(viz.gate_traces(TOKENS, {"forget gate": gates}, alt="a"))
    np.testing.assert_allclose(drawn, WEIGHTS(gates.T), atol=0.01)
    (signed,) = cells(viz.gate_traces(TOKENS, {"c": 2 * gates - 1}, limits={"c": (-1, 1)}, alt="a"))
    np.testing.assert_allclose(signed, SIGNED(gates.T), atol=0.01)


def test_gates_stand_in_order_above_the_tokens():
    picture = viz.gate_traces(TOKENS, {"input gate": GATE, "forget gate": GATE, "output gate": GATE[:, None]}, alt="a")
    heights = [place(picture, name)[1] for name in ("input gate", "forget gate", "output gate", "france")]
    assert heights == sorted(heights)
    assert [text for text in texts(picture) if text in TOKENS] == TOKENS


def test_a_highlighted_token_is_bold_and_stands_between_lines():
    plain = viz.gate_traces(TOKENS, {"g": GATE}, alt="a").svg
    marked = viz.gate_traces(TOKENS, {"g": GATE}, highlight=[4], alt="a").svg
    assert "700" not in plain
    assert "700" in marked.rpartition("france")[0].rpartition("<text")[2]
    assert marked.count("stroke-dasharray: 2,2") == plain.count("stroke-dasharray: 2,2") + 2


@pytest.mark.parametrize(
    ("tokens", "gates", "message"),
    [
        ("france", {"g": GATE}, "tokens: expected a list of words, got the text 'france'"),
        ([], {"g": []}, "tokens: expected at least one word, got none"),
        (TOKENS, {}, "gates: expected a dict"),
        (TOKENS, {"g": GATE[1:]}, r"gates\['g'\]: expected 5 values or rows, one for each token, got 4"),
        (TOKENS, {"g": 2 * GATE}, r"gates\['g'\]: expected numbers from 0 to 1, got 1.5"),
        (TOKENS, {"g": GATE * np.nan}, r"gates\['g'\]: expected finite numbers, got NaN"),
        (TOKENS, {"g": GATE[None, None]}, r"gates\['g'\]: expected shape \(T, H\), got \(1, 1, 5\)"),
        (["a"] * 26, {"g": np.ones(26)}, "tokens: expected at most 25 words, as many as a phone can show, got 26"),
    ],
)
def test_what_cannot_be_drawn_is_named(tokens, gates, message):
    with pytest.raises(ValueError, match=message):
        viz.gate_traces(tokens, gates, alt="a")


@pytest.mark.parametrize("position", [5, -1])
def test_a_highlight_outside_the_text_is_refused(position):
    with pytest.raises(ValueError, match=f"highlight: expected positions from 0 to 4, got {position}"):
        viz.gate_traces(TOKENS, {"g": GATE}, highlight=[position], alt="a")
