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
