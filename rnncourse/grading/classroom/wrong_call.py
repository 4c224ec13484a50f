"""What a command says instead of beginning."""


class WrongCall(Exception):
    """The command cannot begin; one sentence says why and what to do."""
