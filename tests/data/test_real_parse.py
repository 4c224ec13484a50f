"""What is made of the files: the traps of their encodings on small contents, and known counts on the real ones."""

import numpy as np
import pytest

from rnncourse.data import Vocabulary, classification_batch, translation_batch
from rnncourse.data.real import is_here, load, parse

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("content", [b"a\nb c\n", b"a\nb c", b"a\r\nb c\r\n", BOM + b"a\nb c\n"])
def test_lines_are_the_same_however_they_end(content):
    assert parse.lines(content) == ["a", "b c"]


def test_lines_keep_what_only_looks_like_a_line_end():
    sentence = "un\u2028deux\x85trois\x0bquatre"
    assert parse.lines(f"{sentence}\n\ncinq\n".encode()) == [sentence, "", "cinq"]


def test_a_text_keeps_every_character():
    assert parse.text("\nDé\n\n  jà\n".encode()) == "\nDé\n\n  jà\n"


def test_a_text_that_is_no_utf8_is_refused():
    with pytest.raises(UnicodeDecodeError):
        parse.text("déjà".encode("latin-1"))


def test_sentences_are_split_by_their_place_and_take_turns():
    positive = "".join(f"good {i} é\n" for i in range(21)).encode()
    negative = "".join(f"bad {i} .\n" for i in range(21)).encode()
    parts = parse.sentence_polarity(positive, negative)
    assert parts.test.sentences == [
        [word, str(i), sign] for i in (9, 19) for word, sign in (("good", "é"), ("bad", "."))
    ]
    assert [int(words[1]) for words in parts.validation.sentences] == [8, 8, 18, 18]
    assert [int(words[1]) for words in parts.train.sentences[::2]] == [*range(8), *range(10, 18), 20]
    for part in (parts.train, parts.validation, parts.test):
        assert [["bad", "good"].index(words[0]) for words in part.sentences] == part.labels.tolist()


def test_traffic_times_have_the_day_first():
    table = BOM + b"5 Minutes,Flow,Points,Observed\n04/12/2016 0:05,12,1,100\n31/12/2016 23:55,7,1,0\n"
    flow = parse.traffic_flow(table, table)
    assert flow.train.times.tolist() == np.array(["2016-12-04T00:05", "2016-12-31T23:55"], "datetime64[m]").tolist()
    assert flow.test.counts.tolist() == [12, 7]
    assert flow.test.counts.dtype.kind == "i"


def test_a_series_has_times_in_minutes():
    found = parse.series(b"timestamp,value\n2014-07-01 00:00:00,10844\n2014-07-01 00:30:00,8127")
    assert found.times.dtype == "datetime64[m]"
    assert np.diff(found.times).astype(int).tolist() == [30]
    assert found.counts.tolist() == [10844, 8127]


@pytest.mark.parametrize(
    ("english", "french", "words", "mots"),
    [
        ("Go.", "Va !", "go .", "va !"),
        ("Don't run!", "Ne cours pas\u202f!", "don't run !", "ne cours pas !"),
        ("It’s well-known.", "C’est l'eau\xa0?", "it's well-known .", "c' est l' eau ?"),
        ("Is it $5?", "Peux-tu, «\u2009toi\u2009»", "is it $ 5 ?", "peux-tu , « toi »"),
        ("'Ah'", "E\u0301te\u0301", "' ah '", "été"),
        ("I", "Aujourd'hui", "i", "aujourd' hui"),
    ],
)
def test_words_and_punctuation_are_told_apart(english, french, words, mots):
    found = parse.translations(f"{english}\t{french}\n".encode())
    assert found.pairs == [(words.split(), mots.split())]
    assert found.pairs[0].french == mots.split()


def test_a_third_column_is_not_part_of_the_translation():
    assert parse.translations(b"Go.\tVa !\tCC-BY 2.0\n").pairs == [(["go", "."], ["va", "!"])]


def test_similarities_are_read_with_carriage_returns():
    found = parse.word_similarity(b"love\tsex\t6.77\t\r\ntiger\ttiger\t10.00\r\n", b"old\tnew\t1.58\n")
    assert found == {
        "WordSim-353": [("love", "sex", 6.77), ("tiger", "tiger", 10.0)],
        "SimLex-999": [("old", "new", 1.58)],
    }
    assert found["WordSim-353"][0].score == 6.77


def test_analogies_are_kept_by_section():
    found = parse.word_analogies(b": capitals\nAthens Greece Oslo Norway\n: gram1-plural\ncat cats dog dogs\na b c d\n")
    assert found == {
        "capitals": [("Athens", "Greece", "Oslo", "Norway")],
        "gram1-plural": [("cat", "cats", "dog", "dogs"), ("a", "b", "c", "d")],
    }


def real(name):
    """The real data set, if it is on this machine: these tests download nothing."""
    if not is_here(name):
        pytest.skip(f"{name} is not here: let RNNCOURSE_DATA name a folder that holds it, or fetch it")
    return load(name)


def test_tiny_shakespeare():
    text = real("tiny_shakespeare")
    assert (len(text), len(set(text)), text.count("\n")) == (1_115_394, 65, 40_000)
    assert text.startswith("First Citizen:\nBefore we proceed")
    assert text.endswith("Whiles thou art waking.\n")


def test_names():
    names = real("names")
    assert (len(names), len(set(names))) == (32_033, 29_494)
    assert (names[0], names[-1]) == ("emma", "zzyzx")
    assert set("".join(names)) == set("abcdefghijklmnopqrstuvwxyz")


def test_sentence_polarity():
    found = real("sentence_polarity")
    parts = (found.train, found.validation, found.test)
    assert [len(part.sentences) for part in parts] == [8_530, 1_066, 1_066]
    assert [part.labels.sum() for part in parts] == [4_265, 533, 533]
    sentences = [tuple(words) for part in parts for words in part.sentences]
    assert len(set(sentences)) == 2 * 5_331  # so that nothing of the test was trained on
    assert min(map(len, sentences)) == 1
    assert "jean-claud" in found.train.sentences[0]
    assert "naïve" in {word for words in sentences for word in words}
    vocabulary = Vocabulary.of(found.train.sentences, min_count=2)
    batch = classification_batch(found.test.sentences[:32], found.test.labels[:32], vocabulary)
    assert batch.labels.mean() == 0.5


def test_pems_flow():
    flow = real("pems_flow")
    for part, days in ((flow.train, 27), (flow.test, 15)):
        minutes = part.times.reshape(days, 288) - part.times.reshape(days, 288)[:, :1].astype("datetime64[D]")
        assert (minutes == np.arange(288) * np.timedelta64(5, "m")).all()
        assert np.is_busday(part.times.astype("datetime64[D]")).all()
        assert (np.diff(part.times) > np.timedelta64(0)).all()
    assert flow.train.times[-1] < flow.test.times[0]
    assert (flow.train.counts[0], flow.train.counts.max(), flow.test.counts[-1]) == (12, 197, 14)


def test_nyc_taxi():
    taxi = real("nyc_taxi")
    assert len(taxi.counts) == 10_320
    assert (taxi.times == np.datetime64("2014-07-01T00:00") + np.arange(10_320) * np.timedelta64(30, "m")).all()
    assert (taxi.counts[0], taxi.counts[-1]) == (10_844, 26_288)


def test_english_french():
    found = real("english_french")
    assert len(found.pairs) == 60_000
    assert len({tuple(pair.english) for pair in found.pairs}) == 38_519
    assert found.pairs[0] == (["go", "."], ["va", "!"])
    assert found.pairs[-1].french == ["pourquoi", "êtes-vous", "à", "bout", "de", "souffle", "?"]
    assert all(
        word and not any(sign.isspace() for sign in word) for pair in found.pairs for words in pair for word in words
    )
    assert "tatoeba.org" in found.attribution
    assert "manythings.org" in found.attribution
    english, french = zip(*found.pairs[:64], strict=True)
    batch = translation_batch(english, french, Vocabulary.of(english), Vocabulary.of(french))
    assert batch.lengths.tolist() == [len(words) for words in english]


def test_word_similarity():
    found = real("word_similarity")
    assert {name: len(pairs) for name, pairs in found.items()} == {"WordSim-353": 353, "SimLex-999": 999}
    assert found["WordSim-353"][0] == ("love", "sex", 6.77)
    assert found["SimLex-999"][-1] == ("attend", "arrive", 6.08)
    assert all(0 <= pair.score <= 10 for pairs in found.values() for pair in pairs)


def test_word_analogies():
    found = real("word_analogies")
    assert (len(found), sum(map(len, found.values()))) == (14, 19_544)
    assert all(len(question) == 4 for questions in found.values() for question in questions)
    assert found["capital-common-countries"][0] == ("Athens", "Greece", "Baghdad", "Iraq")
    assert found["gram9-plural-verbs"][-1] == ("write", "writes", "work", "works")
