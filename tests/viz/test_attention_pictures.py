"""Attention between words and over an image: weights, words and true places reach the drawing."""

import numpy as np
import pytest
from drawn import cells, paths, place, texts

from rnncourse import viz
from rnncourse.viz.style import VEIL, WEIGHTS

SOURCE, TARGET = ["the", "red", "house"], ["la", "maison", "rouge", "."]
A = np.array([[0.7, 0.1, 0.2], [0.0, 0.2, 0.8], [0.1, 0.9, 0.0], [0.3, 0.3, 0.4]])
IMAGE = np.linspace(0, 1, 6 * 12).reshape(6, 12)
MAPS = np.array([[[0.5, 0.1, 0.0], [0.2, 0.1, 0.1]], [[0.0, 0.0, 0.0], [0.0, 0.1, 0.9]]])


def frames(picture):
    """The corners of every frame in ink: left, right, top, bottom."""
    drawn = [p for p in paths(picture, "--rnn-ink") if len(p) == 5]
    return [(*(edge(p[:, 0]) for edge in (min, max)), *(edge(p[:, 1]) for edge in (min, max))) for p in drawn]


def test_each_weight_has_its_colour_in_the_row_of_its_target():
    (drawn,) = cells(viz.alignment(A, SOURCE, TARGET, alt="a"))
    np.testing.assert_allclose(drawn, WEIGHTS(A), atol=0.01)
    assert drawn[1, 2, 3] > drawn[0, 0, 3] > drawn[0, 1, 3]


def test_words_stand_beside_their_rows_and_above_their_columns():
    picture = viz.alignment(A, SOURCE, TARGET, alt="a")
    assert [place(picture, word)[1] for word in TARGET] == sorted(place(picture, word)[1] for word in TARGET)
    assert [place(picture, word)[0] for word in SOURCE] == sorted(place(picture, word)[0] for word in SOURCE)
    assert max(place(picture, word)[1] for word in SOURCE) < place(picture, "la")[1]


def test_true_pairs_are_framed_where_their_words_meet():
    picture = viz.alignment(A, SOURCE, TARGET, true=[(1, 2), (2, 1)], alt="a")
    for (left, right, top, bottom), (t, s) in zip(frames(picture), [(1, 2), (2, 1)], strict=True):
        assert left < place(picture, SOURCE[s])[0] < right
        assert top < place(picture, TARGET[t])[1] < bottom
    assert frames(viz.alignment(A, SOURCE, TARGET, alt="a")) == []


def test_rows_that_are_not_said_yet_are_blank():
    (drawn,) = cells(viz.alignment(np.where(np.arange(4)[:, None] < 2, A, np.nan), SOURCE, TARGET, alt="a"))
    assert (drawn[:2, :, 3] > 0).all()
    assert (drawn[2:, :, 3] == 0).all()


def test_a_player_of_alignments_says_word_after_word():
    def draw(said):
        shown = np.where(np.arange(4)[:, None] < said, A, np.nan)
        return viz.alignment(shown, SOURCE, TARGET, alt=f"{said} words said")

    player = viz.Player(draw, "words", range(1, 5))
    assert [int((cells(picture)[0][:, 0, 3] > 0).sum()) for picture in player.pictures] == [1, 2, 3, 4]
    assert len({picture.svg.partition('viewBox="')[2].partition('"')[0] for picture in player.pictures}) == 1
    assert "words = 3: 3 words said" in repr(player)


@pytest.mark.parametrize(
    ("weights", "source", "options", "message"),
    [
        (A.T, SOURCE, {}, r"weights: expected shape \(4, 3\), got \(3, 4\)"),
        (2 * A, SOURCE, {}, "weights: expected numbers from 0 to 1, got 1.4"),
        (A, "the", {}, "source: expected a list of words"),
        (A, SOURCE, {"true": [(3, 3)]}, r"true: expected pairs \(t, s\) within \(4, 3\), got \(3, 3\)"),
        (A, ["word"] * 40, {}, "source: expected at most 2. words, as many as a phone can show, got 40"),
    ],
)
def test_an_alignment_that_cannot_be_drawn_is_named(weights, source, options, message):
    with pytest.raises(ValueError, match=message):
        viz.alignment(weights, source, TARGET, alt="a", **options)


def test_the_image_stands_first_and_under_every_word():
    picture = viz.attention_over_image(IMAGE, MAPS, ["disc", "cross"], alt="a")
    drawn = cells(picture)
    assert [image.shape[:2] for image in drawn] == [(6, 12), (6, 12), (2, 3), (6, 12), (2, 3)]
    for image in (drawn[0], drawn[1], drawn[3]):
        np.testing.assert_allclose(image[:, :, 0], IMAGE, atol=0.01)
    assert [text for text in texts(picture) if text.isalpha()][:3] == ["image", "disc", "cross"]


def test_weights_veil_the_image_on_one_scale():
    drawn = cells(viz.attention_over_image(IMAGE, MAPS, ["disc", "cross"], alt="a"))
    np.testing.assert_allclose(drawn[2], VEIL(MAPS[0] / 0.9), atol=0.01)
    np.testing.assert_allclose(drawn[4], VEIL(MAPS[1] / 0.9), atol=0.01)
    assert drawn[4][0, 0, 3] == 0  # where the model does not look, the image is as it was


def test_colours_of_an_image_are_kept():
    colours = np.stack([IMAGE, 1 - IMAGE, IMAGE**2], axis=2)
    drawn = cells(viz.attention_over_image(colours, MAPS, ["disc", "cross"], alt="a"))
    np.testing.assert_allclose(drawn[0][:, :, :3], colours, atol=0.01)


def test_a_true_region_is_framed_by_its_pixels():
    def frame(box):
        svg = viz.attention_over_image(IMAGE, MAPS, ["disc", "cross"], boxes=[None, box], alt="a").svg
        corners = [p.partition('"')[0] for p in svg.split('<path d="')[1:] if "#ffffff" in p.partition("/>")[0]]
        assert len(corners) == 1
        values = np.array(corners[0].replace("M", "").replace("L", "").replace("z", "").split(), dtype=float).reshape(
            -1, 2
        )
        return values.min(axis=0), np.ptp(values, axis=0)

    (start, size), (moved, doubled) = frame((1, 2, 3, 5)), frame((2, 2, 6, 8))
    np.testing.assert_allclose(doubled, 2 * size, atol=0.05)
    np.testing.assert_allclose(moved - start, [0, size[1] / 2], atol=0.05)  # one pixel down


@pytest.mark.parametrize(
    ("image", "weights", "options", "message"),
    [
        (IMAGE * 255, MAPS, {}, "image: expected numbers from 0 to 1, got 3.59"),
        (IMAGE[0], MAPS, {}, r"image: expected shape \(H, W, 3\), got \(12,\)"),
        (IMAGE, MAPS[:1], {}, r"weights: expected shape \(2, R, C\), got \(1, 2, 3\)"),
        (IMAGE, MAPS, {"boxes": [None]}, "boxes: expected 2, one for each word, got 1"),
        (IMAGE, MAPS, {"boxes": [None, (0, 0, 7, 2)]}, r"boxes\[1\]: expected a region within the 6 by 12 pixels, got"),
        (IMAGE, 0 * MAPS, {}, "weights: expected at least one weight that is not 0, got only zeros"),
    ],
)
def test_attention_that_cannot_be_drawn_is_named(image, weights, options, message):
    with pytest.raises(ValueError, match=message):
        viz.attention_over_image(image, weights, ["disc", "cross"], alt="a", **options)
