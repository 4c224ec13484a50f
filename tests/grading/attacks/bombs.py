"""Takes more than its share: memory, time, output, handles, processes."""

from .attack import QUICK, SHORT, Limits, trick

KILLED = "Memory, processor time and the time of a call are limited, and the process is killed from outside."
BOUNDED = "Results are bounded in number, depth, length and bytes, and counted again outside."
TIME = r"longer than [\d.]+ seconds"
ENDED = "ended the process"
MEMORY = f"MemoryError|{ENDED}"
BUSY = Limits(call=1.5, total=1.6, processor=1, memory=256 << 20)


def in_call(name, tries, body, said, limits=QUICK, fails=KILLED):
    """An attack by the body of a function; ``np`` is NumPy."""
    lines = "\n    ".join(body.strip("\n").split("\n"))
    return trick(name, tries, fails, f"import numpy as np\ndef trick(*arguments):\n    {lines}", said, limits=limits)


def result(name, tries, expression, said):
    """An attack by what is returned."""
    return in_call(name, f"return {tries}", f"return {expression}", said, fails=BOUNDED)


BOMBS = (
    in_call("much_memory", "take 10 GB at once", "return bytearray(10 << 30)", "MemoryError"),
    in_call("much_memory_in_numpy", "fill 8 GB with ones", "return np.ones(1 << 30)", "MemoryError|Unable to allocate"),
    in_call(
        "memory_bit_by_bit",
        "take all memory bit by bit",
        "taken = []\nwhile True: taken.append(bytes(1 << 20))",
        MEMORY,
    ),
    in_call(
        "memory_that_is_kept",
        "take all memory, and go on when there is none",
        "taken = []\nwhile True:\n    try: taken.append(bytes(1 << 20))\n    except MemoryError: pass",
        f"{TIME}|{ENDED}",
        SHORT,
    ),
    in_call(
        "unpacked",
        "unpack 4 KB to 4 GB",
        "import zlib\npacked = zlib.compress(bytes(1 << 22), 9)\nreturn [zlib.decompress(packed) for _ in range(1000)]",
        MEMORY,
    ),
    in_call("sleeps", "sleep", "import time\ntime.sleep(3600)", TIME, SHORT),
    in_call("busy_loop", "never return", "while True: pass", TIME, SHORT),
    in_call("busy_in_c", "never return, where Python cannot interrupt", "return sum(range(1 << 60))", TIME, SHORT),
    in_call("busy_pattern", "match for ever", 'import re\nreturn re.match("(a+)+$", "a" * 64 + "b")', TIME, SHORT),
    in_call("huge_power", "compute a huge number", "return (1 << (1 << 25)) ** (1 << 20)", f"{TIME}|{MEMORY}", SHORT),
    in_call(
        "processor_time",
        "use the processor up and ignore the signal that says so",
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        f"{ENDED}|{TIME}",
        BUSY,
    ),
    in_call("prints_for_ever", "print for ever", "while True: print('x' * 4096)", TIME, SHORT),
    in_call(
        "writes_for_ever",
        "write to standard output and error for ever",
        "import os\nwhile True: os.write(1, bytes(1 << 16)), os.write(2, bytes(1 << 16))",
        TIME,
        SHORT,
    ),
    in_call("warns_for_ever", "warn for ever", "import warnings\nwhile True: warnings.warn(str(id([])))", TIME, SHORT),
    in_call(
        "many_handles",
        "open a hundred files",
        'files = [open("/dev/null", "rb") for _ in range(100)]',
        "Too many open files",
    ),
    in_call(
        "many_threads",
        "start a hundred threads",
        "import threading\n"
        "for _ in range(100): threading.Thread(target=threading.Event().wait, args=(60,), daemon=True).start()",
        "can't start new thread",
    ),
    in_call(
        "many_processes",
        "fork without end",
        "import os\nfor _ in range(100):\n    if os.fork() == 0: os._exit(0)",
        "PermissionError",
    ),
    in_call(
        "no_collection",
        "make garbage that nobody collects",
        "import gc\ngc.disable()\nwhile True:\n    ring = [bytearray(1 << 20)]\n    ring.append(ring)",
        f"{MEMORY}|{TIME}",
    ),
    result("big_array", "64 MB", "np.zeros(8 << 20)", f"{MEMORY}|has shape|got ndarray"),
    result("view_of_a_number", "a number that says it has 2**40 entries", "np.broadcast_to(0.0, 1 << 40)", MEMORY),
    result("many_aliases", "one array 5,000 times", "[np.zeros(1 << 20)] * 5000", MEMORY),
    result(
        "deep_list",
        "a list that is 100,000 deep",
        "__import__('functools').reduce(lambda a, _: [a], range(100000))",
        "expected|got list|should be",
    ),
    result(
        "list_in_itself", "a list that holds itself", "(lambda a: a.append(a) or a)([])", "expected|got list|should be"
    ),
    result("long_tuple", "a million numbers", "(1,) * 1_000_000", "too deep or too long|got Foreign|expected"),
    result("wide_tree", "a tree of 16 million leaves", "[[[[0] * 64] * 64] * 64] * 64", "expected|got list|too long"),
    result("many_axes", "an array of 64 axes", "np.zeros((1,) * 64)", "has shape"),
    result("no_entries", "an array of no entries that is long", "np.zeros((0, 1 << 40))", "has shape"),
    result("long_text", "a text of 20 MB", "'x' * (20 << 20)", "a text of 20971520 characters"),
    result("long_number", "a number of 100,000 digits", "10 ** 100_000", "an integer of more than 64 bits"),
    result("long_class_name", "an object of a class with a long name", "type('x' * (2 << 20), (), {})()", ENDED),
    result("objects", "an array of objects", "np.array([print], dtype=object)", "array of dtype object"),
    result("structure", "an array of structures", "np.zeros(3, [('x', 'f8', (1000,))])", "array of dtype"),
    result("dates", "an array of dates", "np.zeros(3, 'datetime64[s]')", "array of dtype datetime64"),
    result("other_bytes", "numbers in the other order of bytes", "np.zeros(3, '>f8')", "array of dtype >f8"),
    result("not_numbers", "NaN", "np.full((2, 4), np.nan)", "has shape|contains NaN"),
    in_call(
        "long_message",
        "raise with a message of 30 MB",
        "raise ValueError('x' * (30 << 20))",
        f"stopped with ValueError|{MEMORY}",
    ),
    trick(
        "sleeps_at_load",
        "sleep before there is a function",
        KILLED,
        "import time\nslept = time.sleep(3600)\ndef trick(*arguments):\n    return slept",
        "while it was loaded, it took longer than 0.3 seconds",
        limits=SHORT,
    ),
    trick(
        "many_notes",
        "leave three hundred long notes",
        "Notes are counted and cut, inside and outside.",
        "trick = 0\n" + "\n".join(f"trick = missing_{i} and 'x' * 10000" for i in range(300)),
        "more of this kind",
    ),
    trick(
        "nested_source",
        "crash the parser by brackets",
        "What does not parse is left out.",
        "x = " + "(" * 20000 + ")" * 20000 + "\ndef trick(*arguments):\n    return x",
        "left out",
    ),
    trick(
        "nested_lambdas",
        "crash the parser by nested functions",
        "What does not parse is left out.",
        "x = " + "lambda:" * 20000 + "0\ndef trick(*arguments):\n    return x",
        f"left out|{ENDED}",
    ),
    trick(
        "long_source",
        "hand in two thousand functions",
        "Only what the wanted functions need is run.",
        "\n".join(f"def f{i}(x): return f{i + 1}(x)" for i in range(2000)) + "\ndef trick(*a):\n    return f0(a)",
        f"RecursionError|NameError|{TIME}|{ENDED}",
    ),
)
