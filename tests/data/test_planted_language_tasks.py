"""The checks of the language-like tasks, checked: each mistake, planted alone in our source, fails its check."""

from importlib import import_module

import numpy as np
import pytest
from test_agreement import check_nearest_noun, check_truth
from test_brackets import check_rate, check_stationary, check_streams
from test_cloze import SENTENCES, VOCABULARY, check_choices, check_questions
from test_markov import check_entropy_rate, check_next_law, check_sample
from test_markov import source as markov_source
from test_reviews import check_all_drawn, check_pairs, check_split
from test_speakers import check_truth as check_speakers
from test_stories import check_chance
from test_stories import check_truth as check_stories

from rnncourse.data.tasks.brackets import BracketSource
from rnncourse.data.tasks.markov import MarkovSource
from tests.scratch.planting import subclass_with_bug, with_bug

# The package exports functions of the same names as some of these modules.
agreement, cloze, markov, reviews, speakers, stories = (
    import_module(f"rnncourse.data.tasks.{name}")
    for name in ("agreement", "cloze", "markov", "reviews", "speakers", "stories")
)


def caught(check, *arguments, error=AssertionError):
    with pytest.raises(error):
        check(*arguments)


MARKOV_BUGS = {
    "the newest symbol at the wrong end": (
        "sample",
        "context * K + stream[t]",
        "context + stream[t] * K",
        check_sample,
    ),
    "the targets are the inputs": ("sample", "stream[1 : T + 1]", "stream[:T]", check_sample),
    "starts uniform": ("sample", "p=self.stationary.ravel()", "p=None", check_sample),
    "off by one symbol": ("sample", "<= chance[t]).sum(axis=1)", "> chance[t]).sum(axis=1)", check_sample),
    "the beginning by the row of zeros": (
        "next_law",
        "self._joint_law(t + 2)[seen] / self._joint_law(t + 1)[seen][..., None]",
        "self.transitions[(0,) * k]",
        check_next_law,
    ),
    "the context reversed": ("next_law", "for i in range(k))", "for i in reversed(range(k)))", check_next_law),
    "the rate of one symbol less": ("conditional_entropy", "self._joint_law(n).ravel()", "0", check_entropy_rate),
}


@pytest.mark.parametrize("name", MARKOV_BUGS)
def test_the_checks_of_the_markov_source(name):
    method, right, wrong, check = MARKOV_BUGS[name]
    bug = subclass_with_bug(MarkovSource, method, right, wrong)
    transitions = markov_source(2, 3).transitions.copy()
    transitions[0] = [0.7, 0.2, 0.1]  # far from uniform, and its beginnings not alike
    check(MarkovSource(transitions))
    caught(check, bug(transitions))


def test_the_check_of_the_stationary_law():
    source = markov_source(2, 3)
    source.stationary = with_bug(markov._stationary_law, "step.T - np.eye", "step - np.eye")(source.transitions)
    caught(check_entropy_rate, source)


BRACKET_BUGS = {
    "a stack that is never written": ("sample", "stack[depth, column] = kinds[t]", "pass", check_streams),
    "a cap of one less": ("__init__", "* (depth_cap - 1) + [0.0]", "* (depth_cap - 2) + [0.0]", check_streams),
    "a queue": ("sample", "stack[depth - 1, column])", "stack[0, column])", check_streams),
    "each kind has all": ("next_law", "opening / self.kinds", "opening", check_streams),
    "any kind closes": ("next_law", "self.kinds + tops[..., None]", "self.kinds + 0 * tops[..., None]", check_streams),
    "the kinds cost nothing": ("entropy_rate", "+ p * np.log(self.kinds)", "", check_rate),
    "depths all alike": ("stationary_depths", "np.cumprod(ratios)", "np.ones_like(ratios)", check_stationary),
    "down for up": (
        "stationary_depths",
        "(1 - self.openings[1:])",
        "(1 - self.openings[:-1] + 1e-9)",
        check_stationary,
    ),
}


@pytest.mark.parametrize("name", BRACKET_BUGS)
def test_the_checks_of_the_brackets(name):
    method, right, wrong, check = BRACKET_BUGS[name]
    original = getattr(BracketSource, method)
    if isinstance(original, property):
        bug = type("Buggy", (BracketSource,), {method: property(with_property_bug(original.fget, right, wrong))})
    else:
        bug = subclass_with_bug(BracketSource, method, right, wrong)
    check(BracketSource(3, 4, 0.6))
    caught(check, bug(3, 4, 0.6), error=(AssertionError, ValueError))  # the source refuses streams that break rules


def with_property_bug(getter, right, wrong):
    """The getter with one piece replaced; its source begins with the decorator, so what is made is a property."""
    return with_bug(getter, right, wrong).fget


AGREEMENT_BUGS = {
    "the clause's verb agrees with the subject": (
        "_add_nouns",
        "words.append(pick(TRANSITIVE, rng)[others[0]])",
        "words.append(pick(TRANSITIVE, rng)[numbers[0]])",
    ),
    "the main verb agrees with the nearest noun": (
        "_sentence",
        "forms[numbers[0]], *rest",
        "forms[numbers[-1]], *rest",
    ),
    "attractors of the same number": ("_sentence", "number != numbers[0]", "number == numbers[0]"),
    "the subject is the first noun": ("_sentence", "subject, personal = len(words),", "subject, personal = 1,"),
    "the gap after the verb": ("_sentence", "gap=len(words),", "gap=len(words) + 1,"),
    "the nearest is the subject": ("_sentence", "nearest_plural=numbers[-1]", "nearest_plural=numbers[0]"),
}


@pytest.mark.parametrize("name", AGREEMENT_BUGS)
def test_the_check_of_agreement(name, monkeypatch):
    function, right, wrong = AGREEMENT_BUGS[name]
    check_truth(agreement.agreement_sentences(300, np.random.default_rng(0)))
    bug = with_bug(getattr(agreement, function), right, wrong)
    # A plant compiles in a copy of the module's names, so a function that calls itself is given itself.
    bug.__globals__[function] = bug
    monkeypatch.setattr(agreement, function, bug)
    caught(check_truth, agreement.agreement_sentences(300, np.random.default_rng(0)))


def test_the_check_of_the_rules(monkeypatch):
    sentences = agreement.agreement_sentences(3000, np.random.default_rng(0), attractors=2)
    bug = with_bug(agreement.nearest_noun_accuracy, "(m - attractors) / m", "attractors / m")
    monkeypatch.setattr("test_agreement.nearest_noun_accuracy", bug)
    caught(check_nearest_noun, [s for s in sentences if s.between == 3] * 2, 1)


def test_the_checks_of_reviews():
    caught(check_split, with_bug(reviews.reviews, "chain(*order[tested:])", "chain(*order[tested - 1:])"))
    caught(check_all_drawn, with_bug(reviews.reviews, "(drawn >= lecture)", "0 * drawn"))
    caught(check_split, with_bug(reviews.reviews, "replace=False", "replace=True"))
    one_word_apart = with_bug(reviews._pair, "said=bad, other=good", "said=bad, other=bad")
    caught(check_pairs, [one_word_apart(reviews.FORMS[0], "great", "bad", dict.fromkeys(reviews.SLOTS, "x"))])


STORY_BUGS = {
    "another thing in the gap": ("words=(*before, thing,", "words=(*before, things[0],", check_stories),
    "mention off by one": ("mention=len(beginning)", "mention=len(beginning) - 1", check_stories),
    "one thing more often": ("thing = pick(things, rng)", "thing = pick(things[:7], rng)", check_chance),
    "distractors are the answer": (
        "thing = pick(things, rng)",
        "thing = next((word for word in reversed(between) if word in things), pick(things, rng))",
        check_chance,
    ),
    "distractors not counted": ("sum(word in things for word in between)", "0", check_stories),
}


@pytest.mark.parametrize("name", STORY_BUGS)
def test_the_checks_of_stories(name, monkeypatch):
    right, wrong, check = STORY_BUGS[name]

    def draw():
        return stories.stories(3000, np.random.default_rng(0), distances=range(20, 31))

    check(draw())
    monkeypatch.setattr(stories, "_story", with_bug(stories._story, right, wrong))
    caught(check, draw())


SPEAKER_BUGS = {
    "the last one's language": ("languages[asked], ", "languages[-1], "),
    "the first one's name": ('after, link, names[asked], "speaks"', 'after, link, names[0], "speaks"'),
    "mention in the wrong sentence": ("mention=len(before) + ", "mention="),
    "languages of other people": (
        "LANGUAGE_OF[country] for country in countries",
        "LANGUAGE_OF[country] for country in countries[::-1]",
    ),
}


@pytest.mark.parametrize("name", SPEAKER_BUGS)
def test_the_check_of_speakers(name, monkeypatch):
    def draw():
        return speakers.speakers(300, np.random.default_rng(0), distances=range(20, 25), people=2)

    check_speakers(draw(), 2)
    monkeypatch.setattr(speakers, "_text", with_bug(speakers._text, *SPEAKER_BUGS[name]))
    caught(check_speakers, draw(), 2)


def test_the_checks_of_cloze_questions():
    check_choices(cloze.cloze_choices)
    caught(check_choices, with_bug(cloze.cloze_choices, "outputs[questions.gaps,", "outputs[questions.gaps - 1,"))
    caught(check_choices, with_bug(cloze.cloze_choices, ".argmax(", ".argmin("))
    bug = with_bug(cloze.cloze_questions, "sentence.before for", "sentence.words for")
    caught(check_questions, bug(SENTENCES, VOCABULARY), VOCABULARY, SENTENCES)
