"""What students hand in, for the tests of the exports, and what the platforms want back."""

from solved import solved_script

from rnncourse.exercises import CHAPTERS, EXERCISES

ASSIGNMENTS = [*((chapter,) for chapter in CHAPTERS), CHAPTERS]  # every chapter, and all of them in one file
RIGHT = solved_script("03_bptt")
WRONG = (
    "import numpy as np\ndef rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):\n    return x @ W_xh + h_prev @ W_hh + b_h\n"
)
HIGHEST = 100


def hostile(*places):
    """A script that writes full points to these files, starts a process, and ends the one it runs in."""
    forged = '{"score": 1000, "max-score": 1000, "tests": []}'
    tries = [f"open({str(place)!r}, 'w').write({forged!r})" for place in places] + ["os.fork()", "os._exit(0)"]
    body = "".join(f"    try:\n        {line}\n    except Exception:\n        pass\n" for line in tries)
    names = "".join(f"{name} = attack\n" for name in EXERCISES)
    return f"import os\ndef attack(*arguments, **named):\n{body}{names}attack()\n"
