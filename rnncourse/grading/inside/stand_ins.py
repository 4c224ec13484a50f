"""What a submission gets for modules that are not there when it is graded, or that would only draw and ask.

The course's own package is replaced by names that remember what they stand for, so that a function which uses them
can be told so; plotting and notebook modules by objects that take anything and do nothing.
"""

import builtins


class BorrowedError(RuntimeError):
    """Something of the course's package was used; the text, and ``name``, is what: "rnncourse.scratch.RNN"."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


class Borrowed:
    """Stands for ``name``, such as "rnncourse.scratch.functional". It can be passed around, but not used."""

    __slots__ = ("name",)
    __all__ = ()  # so that a star import finds nothing

    def __init__(self, name):
        self.name = name

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Borrowed(f"{self.name}.{attribute}")

    def __repr__(self):
        return f"<{self.name}>"

    def _refuse(self, *args, **kwargs):
        raise BorrowedError(self.name)

    __call__ = __iter__ = __next__ = __len__ = __bool__ = __enter__ = __exit__ = _refuse
    __getitem__ = __setitem__ = __contains__ = __float__ = __int__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __matmul__ = __rmatmul__ = __pow__ = __rpow__ = __neg__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __array__ = __array_ufunc__ = __array_function__ = _refuse  # NumPy asks for these
    __mro_entries__ = __instancecheck__ = __subclasscheck__ = _refuse  # as a base class, in isinstance


class Course(Borrowed):
    """``rnncourse`` and ``rnncourse.grading``: Borrowed but for what a notebook calls, which does nothing."""

    __slots__ = ()
    __all__ = ("check", "hint", "progress", "solution")

    def __getattr__(self, attribute):
        if attribute in self.__all__:
            return _nothing
        return COURSE_GRADING if (self.name, attribute) == ("rnncourse", "grading") else super().__getattr__(attribute)


def _nothing(*args, **kwargs):
    """Do nothing, as ``check`` while grading."""


COURSE, COURSE_GRADING = Course("rnncourse"), Course("rnncourse.grading")


class Inert:
    """Takes any attribute, call, index and ``with``; iterates over nothing."""

    __all__ = ()

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return _pair if attribute == "subplots" else Inert()

    def __setattr__(self, attribute, value):
        pass

    def __call__(self, *args, **kwargs):
        return Inert()

    def __getitem__(self, index):
        return Inert()

    def __setitem__(self, index, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None


def _pair(*args, **kwargs):
    """What ``fig, ax = plt.subplots()`` takes apart."""
    return Inert(), Inert()


class ProgressBar(Inert):
    """``tqdm``: iterates over what it is given."""

    def __init__(self, iterable=(), *args, **kwargs):
        object.__setattr__(self, "_iterable", iterable)

    def __iter__(self):
        return iter(self._iterable)

    def __reversed__(self):
        return reversed(self._iterable)

    def __len__(self):
        return len(self._iterable)


def _counting_bar(*args, **kwargs):
    return ProgressBar(range(*args))


class ProgressModule(Inert):
    """The module ``tqdm`` and all in it: ``tqdm`` by any of its names, and ``trange``."""

    __all__ = ("tqdm", "trange")

    def __getattr__(self, attribute):
        if attribute in ("trange", "tnrange"):
            return _counting_bar
        return super().__getattr__(attribute) if attribute in ("write", "pandas") else PROGRESS

    def __call__(self, *args, **kwargs):
        return ProgressBar(*args, **kwargs)


INERT, PROGRESS = Inert(), ProgressModule()
STAND_INS = {
    "rnncourse": COURSE,
    "matplotlib": INERT,
    "IPython": INERT,
    "ipywidgets": INERT,
    "google": INERT,
    "tqdm": PROGRESS,
}
_REAL_IMPORT = builtins.__import__


def builtins_with_stand_ins():
    """The builtins for a submission's namespace: imports that know the stand-ins, and a notebook's own functions."""
    return {**vars(builtins), "__import__": _import, "get_ipython": Inert, "display": _nothing}


def _import(name, globals=None, locals=None, fromlist=(), level=0):
    """Import as ``__import__`` does; the stand-ins are never in ``sys.modules``."""
    top, *rest = name.split(".") if isinstance(name, str) else (name,)
    if level or top not in STAND_INS:
        return _REAL_IMPORT(name, globals, locals, fromlist, level)
    module = STAND_INS[top]
    for part in rest if fromlist else ():  # `import a.b` gives a, `from a.b import c` gives a.b
        module = getattr(module, part)
    return module
