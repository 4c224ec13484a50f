"""Cloze questions, and sentences that fill an exact number of words."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncourse.data import IGNORED, Vocabulary
from rnncourse.data.tasks.cloze import Cloze, cloze_batch, cloze_choices, cloze_questions, unseen
from rnncourse.data.tasks.drawing import Fillers, pick

SENTENCES = [
    Cloze(("the", "old", "cat", "purrs", "."), gap=3, mention=2, candidates=("purrs", "barks")),
    Cloze(("dogs", "bark", "here", "."), gap=1, mention=0, candidates=("purrs", "bark")),
]
VOCABULARY = Vocabulary.of([*(sentence.words for sentence in SENTENCES), ["barks"]])


def check_questions(questions, vocabulary, sentences):
    """Read back as words, the questions are the sentences up to the gap."""
    for b, sentence in enumerate(sentences):
        assert tuple(vocabulary.decode(questions.inputs[:, b])) == sentence.before
        assert questions.inputs[0, b] == vocabulary.special.start
        assert questions.gaps[b] == sentence.gap
        assert vocabulary.words[questions.candidates[b, questions.labels[b]]] == sentence.words[sentence.gap]


def check_choices(choose):
    """A model that scores the right word highest at the gap, and the wrong one everywhere else, is right."""
    questions = cloze_questions(SENTENCES, VOCABULARY)
    outputs = np.zeros((*questions.inputs.shape, len(VOCABULARY)))
    for b, label in enumerate(questions.labels):
        right, wrong = questions.candidates[b, label], questions.candidates[b, 1 - label]
        outputs[:, b, wrong] = 2
        outputs[questions.gaps[b], b, [right, wrong]] = 1, 0
        outputs[questions.gaps[b], b, VOCABULARY["the"]] = 9  # no candidate
    assert choose(outputs, questions).tolist() == questions.labels.tolist() == [0, 1]
    assert choose(-outputs, questions).tolist() == [1, 0]


def test_a_cloze_knows_its_answer():
    one = SENTENCES[0]
    assert (one.before, one.answer, one.label, one.distance, one.chance) == (("the", "old", "cat"), "purrs", 0, 1, 0.5)


def test_questions_read_as_the_sentences():
    questions = cloze_questions(SENTENCES, VOCABULARY)
    check_questions(questions, VOCABULARY, SENTENCES)
    assert (questions.inputs.shape, questions.candidates.shape) == ((4, 2), (2, 2))


def test_choices_are_taken_at_the_gap_among_the_candidates():
    check_choices(cloze_choices)
    questions = cloze_questions(SENTENCES, VOCABULARY)
    assert cloze_choices(torch.zeros(4, 2, len(VOCABULARY)), questions).shape == (2,)


def test_in_a_cloze_batch_only_the_gaps_count():
    inputs, targets = cloze_batch(SENTENCES, VOCABULARY)
    assert inputs.shape == targets.shape == (6, 2)
    assert (targets != IGNORED).sum(axis=0).tolist() == [1, 1]
    assert (VOCABULARY.words[targets[3, 0]], VOCABULARY.words[targets[1, 1]]) == ("purrs", "bark")
    assert (VOCABULARY.words[inputs[3, 0]], VOCABULARY.words[inputs[1, 1]]) == ("cat", "dogs")


def test_unseen_leaves_out_what_was_seen_and_nothing_else():
    assert unseen(SENTENCES, SENTENCES[:1]) == SENTENCES[1:]
    assert unseen(SENTENCES, []) == SENTENCES


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cloze_questions([], VOCABULARY), "at least one sentence"),
        (lambda: cloze_questions(SENTENCES, Vocabulary(["cat"])), "every candidate in it, got none for 'bark'"),
        (
            lambda: cloze_questions([SENTENCES[0], Cloze(("a", "b"), 1, 0, ("b",))], VOCABULARY),
            "equally many candidates",
        ),
        (
            lambda: cloze_choices(np.zeros((3, 2, 9)), cloze_questions(SENTENCES, VOCABULARY)),
            r"outputs: expected shape \(4, 2, 'V'\), got \(3, 2, 9\)",
        ),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 60), st.integers(0, 99))
def test_fillers_fill_exactly(length, seed):
    fillers = Fillers("so .", "it rained .", "WHO saw WHOM again .")
    slots = {"WHO": ("ann", "bob"), "WHOM": ("carl",)}
    assert fillers.can_fill(length) == (length != 1)
    if length != 1:
        words = [word for sentence in fillers.draw(length, slots, np.random.default_rng(seed)) for word in sentence]
        assert len(words) == length
        assert not {"WHO", "WHOM"} & set(words)


def test_fillers_know_what_cannot_be_filled():
    fillers = Fillers("a b c .", "a b c d e .")
    assert [n for n in range(-2, 13) if fillers.can_fill(n)] == [0, 4, 6, 8, 10, 12]


def test_each_option_is_picked_as_often():
    rng = np.random.default_rng(0)
    counts = np.bincount([pick(range(5), rng) for _ in range(5000)], minlength=5)
    assert (abs(counts - 1000) < 5 * np.sqrt(5000 * 0.2 * 0.8)).all()
