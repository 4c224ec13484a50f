"""What the date reader says of a reading in words; reader.js says the same, and a test holds the two equal."""

from math import floor

import numpy as np

from rnncourse.live.date_network import CHARACTERS

_DIGITS = ("first", "second", "third", "fourth")
PLACES = (
    *(f"{nth} digit of the year" for nth in _DIGITS),
    "first hyphen",
    *(f"{nth} digit of the month" for nth in _DIGITS[:2]),
    "second hyphen",
    *(f"{nth} digit of the day" for nth in _DIGITS[:2]),
)
SURE = 0.9
"""Below this probability a character is doubtful, and the page names the next likely one."""
_SEEN, _NAMED, _LONGEST_WORD = 0.05, 2, 10


def percent(share):
    """In whole percent, rounded down: a network is never 100 % sure."""
    return f"{floor(100 * share)}\N{NO-BREAK SPACE}%"


def shares(reading, t):
    """``(probability, next likely character, its probability)`` at step t."""
    first, second = np.argsort(-reading.odds[t], kind="stable")[:2]
    return reading.odds[t][first], CHARACTERS[second], reading.odds[t][second]


def result(reading):
    """What it writes, and how sure it is."""
    sure = [shares(reading, t)[0] for t in range(len(reading.answer))]
    t = int(np.argmin(sure))
    if sure[t] >= SURE:
        return f"It writes {reading.answer}, at least {percent(sure[t])} sure of each character."
    _, other, share = shares(reading, t)
    doubt = f"{reading.answer[t]} ({percent(sure[t])}) or {other} ({percent(share)})?"
    return f"It writes {reading.answer}. Its doubt: as {PLACES[t]}, {doubt}"


def looked_at(reading, t):
    """Where it looks for a character of the answer."""
    return f"For {reading.answer[t]}, the {PLACES[t]}, it looks at {most_seen(reading, t)}."


def most_seen(reading, t):
    """The letters with most attention at step t, at most two, the strongest first."""
    order = np.argsort(-reading.weights[t], kind="stable")[:_NAMED]
    named = [s for s in order if s == order[0] or reading.weights[t, s] >= _SEEN]
    return ", ".join(f"{letter_name(reading.letters, s)} ({percent(reading.weights[t, s])})" for s in named)


def letter_name(letters, s):
    """A letter with the word that it stands in; a blank by the word behind it."""
    if letters[s] == " ":
        behind = [word for word in letters[s:].split(" ") if word]
        return f"the blank before “{_cut(behind[0])}”" if behind else "the blank at the end"
    begin, end = letters.rfind(" ", 0, s) + 1, letters.find(" ", s)
    word = letters[begin : end if end > 0 else len(letters)]
    return f"“{word}”" if len(word) == 1 else f"“{letters[s]}” of “{_cut(word)}”"


def _cut(word):
    return word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}…"
