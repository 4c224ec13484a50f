"""What the kernels that run the cells of the book find in their environment."""

import os

FOUND = {
    "TQDM_DISABLE": "1",  # a progress bar stands still in a page, and its text differs from build to build
    "RNNCOURSE_PROGRESS": "memory",  # a page does not show what whoever builds it has solved
}


def setup(app):
    os.environ.update(FOUND)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
