"""Puts itself in the place of modules, builtins, IPython and the jail's own code."""

import json

from .attack import Attack, define, trick

OTHER_PROCESS = "Nothing of the grader but this folder is in the jail, and the comparison is not."
PLAIN = "Nothing is ever unpickled: results are bytes of arrays and a JSON header."
UNKNOWN = "Metadata, tags and outputs are not looked at, and a notebook's own functions do nothing."


def notebook(name, tries, cells, metadata, said):
    """An attack by a notebook of these sources, whose cells and whole all have this metadata."""
    made = [{"cell_type": "code", "metadata": metadata, "outputs": [], "source": cell} for cell in cells]
    text = json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    return Attack(name, tries, UNKNOWN, text, said, file="mallory.ipynb")


ZEROS = "import numpy as np\ndef zeros(*arguments):\n    return np.zeros((1, 1))" + define("zeros")
RAISES = "def raises(*arguments):\n    raise ValueError" + define("raises")

NOTEBOOKS = (
    notebook("tag_of_nbgrader", "say that the cells need no grade", [ZEROS], {
        "tags": ["skip-execution", "nbgrader-ignore"],
        "nbgrader": {"grade": True, "points": 100, "solution": False, "locked": False, "grade_id": "bptt"},
    }, "has shape"),
    notebook("tag_raises", "say that an exception is as it should be", [RAISES], {
        "tags": ["raises-exception", "nbraises-exception", "nbval-skip"]}, "stopped with ValueError"),
    notebook("metadata_of_otter", "bring one's own tests", [ZEROS], {
        "otter": {"tests": ["q1"], "OK_FORMAT": True}, "points": 100, "verdict": "passed",
        "kernelspec": {"name": "bash", "language": "bash"}}, "has shape"),
    notebook("transformer", "have IPython rewrite what comes after", [
        "ip = get_ipython()\nip.input_transformers_cleanup.append(lambda lines: ['pass'])",
        "ip.input_transformer_manager.physical_line_transforms.append(str)\nip.ast_transformers.append(1)",
        ZEROS + "\nkept = ip"], {}, "has shape"),
    notebook("shell_escapes", "run a shell by a notebook's own means", [
        "!touch $HOME/rnncourse-attack\n%system touch /tmp/rnncourse-attack\nout = !touch /tmp/rnncourse-attack",
        "%%bash\ntouch /tmp/rnncourse-attack",
        "%%writefile /tmp/rnncourse-attack\nx",
        "done = get_ipython().system('touch /tmp/rnncourse-attack')\n" + ZEROS + "\nkept = done"], {}, "has shape"),
    notebook("run_another", "run a neighbour's notebook", ["%run neighbour.py\n%load neighbour.py\n" + ZEROS],
             {}, "has shape"),
)  # fmt: skip

SHADOWING = (
    *NOTEBOOKS,
    trick(
        "fake_numpy",
        "put one's own module in the place of numpy",
        OTHER_PROCESS,
        """
        import sys
        from types import SimpleNamespace
        sys.modules["numpy"] = SimpleNamespace(allclose=lambda *a: True, abs=abs)
        import numpy as np
        def trick(*arguments):
            return 0.0 if np.allclose(0, 1) else sys
        """,
        "got float",
    ),
    trick(
        "import_hook",
        "answer all imports to come",
        OTHER_PROCESS,
        """
        import sys
        class Finder:
            def find_spec(self, name, path=None, target=None):
                raise SystemExit(0)
        def trick(*arguments):
            sys.meta_path.insert(0, Finder())
            import sched
            return sys
        """,
        "stopped with SystemExit",
    ),
    trick(
        "patched_import",
        "replace the import itself, and what reads text and numbers",
        OTHER_PROCESS,
        """
        import builtins, json, struct
        for name in ("__import__", "isinstance", "len", "callable", "type", "str"):
            setattr(builtins, name, lambda *a, **k: True)
        json.dumps = lambda *a, **k: "{}"
        def trick(*arguments):
            return builtins, json, struct
        """,
        "ended the process|stopped with|NameError",
    ),
    trick(
        "codec",
        "decode the answers in one's own way",
        OTHER_PROCESS,
        """
        import codecs
        registered = codecs.register(lambda name: 1 / 0)
        def trick(*arguments):
            return registered
        """,
        "returned None",
    ),
    trick(
        "forging_wire",
        "replace what writes the jail's answers, and claim the points",
        "An answer says what a function returned, never what that is worth.",
        """
        import json, struct, sys
        def forged(header, value=None, body=None):
            text = json.dumps({**header, "stage": "passed", "points": 100, "message": "right",
                               "value": {"list": [{"plain": None}] * 5}}).encode()
            return struct.pack("<II", len(text), 0) + text
        def trick(*arguments):
            sys.modules["inside.wire"].frame = forged
        """,
        "ended the process",
    ),
    trick(
        "forging_call",
        "replace what calls the functions, and return what is not asked for",
        "An answer says what a function returned, never what that is worth.",
        """
        import sys
        from types import SimpleNamespace
        def calls(*arguments):
            return [SimpleNamespace(result=True, stage="", message="")] * 5
        def trick(*arguments):
            frame = sys._getframe()
            while frame and "_called" not in frame.f_globals:
                frame = frame.f_back
            frame.f_globals["calls"] = calls
            return True
        """,
        "got bool",
    ),
    trick(
        "pickle_as_result",
        "return what runs a program where it is unpickled",
        PLAIN,
        """
        import os
        class Pickled:
            def __reduce__(self):
                return os.system, ("touch /tmp/rnncourse-attack",)
        def trick(*arguments):
            return Pickled()
        """,
        "got Pickled",
    ),
    trick(
        "pickle_in_an_array",
        "return an array that holds what runs a program where it is unpickled",
        PLAIN,
        """
        import os
        import numpy as np
        class Pickled:
            def __reduce__(self):
                return os.system, ("touch /tmp/rnncourse-attack",)
        def trick(*arguments):
            return np.array([Pickled()], dtype=object)
        """,
        "array of dtype object",
    ),
    trick(
        "callable_class",
        "be no function at all",
        "Whatever can be called is called, in the jail.",
        """
        class Strange:
            __code__ = __globals__ = __name__ = property(lambda self: 1 / 0)
            def __call__(self, *arguments):
                return self
        trick = Strange()
        """,
        "got Strange",
    ),
    trick(
        "globals_that_lie",
        "replace the module that the functions are looked up in",
        OTHER_PROCESS,
        """
        import sys
        class Lying(dict):
            def get(self, *arguments):
                return print
        sys.modules["submission"] = Lying()
        def trick(*arguments):
            return sys.modules["submission"]
        """,
        "got Lying",
    ),
)
