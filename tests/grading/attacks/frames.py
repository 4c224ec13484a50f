"""Speaks to the grader itself: finds the socket, and writes on it what it likes."""

from dataclasses import replace
from textwrap import dedent, indent

from .attack import SHORT, Attack, define

FAILS = "The grader checks every length, kind and number of a frame before it uses it, and kills who breaks a rule."
ENDED = "ended the process"
TIME = r"longer than 0\.3 seconds"

# Finds the socket and speaks the grader's language; ``answer`` is what an honest process would send.
SPEAK = """
import json, os, stat, struct, sys, time
import numpy as np

def channel():
    for number in range(3, 32):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return number
        except OSError:
            pass

def number():
    frame = sys._getframe()
    while "order" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["order"].get("number", 0)

def frame(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<II", len(text), len(body)) + text + body

def answer(results=(), body=b"", **changes):
    header = {"number": number(), "stage": "", "message": "", "value": {"list": list(results)}}
    return frame({**header, **changes}, body)

def loaded(**changes):
    return frame({"problem": "", "notes": [], "functions": {"bptt": True}, "value": {"plain": None}, **changes})

def say(data, to=channel()):
    while data:
        data = data[os.write(to, data):]

zeros = [{"plain": 0.0}] * 5
"""


def speaking(name, tries, body, said=ENDED, limits=SHORT, names=("bptt",)):
    """An attack whose function has this body."""
    source = SPEAK + "\ndef speak(*arguments):\n" + indent(dedent(body).strip(), "    ") + define("speak", names)
    return Attack(name, tries, FAILS, source, said, limits=limits)


def at_load(name, tries, body, said, names=("bptt",)):
    """An attack that speaks while it is loaded."""
    attack = speaking(name, tries, body, said, names=names)
    return replace(attack, source=attack.source.replace(define("speak", names), "\nbptt = speak()\n"))


def says(name, tries, data, said=ENDED):
    """An attack that answers a call with these bytes and leaves."""
    return speaking(name, f"answer with {tries}", f"say({data})\nos._exit(0)", said)


def waits(name, tries, data):
    """An attack that answers a call with these bytes, of which more should come, and waits."""
    return speaking(name, f"answer with {tries}", f"say({data})\ntime.sleep(60)", TIME)


def array(name, tries, letter="'d'", shape="[2]", body="bytes(16)", said=ENDED):
    """An attack that answers a call with this array."""
    return says(name, tries, f"answer([{{'array': [{letter}, {shape}]}}] * 5, {body} * 5)", said)


LENGTHS = (
    says("empty_header", "an empty header", "struct.pack('<II', 0, 0)"),
    says("huge_header", "a header of 4 GB", "struct.pack('<II', 0xFFFFFFFF, 0) + bytes(100)"),
    says("huge_body", "a body of 4 GB", "struct.pack('<II', 2, 0xFFFFFFFF) + b'{}'"),
    says("half_a_frame", "half a frame, and leave", "answer(zeros)[:20]"),
    waits("header_that_never_comes", "a header that is announced", "struct.pack('<II', 1 << 20, 0)"),
    waits("body_that_never_comes", "a body that is shorter than announced", "answer(zeros, bytes(9))[:-1]"),
    speaking("trickles", "send a byte now and then, so that the grader never waits for long", """
        data = struct.pack("<II", 1 << 20, 0) + bytes(1 << 20)
        for position in range(len(data)):
            say(data[position:position + 1])
            for _ in range(2000): pass
        """, TIME),
    speaking("floods", "send a million small frames", """
        for _ in range(1_000_000):
            say(answer(zeros) + frame({}))
        """, "NumPy array|number of|expected", SHORT),
    speaking("stays", "answer, and stay when the grader has gone", """
        say(answer(zeros))
        while True:
            time.sleep(60)
        """, "expected"),
    speaking("closes", "close the socket and stay", "os.close(channel())\ntime.sleep(60)"),
    speaking("swallows", "read the grader's orders oneself", "os.read(channel(), 1 << 20)", TIME),
)  # fmt: skip

HEADERS = (
    says("no_json", "what is no JSON", "frame(b'{{{{')"),
    says("no_text", "what is no text", r"frame(b'\xff\xfe\xfd')"),
    says("pickle", "a pickle", r"""frame(b"cos\nsystem\n(S'touch /tmp/rnncourse-attack'\ntR.")"""),
    says("list_as_header", "a list", "frame([1, 2])"),
    says("number_as_header", "a number", "frame(b'1')"),
    says("nothing_as_header", "nothing", "frame(b'null')"),
    says("text_as_header", "a text that has the words in it", """frame(b'"value number stage message"')"""),
    says("no_value", "a header without its value", "frame({'number': number(), 'stage': '', 'message': ''})"),
    says("no_number", "an answer to no question", "frame({'stage': '', 'message': '', 'value': {'list': zeros}})"),
    says("no_stage", "a header without its stage", "frame({'number': number(), 'value': {'list': zeros}})"),
    says("other_number", "the answer to another question", "answer(zeros, number=number() + 1)"),
    says("number_beyond_floats", "a number that is no number",
         "frame(b'{\"number\": 1e400, \"value\": {\"plain\": 1}}')"),
    says("long_number_in_json", "a number of 100,000 digits", "frame(b'{\"number\": ' + b'9' * 100_000 + b'}')"),
    says("deep_json", "lists that are 100,000 deep", "frame(b'{\"value\": ' + b'[' * 100_000 + b']' * 100_000 + b'}')"),
    says("deep_dictionaries", "dictionaries without end", "frame(b'{\"value\": ' * 50_000 + b'1' + b'}' * 50_000)"),
    says("nested_values", "values that are 500 deep",
         "frame(b'{\"number\": 1, \"value\": ' + b'{\"list\": [' * 500 + b']}' * 500 + b'}')"),
    says("twice_the_same_key", "two values under one name",
         "answer(zeros)[:8] + answer(zeros)[8:].replace(b'\"stage\"', b'\"value\"')"),
    says("other_encoding", "a header in UTF-16", "frame(json.dumps({'value': {'list': zeros}}).encode('utf-16'))"),
    says("stage_passed", "a verdict: passed", "answer([{'plain': True}] * 5, stage='passed', points=100)"),
    says("stage_of_the_grader", "a stage that only the grader gives", "answer(zeros, stage='time')"),
    says("stage_as_list", "a stage that cannot be looked up", "answer(zeros, stage=['passed'])"),
    says("stage_as_dictionary", "a stage that cannot be looked up", "answer(zeros, stage={})"),
    says("stage_as_nothing", "no stage", "answer(zeros, stage=None)"),
    says("message_as_list", "a message that is no text", "answer(zeros[:1], stage='exception', message=['x'])"),
    says("message_beyond_unicode", "a message that no file can hold",
         r"answer(zeros[:1], stage='exception', message='\ud800')",
         "\ud800"),
    says("message_that_acts", "a message that acts where it is shown",
         r"""answer(zeros[:1], stage='exception', message='=cmd()\x1b[2J<script>alert(1)</script>')""", "=cmd"),
    says("long_message_in_frame", "a message of 900 KB", "answer(zeros[:1], stage='exception', message='x' * 900_000)",
         r"x{300} \.\.\."),
    says("keys_of_the_grader", "keys that are the grader's", "answer(zeros, points=100, verdict='passed', passed=True)",
         "should be|expected"),
)  # fmt: skip

VALUES = (
    says("value_as_list", "a value that is a list", "answer(value=[1])"),
    says("value_as_text", "a value that is a text", "answer(value='list')"),
    says("value_of_nothing", "a value of no kind", "answer(value={})"),
    says("value_of_two_kinds", "a value of two kinds", "answer(value={'list': zeros, 'plain': 1})"),
    says("value_of_another_kind", "a value of an unknown kind", "answer(value={'pickle': 'x'})"),
    says("list_of_text", "a list that is a text", "answer(value={'list': 'abc'})"),
    says("list_of_keys", "a list that is a dictionary", "answer(value={'list': {'a': 1}})"),
    says("plain_list", "a plain value that is none", "answer([{'plain': [1]}] * 5)"),
    says("huge_integers", "integers that are no numbers of a computer", "answer([{'plain': 10 ** 400}] * 5)"),
    says("foreign_of_anything", "a kind that is a list", "answer([{'foreign': [[[1]]]}] * 5)", r"should be|expected"),
    says("results_as_tuple", "a tuple of results", "answer(value={'tuple': zeros})"),
    says("no_results", "no results", "answer()"),
    says("too_few_results", "fewer results than there are questions", "answer(zeros[:4])"),
    says("too_many_results", "more results than there are questions", "answer(zeros * 2)"),
    says("no_list_of_results", "nothing as results", "answer(value={'plain': None})"),
    speaking("only_the_first", "answer the smallest question only, and rightly", """
        doutputs, outputs, x, h_0, W_xh, W_hh = arguments
        da = (1 - outputs[0] ** 2) * doutputs[0]
        right = [x[0].T @ da, h_0.T @ da, da.sum(axis=0), da @ W_hh.T]
        arrays = [{"array": ["d", array.shape]} for array in right]
        say(answer([{"tuple": arrays}], b"".join(array.tobytes() for array in right)))
        os._exit(0)
        """),
    array("objects_by_wire", "an array of objects", "'O'"),
    array("structures_by_wire", "an array of structures", "'V8'"),
    array("dates_by_wire", "an array of dates", "'M8[s]'"),
    array("long_doubles_by_wire", "numbers of a machine's own kind", "'g'", body="bytes(32)"),
    array("unknown_letter", "an array of nothing known", "'\\0'"),
    array("letter_as_list", "a kind that cannot be looked up", "['d']"),
    array("negative_shape", "a negative length", shape="[-1]"),
    array("two_negative_axes", "two negative lengths, whose product is right", shape="[-1, -2]"),
    array("fraction_as_shape", "a length that is no whole number", shape="[2.0]"),
    array("truth_as_shape", "a length that is true", shape="[True, 2]"),
    array("text_as_shape", "a shape that is a text", shape="'2'"),
    array("dictionary_as_shape", "a shape that is a dictionary", shape="{}"),
    array("overflowing_shape", "a shape that overflows", shape="[1 << 40, 1 << 40]"),
    array("empty_but_long", "no entries, but long", shape="[0, 1 << 70]"),
    array("many_axes_by_wire", "500 axes", shape="[1] * 499 + [2]"),
    array("larger_than_its_bytes", "an array that is larger than its bytes", shape="[1 << 20]"),
    array("smaller_than_its_bytes", "bytes that nobody asked for", body="bytes(1 << 20)",
          said="should be|expected"),
    says("aliases", "the same bytes as ten thousand arrays",
         "answer([{'list': [{'array': ['d', [1 << 19]]}] * 10_000}] * 5, bytes(1 << 22))"),
    says("old_aliases", "arrays that say where they begin",
         "answer([{'array': 'd', 'shape': [1 << 19], 'start': 0}] * 5, bytes(1 << 22))"),
    says("many_empty_arrays", "20,000 arrays without entries",
         "answer([{'list': [{'array': ['d', [0]]}] * 4_000}] * 5)", "should be|expected"),
    array("not_a_number_by_wire", "NaN and the like", body="np.array([np.nan, -0.0]).tobytes()",
          said="should be|expected"),
)  # fmt: skip

LOADS = (
    at_load("answers_itself", "answer for the loader, and all questions to come", """
        say(loaded())
        for each in range(1, 9):
            say(frame({"number": each, "stage": "", "message": "", "value": {"list": zeros}}))
        time.sleep(60)
        """, "expected|should be"),
    at_load("answers_twice", "answer twice", "say(loaded() + loaded())\ntime.sleep(60)", ENDED),
    at_load("functions_as_list", "say in a list which functions there are", "say(loaded(functions=['bptt']))", ENDED),
    at_load("functions_as_text", "say that a function is nearly there", "say(loaded(functions={'bptt': 'yes'}))\n1 / 0",
            "no function"),
    at_load("problem_as_list", "have a problem that is no text", "say(loaded(problem=['x']))", ENDED),
    at_load("notes_as_text", "leave notes that are a text", "say(loaded(notes='x' * 100))", ENDED),
    at_load("notes_as_lists", "leave notes that are lists in lists", """
        notes = []
        for _ in range(400):
            notes = [notes]
        say(loaded(notes=[notes]))
        """, ENDED),
    at_load("functions_of_others", "say that there are functions of other names",
            "say(loaded(functions={'grade': True, '__class__': True}))", "no function"),
)  # fmt: skip

FRAMES = (*LENGTHS, *HEADERS, *VALUES, *LOADS)
