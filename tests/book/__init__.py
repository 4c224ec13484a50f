"""Tests of the book's real sources, without building the book."""
