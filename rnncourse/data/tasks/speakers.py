"""Who grew up in France speaks French: what was said once of a person is asked for later, after other people."""

from dataclasses import dataclass

from rnncourse.data.tasks.cloze import Cloze
from rnncourse.data.tasks.drawing import Fillers, pick, require_distances
from rnncourse.scratch.validate import require_choice, require_rng, require_size

LANGUAGE_OF = {
    "france": "french",
    "spain": "spanish",
    "italy": "italian",
    "germany": "german",
    "greece": "greek",
    "poland": "polish",
    "turkey": "turkish",
    "hungary": "hungarian",
    "denmark": "danish",
    "japan": "japanese",
}
COUNTRIES, LANGUAGES = tuple(LANGUAGE_OF), tuple(LANGUAGE_OF.values())
LINKS = ["so", "now", "today", "naturally"]
NAMES = ["anna", "ben", "clara", "david", "emma", "felix", "gina", "hugo"]

PLAIN = Fillers(
    "anyway .",
    "still .",
    "years passed .",
    "summers were long .",
    "NAME went to school .",
    "NAME liked music .",
    "the winters were cold .",
    "NAME played chess every sunday .",
    "the house had a small garden .",
    "there were two cats and a dog .",
)
MIXED = Fillers(
    *PLAIN.sentences,
    "once NAME visited COUNTRY .",
    "a friend moved to COUNTRY .",
    "NAME liked LANGUAGE films .",
    "the neighbours often spoke LANGUAGE .",
)

INTRODUCTION = 6
"""The words of "anna grew up in france ."."""
ENDING = 5
"""The words from the end of an introduction to the gap: ". so anna speaks fluent"."""


@dataclass(frozen=True)
class SpeakerText(Cloze):
    """A text about people who grew up somewhere; its ``gap`` is the language of one of them, ``mention`` the country.

    ``languages`` are those of all, in the order in which they were introduced, and ``asked`` is the place in it of the
    one who is asked about. The ``candidates`` are all ten languages.
    """

    languages: tuple[str, ...]
    asked: int


def speakers(count, rng, *, distances, people=1, asked="any", distracting=True, held_out=False):
    """Draw ``count`` :class:`SpeakerText`, a list.

    "anna grew up in france . ... so anna speaks fluent french ." From the country that decides to the gap are as many
    steps as one of ``distances``, equally likely; 6, and 8 and above, are possible. Random sentences stand between;
    with ``distracting``, some of them name other countries and languages.

    With more ``people``, each has a country, and only the name in the last sentence says who is asked about: ``asked``
    is "last", so that earlier people are best forgotten when a new one is introduced; "first", so that the first must
    be kept while others are introduced; or "any". Whoever is introduced after the one asked about stands between
    country and gap, and lengthens the shortest distance by 6.

    Countries are drawn independently, all ten equally likely, so whoever has forgotten the country has an accuracy of
    1/10, exactly. With p people and ``asked="any"``, *the language of the one introduced last* has 1/p + (1 - 1/p)/10,
    exactly. Perfect accuracy is possible.

    A quarter of the pairs of a name and the word before it in the last sentence ("so anna", "now ben") occurs only with
    ``held_out``, the rest only without it: so texts with ``held_out`` are a test set that was never trained on.
    """
    require_size("count", count)
    require_size("people", people)
    require_choice("asked", asked, ("first", "last", "any"))
    require_choice("distracting", distracting, (True, False))
    require_choice("held_out", held_out, (True, False))
    require_rng(rng)
    if people > len(NAMES):
        raise ValueError(f"people: expected at most {len(NAMES)}, as many as have names, got {people}")
    fillers = MIXED if distracting else PLAIN
    after = 0 if asked == "last" else people - 1
    require_distances(distances, ENDING + 1 + INTRODUCTION * after, fillers)
    links = {name: [link for link in LINKS if _is_held_out(name, link) == held_out] for name in NAMES}
    return [_text(pick(distances, rng), *_people(people, asked, rng), links, fillers, rng) for _ in range(count)]


def _is_held_out(name, link):
    return (NAMES.index(name) + LINKS.index(link)) % 4 == 0


def _people(people, asked, rng):
    """So many different names in random order, and the place of the one who is asked about."""
    names = list(NAMES)
    drawn = [names.pop(int(rng.random() * len(names))) for _ in range(people)]
    return drawn, {"first": 0, "last": people - 1, "any": int(rng.random() * people)}[asked]


def _text(distance, names, asked, links, fillers, rng):
    countries = [pick(COUNTRIES, rng) for _ in names]
    introductions = [(name, "grew", "up", "in", home, ".") for name, home in zip(names, countries, strict=True)]
    slots = {"NAME": names, "COUNTRY": COUNTRIES, "LANGUAGE": LANGUAGES}
    earlier, later = introductions[:asked], introductions[asked + 1 :]
    room = distance - ENDING - 1 - INTRODUCTION * len(later)
    before = _mixed(earlier, fillers.draw(2 + int(rng.random() * 9), slots, rng) if earlier else [], rng)
    after = _mixed(later, fillers.draw(room, slots, rng), rng)
    link, languages = pick(links[names[asked]], rng), tuple(LANGUAGE_OF[country] for country in countries)
    beginning = (*before, *introductions[asked], *after, link, names[asked], "speaks", "fluent")
    return SpeakerText(
        words=(*beginning, languages[asked], "."),
        gap=len(beginning),
        mention=len(before) + introductions[asked].index(countries[asked]),
        candidates=LANGUAGES,
        languages=languages,
        asked=asked,
    )


def _mixed(introductions, sentences, rng):
    """The words of both, introductions in their order at random places among the sentences."""
    places = sorted(int(rng.random() * (len(sentences) + 1)) for _ in introductions)
    for place, introduction in reversed(list(zip(places, introductions, strict=True))):
        sentences.insert(place, introduction)
    return [word for sentence in sentences for word in sentence]
