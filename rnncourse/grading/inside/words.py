"""What a stranger's code has said, put so that it is the same in each run."""

import re


def without_addresses(text):
    """The text without where objects lie in memory."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", text)
