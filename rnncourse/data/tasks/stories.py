"""Stories whose last word was said long before: tickets that cannot be printed until there is toner again."""

from dataclasses import dataclass
from itertools import product

from rnncourse.data.tasks.cloze import Cloze
from rnncourse.data.tasks.drawing import Fillers, pick, require_distances
from rnncourse.scratch.validate import require_choice, require_rng, require_size

# Verb, its past tense, the tool, what the tool has run out of; and the things that the verb may be done to.
SITUATIONS = [
    (*roles.split(), tuple(things.split()))
    for roles, things in (
        ("print printed printer toner", "tickets letter poster map poem recipe photos essay"),
        ("bake baked oven gas", "bread cake pizza scones biscuits pie rolls muffins"),
        ("sew sewed machine thread", "dress coat curtains shirt skirt gloves blanket costume"),
        ("paint painted can paint", "fence door boat bench gate chairs shutters kite"),
    )
]
PEOPLE = [(name, "she", "her") for name in ["mia", "ada", "lena", "ruth", "ines", "nora"]]
PEOPLE += [(name, "he", "his") for name in ["omar", "paul", "jack", "ivan", "luis", "karl"]]

PLAIN = Fillers(
    "alas .",
    "time passed .",
    "it rained .",
    "nobody knew why .",
    "the phone rang twice .",
    "the nearest shop was closed .",
    "SHE waited for a bus .",
    "SHE went out to buy SUPPLY .",
    "the price of SUPPLY was a shock .",
    "NAME carried the SUPPLY home again .",
)
MIXED = Fillers(
    *PLAIN.sentences,
    "somebody sold the THING .",
    "a neighbour praised the THING .",
    "two children asked about the THING .",
    "the clerk told NAME of the THING .",
)

ENDING = 5
"""The words from the end of the beginning to the gap: ". finally she printed her"."""


@dataclass(frozen=True)
class Story(Cloze):
    """A story whose ``gap`` is a thing that was named once, at ``mention``.

    The ``candidates`` are the eight things that the story might have been about; ``distractors`` counts how often one
    of them is named in between.
    """

    distractors: int


def stories(count, rng, *, distances, distracting=True, held_out=False):
    """Draw ``count`` :class:`Story`, a list.

    "the printer had no toner left when mia wanted to print her tickets . ... finally she printed her tickets ." From
    the thing's first naming to the gap are as many steps as one of ``distances``, equally likely; 6, and 8 and above,
    are possible. Random sentences stand between; with ``distracting``, some of them name one of the eight candidates.

    All eight are equally likely, and nothing else in a story depends on which it is: whoever has forgotten it has an
    accuracy of 1/8, exactly, and so has *the candidate named last* wherever a distractor stands. Perfect accuracy is
    possible.

    A quarter of the pairs of a person and a situation occurs only with ``held_out``, the rest only without it: so
    stories with ``held_out`` are a test set that was never trained on.
    """
    require_size("count", count)
    require_choice("distracting", distracting, (True, False))
    require_choice("held_out", held_out, (True, False))
    require_rng(rng)
    fillers = MIXED if distracting else PLAIN
    require_distances(distances, ENDING + 1, fillers)
    heroes = [pair for pair in product(PEOPLE, SITUATIONS) if _is_held_out(*pair) == held_out]
    return [_story(pick(distances, rng), pick(heroes, rng), fillers, rng) for _ in range(count)]


def _is_held_out(person, situation):
    return (PEOPLE.index(person) + SITUATIONS.index(situation)) % 4 == 0


def _story(distance, hero, fillers, rng):
    (name, she, her), (do, done, tool, supply, things) = hero
    beginning = f"the {tool} had no {supply} left when {name} wanted to {do} {her}".split()
    slots = {"NAME": (name,), "SHE": (she,), "SUPPLY": (supply,), "THING": things}
    between = [word for sentence in fillers.draw(distance - ENDING - 1, slots, rng) for word in sentence]
    thing = pick(things, rng)
    before = (*beginning, thing, ".", *between, "finally", she, done, her)
    return Story(
        words=(*before, thing, "."),
        gap=len(before),
        mention=len(beginning),
        candidates=things,
        distractors=sum(word in things for word in between),
    )
