"""Figures that move in a live notebook: JupyterLab has shortcuts of its own on the keys that move them."""

import os
import secrets
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import expect

START_SECONDS = 90
PLAYER_CELL = """\
from rnncourse.viz import Player, lines

def line_of_slope(k):
    return lines({"slope": ([0, 1], [0, k])}, x_label="x", y_label="y", alt=f"A line of slope {k}.")

Player(line_of_slope, "k", [1, 2, 3])"""
LINKED_CELL = """\
from rnncourse.viz import LinkedView

labels = {"row_label": "row", "column_label": "column", "value_label": "value"}
LinkedView(["a", "b", "c"], ["d", "e"], [[1, 0], [0, 2], [3, 0]], alt="Three rows of two.", **labels)"""


def _write_notebook(path):
    cells = [nbformat.v4.new_code_cell(source) for source in (PLAYER_CELL, LINKED_CELL, "2 + 2")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def _private_environment(folder):
    """Settings and files of Jupyter in ``folder``: nothing of the user's is read or written."""
    config = folder / "config"
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(
        '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}'  # it would ask for news
    )
    names = {"JUPYTER_CONFIG_DIR": config, "JUPYTER_DATA_DIR": folder / "data", "JUPYTER_RUNTIME_DIR": folder / "run"}
    names |= {"IPYTHONDIR": folder / "ipython", "JUPYTERLAB_SETTINGS_DIR": folder / "settings"}
    names |= {"JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces", "MPLBACKEND": "agg"}
    return os.environ | {name: str(path) for name, path in names.items()}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(address, server, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return urlopen(address, timeout=5).close()
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start within {START_SECONDS} s:\n{log.read_text()[-2000:]}", pytrace=False)


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab that serves one notebook, without any network."""
    notebooks, port, token = tmp_path / "notebooks", _free_port(), secrets.token_hex(16)
    notebooks.mkdir()
    _write_notebook(notebooks / "player.ipynb")
    options = f"""--no-browser --allow-root --ip 127.0.0.1 --port {port} --ServerApp.port_retries=0
        --IdentityProvider.token={token} --LabApp.expose_app_in_browser=True --LabApp.extension_manager=readonly"""
    command = [sys.executable, "-m", "jupyterlab", *options.split(), f"--ServerApp.root_dir={notebooks}"]
    log = tmp_path / "lab.log"
    with log.open("w") as output:
        environment = _private_environment(tmp_path / "jupyter")
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=tmp_path)
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/api?token={token}", server, log)
            yield f"http://127.0.0.1:{port}/lab/tree/player.ipynb?token={token}"
        finally:
            _stop(server)


def _stop(server):
    """JupyterLab ends its kernels when it is asked to end; only a server that does not listen is killed."""
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _selected_cell(page):
    return page.evaluate(
        "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].findIndex(e => e.classList.contains('jp-mod-active'))"
    )


def _run_all_cells(page, address):
    page.goto(address)
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(3, timeout=60_000)
    page.evaluate(
        "async () => { const panel = jupyterapp.shell.currentWidget; await panel.context.ready;"
        "await panel.sessionContext.ready; await jupyterapp.commands.execute('notebook:run-all-cells'); }"
    )


def test_arrow_keys_move_the_slider_and_not_the_notebook(new_page, lab):
    page = new_page()
    _run_all_cells(page, lab)
    figure = page.locator(".jp-OutputArea figure.rnn-player")
    slider, frames = figure.locator("input[type=range]"), figure.locator(".rnn-frame")
    expect(slider).to_be_visible(timeout=60_000)
    expect(frames.nth(0)).to_be_visible()

    slider.focus()
    selected_before, label_before = _selected_cell(page), figure.locator("output").inner_text()
    slider.press("ArrowRight")
    expect(frames.nth(1)).to_be_visible()
    expect(frames.nth(0)).to_be_hidden()
    expect(figure.locator("output")).not_to_have_text(label_before)
    slider.press("ArrowUp")
    expect(frames.nth(2)).to_be_visible()
    slider.press("ArrowDown")
    expect(frames.nth(1)).to_be_visible()
    assert _selected_cell(page) == selected_before


def test_arrow_keys_move_the_chosen_word_and_not_the_notebook(new_page, lab):
    page = new_page()
    _run_all_cells(page, lab)
    figure = page.locator(".jp-OutputArea figure.rnn-linked")
    rows, output = figure.locator("[role=listbox]").first, figure.locator("output")
    expect(output).to_have_text("“a”, “d”: value 1", timeout=60_000)

    rows.focus()
    selected_before = _selected_cell(page)
    rows.press("ArrowDown")
    expect(output).to_have_text("“b”, “e”: value 2")
    rows.press("End")
    expect(output).to_have_text("“c”, “d”: value 3")
    rows.press("ArrowUp")
    expect(output).to_have_text("“b”, “e”: value 2")
    assert _selected_cell(page) == selected_before
