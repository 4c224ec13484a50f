"""Looks for what it must not know: references, tests, secrets, other submissions."""

from .attack import probe, trick

CLOSED = "Landlock opens nothing but the interpreter's library, NumPy and the shared libraries."
NOT_THERE = "Neither references nor expected results ever come into the jailed process or the one it was forked from."
DENIED = "refused: PermissionError.*refused: PermissionError"
NO_IMPORT = r"refused: (PermissionError|ModuleNotFoundError|FileNotFoundError|ImportError)"
WRONG = r"h is wrong"

# The name, what it reads, and how.
READS = (
    ("a_secret", "a file of the instructor's", "return open(FOLDER + '/secret.txt').read()"),
    ("another_submission", "a neighbour's submission", "return open(FOLDER + '/neighbour.py', 'rb').read(9)"),
    ("a_folder", "the names of all students", "import os; return os.listdir(FOLDER)"),
    ("a_folder_by_walking", "the folder of submissions", "import os; return [e.name for e in os.scandir(FOLDER)]"),
    ("the_solutions", "the solutions of the course", "return open(REPOSITORY + '/solutions/03_bptt.md').readline()"),
    ("the_package", "the references", "return open(REPOSITORY + '/rnncourse/scratch/bptt.py').readline()"),
    ("a_stored_array", "an array of the instructor's", "import numpy as np; return np.load(FOLDER + '/secret.npy')"),
    ("a_mapped_file", "a file, mapped", "import numpy as np; return np.memmap(FOLDER + '/secret.txt', mode='r')[:3]"),
    ("its_memory", "its memory as a file", "return open('/proc/self/mem', 'rb').fileno()"),
    ("its_address_space", "where libraries are", "return open('/proc/self/maps').readline()"),
    ("other_environment", "another's environment", "return open(f'/proc/{VICTIM}/environ', 'rb').read(1)"),
    ("other_command_line", "another's arguments", "return open(f'/proc/{VICTIM}/cmdline').read()"),
    ("other_files", "another's open files", "import os; return os.listdir(f'/proc/{VICTIM}/fd')"),
    ("a_device", "a device", "return open('/dev/zero', 'rb').read(1)"),
    ("the_users", "the users of the machine", "return open('/etc/passwd').readline()[:4]"),
    ("by_path_handle", "a file through a path-only handle", """
        import os
        return open(f"/proc/self/fd/{os.open(FOLDER + '/secret.txt', os.O_PATH)}").read()
        """),
    ("by_parent_folder", "a file through a folder's handle", """
        import os
        folder = os.open(FOLDER, os.O_PATH)
        return os.read(os.open("secret.txt", os.O_RDONLY, dir_fd=folder), 9)
        """),
)  # fmt: skip

IMPORTS = (
    ("import_the_reference", "import the reference by name", """
        import importlib
        return importlib.import_module("rnncourse.scratch").RNN
        """),
    ("import_past_the_stand_in", "import past the stand-in", """
        import builtins
        return builtins.__import__("rnncourse.scratch").scratch.RNN
        """),
    ("import_by_path", "import from the repository", """
        import importlib, sys
        sys.path.insert(0, REPOSITORY)
        sys.path_importer_cache.clear()
        return importlib.import_module("rnncourse.scratch").RNN
        """),
    ("import_by_file", "run a module of the package by its path", """
        import importlib.util
        spec = importlib.util.spec_from_file_location("optim", REPOSITORY + "/rnncourse/scratch/optim.py")
        return spec.loader.exec_module(importlib.util.module_from_spec(spec))
        """),
    ("import_from_an_archive", "import from a zip beside the submissions", """
        import sys
        sys.path.insert(0, FOLDER + "/package.zip")
        return __import__("zipped").answer
        """),
    ("the_environment", "find a secret in the environment", """
        import os
        return os.environ["RNNCOURSE_ATTACK"] or 1 / 0
        """),
)  # fmt: skip

PEEKING = (
    *(probe(f"reads_{name}", f"read {what}", CLOSED, body, DENIED) for name, what, body in READS),
    *(probe(name, tries, CLOSED, body, f"{NO_IMPORT}|refused: KeyError") for name, tries, body in IMPORTS),
    trick(
        "borrows_the_reference",
        "use the package's own implementation",
        "The name rnncourse is a stand-in in the jail, and using it is told as such.",
        """
        from rnncourse.scratch import ElmanCell
        import numpy as np
        def trick(x, h_prev, W_xh, W_hh, b_h):
            cell = ElmanCell(*W_xh.shape, np.random.default_rng(0))
            cell.W_xh, cell.W_hh, cell.b_h = W_xh, W_hh, b_h
            return cell.forward(x, h_prev)[0]
        """,
        "it uses rnncourse.scratch",
        "allclose",
    ),
    trick(
        "expected_in_a_frame",
        "find the expected result in the frames of the grader",
        NOT_THERE,
        """
        import sys
        import numpy as np
        def trick(x, h_prev, *arguments):
            frame = sys._getframe()
            while frame:
                if "expected" in frame.f_locals:
                    return frame.f_locals["expected"]
                frame = frame.f_back
            return np.zeros_like(h_prev)
        """,
        WRONG,
        "allclose",
    ),
    trick(
        "reference_among_objects",
        "find the reference among all objects there are",
        NOT_THERE,
        """
        import gc, types
        import numpy as np
        def trick(x, h_prev, *arguments):
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType) and thing.__name__ in ("reference", "rnn_step_forward"):
                    return thing(x, h_prev, *arguments)
            return np.zeros_like(h_prev)
        """,
        WRONG,
        "allclose",
    ),
    trick(
        "reference_in_modules",
        "find the reference in a loaded module",
        NOT_THERE,
        """
        import sys
        import numpy as np
        def trick(x, h_prev, *arguments):
            for module in list(sys.modules.values()):
                for name in ("reference", "_step_forward", "rnn_step"):
                    if callable(vars(module).get(name)):
                        return vars(module)[name](x, h_prev, *arguments)
            return np.zeros_like(h_prev)
        """,
        WRONG,
        "allclose",
    ),
    trick(
        "reference_by_traceback",
        "raise, and climb up the traceback's frames to the grader's globals",
        NOT_THERE,
        """
        import numpy as np
        def trick(x, h_prev, *arguments):
            try:
                raise ValueError
            except ValueError as error:
                frame = error.__traceback__.tb_frame
            while frame:
                if "reference" in frame.f_globals:
                    return frame.f_globals["reference"](x, h_prev, *arguments)
                frame = frame.f_back
            return np.zeros_like(h_prev)
        """,
        WRONG,
        "allclose",
    ),
    trick(
        "the_test_as_text",
        "read the grader's source, and run the reference in it",
        CLOSED,
        """
        import sys
        import numpy as np
        def trick(x, h_prev, *arguments):
            file = getattr(sys.modules["__main__"], "__file__", None)
            if not file:
                return np.zeros_like(h_prev)
            space = {}
            exec(open(file).read().partition("COMPARISONS")[0], space)
            return space["reference"](x, h_prev, *arguments)
        """,
        WRONG,
        "allclose",
    ),
    trick(
        "quoted_by_the_traceback",
        "have the message quote a line of a secret file as if it were the submission's",
        "The line is looked up in the jail, where the file cannot be opened.",
        """
        trick = eval(compile("lambda *arguments: 1 / 0", FOLDER + "/secret.txt", "eval"))
        """,
        "stopped with ZeroDivisionError: division by zero",
    ),
)
