"""Honest notebooks whose cells went through a lot: each builder makes new code cells of the solved ones."""

import re

CELLS = {}  # name: (builder, how it names the functions that deserve nothing any more)


def mangled(builder=None, *, lost=lambda cells: set()):
    """Register a builder, which gets the code cells of a solved notebook and returns others."""
    if builder is None:
        return lambda builder: mangled(builder, lost=lost)
    CELLS[builder.__name__] = (builder, lost)
    return builder


def defined(cell):
    """The name of the function that a cell defines at its margin, or an empty string."""
    match = re.search(r"^def (\w+)\(", cell, re.MULTILINE)
    return match[1] if match else ""


def functions(cells):
    """The cells that define a function, by its name."""
    return {defined(cell): cell for cell in cells if defined(cell)}


def last_function(cells):
    """The name of the last function, and of all that call it."""
    last = list(functions(cells))[-1]
    return {name for name, cell in functions(cells).items() if f"{last}(" in cell}


def each_function(cells, change):
    """The cells, with those that define a function changed."""
    return [change(cell) if defined(cell) else cell for cell in cells]


def stub(cell):
    """The cell as it was handed out: signature, docstring, and the line that says so."""
    head = re.match(r'(.*?\n    """.*?""")', cell, re.DOTALL)[1]
    return f'{head}\n    raise NotImplementedError("{defined(cell)}")'


def with_body_line(cell, line):
    """The cell with a line before the first of the function's code."""
    return re.sub(r'(\n    """.*?""")', lambda match: f"{match[1]}\n    {line}", cell, count=1, flags=re.DOTALL)


@mangled
def as_it_is(cells):
    return cells


@mangled
def all_in_one_cell(cells):
    return ["\n\n".join(cell for cell in cells if "%pip" not in cell)]


@mangled
def magics_in_the_one_cell(cells):
    return ["\n\n".join(cells)]


@mangled
def reverse_order(cells):
    return cells[::-1]


@mangled
def imports_at_the_end(cells):
    return [c for c in cells if not c.startswith("import")] + [c for c in cells if c.startswith("import")]


@mangled
def import_cell_deleted_and_repeated_in_each(cells):
    rest = [c for c in cells if not c.startswith("import")]
    return each_function(rest, lambda cell: f"import numpy as np\n{cell}")


@mangled
def imports_within_functions(cells):
    rest = [c for c in cells if not c.startswith("import")]
    return each_function(rest, lambda cell: with_body_line(cell, "import numpy as np"))


@mangled
def stub_left_below(cells):
    return [*cells, *(stub(cell) for cell in functions(cells).values())]


@mangled
def stub_left_above(cells):
    return [*(stub(cell) for cell in functions(cells).values()), *cells]


@mangled
def every_cell_twice(cells):
    return [cell for cell in cells for _ in range(2)]


@mangled
def first_try_above_the_right_one(cells):
    tries = [stub(cell).replace("NotImplementedError", "ValueError") for cell in functions(cells).values()]
    return [*tries, *cells]


@mangled(lost=last_function)
def one_function_deleted(cells):
    gone = list(functions(cells))[-1]
    return [cell for cell in cells if defined(cell) != gone]


@mangled(lost=last_function)
def one_function_not_attempted(cells):
    gone = list(functions(cells))[-1]
    return each_function(cells, lambda cell: stub(cell) if defined(cell) == gone else cell)


@mangled(lost=last_function)
def one_function_with_a_syntax_error(cells):
    broken = list(functions(cells))[-1]
    return each_function(cells, lambda cell: f"{cell}\n    return (" if defined(cell) == broken else cell)


@mangled(lost=last_function)
def one_function_misspelled(cells):
    name = list(functions(cells))[-1]
    return each_function(cells, lambda cell: cell.replace(f"def {name}(", f"def {name}_1("))


@mangled(lost=lambda cells: set(functions(cells)))
def everything_deleted(cells):
    return ["import numpy as np", "", ""]


@mangled
def prose_below_each_function(cells):
    return each_function(cells, lambda cell: f"{cell}\n\nHere I use the chain rule, it's what (Werbos found\nOK?")


@mangled
def prose_above_each_function(cells):
    return each_function(cells, lambda cell: f"My answer: see the lecture, page 4!\nI think it is right.\n{cell}")


@mangled
def half_finished_cells(cells):
    halves = ["def plot_gradients(", "for t in range(", "x = [1, 2,", "def f(x):\n", "class Net", '"""notes\n', "if"]
    return [cell for c, half in zip(cells, halves * 9, strict=False) for cell in (half, c)]


@mangled
def unfinished_line_above_in_the_same_cell(cells):
    return each_function(cells, lambda cell: f"W = np.zeros((3, 4)\n{cell}")


@mangled
def open_docstring_above_in_the_same_cell(cells):
    return each_function(cells, lambda cell: f'def draft(x):\n    """What to do\n    return x\n\n{cell}')


@mangled
def magics_everywhere(cells):
    top = "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\n!pip install numpy 'matplotlib>=3'\n?np.tanh\n"
    return each_function(
        cells, lambda cell: f"{top}{cell}\n\nnp.tanh?\nfiles = !ls *.py\n%timeit -n 1 {defined(cell)}\n!ls"
    )


@mangled
def timed_cells(cells):
    return each_function(cells, lambda cell: f"%%time\n{cell}")


@mangled
def captured_and_timed_cells(cells):
    return each_function(cells, lambda cell: f"\n%%capture out\n%%time\n\n{cell}")


@mangled
def cells_of_other_languages(cells):
    others = [
        "%%bash\nls | wc -l",
        "%%html\n<b>hello</b>",
        "%%writefile a.py\nnot python",
        "%%latex\n$x$",
        "%%js\nlet a",
    ]
    return [*others, *cells, *others]


@mangled
def colab_forms(cells):
    return each_function(
        cells, lambda cell: f'#@title Answer {{ run: "auto" }}\nsize = 3 #@param {{type:"integer"}}\n{cell}'
    )


@mangled
def colab_drive(cells):
    return ["from google.colab import drive, files\ndrive.mount('/content/drive')\n%cd /content", *cells]


@mangled
def training_loops(cells):
    loop = "W = np.zeros((3, 3))\nfor epoch in range(10**9):\n    W -= 0.1 * W\n    print(epoch)"
    return [cell for c in cells for cell in (c, loop)]


@mangled
def loops_without_end(cells):
    return [cell for c in cells for cell in (c, "while True:\n    pass")]


@mangled
def waits_for_input(cells):
    return ["name = input('Your name: ')", *cells, "input()", "answer = int(input())"]


@mangled
def exits(cells):
    return ["import sys", *(cell for c in cells for cell in (c, "exit()", "sys.exit(1)", "quit()", "raise SystemExit"))]


@mangled
def errors_at_top_level(cells):
    return [cell for c in cells for cell in ("1 / 0", "print(undefined)", "assert False", c)]


@mangled
def prints_and_plots(cells):
    plots = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(1, 2)\nax[0].plot(np.arange(3))\nplt.show()"
    return [cell for c in cells for cell in (c, plots, "print(np.random.normal(size=(10**4, 10**4)).shape)")]


@mangled
def plots_within_functions(cells):
    line = "import matplotlib.pyplot as plt; fig, ax = plt.subplots(); ax.plot([1], [2]); plt.show(); plt.close(fig)"
    return each_function(cells, lambda cell: with_body_line(cell, line))


@mangled
def prints_within_functions(cells):
    return each_function(cells, lambda cell: with_body_line(cell, "print('here', np.zeros(1000))"))


@mangled
def progress_bars(cells):
    return [
        "from tqdm.auto import tqdm, trange",
        *each_function(cells, lambda cell: re.sub(r"\brange\(", "trange(", cell)),
    ]


@mangled
def interactive_widgets(cells):
    widget = "from ipywidgets import interact\n@interact(a=(0, 3))\ndef show(a=1):\n    display(a)"
    return [widget, *cells, "from IPython.display import HTML\ndisplay(HTML('<b>'))\nget_ipython().system('ls')"]
