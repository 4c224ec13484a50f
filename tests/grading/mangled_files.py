"""Honest submissions in odd files: each builder makes the bytes of a file of the code cells of the solved notebook."""

import json

from mangled_cells import each_function, functions

FILES = {}  # name: (ending, builder, how it names the functions that deserve nothing)


def in_file(ending, lost=lambda cells: set()):
    """Register a builder that gets code cells and returns text or bytes of a file with this ending."""

    def register(builder):
        FILES[builder.__name__] = (ending, builder, lost)
        return builder

    return register


def code(source, **more):
    """One code cell of nbformat 4."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **more}


def notebook(entries, **more):
    """The text of a notebook of nbformat 4."""
    return json.dumps({"cells": entries, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


def script(cells):
    """The cells as a script exported by Jupyter."""
    chunks = [f"# In[{number}]:\n\n\n{cell}\n\n\n" for number, cell in enumerate(cells, 1)]
    text = "#!/usr/bin/env python\n# coding: utf-8\n\n" + "".join(chunks)
    return text.replace("    %pip install", "    get_ipython().run_line_magic('pip', 'install')  #")


@in_file(".ipynb")
def lists_of_lines(cells):
    return notebook([code(cell.splitlines(keepends=True)) for cell in cells])


@in_file(".ipynb")
def nbformat_3(cells):
    old = [{"cell_type": "code", "input": cell.splitlines(keepends=True), "language": "python"} for cell in cells]
    old += [{"cell_type": "code", "input": "ls -l", "language": "bash"}, {"cell_type": "heading", "source": "End"}]
    return json.dumps({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": old}]})


@in_file(".ipynb")
def nbformat_3_in_two_worksheets(cells):
    old = [{"cell_type": "code", "input": cell, "language": "python"} for cell in cells]
    sheets = [{"cells": old[:4]}, None, {}, {"cells": old[4:]}]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": sheets})


@in_file(".ipynb")
def colab_metadata(cells):
    form = {"cellView": "form", "id": "x9", "colab": {"base_uri": "https://localhost:8080/", "height": 34}}
    return notebook([code(cell, metadata=form) for cell in cells], metadata={"colab": {"provenance": []}})


@in_file(".ipynb")
def megabytes_of_outputs(cells):
    output = {"output_type": "stream", "name": "stdout", "text": ["loss 0.1\n"] * 200_000}
    return notebook([code(cell, outputs=[output]) for cell in cells])


@in_file(".ipynb")
def odd_outputs_and_counts(cells):
    return notebook([code(c, execution_count=99 - i, outputs={"a": 1}, metadata=None) for i, c in enumerate(cells)])


@in_file(".ipynb")
def entries_of_wrong_types(cells):
    odd = [None, 3, "text", [], {}, {"cell_type": "code"}, code(None), code(7), code([["a"], ["b"]]), code({"a": "b"})]
    odd += [{"cell_type": ["code"], "source": "x"}, {"cell_type": "raw", "source": "def f("}, {"cell_type": "markdown"}]
    return notebook([entry for cell in cells for entry in (code(cell), *odd)])


@in_file(".ipynb")
def without_metadata(cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


@in_file(".ipynb", lost=lambda cells: set(functions(cells)))
def markdown_only(cells):
    return notebook([{"cell_type": "markdown", "metadata": {}, "source": cell} for cell in cells])


@in_file(".ipynb", lost=lambda cells: set(functions(cells)))
def raw_only(cells):
    return notebook([{"cell_type": "raw", "metadata": {}, "source": cell} for cell in cells])


@in_file(".ipynb", lost=lambda cells: set(functions(cells)))
def no_cells(cells):
    return notebook([])


@in_file(".ipynb")
def notebook_with_byte_order_mark(cells):
    return "\ufeff" + notebook([code(cell) for cell in cells])


@in_file(".ipynb")
def notebook_in_utf_16(cells):
    return notebook([code(cell) for cell in cells]).encode("utf-16")


@in_file(".ipynb")
def notebook_in_latin_1(cells):
    entries = [code(f"# été, à Zürich\n{cell}") for cell in cells]
    return json.dumps({"cells": entries}, ensure_ascii=False).encode("latin-1")


@in_file(".ipynb")
def notebook_with_windows_line_ends(cells):
    text = notebook([code(cell.replace("\n", "\r\n")) for cell in cells])
    return json.dumps(json.loads(text), indent=1).replace("\n", "\r\n")


@in_file(".ipynb")
def nul_characters_and_lone_surrogates(cells):
    return notebook([code(f"# \0 \ud800 \udfff\n{cell}\0") for cell in cells])


@in_file(".IPYNB")
def ending_in_capitals(cells):
    return notebook([code(cell) for cell in cells])


@in_file(".py")
def exported_script(cells):
    return script(cells)


@in_file(".py")
def script_with_percent_cells(cells):
    return "\n\n".join(f"# %%\n{cell}" for cell in cells)


@in_file(".py")
def script_with_a_main_part(cells):
    return (
        script(cells)
        + "\n\ndef main():\n    while True:\n        input()\n\n\nif __name__ == '__main__':\n    main()\n"
    )


@in_file(".py")
def script_with_a_broken_end(cells):
    return script(cells) + "\nif x =\n  3 (\n"


@in_file(".py")
def script_with_windows_line_ends(cells):
    return script(cells).replace("\n", "\r\n")


@in_file(".py")
def script_with_old_mac_line_ends(cells):
    return script(cells).replace("\n", "\r")


@in_file(".py")
def script_with_byte_order_mark(cells):
    return "\ufeff" + script(cells)


@in_file(".py")
def script_in_utf_16(cells):
    return script(cells).encode("utf-16-le")


@in_file(".py")
def script_in_latin_1_that_says_so(cells):
    text = script(cells).replace("coding: utf-8", "-*- coding: iso-8859-1 -*-\nmeter = 'à Zürich'")
    return text.encode("latin-1")


@in_file(".py")
def script_in_windows_1252_that_says_nothing(cells):
    return ("# It’s “mine” – été\n" + "\n".join(cells)).encode("cp1252")


@in_file(".py")
def script_with_an_unknown_encoding(cells):
    return script(cells).replace("coding: utf-8", "coding: klingon")


@in_file(".py")
def script_with_form_feeds(cells):
    return "\n\f\n".join(each_function(cells, lambda cell: f"\f{cell}"))


@in_file(".py", lost=lambda cells: set(functions(cells)))
def empty_script(cells):
    return ""
