"""Markdown in which nothing that a target said is markup, a link or a mention, on a page that never gets too long."""

import re
from collections.abc import Sequence

from ._wording import clean

LIMIT = 65_000
"""Bytes, and so characters: GitHub takes 65 536 characters of a comment."""
CELL = 300
_NOTE_ROOM = 200
# Underscores inside a word and colons before a space mean nothing in Markdown and stay readable.
_MARKUP = re.compile(r"[&<>`*~\[\]|\\$]|(?<!\w)_|_(?!\w)|:(?=\S)|^[-+=#]|(?<=^\d)[.)](?=\s)")
_SIGNAL = re.compile(r"(?i)\bwww\.|@|#(?=\d)|\bgh-(?=\d)")


class Page:
    """Lines within a budget of bytes; rows that no longer fit are counted, never lost silently."""

    def __init__(self) -> None:
        self.text = ""
        self._size = 0

    def add(self, line: str = "", *, room: int = _NOTE_ROOM) -> bool:
        """Write a line if it fits and still leaves ``room`` bytes; say whether it did."""
        size = len(line.encode()) + 1
        if self._size + size > LIMIT - room:
            return False
        self.text += line + "\n"
        self._size += size
        return True

    def table(self, heading: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table under a heading; nothing where there are no rows."""
        if not rows:
            return
        head = f"\n### {heading}\n\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}"
        if not self.add(head, room=2 * _NOTE_ROOM):
            self.add(f"\n*{heading}: {len(rows)} more in report.html*", room=0)
            return
        for count, row in enumerate(rows):
            if not self.add(f"| {' | '.join(row)} |"):
                self.add(f"\n*{len(rows) - count} more in report.html*", room=0)
                return


def safe(text: object, limit: int = CELL) -> str:
    """One line in which no character is markup; mentions and issue numbers are cut by a zero-width space."""
    plain = _SIGNAL.sub(lambda match: f"{match.group()}\u200b", clean(text, limit))
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", plain)


def listed(entries: Sequence[str], most: int = 10) -> str:
    """Write the first entries and how many more there are."""
    shown = ", ".join(safe(entry) for entry in entries[:most])
    return f"{shown} and {len(entries) - most} more" if len(entries) > most else shown
