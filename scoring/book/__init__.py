"""The result book: one tally as sheets in which every computed cell is a formula that gives the engine's figure."""

from scoring.book.made import Book, made_book

__all__ = ["Book", "made_book"]
