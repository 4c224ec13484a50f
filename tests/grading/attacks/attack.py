"""What an attack is, and how the source of one is put together."""

from dataclasses import dataclass
from textwrap import dedent, indent

from rnncourse.exercises import EXERCISES
from rnncourse.grading.session import Limits

QUICK = Limits(call=1.0, total=4.0, processor=3, memory=256 << 20)
SHORT = Limits(call=0.3, total=0.6, processor=3, memory=256 << 20)


@dataclass(frozen=True)
class Attack:
    """A submission that wants what it must not get.

    ``tries`` says what, ``fails`` why in vain. ``said`` is a regular expression that what the student is told has to
    match: the proof that the attempt was made and how it ended. ``control`` says how the tests show that the attack
    works where nobody defends: "probe" runs ``attempt()`` outside the jail, the name of a comparison in ``naive`` has
    a naive grader give it full marks, and "" leaves it out.
    """

    name: str
    tries: str
    fails: str
    source: str
    said: str = ""
    control: str = ""
    limits: Limits = QUICK
    file: str = "mallory.py"


def define(function, names=tuple(EXERCISES)):
    """The line that hands in one function as all exercises."""
    return f"\n{' = '.join(names)} = {function}\n"


_PROBE = '''
def probe():
{body}

def attempt():
    """What comes of it, in words."""
    try:
        return f"done: {{probe()}}"
    except BaseException as error:
        return f"refused: {{type(error).__name__}} {{error}}"
'''

_REPORT = """
at_load = attempt()

def report(*arguments):
    raise RuntimeError(f"{at_load}; {attempt()}")
"""


def attempt_source(body):
    """Defines ``attempt()``, which runs the body and returns "done: ..." or "refused: ..."."""
    return _PROBE.format(body=indent(dedent(body).strip(), "    "))


def probe(name, tries, fails, body, said=r"refused: PermissionError.*refused: PermissionError"):
    """An attack that attempts something while it is loaded and in each call, and reports what came of it."""
    source = attempt_source(body) + _REPORT + define("report")
    return Attack(name, tries, fails, source, said, "probe")


def trick(name, tries, fails, source, said="", control="", limits=QUICK):
    """An attack by a function called ``trick`` that is handed in as all exercises."""
    return Attack(name, tries, fails, dedent(source) + define("trick"), said, control, limits)
