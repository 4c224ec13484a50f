"""No progress bars in the book: a bar in a page stands still, and its text differs from build to build."""

import os


def setup(app):
    os.environ["TQDM_DISABLE"] = "1"  # tqdm's own setting; the kernels that run the cells inherit it
    return {"parallel_read_safe": True, "parallel_write_safe": True}
