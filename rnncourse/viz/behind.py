"""What stands behind an interactive figure: the same in words or numbers, for whoever cannot see or turn it."""

import html


def behind(summary, content):
    """A part of the page that opens without a script, folded under ``summary``."""
    return f'<details class="rnn-behind"><summary>{html.escape(summary)}</summary>{content}</details>'


def list_behind(summary, texts):
    """Pairs ``(name, text)`` as a list."""
    items = "".join(f"<li><b>{html.escape(name)}</b>: {html.escape(text)}</li>" for name, text in texts)
    return behind(summary, f'<ul style="padding-left:1.2em">{items}</ul>')


def table_behind(summary, caption, corner, columns, rows):
    """A table of texts: ``rows`` are ``(name, cells)``; ``corner`` says what the names of the rows are."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in (corner, *columns))
    body = "".join(_row(name, cells) for name, cells in rows)
    return behind(
        summary,
        f'<div class="rnn-scroll" style="overflow-x:auto"><table><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>",
    )


def _row(name, cells):
    written = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{html.escape(name)}</th>{written}</tr>'
