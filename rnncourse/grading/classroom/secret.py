"""The instructor's secret, and what is derived from it: inputs that nobody can foresee and everybody can repeat."""

import hashlib
import hmac
from pathlib import Path

from rnncourse.grading.classroom.wrong_call import WrongCall

SHORTEST = 16  # bytes


def read_secret(path):
    """The bytes of the secret, without the space around them."""
    advice = "make one with: python -c 'import secrets; print(secrets.token_hex(32))' > FILE"
    try:
        secret = Path(path).read_bytes().strip()
    except OSError as error:
        raise WrongCall(f"{path}: cannot be read: {error.strerror}; {advice}") from None
    if len(secret) < SHORTEST:
        raise WrongCall(
            f"{path}: a secret of {len(secret)} bytes can be guessed, expected {SHORTEST} or more; {advice}"
        )
    return secret


def derived(secret, *parts):
    """HMAC-SHA-256 of the parts, which may be texts or bytes; each is counted in, so that none runs into the next."""
    code = hmac.new(secret, digestmod=hashlib.sha256)
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
        code.update(len(data).to_bytes(8, "big") + data)
    return code.digest()


def seed(secret, exercise, submission_hash):
    """The seed of the inputs for one function of one submission: eight integers."""
    digest = derived(secret, "inputs", exercise.chapter, exercise.name, submission_hash)
    return [int.from_bytes(digest[start : start + 4], "big") for start in range(0, 32, 4)]
