"""Links of the registers as HTML, as pages in ``reports/`` show them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from shnor_lib.report import format as fmt
from shnor_lib.sources.given.links import Link, address, link_of, links_of, resolve

NOT_THERE = "файл не приложен"
"""Stands beside a title whose file is not in the project."""

Files = Mapping[str, int]
"""Path below ``data/files`` → bytes."""


def file_href(name: str) -> str:
    """Address of a file of the user from a page in ``reports/``."""
    return f"files/{address(name)}"


def file_note(name: str, size: int) -> str:
    """Kind and size of a file: «PDF, 1,2 МБ».

    Examples
    --------
    >>> file_note("docs/466.pdf", 1_300_000).replace(fmt.NBSP, " ")
    'PDF, 1,2 МБ'
    >>> file_note("a.txt", 300).replace(fmt.NBSP, " ")
    'TXT, 1 КБ'
    """
    kind = PurePosixPath(name).suffix[1:].upper()
    if size >= 1024**2:
        return f"{kind}, {fmt.decimal(size / 1024**2)}{fmt.NBSP}МБ"
    return f"{kind}, {fmt.number(max(1, round(size / 1024)))}{fmt.NBSP}КБ"


def titled(value: Any, title: Any, files: Files) -> str:
    """A title that leads where the cell says; without a usable link the title alone.

    Parameters
    ----------
    value
        The cell with the link.
    title
        What the reader sees.
    files
        Files of the user.
    """
    shown = fmt.escape(fmt.nice(title))
    link = link_of(value)
    if link is None:
        return shown
    href, note = _target(link, files)
    if not href:
        return f'{shown} <span class="note">({note})</span>' if note else shown
    tail = f' <span class="note">{fmt.escape(note)}</span>' if note else ""
    return f"{_anchor(href, shown, link)}{tail}"


def each_link(value: Any, files: Files, words: str) -> list[str]:
    """All links of a cell, each as HTML with words of its own.

    Parameters
    ----------
    value
        The cell; several links are set apart by «;».
    files
        Files of the user.
    words
        What one link is called («Материалы»); several are named by their files or sites.
    """
    found = links_of(value)
    shown = []
    for link in found:
        href, note = _target(link, files)
        if link.kind == "refused":
            continue  # whoever typed it reads of it on the page of data quality
        if link.kind == "text":
            shown.append(fmt.escape(link.target))
            continue
        name = words if len(found) == 1 else _own_name(link)
        if href:
            tail = f' <span class="note">{fmt.escape(note)}</span>' if note else ""
            shown.append(_anchor(href, fmt.escape(name), link) + tail)
        else:
            shown.append(f'{fmt.escape(name)} <span class="note">({note})</span>')
    return shown


def mail_href(mail: str, subject: str = "") -> str:
    """Address that opens a letter."""
    tail = f"?subject={quote(subject, safe='')}" if subject else ""
    return f"mailto:{quote(mail, safe='@.+-_')}{tail}"


def _own_name(link: Link) -> str:
    if link.kind == "file":
        return PurePosixPath(link.target).name
    if link.kind == "web":
        return urlsplit(link.target).hostname or link.target
    return link.target


def _target(link: Link, files: Files) -> tuple[str, str]:
    """Address (empty: none) and a note for the reader."""
    if link.kind == "web":
        return link.target, ""
    if link.kind == "mail":
        return mail_href(link.target), ""
    if link.kind == "file":
        name = resolve(link.target, files)
        return ("", NOT_THERE) if name is None else (file_href(name), file_note(name, files[name]))
    return "", ""


def _anchor(href: str, shown: str, link: Link) -> str:
    # noreferrer: another site need not know which page the reader came from
    more = ' rel="noopener noreferrer" class="elsewhere"' if link.kind == "web" else ""
    return f'<a href="{fmt.escape(href)}"{more}>{shown}</a>'
