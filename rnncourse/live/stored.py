"""Stored networks: trained once, by a program in tools/live, and kept with what they were measured at."""

import json
from importlib.resources import files

import numpy as np


def stored(name):
    """``(weights, about)`` of a stored network: a dict of float64 arrays, and a dict that says what it is.

    ``about`` holds what the training was given and what it reached: data, seed, steps, and the scores that
    ``tests/live`` computes again. The numbers are float32 on disk, so both a page and NumPy compute from the same ones.
    """
    path = files("rnncourse.live").joinpath("weights", f"{name}.npz")
    if not path.is_file():
        there = sorted(file.name[: -len(".npz")] for file in path.parent.iterdir() if file.name.endswith(".npz"))
        raise ValueError(f"name: expected one of {there}, got {name!r}")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        weights = {key: arrays[key].astype(float) for key in arrays.files if key != "about"}
        return weights, json.loads(str(arrays["about"]))
