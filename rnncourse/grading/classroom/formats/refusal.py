"""Why a format cannot be written."""


class CannotWriteError(ValueError):
    """What is missing or contradictory, in one sentence."""
