"""What is at which address: a map for search engines, short addresses and old ones, and a page for wrong ones.

``redirects`` in ``_config.yml`` lists addresses that lead elsewhere, both without ``.html``. A page that moves gets a line
there; ``tests/site/published_addresses.txt`` holds what was ever published.
"""

from __future__ import annotations

import posixpath
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from page_head import description, tags
from sphinx.errors import ExtensionError

REDIRECT = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>{title}</title>
    <link rel="canonical" href="{canonical}" />{head}
    <script>location.replace("{target}" + location.search + location.hash);</script>
    <meta http-equiv="refresh" content="0; url={target}" />
  </head>
  <body>
    <p>This page is now at <a href="{target}">{title}</a>.</p>
  </body>
</html>
"""


def redirect(app, old: str, new: str) -> str:
    """The page at an address whose content is elsewhere; it keeps a link's place on the page."""
    page, _, place = new.partition("#")
    if page not in app.env.found_docs:
        raise ExtensionError(f"_config.yml: the redirect of {old} leads to {page}, and there is no such page")
    target = posixpath.relpath(f"{page}.html", posixpath.dirname(old) or ".") + (place and f"#{place}")
    title = app.env.titles[page].astext()
    return REDIRECT.format(
        title=escape(title), canonical=f"{app.config.html_baseurl}{page}.html", target=target, head=head(app, old, page)
    )


def head(app, old: str, page: str) -> str:
    """The address that is shared most, the root of the site, shows what the landing page shows."""
    if old != "index":
        return '\n    <meta name="robots" content="noindex" />'
    return tags(app.config, page, app.env.titles[page].astext(), description(app.env.get_doctree(page)))


def sitemap(config, docnames) -> str:
    """All pages, as sitemaps.org has it."""
    lines = [f"  <url><loc>{escape(config.html_baseurl + name)}.html</loc></url>\n" for name in docnames]
    start = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return start + "".join(lines) + "</urlset>\n"


def write_files(app, exception):
    if exception is not None or app.builder.name != "html":
        return
    files = {f"{old}.html": redirect(app, old, new) for old, new in app.config.redirects.items()}
    files["sitemap.xml"] = sitemap(app.config, sorted(app.env.found_docs))
    files["robots.txt"] = f"User-agent: *\nAllow: /\nSitemap: {app.config.html_baseurl}sitemap.xml\n"
    for name, text in files.items():
        path = Path(app.outdir) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def set_prefix(app, config):
    """A wrong address may be at any depth, so the links of the page that says so start at the site's root."""
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path


def setup(app):
    app.add_config_value("redirects", {}, "html")
    app.connect("config-inited", set_prefix)
    app.connect("build-finished", write_files, priority=400)  # before the table of contents writes its own index.html
    return {"parallel_read_safe": True, "parallel_write_safe": True}
