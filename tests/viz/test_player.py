"""The player: all frames in the page, one visible, and a live widget on request."""

import re

import pytest

from rnncourse import viz


def draw(value):
    return viz.bars([value, 1], x_label="x", y_label="y", alt=f"a bar of height {value} & more", limits=(0, 9))


def test_all_frames_are_in_the_page_and_one_is_visible():
    html = viz.Player(draw, "height", [1, 2, 5], start=1)._repr_html_()
    frames = re.findall(r'<div class="rnn-frame"( hidden)?>', html)
    assert frames == [" hidden", "", " hidden"]
    assert 'data-labels="[&quot;height = 1&quot;, &quot;height = 2&quot;, &quot;height = 5&quot;]"' in html
    assert 'aria-valuetext="height = 2"' in html
    assert html.count("<svg") == 3
    assert "http" not in html.replace("http://www.w3.org/1999/xlink", "")  # asks no server for anything


def test_as_text_it_says_what_every_frame_shows():
    text = repr(viz.Player(draw, "height", [1, 2.5]))
    assert text.splitlines() == [
        "Player over height, 2 figures",
        "  height = 1: a bar of height 1 & more",
        "  height = 2.5: a bar of height 2.5 & more",
    ]


def test_values_may_be_words():
    assert "  a word: a bar" in repr(viz.Player(lambda word: draw(len(word)), "word", ["a word"]))


def test_what_every_frame_shows_can_be_read_without_seeing_it_or_a_script():
    html = viz.Player(draw, "height", [1, 2.5])._repr_html_()
    folded = re.search(r'<details class="rnn-behind"><summary>What each picture shows</summary>(.*?)</details>', html)[
        1
    ]
    assert re.findall(r"<li>(.*?)</li>", folded) == [
        "<b>height = 1</b>: a bar of height 1 &amp; more",
        "<b>height = 2.5</b>: a bar of height 2.5 &amp; more",
    ]


@pytest.mark.parametrize("start", [-1, 3])
def test_a_start_outside_the_values_is_refused(start):
    with pytest.raises(ValueError, match=rf"start: expected a position from 0 to 2, got {start}"):
        viz.Player(draw, "height", [1, 2, 3], start=start)


def test_the_widget_redraws_at_values_that_no_frame_was_drawn_for():
    slider, picture = viz.Player(draw, "height", [1, 2, 6]).widget().children
    assert "height 1 &amp; more" in picture.value
    slider.value = 4
    assert "height 4 &amp; more" in picture.value
    fine, _ = viz.Player(draw, "height", [0.5, 2.0]).widget().children
    assert (fine.min, fine.max) == (0.5, 2.0)
    assert type(fine).__name__ == "FloatSlider"
