"""Eigenvalues and cliffs: every point where its two numbers say."""

import numpy as np
import pytest
from drawn import cells, marks, paths, place, texts

from rnncourse import viz
from rnncourse.viz.labels import places_of_names
from rnncourse.viz.style import SHADE

BEFORE, AFTER = [0.45, 0.3 + 0.4j, 0.3 - 0.4j], [1.2, -0.5, 1j]


def circle(picture):
    """Middle and radius of the unit circle on the page, across and down."""
    (corners,) = (p for p in paths(picture, "--rnn-ink") if len(p) > 20)
    return (corners.min(axis=0) + corners.max(axis=0)) / 2, np.ptp(corners, axis=0) / 2


def test_eigenvalues_stand_in_the_plane():
    picture = viz.eigenvalue_plane({"before": BEFORE, "after": AFTER}, alt="a")
    middle, radius = circle(picture)
    np.testing.assert_allclose(radius[0], radius[1], rtol=0.01)
    for colour, values in (("--rnn-c0", BEFORE), ("--rnn-c1", AFTER)):
        drawn = (marks(picture, colour)[:3] - middle) / radius * [1, -1]
        np.testing.assert_allclose(drawn, [[np.real(v), np.imag(v)] for v in values], atol=0.02)


def test_the_legend_says_how_far_the_outermost_lies():
    assert {"before: largest |λ| = 0.50", "after: largest |λ| = 1.20"} < set(
        texts(viz.eigenvalue_plane({"before": BEFORE, "after": AFTER}, alt="a"))
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "eigenvalues: expected a dict"),
        ({"W": "abc"}, r"eigenvalues\['W'\]: expected complex numbers, got str"),
        ({"W": np.eye(2)}, r"eigenvalues\['W'\]: expected shape \(H,\), got \(2, 2\)"),
        ({"W": [np.nan]}, r"eigenvalues\['W'\]: expected finite numbers, got NaN"),
        ({str(i): [1] for i in range(7)}, "eigenvalues: expected at most 6 sets, got 7"),
    ],
)
def test_what_are_no_eigenvalues_is_named(values, message):
    with pytest.raises(ValueError, match=message):
        viz.eigenvalue_plane(values, alt="a")


X, Y = np.linspace(-1, 1, 21), np.linspace(0, 2, 11)
LOSSES = 10.0 ** (X + Y[:, None])
PATHS = {"clipped": [[0.5, 1.5], [0.3, 1.2], [-0.5, 0.5]], "not clipped": [[0.5, 1.5], [0.9, -9.0], [0.2, 0.3]]}
LABELS = {"x_label": "w", "y_label": "b", "alt": "a"}


def test_losses_are_shaded_by_their_logarithm():
    (drawn,) = cells(viz.loss_cliff(LOSSES, X, Y, PATHS, **LABELS))
    np.testing.assert_allclose(drawn[::-1], SHADE((X + Y[:, None] + 1) / 4), atol=0.01)
    (cut,) = cells(viz.loss_cliff(LOSSES, X, Y, PATHS, limits=(1, 100), **LABELS))
    np.testing.assert_allclose(cut[::-1], SHADE(((X + Y[:, None]) / 2).clip(0, 1)), atol=0.01)


def test_paths_run_through_their_points():
    picture = viz.loss_cliff(LOSSES, X, Y, PATHS, **LABELS)
    frame = np.array(next(p for p in paths(picture, "--rnn-ink") if len(p) == 2))  # the left edge, from the bottom up
    (clipped,) = (p for p in paths(picture, "--rnn-c1") if len(p) == 3)
    low, high = frame[:, 1].max(), frame[:, 1].min()
    drawn = (clipped[:, 1] - low) / (high - low) * 2.2 - 0.1
    np.testing.assert_allclose(drawn, [1.5, 1.2, 0.5], atol=0.01)
    assert clipped[0][0] > clipped[1][0] > clipped[2][0] > frame[0, 0]


def test_each_path_carries_its_name_beside_it():
    picture = viz.loss_cliff(LOSSES, X, Y, PATHS, **LABELS)
    (clipped,) = (p for p in paths(picture, "--rnn-c1") if len(p) == 3)
    near = np.linalg.norm(clipped - place(picture, "clipped"), axis=1).min()
    assert 5 < near < 45
    assert "not clipped" in texts(picture)


def test_a_name_keeps_clear_of_a_crowd():
    crowd = np.stack([60 + 50 * np.sin(7.0 * np.arange(80)), 100 + 50 * np.cos(11.0 * np.arange(80))], axis=1)
    path = np.concatenate([crowd, [[240, 100]]])
    x, y = places_of_names({"name": path}, np.array([300, 200]))["name"]
    assert x > 150 or abs(y - 100) > 55


def test_names_cover_no_path_and_no_other_name():
    wave = np.stack([np.linspace(20, 280, 60), 100 + 60 * np.sin(np.linspace(0, 9, 60))], axis=1)
    places = places_of_names({"one name": wave, "another name": wave + [0, 12]}, np.array([300, 200]))
    for place_of_name in places.values():
        assert (np.abs(wave - place_of_name) > [15, 5]).any(axis=1).all()
    assert (np.abs(places["one name"] - places["another name"]) > [40, 10]).any()


@pytest.mark.parametrize(
    ("losses", "x", "paths_", "message"),
    [
        (LOSSES.T, X, PATHS, r"losses: expected shape \(11, 21\), got \(21, 11\)"),
        (LOSSES - 1, X, PATHS, "losses: expected positive numbers, which have a logarithm, got -0.9"),
        (LOSSES, X**3, PATHS, "x: expected rising numbers at equal distances"),
        (LOSSES, X, {"p": [1, 2]}, r"paths\['p'\]: expected shape \(N, 2\), got \(2,\)"),
        (
            LOSSES,
            X,
            {"p": [[7, 7], [8, 8]]},
            r"paths\['p'\]: expected a path with room for its name on the map, got none",
        ),
        (LOSSES, X, {}, "paths: expected a dict"),
        (LOSSES, X, {str(i): [[0, 0], [1, 1]] for i in range(6)}, "paths: expected at most 5, which .*, got 6"),
    ],
)
def test_what_is_no_cliff_is_named(losses, x, paths_, message):
    with pytest.raises(ValueError, match=message):
        viz.loss_cliff(losses, x, Y, paths_, **LABELS)
