"""How a text is cut so that the state of a network can be carried from window to window."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.rnn.chapter import CHAPTER


def _inputs(rng, N, lanes, window):
    return {"ids": rng.permutation(N), "lanes": lanes, "window": window}  # no two alike, so each place is seen


def _places(lanes, window, lane, windows):
    """Where in the text character t of window w in lane b stands, (W, window, lanes), when a lane has this length."""
    w, t, b = np.indices((windows, window, lanes))
    return b * lane + w * window + t


def _windows(ids, lanes, window, places=_places, targets=lambda ids, places, lane: ids[places + 1]):
    """Windows as they should be, or from other ``places``, or with ``targets`` of the text, these places and a lane."""
    lane = (len(ids) - 1) // lanes
    where = places(lanes, window, lane, lane // window)
    return ids[where], targets(ids, where, lane)


def _every_nth(lanes, window, lane, windows):
    w, t, b = np.indices((windows, window, lanes))
    return (w * window + t) * lanes + b


def _across_lanes(lanes, window, lane, windows):
    w, t, b = np.indices((windows, window, lanes))
    return (w * lanes + b) * window + t


def _as_they_lie(lanes, window, lane, windows):
    """Rows of lanes, given the shape (W, window, lanes) without exchanging axes."""
    rows = np.arange(lanes * lane).reshape(lanes, lane)[:, : windows * window]
    return rows.reshape(windows, window, lanes)


def _one_apart(lanes, window, lane, windows):
    w, t, b = np.indices((lane - window + 1, window, lanes))
    return b * lane + w + t


def _lanes_of_whole_windows(lanes, window, lane, windows):
    return _places(lanes, window, windows * window, windows)


def _without_last(lanes, window, lane, windows):
    return _places(lanes, window, lane, (lane - 1) // window)


def _rolled_text(ids, lanes, window):
    lane = len(ids) // lanes
    places = _places(lanes, window, lane, lane // window)
    return ids[places], np.roll(ids, -1)[places]


def _cut_before_the_shift(ids, lanes, window):
    lane = len(ids) // lanes
    places = _places(lanes, window, lane, (lane - 1) // window)
    return ids[places], ids[places + 1]


def _batch_major(ids, lanes, window):
    return tuple(array.swapaxes(1, 2) for array in _windows(ids, lanes, window))


LANGUAGE_MODEL_WINDOWS = Exercise(
    name="language_model_windows",
    chapter=CHAPTER,
    points=15,
    section="A character network in one file",
    inputs=_inputs,
    reference=_windows,
    outputs=("inputs", "targets"),
    sizes=tuple(
        dict(zip(("N", "lanes", "window"), size, strict=True))
        for size in ((3, 1, 2), (5, 1, 2), (9, 2, 2), (14, 2, 3), (28, 3, 4), (41, 4, 5), (60, 4, 3), (97, 5, 6))
    ),
    mistakes=(
        Mistake(
            "The targets are the inputs: at each place the target should be the character that follows it.",
            partial(_windows, targets=lambda ids, places, lane: ids[places]),
        ),
        Mistake(
            "Lane b gets every lanes-th character: reshape to (lanes, length), and then transpose.",
            partial(_windows, places=_every_nth),
        ),
        Mistake(
            "Window w + 1 of a lane does not go on where window w stopped: the windows run across the lanes.",
            partial(_windows, places=_across_lanes),
        ),
        Mistake(
            "The last target of each window is the window's own first character; it is the first of the next window.",
            partial(_windows, targets=lambda ids, places, lane: np.roll(ids[places], -1, axis=1)),
        ),
        Mistake(
            "The last target of each lane is the lane's own first character; it is the one after it in the text.",
            partial(_windows, targets=lambda ids, places, lane: ids[places // lane * lane + (places + 1) % lane]),
        ),
        Mistake(
            "A lane has (N - 1) // lanes characters, not N // lanes: np.roll makes the first character the last target.",
            _rolled_text,
        ),
        Mistake(
            "You cut lanes of N // lanes characters and shift inside them; shift first, so that lanes have no seams.",
            _cut_before_the_shift,
        ),
        Mistake(
            "You reshape rows of lanes to (W, window, lanes); a reshape exchanges no axes, a transpose does.",
            partial(_windows, places=_as_they_lie),
        ),
        Mistake(
            "Your windows start one character apart; each begins where the window before it ended, window characters later.",
            partial(_windows, places=_one_apart),
        ),
        Mistake(
            "Your lanes hold only what their windows read; cut the text first, and drop the rest of each lane afterwards.",
            partial(_windows, places=_lanes_of_whole_windows),
        ),
        Mistake(
            "The order of your axes is (W, lanes, window); time comes before the lanes: (W, window, lanes).",
            _batch_major,
        ),
        Mistake(
            "A window that just fits is dropped: a lane has as many as lane // window, with lane = (N - 1) // lanes.",
            partial(_windows, places=_without_last),
        ),
    ),
    hints=(
        "The targets are cut exactly like the inputs, from a text that begins one character later.",
        "With lane = (N - 1) // lanes, ids[: lanes * lane].reshape(lanes, lane) has one lane in each row.",
        "Keep the first W * window columns, W = lane // window, and reshape to (lanes, W, window).",
        "Then .transpose(1, 2, 0) makes it (W, window, lanes); for the targets begin with ids[1 : lanes * lane + 1].",
    ),
)
