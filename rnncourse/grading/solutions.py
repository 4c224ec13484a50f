"""The solutions that come with the package, generated from ``solutions/`` of the repository by ``tools.sync``."""

import json
from importlib.resources import files


def solution_source(exercise):
    """The source of the function that solves an exercise."""
    path = files("rnncourse.exercises") / "solutions" / f"{exercise.chapter}.json"
    return json.loads(path.read_text(encoding="utf-8"))[exercise.name]
