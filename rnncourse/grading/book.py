"""Where the published book stands, and what its chapters are called."""

import re
import unicodedata
from urllib.parse import quote

ADDRESS = "https://rnncourse.github.io/rnncourse/"
"""The same as ``html.baseurl`` of ``_config.yml``."""

_TITLES = {
    "01_embeddings": "1. Embeddings",
    "02_rnn": "2. Recurrent networks",
    "03_bptt": "3. Backpropagation through time",
    "04_vanishing_gradients": "4. Vanishing and exploding gradients",
    "05_lstm_gru": "5. LSTM and GRU",
    "06_bidirectional": "6. Bidirectional and deep networks",
    "07_seq2seq": "7. Sequence to sequence",
    "08_attention": "8. Attention",
    "09_recursive_autoencoders": "9. Recursive autoencoders",
}


def chapter_title(chapter):
    """The heading of a chapter: ``3. Backpropagation through time`` for ``03_bptt``."""
    return _TITLES.get(chapter, chapter)


def section_address(chapter, section=""):
    """The address of a section of a chapter, given its heading, or of the chapter's page."""
    fragment = f"#{_identifier(section)}" if section else ""
    return f"{ADDRESS}book/chapters/{quote(chapter, safe='')}.html{fragment}"


def _identifier(heading):
    """What docutils makes of a heading (``nodes.make_id``), without its table of letters such as the Polish l."""
    letters = unicodedata.normalize("NFKD", heading.lower()).encode("ascii", "ignore").decode("ascii")
    return re.sub("^[-0-9]+|-+$", "", re.sub("[^a-z0-9]+", "-", " ".join(letters.split())))
