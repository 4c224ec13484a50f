"""Records of a small class, honest and hostile, for the tests of what an instructor takes away."""

from rnncourse.grading.verdict import Verdict

ADDED_ONCE = "You set dW_hh anew at every step; it wants the sum over all steps: `+=`, not `=`."
FUNCTIONS = {"rnn_step_forward": 10, "cross_entropy_backward": 15, "rnn_step_backward": 20, "bptt": 25}
HOSTILE = [
    '=HYPERLINK("http://example.org?x="&A1;"click")',
    "<script>alert(1)</script>",
    "two\nlines",
    "\r\n-1+1",
    "  @SUM(1)",
    "a;=1+1;b",
    "long " * 2_000,
    "Zoë 🧑‍🎓",
    "lone \ud800 surrogate",
    "../x",
    "..",
    "",
    "CON",
    "\x1b[31mred\x00",
    "\u202egnp.eda",
    "'><img src=x onerror=alert(1)>",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
]


def verdict(function, stage="passed", message="right, on 4 inputs of growing size.", chapter="03_bptt", **more):
    """One verdict's record."""
    highest = FUNCTIONS.get(function, 30)
    return Verdict(chapter, function, stage, highest * (stage == "passed"), highest, message, **more).record()


def record(student="ada", stages=(), problem="", notes=(), **more):
    """A record in which all functions pass but those named: ``("bptt", "values", "message", "mistake")``."""
    wrong = {name: (stage, *rest) for name, stage, *rest in stages}
    verdicts = [_verdict(name, "missing" if problem else "", wrong) for name in FUNCTIONS]
    base = {"student": student, "file": f"{student}.ipynb", "key": "00", "problem": problem, "notes": list(notes)}
    return base | {"verdicts": verdicts} | more


def _verdict(name, stage, wrong):
    if stage:
        return verdict(name, stage, "There is no function of this name.", section="The six gradients")
    if name not in wrong:
        return verdict(name, section="The six gradients")
    stage, message, mistake = (*wrong[name], "", "")[:3]
    return verdict(name, stage, message, mistake=mistake, section="The six gradients")


def a_class():
    """Four students: everything right, a named mistake, a file with notes, and one that could not be graded."""
    wrong = ("bptt", "values", "Right for T = 1, wrong from T = 2: dW_hh is wrong by 43%.", ADDED_ONCE)
    error = ("rnn_step_backward", "exception", "NameError: name 'dz' is not defined")
    notes = ["cell 3 of carl.ipynb: SyntaxError: invalid syntax (line 2)", "cell 9: %matplotlib was left out"]
    return [
        record("ada"),
        record("bob", [wrong]),
        record("carl", [wrong, error, ("cross_entropy_backward", "not attempted", "not attempted yet.")], notes=notes),
        record("dora", problem="dora.ipynb is no notebook: it is empty."),
    ]


def a_hostile_class():
    """A record for every hostile text, which stands wherever a student can put one."""
    return [
        record(text, [("bptt", "exception", f"ValueError: {text}")], notes=[text], file=f"{text}.ipynb")
        for text in HOSTILE
    ]
