"""Stand-ins: the course's package can be named but not used, plots do nothing, and sys.modules stays as it is."""

import copy
import functools
import sys

import numpy as np
import pytest

from rnncourse.grading.inside.borrowing import package_used
from rnncourse.grading.inside.stand_ins import Borrowed, BorrowedError, builtins_with_stand_ins
from rnncourse.scratch import functional


@pytest.fixture
def run():
    """Run source with the stand-ins and return its names; sys.modules must be as before."""
    before = set(sys.modules)

    def run(source):
        namespace = {"__builtins__": builtins_with_stand_ins(), "__name__": "submission", "np": np}
        exec(source, namespace)  # noqa: S102 the sources of these tests
        return namespace

    yield run
    assert {name.partition(".")[0] for name in set(sys.modules) - before} <= {"colorsys"}


@pytest.mark.parametrize(
    "source",
    [
        "from rnncourse.grading import check, hint, progress, solution",
        "from rnncourse.grading import *",
        "import rnncourse\ncheck, hint, progress, solution = map(rnncourse.grading.__getattr__, names)",
        "import rnncourse.grading as g\ncheck, hint, progress, solution = g.check, g.hint, g.progress, g.solution",
        "from rnncourse import check, hint, progress, solution",
    ],
)
def test_what_a_notebook_calls_does_nothing(run, source):
    calls = "\nresult = check(max), hint('bptt', 3), progress(), solution(name='bptt')"
    assert run(f"names = 'check', 'hint', 'progress', 'solution'\n{source}{calls}")["result"] == (None,) * 4


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import rnncourse\nx = rnncourse.scratch.RNN", "rnncourse.scratch.RNN"),
        ("import rnncourse.scratch\nx = rnncourse.scratch.RNN", "rnncourse.scratch.RNN"),
        ("import rnncourse.scratch as s\nx = s.RNN", "rnncourse.scratch.RNN"),
        ("import rnncourse.scratch.bptt as s\nx = s", "rnncourse.scratch.bptt"),
        ("from rnncourse.scratch import functional as x, RNN", "rnncourse.scratch.functional"),
        ("from rnncourse.grading import evaluate as x", "rnncourse.grading.evaluate"),
        ("from rnncourse import grading\nx = grading.session.a", "rnncourse.grading.session.a"),
        ("from rnncourse.scratch import *\nfrom rnncourse import exercises as x", "rnncourse.exercises"),
    ],
)
def test_the_package_is_borrowed_by_its_full_name(run, source, name):
    borrowed = run(source)["x"]
    assert type(borrowed) is Borrowed
    assert borrowed.name == name
    assert copy.deepcopy([borrowed])[0].name == name


USES = ["x()", "x.a(1)", "x[0]", "x + 1", "1 + x", "x @ np.ones(3)", "np.ones(3) @ x", "np.ones(3) * x", "np.tanh(x)"]
USES += ["np.array(x)", "np.concatenate([x, x])", "list(x)", "len(x)", "bool(x)", "x < 1", "float(x)", "range(x)", "-x"]
USES += ["isinstance(1, x)", "1 in x", "x ** 2", "np.sum(x)", "np.zeros(3) + x.a"]
USES += ["exec('class A(x): pass')", "exec('with x: pass')", "exec('x[0] = 1')", "exec('for a in x: pass')"]


@pytest.mark.parametrize("use", USES)
def test_any_use_of_it_is_recognised(run, use):
    with pytest.raises(BorrowedError, match=r"^rnncourse\.scratch\.x(\.a)?$") as caught:
        run(f"from rnncourse.scratch import x\ny = {use}")
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.name == str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(2)\nax[0].plot([1], 'o')\nplt.rcParams['a'] = 1",
        "import matplotlib\nmatplotlib.use('Agg')\nfrom matplotlib import cm, pyplot\nfrom matplotlib.pyplot import *",
        "from matplotlib.colors import Normalize\nnorm = Normalize(0, 1)\nnorm.clip = True\ny = norm(3).a.b",
        "import matplotlib.pyplot as plt\nwith plt.style.context('x') as c:\n    plt.show()\nassert list(plt.x) == []",
        "from IPython.display import display, HTML, clear_output\ndisplay(HTML('x'), metadata={})\nclear_output(wait=True)",
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('ls')\ndisplay(1, 2)",
        "import ipywidgets as w\n@w.interact(a=(0, 1))\ndef f(a): pass\nw.VBox([w.IntSlider()]).layout.width = '3'",
        "from google.colab import drive, files\ndrive.mount('/x')\nassert len(files.upload()) == 0",
        "import google.colab.output as o\no.clear()",
    ],
)
def test_notebook_modules_take_anything(run, source):
    run(source)


@pytest.mark.parametrize(
    "source",
    [
        "from tqdm import tqdm\nx = list(tqdm(range(3), desc='a'))",
        "from tqdm.auto import tqdm, trange\nx = [i for i in trange(3, leave=False)]",
        "import tqdm\nx = [i for i in tqdm.tqdm(iter(range(3)))]\ntqdm.tqdm.write('a')",
        "from tqdm.notebook import tqdm as bar\nb = bar(range(3))\nx = list(b)\nb.set_description('a')\nassert len(b) == 3",
        "from tqdm import tqdm, trange\nx = list(reversed(tqdm([2, 1, 0])))\nassert list(reversed(trange(2))) == [1, 0]",
        "from tqdm import tqdm_notebook, tnrange\nx = list(tqdm_notebook(tnrange(0, 3)))",
        "from tqdm import tqdm\nx = [0, 1, 2]\nwith tqdm(total=3) as b:\n    b.update(1)\n    b.set_postfix(a=1)",
    ],
)
def test_progress_bars_iterate(run, source):
    assert run(source)["x"] == [0, 1, 2]


def test_everything_else_is_imported(run):
    names = run("import numpy.linalg as la, colorsys\nfrom os.path import join\nimport collections.abc")
    assert names["la"] is np.linalg
    assert names["join"] is __import__("os").path.join
    assert names["collections"].abc.Mapping
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        run("import nowhere")
    with pytest.raises(ImportError, match="relative"):
        run("__package__ = None\nfrom . import x")


def test_an_import_within_a_function_knows_the_stand_ins_too(run):
    function = run("def f():\n    from rnncourse.scratch import RNN\n    return RNN(3, 4)")["f"]
    with pytest.raises(BorrowedError, match="rnncourse.scratch.RNN"):
        function()


# Whether a function uses the package, asked where the package is there.


def direct(x):
    return functional.sigmoid(x)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


class Callable:
    def __call__(self, x):
        return functional.sigmoid(x)

    def method(self, x):
        return direct(x)


class Lazy:
    def __getattr__(self, name):
        raise RuntimeError(name)


lazy = Lazy()


def knows_something_lazy(x):
    return lazy if x is None else x


BORROWING = [direct, decorated(direct), decorated(decorated(direct)), functools.partial(direct, 1), Callable()]
BORROWING += [Callable().method, functools.partial(decorated(Callable()), 1), lambda x: decorated(direct)(x)]
ITS_OWN = [knows_something_lazy, decorated(knows_something_lazy), functools.partial(knows_something_lazy), Lazy, len, 3]


@pytest.mark.parametrize("function", BORROWING)
def test_the_package_is_found_behind_decorators_partials_and_methods(function):
    assert package_used(function).startswith("rnncourse.scratch")


@pytest.mark.parametrize("function", ITS_OWN)
def test_what_does_not_use_the_package_may_be_anything(function):
    assert package_used(function) is None
