"""Trees read from brackets: plain parses, and the labelled form of the Stanford Sentiment Treebank."""

import re

import numpy as np

from rnncourse.scratch.recursive.trees import number_phrases


def parse(text):
    """Read a parse such as ``"((the cat) (sat down))"``, where every bracket holds two words or phrases.

    Returns ``(words, tree)``: a list of n strings and the merges (n-1, 2).
    """
    words, merges = [], []

    def word(token):
        words.append(token)
        return len(words) - 1

    def bracket(parts):
        if len(parts) != 2:
            raise ValueError(f"text: expected two parts in each bracket, got {len(parts)} in {text!r}")
        merges.append(parts)
        return -len(merges)

    _read(text, word, bracket)
    return words, number_phrases(merges)


def parse_labelled(text):
    """Read a labelled parse such as ``"(3 (2 a) (4 b))"``, the form of the treebank of Socher et al. 2013.

    Every bracket holds a label and either one word or two phrases. Returns ``(words, labels, tree)``: a list of n
    strings, the label of each node as (2n-1,) integers, words first and then in the order of the merges (n-1, 2).
    """
    words, merges, labels = [], [], ([], [])

    def bracket(parts):
        label, *rest = parts or [None]
        if not isinstance(label, str) or not label.isdecimal():
            raise ValueError(f"text: expected a label, an integer, first in each bracket, got {text!r}")
        if [type(part) for part in rest] == [str]:
            words.append(rest[0])
            labels[0].append(int(label))
            return len(words) - 1
        if [type(part) for part in rest] != [int, int]:
            raise ValueError(f"text: expected one word or two phrases after each label, got {text!r}")
        merges.append(rest)
        labels[1].append(int(label))
        return -len(merges)

    if isinstance(_read(text, str, bracket), str):
        raise ValueError(f"text: expected a label and a word in brackets, got {text!r}")
    return words, np.array([*labels[0], *labels[1]]), number_phrases(merges)


def _read(text, word, bracket):
    """The value of the outermost part: ``word(token)`` or, for a bracket, ``bracket(values of its parts)``."""
    if not isinstance(text, str):
        raise ValueError(f"text: expected a string, got {type(text).__name__}")
    opened = [[]]
    for token in re.findall(r"[()]|[^\s()]+", text):
        if token == "(":
            opened.append([])
        elif token != ")":
            opened[-1].append(word(token))
        elif len(opened) > 1:
            parts = opened.pop()
            opened[-1].append(bracket(parts))
        else:
            raise ValueError(f"text: expected an opening bracket for each closing one, got {text!r}")
    if len(opened) > 1:
        raise ValueError(f"text: expected a closing bracket for each opening one, got {text!r}")
    if len(opened[0]) != 1:
        raise ValueError(f"text: expected one tree, got {len(opened[0])} in {text!r}")
    return opened[0][0]
