"""LiveFigure: what all figures share that compute in the page, from weights that the page carries."""

import base64
import json
from importlib.resources import files

import numpy as np

_FILES = files("rnncourse.live")
_NETWORK = _FILES.joinpath("network.js").read_text(encoding="utf-8")


class LiveFigure:
    """A figure with a network in it that runs where it is read: in a page without server, or in a notebook.

    A kind of figure has a ``kind``, which names its script and its class in the page, and gives two things: what
    stands still, HTML that says all it can without JavaScript, and the data for its script.
    """

    kind = ""

    def __init__(self, alt):
        if not alt.strip():
            raise ValueError("alt: expected a sentence that says what the figure shows, got an empty string")
        self.alt = alt

    def __repr__(self):
        return f"Live figure: {self.alt}"

    def still(self):
        """HTML of the figure as it stands where no script runs."""
        raise NotImplementedError

    def data(self):
        """What the script needs, as JSON can hold it; weights by :func:`packed`."""
        raise NotImplementedError

    def _repr_html_(self):
        data = json.dumps(self.data(), separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")
        script = _FILES.joinpath(f"{self.kind}.js").read_text(encoding="utf-8")
        return (
            f'<figure class="rnn-live rnn-{self.kind}" data-lm-suppress-shortcuts="true" '
            f'style="max-width:36rem;margin:1rem auto">{self.still()}'
            f'<script type="application/json">{data}</script></figure><script>{_NETWORK}{script}</script>'
        )


def packed(array, kind="float32"):
    """An array for the page: its shape, and its numbers as little-endian floats in base64, row by row.

    ``kind="float16"`` takes three quarters of the room after compression, for numbers that were rounded to it before.
    """
    numbers = np.ascontiguousarray(array, dtype={"float32": "<f4", "float16": "<f2"}[kind])
    if kind == "float16" and (numbers != array).any():
        raise ValueError("array: expected numbers that are the same in float16, got others")
    return {"shape": list(numbers.shape), kind: base64.b64encode(numbers.tobytes()).decode("ascii")}
