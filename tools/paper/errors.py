"""What can go wrong with the book on paper, in one sentence."""


class PaperError(Exception):
    """There is no browser, no built book, or no such page; the message says what to do."""
