"""Cloze questions: one word of a sentence is asked for, and a word that stands before it decides which it is."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rnncourse.data.batching import IGNORED, LanguageBatch, language_batch


@dataclass(frozen=True)
class Cloze:
    """A sentence, the place ``gap`` of the word that is asked for, and the ``candidates``, of which it is one.

    ``mention`` is the place of the word that decides which; having read up to the gap is enough to answer.
    """

    words: tuple[str, ...]
    gap: int
    mention: int
    candidates: tuple[str, ...]

    @property
    def before(self):
        """The words before the gap: all that a language model has read when it is asked."""
        return self.words[: self.gap]

    @property
    def answer(self):
        """The word in the gap."""
        return self.words[self.gap]

    @property
    def label(self):
        """Which of the candidates is the answer."""
        return self.candidates.index(self.answer)

    @property
    def distance(self):
        """The number of steps from the word that decides to the gap."""
        return self.gap - self.mention

    @property
    def chance(self):
        """The accuracy of whoever has forgotten the word that decides: all candidates are then equally likely."""
        return 1 / len(self.candidates)


class ClozeQuestions(NamedTuple):
    """START and the words before each gap (T, B), the gaps (B,), C candidates (B, C), and which one is right (B,)."""

    inputs: np.ndarray
    gaps: np.ndarray
    candidates: np.ndarray
    labels: np.ndarray


def cloze_batch(sentences, vocabulary):
    """The ``language_batch`` of B :class:`Cloze` in which only the words in the gaps count: others are ``IGNORED``.

    A model trained on it learns to answer many times sooner than one that must predict every word.
    """
    inputs, targets = language_batch([sentence.words for sentence in sentences], vocabulary)
    gaps = np.array([sentence.gap for sentence in sentences])
    return LanguageBatch(inputs, np.where(np.arange(len(targets))[:, None] == gaps, targets, IGNORED))


def cloze_questions(sentences, vocabulary):
    """The :class:`ClozeQuestions` to ask a language model of B :class:`Cloze` with equally many candidates.

    The model's output at step ``gaps[b]`` of column b, which has read START and all words before the gap, scores the
    word in the gap. A candidate that the vocabulary does not know is a ``ValueError``.
    """
    inputs, _ = language_batch([sentence.before for sentence in sentences], vocabulary)
    if len({len(sentence.candidates) for sentence in sentences}) > 1:
        raise ValueError("sentences: expected equally many candidates for each, got different numbers")
    unknown = {word for sentence in sentences for word in sentence.candidates if word not in vocabulary}
    if unknown:
        raise ValueError(f"vocabulary: expected every candidate in it, got none for {min(unknown)!r}")
    return ClozeQuestions(
        inputs,
        np.array([sentence.gap for sentence in sentences]),
        np.array([vocabulary.encode(sentence.candidates) for sentence in sentences]),
        np.array([sentence.label for sentence in sentences]),
    )


def cloze_choices(outputs, questions):
    """Which candidate scores highest in each gap, (B,), for outputs (T, B, V) to ``questions.inputs``.

    So ``(cloze_choices(outputs, questions) == questions.labels).mean()`` is the accuracy.
    """
    outputs = np.asarray(outputs)
    if outputs.ndim != 3 or outputs.shape[:2] != questions.inputs.shape:
        raise ValueError(f"outputs: expected shape {(*questions.inputs.shape, 'V')}, got {outputs.shape}")
    at_gaps = outputs[questions.gaps, np.arange(len(questions.gaps))]
    return np.take_along_axis(at_gaps, questions.candidates, axis=1).argmax(axis=1)


def unseen(sentences, seen):
    """The ``sentences`` whose words are not those of any in ``seen``: a test set free of training sentences."""
    known = {sentence.words for sentence in seen}
    return [sentence for sentence in sentences if sentence.words not in known]
