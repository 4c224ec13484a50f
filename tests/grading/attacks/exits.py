"""Ends the process, or the grading, before anybody can look."""

from .attack import SHORT, trick

OWN_PROCESS = "It ends a process of its own; the grader sees that no answer comes, and gives no points."
NOT_AN_ANSWER = "Whatever a function raises is an exception of that function."

ENDED = "ended the process"

EXITS = (
    trick(
        "exit_at_load",
        "leave with exit code 0 before anything is compared",
        NOT_AN_ANSWER,
        """
        import sys
        def leave():
            sys.exit(0)
        left = leave()
        def trick(*arguments):
            return left
        """,
        "SystemExit.*NameError",
        "allclose",
    ),
    trick(
        "hard_exit_at_load",
        "leave with exit code 0, past every handler",
        OWN_PROCESS,
        """
        import os
        left = os._exit(0)
        def trick(*arguments):
            return left
        """,
        ENDED,
        "allclose",
    ),
    trick(
        "exit_in_call",
        "leave with exit code 0 when called",
        NOT_AN_ANSWER,
        """
        def trick(*arguments):
            raise SystemExit(0)
        """,
        "stopped with SystemExit",
        "allclose",
    ),
    trick(
        "hard_exit_in_call",
        "leave with exit code 0 when called, past every handler",
        OWN_PROCESS,
        """
        import os
        def trick(*arguments):
            os._exit(0)
        """,
        ENDED,
        "allclose",
    ),
    trick(
        "exit_handler",
        "fail, and turn the exit code to 0 at the end",
        "Nobody looks at an exit code, and a jailed process ends without its handlers.",
        """
        import atexit, os
        handler = atexit.register(lambda: os._exit(0))
        def trick(*arguments):
            return handler and 0.0
        """,
        "NumPy array, got float",
        "allclose",
    ),
    trick(
        "exception_hook",
        "turn the exit code of a crash to 0",
        "Nobody looks at an exit code, and no exception gets as far as the hook.",
        """
        import os, sys
        def hook(*arguments):
            os._exit(0)
        sys.excepthook = hook
        def trick(*arguments):
            raise ValueError(hook and sys.platform)
        """,
        "stopped with ValueError",
        "allclose",
    ),
    trick(
        "profile_hook",
        "wait for the grader's own function to run, and leave with exit code 0",
        "The function that compares runs in another process.",
        """
        import os, sys
        def hook(frame, event, argument):
            if event == "return" and frame.f_code.co_name == "is_right":
                os._exit(0)
        def trick(*arguments):
            sys.setprofile(hook)
            return 0.0
        """,
        "NumPy array, got float",
        "allclose",
    ),
    trick(
        "crash",
        "take the process down with an invalid address",
        OWN_PROCESS,
        """
        import ctypes
        def trick(*arguments):
            return ctypes.string_at(1)
        """,
        ENDED,
    ),
    trick(
        "abort", "have the C library end the process", OWN_PROCESS, "import os\ntrick = lambda *a: os.abort()", ENDED
    ),
    trick(
        "endless_recursion",
        "overflow the stack",
        OWN_PROCESS,
        """
        import sys
        limit = sys.setrecursionlimit(1 << 30)
        def trick(*arguments, limit=limit):
            return [trick(argument) for argument in [arguments]]
        """,
        f"{ENDED}|MemoryError|RecursionError|took longer",
        limits=SHORT,
    ),
    trick(
        "interrupt_at_load",
        "pass for the instructor's Ctrl-C",
        "An interrupt from inside ends the jailed process and nothing else.",
        """
        def interrupt():
            raise KeyboardInterrupt
        interrupted = interrupt()
        def trick(*arguments):
            return interrupted
        """,
        ENDED,
    ),
    trick(
        "interrupt_in_call",
        "pass for the instructor's Ctrl-C",
        "An interrupt from inside is an exception like any other.",
        "def trick(*arguments):\n    raise KeyboardInterrupt",
        "stopped with KeyboardInterrupt",
    ),
    trick(
        "swallows_everything",
        "ignore all signals and catch all exceptions for ever",
        "The process is killed from outside, by a signal that nobody can ignore.",
        """
        import signal, time
        def trick(*arguments):
            for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            while True:
                try:
                    time.sleep(60)
                except BaseException:
                    pass
        """,
        "longer than 0.3 seconds",
        limits=SHORT,
    ),
    trick(
        "exception_that_lies",
        "raise what cannot be asked for its kind, text or name",
        "What an exception says is asked for in the jail, and whatever that does stays there.",
        """
        class Meta(type):
            __name__ = property(lambda self: 1 / 0)
        class Liar(BaseException, metaclass=Meta):
            __class__ = property(lambda self: 1 / 0)
            args = property(lambda self: 1 / 0)
            def __str__(self):
                raise SystemExit(0)
        def trick(*arguments):
            raise Liar
        """,
        f"stopped with ZeroDivisionError|{ENDED}",
    ),
    trick(
        "exception_with_an_exit",
        "leave while the grader asks for the text of an exception",
        NOT_AN_ANSWER,
        """
        import os
        class Leaving(Exception):
            def __str__(self):
                os._exit(0)
        def trick(*arguments):
            raise Leaving("now")
        """,
        ENDED,
    ),
    trick(
        "claims_not_to_be_attempted",
        "raise what an exercise as handed out raises, and be asked again",
        "It is believed, and a function that is not attempted has no points.",
        """
        def trick(*arguments):
            for name in NAMES:
                raise NotImplementedError(name)
        NAMES = ["rnn_step_forward"]
        """,
        "not attempted yet",
    ),
)
