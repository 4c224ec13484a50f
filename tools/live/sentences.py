"""Sentences with one date somewhere in them: what the network of ``live.DateReader`` learns to read, and its exam.

The contexts of training are frames with names, places and numbers, and salad of real and of made-up words. The exam
has sentences that a person might write, from words of their own, and days that training never sees.
"""

import datetime

from rnncourse.data.tasks.aligned import AlignedPair
from rnncourse.data.tasks.dates import FIRST_DAY, FORMATS, LAST_DAY, write_date
from rnncourse.live.date_network import LONGEST

ALSO_WRITTEN = (
    *("{month} {day} {year}", "{month} {ordinal}, {year}", "{month} {ordinal} {year}", "{mon} {ordinal}, {year}"),
    *("{day} {mon} {year}", "{day}. {month} {year}", "{ordinal} {month} {year}", "{ordinal} {mon} {year}"),
    *("{ordinal} of {month} {year}", "the {ordinal} of {month}, {year}", "{weekday}, {month} {day}, {year}"),
    *("{year}-{number_of_two}-{day_of_two}", "{day_of_two}.{number_of_two}.{year}"),
)
"""More ways to write a date, which people type and the task of the chapter leaves out."""

ALL_FORMATS = (*range(len(FORMATS)), *ALSO_WRITTEN)
HELD_OUT_EVERY = 10
"""Every tenth day of the hundred years is kept for the exam."""

_FRAMES = """
{}
on {}
on {}.
since {}
until {}
from {} on
before {}, he said
we met on {}
we met on {}, in PLACE
NAME was born on {}
NAME was born on {} in PLACE
the letter of {} is lost
your letter of {}, NAME
she arrived in PLACE on {}.
he left PLACE on {} at HOUR
the shop closed on {} for good
dear NAME, on {} we will marry
they say that on {} it rained
it was {} when the war ended
it happened on {}, around HOUR
room NUMBER is free from {}
NUMBER people came on {}
NUMBER guests, {}, HOUR
please pay NUMBER pounds by {}
the meeting is on {} at HOUR in room NUMBER
date: {}
PLACE, {}
PLACE, {}. dear NAME
signed NAME, {}
{} was a cold day
{} - a day like any other
{}, PLACE
{}: NAME came home
{} at HOUR, room NUMBER
{} NAME and NAME
i may come on {}
we march to PLACE on {}
the second time was on {}
see you on {}!
is it {}?
was it not on {}, NAME?
NAME's birthday is {}
it's {} today
born {}, died later
(since {})
flight NUMBER to PLACE, {}
page NUMBER, {}
on the NUMBERth floor, {}
a year ago, {}, we moved
my daughter, NAME, was NUMBER on {}
the sun rose on {} as ever
"""
_NAMES = (
    *("anna", "ben", "clara", "david", "emma", "felix", "grace", "henry", "ines", "jack", "karin", "leo", "maria"),
    *("nora", "omar", "paul", "quentin", "rosa", "sam", "tom", "ursula", "victor", "wei", "xenia", "yusuf", "zoe"),
    *("april", "june", "augusta", "marcel", "mayra", "julian", "octavia", "janet", "friedrich", "wednesday"),
)
_PLACES = (
    *("paris", "rome", "berlin", "new york", "oslo", "cairo", "tokyo", "lima", "boston", "vienna", "madrid", "delhi"),
    *("san francisco", "the hague", "hamburg", "the alps", "south africa", "marseille", "mayfair", "monaco", "surrey"),
)
_ENGLISH = """
a about after again all also an and any are as at back be because been before big book boy but by call came can child
city come could country day did do door down each end even every eye far father few find first for found friend from
gave get girl give go good great had hand has have he head help her here him his home hour house how i if in into is it
just keep kind king knew know lady land large last late left letter life like line little live long look made make man
many may me men might mile minute moment month more morning most mother much must my name near never new next night no
not now number of off office often old on once one only open or other our out over own page part people place play put
queen read right river road room said same saw say school sea second see seven she ship should show side since six small
so some sometimes soon still stop story street such take ten tell than that the their them then there these they thing
think this three through time to today together told too took town tree turn two under until up us very visit voice wait
walk want war was watch water way we wedding week well went were what when where which while white who why will window
with word work world would write year years yet you young your march sun sat mon second octopus
"""
_WORDS = _ENGLISH.split()
_SOUNDS = """
b bl br c ch cl cr d dr f fl fr g gl gr h j k kn l m n p ph pl pr qu r s sc sch sh sk sl sm sn sp st str t th tr tw v w wh x y z
a e i o u a e i o u ai au ea ee ei ia ie io oa oi oo ou ue y
b ck d f g l ld ll m n nd ng nt p r rd rn rt s sh ss st t th ts v w x z
"""
_STARTS, _MIDDLES, _ENDS = (line.split() for line in _SOUNDS.strip().splitlines())
_ENDINGS = ("", "", "", ".", ".", "!", "?", " ", ",", "...", ")")

EXAM_FRAMES = tuple(
    """
my grandmother was a nurse there until {}
they got married on {}, under an apple tree
the treaty was signed on {} after weeks of talks
his passport expires on {}, so hurry
born {}, she grew up near the border
i remember {} as if it were yesterday
we launched our first rocket on {}
nobody expected snow on {}
the bridge was opened to traffic on {}.
{} was the happiest day of my life
{}: the museum finally reopens
deliver both parcels no later than {}
our dog disappeared on {} and came back
does anybody know what happened on {}?
the album was released on {} worldwide
invoice 38, due {}
he scored 4 goals on {} against italy
platform 9, departure {}
the concert on {} was cancelled
could we postpone it from {} to some other date
it has been broken since {}, sorry
an earthquake struck the island on {}
her diary begins on {} with a poem
the 2 brothers met again on {}
minutes of the committee, {}
happy birthday, {}!
you owe me 15 dollars since {}
the last tram ran on {} at 11 pm
""".strip().splitlines()
)


def practice(count, rng, longest=LONGEST):
    """``count`` pairs of a sentence of at most so many letters and its ISO date, from days that are not in the exam."""
    return [_sentence(_day(rng, held_out=False), rng, longest) for _ in range(count)]


def exam(count, rng):
    """``count`` pairs in which day, sentence and its words are new: AlignedPairs, aligned as those of ``data.dates``."""
    return [_placed(rng.choice(EXAM_FRAMES).item(), _written(_day(rng, held_out=True), rng)) for _ in range(count)]


def is_held_out(day):
    return day.toordinal() % HELD_OUT_EVERY == 0


def _day(rng, held_out):
    while True:
        day = datetime.date.fromordinal(int(rng.integers(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)))
        if is_held_out(day) == held_out:
            return day


def _written(day, rng):
    return write_date(day, ALL_FORMATS[rng.integers(len(ALL_FORMATS))])


def _placed(frame, written):
    """The pair with its source in the place of {} in a frame."""
    before, after = frame.split("{}")
    alignment = tuple(tuple(len(before) + place for place in places) for places in written.alignment)
    return AlignedPair(before + written.source + after, written.target, alignment)


def _sentence(day, rng, longest):
    written = _written(day, rng)
    while True:
        frame = (_filled if rng.random() < 0.3 else _salad)(rng, max(0, longest - len(written.source)))
        pair = _placed(frame, written)
        if len(pair.source) <= longest:
            return pair
        longest += 1  # until a long date has room


def _filled(rng, room):
    """One of the frames, with names, places and numbers in it."""
    fits = [frame for frame in _FRAMES.strip().splitlines() if len(frame) <= room + 2]
    frame = _pick(fits or ["{}"], rng)
    for slot, fill in _SLOTS.items():
        while slot in frame:
            frame = frame.replace(slot, fill(rng), 1)
    return frame


def _salad(rng, room):
    """Words in no order, before the date and behind it, as many as there is room for or fewer."""
    room = int(room * rng.random())
    before = int(room * rng.random())
    joint = _pick((" ", " ", " ", " ", ", ", ": ", " ("), rng)
    onward = _pick((" ", " ", " ", ", ", ". ", ") ", "; "), rng)
    head, tail = _words(before, rng), _words(room - before, rng)
    return (head + joint if head else "") + "{}" + (onward + tail if tail else _pick(_ENDINGS, rng))


def _words(room, rng):
    words = ""
    while len(words + (word := _any_word(rng))) <= room:
        words += word + _gap(rng)
    return words.strip()


def _gap(rng):
    if rng.random() < 0.01:
        return ""  # as where somebody types in haste
    return _pick((", ", ". ", "; ", " - "), rng) if rng.random() < 0.08 else " "


def _any_word(rng):
    kind = rng.random()
    if kind < 0.45:
        return _pick(_WORDS, rng)
    if kind < 0.78:
        return _made_up(rng)
    if kind < 0.84:
        return _pick(_NAMES, rng)
    if kind < 0.88:
        return _pick(_PLACES, rng)
    if kind < 0.96:
        return _number(rng)
    return _hour(rng)


def _made_up(rng):
    syllables = 1 + int(2.5 * rng.random())
    return "".join(_pick(_STARTS, rng) + _pick(_MIDDLES, rng) + _pick(("", "", *_ENDS), rng) for _ in range(syllables))


def _number(rng):
    number = int(10 ** (4 * rng.random() ** 1.5))
    return _pick(("{}", "{}", "{}", "no. {}", "{}%", "{} days", "$ {}", "{}th", "{}.5", "'{}"), rng).format(number)


def _hour(rng):
    hour = int(1 + 12 * rng.random())
    return _pick((f"{hour} pm", f"{hour}am", f"{hour}:{int(60 * rng.random()):02}", f"{hour} o'clock"), rng)


def _pick(options, rng):
    return options[int(len(options) * rng.random())]


_SLOTS = {
    "NAME": lambda rng: _pick(_NAMES, rng),
    "PLACE": lambda rng: _pick(_PLACES, rng),
    "NUMBER": lambda rng: str(int(10 ** (3 * rng.random()))),
    "HOUR": _hour,
}
