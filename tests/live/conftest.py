"""The figures that compute in the page need no built book, only a browser."""

from browser import browser, new_page
