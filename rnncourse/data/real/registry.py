"""The real data sets: what each is, where its files come from, what they hash to, whose they are, and whom to cite.

Every address names a commit by its full hash, so what it sends does not change. Paths are those of a folder that
RNNCOURSE_DATA may name. Licences are told as they were seen in the source, not as legal advice.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rnncourse.data.real import parse, unpack


@dataclass(frozen=True)
class File:
    """A file as it is kept; ``extract`` makes it from what ``address`` sends."""

    path: str
    size: int
    sha256: str
    address: str
    extract: Callable = unpack.as_sent


@dataclass(frozen=True)
class DataSet:
    """A real data set; ``parse`` makes of its files' contents what :func:`rnncourse.data.real.load` returns."""

    name: str
    about: str
    licence: str
    licence_seen: str
    citation: str
    files: tuple
    parse: Callable

    @property
    def size(self):
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


def _github(repository, commit, path):
    return f"https://raw.githubusercontent.com/{repository}/{commit}/{path}"


_CHAR_RNN = partial(_github, "karpathy/char-rnn", "6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e")
_MAKEMORE = partial(_github, "karpathy/makemore", "988aa59e4d8fefa526d06f3b453ad116258398d4")
_POLARITY = partial(_github, "dennybritz/cnn-text-classification-tf", "a0d0e9742b3dc42194955e78858f7be93027c75e")
_TRAFFIC = partial(_github, "xiaochus/TrafficFlowPrediction", "dec8243eb4ebe728d44d1ac73f38c2d3aaa9fd81")
_NAB = partial(_github, "numenta/NAB", "ea702d75cc2258d9d7dd35ca8e5e2539d71f3140")
_SEQ2SEQ = partial(_github, "genimind/seq2seq", "4f3f8eb0adde54fcc8b89394336b002e7961244c")
_WORD_VECTORS = partial(_github, "mfaruqui/eval-word-vectors", "94b3dd9fdbac7ed08dbee7179cd5ee464acf0594")
_WORD2VEC = partial(_github, "tmikolov/word2vec", "20c129af10659f7c50e86e3be406df663beff438")

_ALL = (
    DataSet(
        name="tiny_shakespeare",
        about="40,000 lines of Shakespeare's plays, for language models of characters; loads as one string of "
        "1,115,394 characters, 65 different ones.",
        licence="public domain; repository MIT",
        licence_seen="Text in the public domain; the repository's Readme says MIT.",
        citation="A. Karpathy, The Unreasonable Effectiveness of Recurrent Neural Networks, 2015, "
        "karpathy.github.io/2015/05/21/rnn-effectiveness",
        files=(
            File(
                "tinyshakespeare/input.txt",
                1115394,
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
                _CHAR_RNN("data/tinyshakespeare/input.txt"),
            ),
        ),
        parse=parse.text,
    ),
    DataSet(
        name="names",
        about="32,033 first names in small letters, the most frequent first among girls' names, then among boys', so "
        "2,539 stand twice; loads as a list of strings.",
        licence="MIT",
        licence_seen="MIT (LICENSE of the repository); its README says the names are from ssa.gov, 2018.",
        citation="A. Karpathy, makemore, 2022, github.com/karpathy/makemore; names of the US Social Security "
        "Administration, 2018",
        files=(
            File(
                "names/names.txt",
                228145,
                "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
                _MAKEMORE("names.txt"),
            ),
        ),
        parse=parse.lines,
    ),
    DataSet(
        name="sentence_polarity",
        about="5,331 positive and 5,331 negative sentences from film reviews, tokenised, in small letters; loads as "
        "train, validation and test (8,530, 1,066 and 1,066), each with sentences and labels.",
        licence="CC BY 4.0, NLTK says",
        licence_seen="Repository Apache-2.0 (its code). NLTK's README for this corpus says that it, by Bo Pang and "
        "Lillian Lee, is licensed under CC BY 4.0, but names the corpus subjectivity v1.0.",
        citation="B. Pang and L. Lee, Seeing Stars: Exploiting Class Relationships for Sentiment Categorization with "
        "Respect to Rating Scales, ACL 2005, pp. 115-124",
        files=(
            File(
                "rt_polarity/rt-polarity.pos",
                626395,
                "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58",
                _POLARITY("data/rt-polaritydata/rt-polarity.pos"),
            ),
            File(
                "rt_polarity/rt-polarity.neg",
                612506,
                "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd",
                _POLARITY("data/rt-polaritydata/rt-polarity.neg"),
            ),
        ),
        parse=parse.sentence_polarity,
    ),
    DataSet(
        name="pems_flow",
        about="Vehicles in 5 minutes at one detector of a Californian motorway, 27 working days of January and "
        "February 2016 for training and 15 of March for the test; loads as train and test, each with times and counts.",
        licence="repository MIT; PeMS's not seen",
        licence_seen="Repository MIT (Larry 2018); the data are from Caltrans PeMS, whose terms were not seen.",
        citation="C. Chen, K. Petty, A. Skabardonis, P. Varaiya and Z. Jia, Freeway Performance Measurement System: "
        "Mining Loop Detector Data, Transportation Research Record 1748, 2001, pp. 96-102",
        files=(
            File(
                "pems_flow/train.csv",
                199681,
                "cf46f219b4595fa214d99d42a85ccd5e7137499efaa54e4705eaf25653b09f14",
                _TRAFFIC("data/train.csv"),
            ),
            File(
                "pems_flow/test.csv",
                111037,
                "c3abee88094bb733e04c74812ae6b749ac5f21f6ccedf53120b5e3d8df2fc7ba",
                _TRAFFIC("data/test.csv"),
            ),
        ),
        parse=parse.traffic_flow,
    ),
    DataSet(
        name="nyc_taxi",
        about="Taxi passengers of New York in half an hour, July 2014 to January 2015, without gaps; loads as times "
        "and counts, 10,320 each.",
        licence="MIT",
        licence_seen="Repository MIT (Numenta); the raw counts are from the NYC Taxi and Limousine Commission.",
        citation="A. Lavin and S. Ahmad, Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly "
        "Benchmark, ICMLA 2015",
        files=(
            File(
                "nyc_taxi/nyc_taxi.csv",
                265771,
                "d8fa6f7f0734bf5c8be12c52a94e20a82664c397d9dec4449156bd453d32856d",
                _NAB("data/realKnownCause/nyc_taxi.csv"),
            ),
        ),
        parse=parse.series,
    ),
    DataSet(
        name="english_french",
        about="60,000 English sentences of at most 26 characters with a French translation each, the shortest first; "
        "loads as pairs of lists of words, in small letters, and the attribution.",
        licence="CC BY 2.0",
        licence_seen="CC BY 2.0 (Tatoeba); the zip's _about.txt says: Attribution: www.manythings.org/anki and "
        "tatoeba.org.",
        citation="Tatoeba, tatoeba.org; sentence pairs of www.manythings.org/anki, edition of 2017-09-29 (that site "
        "itself sends newer editions)",
        files=(
            File(
                "eng_fra/fra_60k.txt",
                2916275,
                "07112839c18734f6bcc917e3d0fa6840aa3d53dddcc9e65091f34d2904f1c57c",
                _SEQ2SEQ("fra-eng.zip"),
                partial(unpack.first_lines_of_zip, member="fra.txt", count=60_000),
            ),
        ),
        parse=parse.translations,
    ),
    DataSet(
        name="word_similarity",
        about="Pairs of words and how alike people found them: WordSim-353 (related words count as alike) and "
        "SimLex-999 (only similar ones do); loads as a dictionary of two lists of (first, second, score).",
        licence="repository MIT; authors' not seen",
        licence_seen="Repository MIT (M. Faruqui); judgements of third parties, whose terms were not seen.",
        citation="L. Finkelstein et al., Placing Search in Context: The Concept Revisited, ACM Transactions on "
        "Information Systems 20(1), 2002; F. Hill, R. Reichart and A. Korhonen, SimLex-999: Evaluating Semantic "
        "Models with (Genuine) Similarity Estimation, Computational Linguistics 41(4), 2015",
        files=(
            File(
                "word_eval/EN-WS-353-ALL.txt",
                7405,
                "ce12919b240af45bdf46d243601eaca2b6212b159b5e7e9b435ee7ee40c5619c",
                _WORD_VECTORS("data/word-sim/EN-WS-353-ALL.txt"),
            ),
            File(
                "word_eval/EN-SIMLEX-999.txt",
                18024,
                "405394ffb7d25f6d0e3c041f87c9f27d29dc6b047506769953e85c4523b11685",
                _WORD_VECTORS("data/word-sim/EN-SIMLEX-999.txt"),
            ),
        ),
        parse=parse.word_similarity,
    ),
    DataSet(
        name="word_analogies",
        about="19,544 questions such as Athens is to Greece as Baghdad is to Iraq, in 14 sections; loads as a "
        "dictionary of lists of four words.",
        licence="Apache-2.0",
        licence_seen="Apache-2.0 (LICENSE of the repository).",
        citation="T. Mikolov, K. Chen, G. Corrado and J. Dean, Efficient Estimation of Word Representations in Vector "
        "Space, ICLR workshop 2013, arXiv:1301.3781",
        files=(
            File(
                "word_eval/questions-words.txt",
                603955,
                "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
                _WORD2VEC("questions-words.txt"),
            ),
        ),
        parse=parse.word_analogies,
    ),
)

DATASETS = {dataset.name: dataset for dataset in _ALL}
"""Every real data set by its name."""


def find(name):
    """The data set of this name; for any other, a ``ValueError`` that offers the nearest."""
    if isinstance(name, str) and name in DATASETS:
        return DATASETS[name]
    near = difflib.get_close_matches(str(name), DATASETS, n=1)
    guess = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"name: expected one of {', '.join(DATASETS)}, got {name!r}{guess}")
