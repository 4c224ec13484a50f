"""What a page of the built book costs who opens it for the first time: bytes over the wire, requests, shifts, seconds.

The book is served as GitHub Pages serves it: text compressed by gzip, fonts and pictures as they are. The browser test
of the pages' weight and `python -m benchmarks pages` measure by this.
"""

import contextlib
import gzip
import io
import shutil
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from sphinx_external_toc.parsing import parse_toc_yaml

# A browser without a sandbox (CI runs as root) that makes no request of its own.
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TEXT = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt")
KINDS = {"Document": "html", "Stylesheet": "css", "Script": "js", "Font": "fonts", "Image": "images"}
EXPERIMENTS = ("book/chapters/", "book/case_studies/0", "book/gallery", "book/benchmarks", "book/data")
PHONE = {"width": 390, "height": 844}
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 100_000}  # 1.6 Mbit/s
SLOW_PROCESSOR = {"rate": 4}

WATCH = """
(function () {
  var watched = window.watched = { shift: 0, shifts: [], heights: new Map(), resized: [], busy: 0 };
  function name(node) {
    var e = node && (node.nodeType === 1 ? node : node.parentElement);
    return e ? e.localName + "." + e.className : "nothing";
  }
  function watch(type, note) {
    new PerformanceObserver(function (list) { list.getEntries().forEach(note); }).observe({ type: type, buffered: true });
  }
  watch("layout-shift", function (entry) {
    if (entry.hadRecentInput) { return; }
    watched.shift += entry.value;
    watched.shifts.push([entry.value, entry.sources.map(function (source) { return name(source.node); })]);
  });
  watch("longtask", function (entry) { watched.busy = entry.startTime + entry.duration; });
  var sizes = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var figure = entry.target, height = figure.offsetHeight, before = watched.heights.get(figure);
      if (before && Math.abs(height - before) > 1) { watched.resized.push(name(figure) + ": " + before + " to " + height); }
      if (height) { watched.heights.set(figure, height); }
    });
  });
  document.addEventListener("readystatechange", function () {
    document.querySelectorAll("figure[class*='rnn-']").forEach(function (figure) { sizes.observe(figure, { box: "border-box" }); });
  });
})();
"""

SCROLL = """
async function (pause) {
  for (var y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise(function (next) { setTimeout(next, pause); });
  }
}
"""

TYPESET = "() => window.MathJax && MathJax.startup && MathJax.startup.promise.then(() => null)"

PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"

SPEED = """
function () {
  var paint = performance.getEntriesByName("first-contentful-paint")[0];
  var ready = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
  return { painted: paint.startTime / 1000, interactive: Math.max(paint.startTime, ready, watched.busy) / 1000 };
}
"""

SEEN = """
function () {
  return { shift: watched.shift, shifts: watched.shifts, figures: watched.heights.size, resized: watched.resized };
}
"""


def page_names(root):
    """Every page that a reader can open, as Sphinx names it."""
    return [*parse_toc_yaml(root / "_toc.yml"), "search"]


def kind_of(name):
    """What a page of this name is: the limits of its weight depend on it."""
    return "experiments" if name.startswith(EXPERIMENTS) else "text"


class LikePages(SimpleHTTPRequestHandler):
    """Files as GitHub Pages sends them: text by gzip to who accepts it."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """The browser reports what failed; a log of every request would only hide it."""

    def send_head(self):
        path = self.translate_path(self.path)
        if not path.endswith(TEXT) or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return super().send_head()
        try:
            with open(path, "rb") as file:
                content = gzip.compress(file.read(), 6, mtime=0)
        except OSError:
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)


@contextlib.contextmanager
def served(folder):
    """The address at which the folder can be read while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(LikePages, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def launch(playwright):
    """Chromium: Debian's, without its window if that is there, which is twice as fast; or else what Playwright fetched."""
    debian = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=debian, args=BROWSER_FLAGS)


@dataclass
class PageLoad:
    """One visit of one page with an empty cache, from the first byte to the end of the page."""

    files: dict = field(default_factory=dict)  # address: [kind, bytes over the wire]
    errors: list = field(default_factory=list)
    speed: dict = field(default_factory=dict)  # seconds: `painted` (first content) and `interactive`
    seen: dict = field(default_factory=dict)  # what moved: see SEEN

    def kilobytes(self):
        """kB over the wire by kind."""
        total = Counter({kind: 0 for kind in (*KINDS.values(), "other")})
        for kind, size in self.files.values():
            total[kind] += size
        return {kind: size / 1000 for kind, size in total.items()}

    def total(self):
        """kB over the wire in all."""
        return sum(self.kilobytes().values())


def load(browser, url, slow=False, viewport=None):
    """Open the page and scroll to its end; ``slow`` as on a phone in a train: a quarter of the speed, 1.6 Mbit/s."""
    context = browser.new_context(viewport=viewport or PHONE)
    page, visit = context.new_page(), PageLoad()
    page.add_init_script(WATCH)
    underway = _count(context.new_cdp_session(page), visit, slow)
    page.on("console", lambda message: message.type == "error" and visit.errors.append(message.text))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.goto(url, wait_until="load", timeout=120_000)
    if slow:
        _wait_for_files(page, underway)
    page.evaluate(TYPESET)
    page.wait_for_function(PAINTED)  # a page can be loaded before it is first painted
    visit.speed = page.evaluate(SPEED)
    page.evaluate(SCROLL, 150 if slow else 10)
    _wait_for_files(page, underway)
    visit.seen = page.evaluate(SEEN)
    context.close()
    return visit


def _wait_for_files(page, underway, quiet=0.5, patience=60):
    """Until no answer has been missing for a while: what the page asks for late is counted too."""
    begun = since = time.monotonic()
    while time.monotonic() - since < quiet:
        page.wait_for_timeout(50)
        if underway:
            since = time.monotonic()
        if time.monotonic() - begun > patience:
            raise TimeoutError(f"{page.url}: no answer in {patience} s for {', '.join(underway.values())}")


def _count(session, visit, slow):
    """Let the browser's own protocol tell what each answer weighed, headers included; returns what is underway."""
    underway = {}  # address by the browser's number of the request

    def note_request(event):
        address = event["request"]["url"]
        if not address.startswith(("data:", "blob:")):
            underway[event["requestId"]] = address
            visit.files[address] = [KINDS.get(event.get("type"), "other"), 0]

    def note_size(event):
        if address := underway.pop(event["requestId"], None):
            visit.files[address][1] += event["encodedDataLength"]

    def note_failure(event):
        if address := underway.pop(event["requestId"], None):
            visit.errors.append(f"{address}: {event['errorText']}")

    session.on("Network.requestWillBeSent", note_request)
    session.on("Network.loadingFinished", note_size)
    session.on("Network.loadingFailed", note_failure)
    session.send("Network.enable")
    if slow:
        session.send("Network.emulateNetworkConditions", SLOW_LINE)
        session.send("Emulation.setCPUThrottlingRate", SLOW_PROCESSOR)
    return underway
