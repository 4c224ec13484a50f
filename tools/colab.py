"""Stand in for Colab: an environment with what Colab has, where the notebooks' first cell installs the package.

    python -m tools.colab FOLDER

FOLDER/venv        only what tools/colab_packages.txt names, then what the install cell adds
FOLDER/wheels      what builds the package, so that a changed one is installed again without network
FOLDER/clone       a repository of the files as they are now; git fetches from it when the cell names our address
FOLDER/jupyter     the kernel `colab` of that environment, for JUPYTER_PATH
FOLDER/notebooks   copies of the notebooks, which so run outside the repository

The install cell itself is run, by a kernel that believes to be on Colab. What is there already is kept: the environment
until its list changes, the package until one of its files does.

Exit status: 0 done, 1 it cannot be made (one sentence).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.notebook import INSTALL
from tools.project import Project

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = Path(__file__).with_name("colab_packages.txt")
KERNEL = "colab"
ON_COLAB = 'import sys, types\nsys.modules["google.colab"] = types.ModuleType("google.colab")\n'
PACKAGE_FILES = ("pyproject.toml", "README.md", "LICENSE", "rnncourse")


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """The command line; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1:
        print("usage: python -m tools.colab FOLDER", file=sys.stderr)
        return 2
    try:
        prepare(root, Path(arguments[0]).resolve())
    except StandInError as error:
        print(f"The stand-in for Colab cannot be made: {error}", file=sys.stderr)
        return 1
    return 0


class StandInError(Exception):
    """Something that Colab has and this machine cannot give, in one sentence."""


def prepare(root: Path, folder: Path) -> None:
    """Everything the notebooks need in `folder`."""
    if folder.is_relative_to(root):
        raise StandInError(f"{folder} is inside the repository, where its package would be found without any install")
    folder.mkdir(parents=True, exist_ok=True)
    make_environment(folder)
    install_package(Project(root), folder)
    copy_notebooks(root, folder / "notebooks")


def make_environment(folder: Path) -> None:
    """A virtual environment with Colab's packages and a kernel that starts in it."""
    wanted, stamp = _digest([PACKAGES]) + sys.version, folder / "environment"
    if not (stamp.exists() and stamp.read_text() == wanted):
        for part in (stamp, folder / "package"):
            part.unlink(missing_ok=True)
        _call([sys.executable, "-m", "venv", "--clear", str(folder / "venv")], "no virtual environment")
        pip = [str(python_of(folder)), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _call([*pip, "-r", str(PACKAGES)], "its packages cannot be installed")
        pip[3:4] = ["download", "-d", str(folder / "wheels")]
        _call([*pip, "setuptools>=68"], "what builds the package cannot be fetched")
        stamp.write_text(wanted)
    kernel = folder / "jupyter" / "kernels" / KERNEL
    kernel.mkdir(parents=True, exist_ok=True)
    start = [str(python_of(folder)), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    variables = {"PYTHONPATH": "", "PYTHONNOUSERSITE": "1", "IPYTHONDIR": str(folder / "ipython")}
    specification = {"argv": start, "display_name": "Colab", "language": "python", "env": variables}
    (kernel / "kernel.json").write_text(json.dumps(specification))


def install_package(project: Project, folder: Path) -> None:
    """Run the notebooks' install cell, with a repository on this disk in the place of the address it names."""
    files = [path for name in PACKAGE_FILES for path in _files(project.root / name)]
    wanted, stamp = _digest(files), folder / "package"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    address = project.setting("repository", "url")
    _call([str(python_of(folder)), "-m", "pip", "uninstall", "-q", "-y", "rnncourse"], "an old package stays")
    variables = stand_in(address, clone_of(project.root, folder)) | {"PIP_FIND_LINKS": str(folder / "wheels")}
    run_install_cell(INSTALL.format(address=address), folder, variables)
    stamp.write_text(wanted)


def clone_of(root: Path, folder: Path) -> Path:
    """A repository with one commit, of the files that git would add now."""
    clone = folder / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    author = ["-c", "user.name=stand-in", "-c", "user.email=stand-in@localhost"]
    _call(["git", "init", "-q", str(clone)], "git is missing or cannot make a repository")
    git = ["git", "--git-dir", str(clone / ".git"), "--work-tree", str(root), *author]
    _call([*git, "add", "-A"], "git cannot add the files", cwd=root)
    _call([*git, "commit", "-q", "-m", "As it is now"], "git cannot commit the files", cwd=root)
    return clone


def stand_in(address: str, clone: Path) -> dict[str, str]:
    """Variables with which git fetches from `clone` what it is asked to fetch from `address`."""
    setting = f"url.{clone.as_uri()}.insteadOf"
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": setting, "GIT_CONFIG_VALUE_0": address}


def run_install_cell(cell: str, folder: Path, variables: dict[str, str]) -> None:
    """Run one cell in the environment's kernel, which believes to be on Colab; then the package must be importable."""
    cells = [nbformat.v4.new_code_cell(source) for source in (ON_COLAB, cell, "import rnncourse")]
    client = NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=600, kernel_name=KERNEL)
    paths = os.pathsep.join(filter(None, [str(folder / "jupyter"), os.environ.get("JUPYTER_PATH")]))
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = paths  # the client looks for kernels where its own process is told to
    try:
        client.execute(cwd=str(folder), env={**os.environ, **variables})
    except CellExecutionError as error:
        said = "".join(output.get("text", "") for output in cells[1].get("outputs", []))
        raise StandInError(f"the install cell fails: {said.strip() or error.evalue}") from None
    finally:
        os.environ.pop("JUPYTER_PATH") if before is None else os.environ.update(JUPYTER_PATH=before)


def copy_notebooks(root: Path, target: Path) -> None:
    """The notebooks of chapters and exercises, which nbval compares with what they print there."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in ("book/chapters", "exercises"):
        (target / folder).mkdir(parents=True)
        for notebook in sorted((root / folder).glob("*.ipynb")):
            shutil.copyfile(notebook, target / folder / notebook.name)


def python_of(folder: Path) -> Path:
    """The interpreter of the environment."""
    return folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts) or [path]


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _call(command: list[str], failure: str, cwd: Path | None = None) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "GIT_DIR")}
    try:
        ran = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise StandInError(f"{failure} ({command[0]} is not installed)") from None
    if ran.returncode:
        last = (ran.stderr or ran.stdout).strip().splitlines() or ["no reason given"]
        raise StandInError(f"{failure} ({last[-1]})")


if __name__ == "__main__":
    sys.exit(main())
