"""Which files a site may hold, and how large they may be."""

from __future__ import annotations

SUFFIXES: frozenset[str] = frozenset(
    {
        ".pdf", ".doc", ".docx", ".odt", ".rtf", ".txt", ".xls", ".xlsx", ".ods",
        ".csv", ".ppt", ".pptx", ".odp", ".epub", ".fb2", ".djvu", ".png", ".jpg",
        ".jpeg", ".gif", ".webp", ".mp3", ".m4a", ".mp4", ".webm", ".zip", ".7z",
        ".rar", ".ics",
    }
)  # fmt: skip
"""Documents, tables, presentations, books, pictures, sound, video, archives. Neither programs nor
what a browser would run (``.html``, ``.svg``, ``.js``) nor workbooks with macros."""

MAX_BYTES = 50 * 1024**2
"""Of one file: larger ones belong to a cloud or a video service."""

MAX_TOTAL = 1024**3
"""Of all files together: the site is carried about on a stick."""
