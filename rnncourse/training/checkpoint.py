"""A file from which a killed run goes on: it is whole at every moment, and it knows which run it belongs to."""

import io
import math
import zipfile
from pathlib import Path

import torch

from rnncourse import whole_file
from rnncourse.training.session import Session

FORMAT = "rnncourse training 1"


def save(session: Session, path: Path):
    """Write the file; a run that is killed while it writes leaves the last one whole."""
    content = io.BytesIO()
    torch.save({"format": FORMAT, "identity": session.identity(), "content": session.content()}, content)
    whole_file.write(path, content.getbuffer(), sync=True)


def resume(session: Session, path: Path):
    """Bring a new session to where the file left it; without a file it stays at its beginning.

    ``ValueError`` when the file was written by something else, by a run with other settings, or by one whose first
    loss is not the first loss of this one: then the model, the data or the loss has been changed in between.
    """
    if not path.exists():
        return
    stored = _read(path, session.device)
    then, now = stored["identity"], session.identity()
    for name in then | now:
        if then.get(name) != now.get(name):
            raise ValueError(_other_run(path, f"whose {name} is {then.get(name)}", now.get(name)))
    first = session.first_loss()
    session.load(stored["content"])
    if not math.isclose(first, session.losses[0], rel_tol=1e-4):
        raise ValueError(_other_run(path, f"whose first loss is {session.losses[0]:.6g}", f"{first:.6g}"))


def _read(path, device):
    if path.is_file():
        content = io.BytesIO(path.read_bytes())
        try:
            if zipfile.ZipFile(content).testzip() is not None:  # torch itself does not look at all the checksums
                raise zipfile.BadZipFile
            content.seek(0)
            stored = torch.load(content, map_location=device, weights_only=True)
        except Exception:  # noqa: BLE001, whatever unpickling makes of a file of another kind
            stored = None
        if isinstance(stored, dict) and stored.get("format") == FORMAT:
            return stored
    raise ValueError(f"checkpoint: expected a file that training wrote, or none yet, got {path}")


def _other_run(path, expected, got):
    return (
        f"checkpoint: expected the run of {path}, {expected}, got {got}; to begin anew, delete the file or name another"
    )
