"""What students hand in, for the tests of the exports, and what the platforms want back."""

from rnncourse.exercises import EXERCISES
from rnncourse.grading.solutions import solution_source

RIGHT = "import numpy as np\n\n" + "\n\n".join(solution_source(exercise) for exercise in EXERCISES.values())
WRONG = (
    "import numpy as np\ndef rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):\n    return x @ W_xh + h_prev @ W_hh + b_h\n"
)
HIGHEST = sum(exercise.points for exercise in EXERCISES.values())


def hostile(*places):
    """A script that writes full points to these files, starts a process, and ends the one it runs in."""
    forged = '{"score": 1000, "max-score": 1000, "tests": []}'
    tries = [f"open({str(place)!r}, 'w').write({forged!r})" for place in places] + ["os.fork()", "os._exit(0)"]
    body = "".join(f"    try:\n        {line}\n    except Exception:\n        pass\n" for line in tries)
    names = "".join(f"{name} = attack\n" for name in EXERCISES)
    return f"import os\ndef attack(*arguments, **named):\n{body}{names}attack()\n"


# results.json of Gradescope.
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
OUTPUT_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
TEXTS = {"output": {"type": "string"}, "output_format": OUTPUT_FORMAT, "visibility": VISIBILITY}
TEST = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "max_score", "status", "name"],
    "properties": {
        **TEXTS,
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string", "minLength": 1},
        "name_format": OUTPUT_FORMAT,
        "number": {"type": "string"},
    },
}
GRADESCOPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["score", "output", "tests"],
    "properties": {**TEXTS, "score": {"type": "number"}, "tests": {"type": "array", "items": TEST}},
}

# result.json of Classroom 50.
WORD, COUNT = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(("classroom", "assignment", "owner", "commit", "release", "review"), WORD),
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": COUNT,
        "max-score": COUNT,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {"test-name": WORD, "passed": {"type": "boolean"}, "score": COUNT, "max-score": COUNT},
            },
        },
    },
}
CLASSROOM50["required"] = list(CLASSROOM50["properties"])
