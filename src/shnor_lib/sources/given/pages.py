"""The user's own pages: Markdown (``.md``, ``.qmd``) in ``data/pages`` for the site's menu.

A copy of each is made for the renderer with everything taken out that could stop a build or run a
program: code to be executed, unknown short codes, settings in the page's head. Both engines read
that copy, so the page comes out the same. HTML in it stays as the user wrote it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.given.links import key_of

PAGES = "data/pages"
"""Where the user's own pages stand, from the project's root."""
SUFFIXES = (".md", ".qmd")
MAX_CHARACTERS = 1_000_000

_HEAD = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_FENCE = re.compile(r"^( {0,3}|\t)(`{3,}|~{3,})(.*)$")
_RUN = re.compile(r"^[ \t]*\{[ \t]*([A-Za-z][\w-]*)[^}]*\}[ \t]*$")
_SHORTCODE = re.compile(r"\{\{<[ \t]*/?[ \t]*([\w-]*)[ \t]*(.*?)>\}\}")
_WHOLE_LINE = re.compile(r"^[ \t]*\{\{<[ \t]*(\S+)[ \t]*(.*?)[ \t]*>\}\}[ \t]*$")
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$")
_LINK_TO_PAGE = re.compile(
    r"(\]\(|^\s*\[[^\]]+\]:\s*|href=\")(?![a-z][a-z0-9+.-]*:|//)([^()\s\"]*?)\.md(?=[)#\"\s]|$)",
    re.IGNORECASE,
)
"""Link to another page of the user: its address becomes that of the copy."""


@dataclass(frozen=True)
class OwnPage:
    """One page ready for the renderer.

    Parameters
    ----------
    source
        Path below :data:`PAGES`.
    target
        Path of the copy below ``reports/pages``, ends with ``.qmd``.
    title
        Plain text.
    text
        Markdown of the copy.
    menu
        Whether it has an entry in the menu: pages of sub-folders have none unless they ask.
    order
        Place among its like; smaller first.
    part
        Only put into other pages (its name begins with «_»).
    """

    source: str
    target: str
    title: str
    text: str
    menu: bool = True
    order: float = 0.0
    part: bool = False

    @property
    def words(self) -> str:
        """The page's words without its marks, for the search."""
        body = self.text.split("\n---\n", 1)[-1]
        body = re.sub(r"\]\([^)]*\)|<[^>]*>|\{[^}]*\}", " ", body)
        return re.sub(r"[^\w«».,:;!?()–—-]+", " ", body).strip()


def own_page(root: Path, name: str, names: set[str]) -> tuple[OwnPage | None, list[Fault]]:
    """Read one page and clean it.

    Parameters
    ----------
    root
        The project.
    name
        Path below :data:`PAGES`.
    names
        All files below it, for what is put in.

    Returns
    -------
    OwnPage or None
        None when it is left out; the faults say why.
    """
    faults: list[Fault] = []

    def warn(line: int, code: str, message: str, expected: str, remedy: str) -> None:
        cell = f"строка {line}" if line else ""
        faults.append(
            Fault(f"{PAGES}/{name}", "", cell, code, message, expected, remedy, Severity.WARNING)
        )

    try:
        text = _decoded((root / PAGES / name).read_bytes())
    except OSError:
        warn(
            0,
            "page-not-read",
            "страница не открывается.",
            "файл, который можно прочитать.",
            "Сохраните страницу заново.",
        )
        return None, faults
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if len(text) > MAX_CHARACTERS:
        warn(0, "page-not-read", f"страница слишком длинная (знаков: {len(text)}).",
             f"не больше {MAX_CHARACTERS} знаков.", "Разделите её на несколько страниц.")  # fmt: skip
        return None, faults
    head, body, skipped = _head_of(text)
    if head is None:
        warn(1, "page-not-read", "начало страницы между строками «---» не читается; страница на сайт не попала.",
             "строки «ключ: значение», например title: Название страницы.",
             "Исправьте начало страницы или уберите его вместе со строками «---».")  # fmt: skip
        return None, faults
    if head.get("draft") is True:
        return None, faults
    lines = _clean(body, skipped, name, names, warn)
    path = PurePosixPath(name)
    title = _plain(head.get("title"))
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and (heading := _HEADING.match(lines[first])):
        # the title of the page is its first heading, and stands there once
        own = _plain(re.sub(r"\{[^}]*\}\s*$", "", heading.group(1)))
        if not title or title == own:
            title = own
            del lines[first]
    if not title:
        stem = path.stem.strip("_-").replace("_", " ").replace("-", " ")
        title = stem[:1].upper() + stem[1:] or "Страница"
    menu = head.get("menu", len(path.parts) == 1)
    order = head.get("order", 0)
    part = path.name.startswith("_")
    top = "" if part else _new_head(title, head)
    return (
        OwnPage(
            source=name,
            target=str(path) if part else str(path.with_suffix(".qmd")),
            title=title,
            text=top + "\n".join(lines).strip("\n") + "\n",
            menu=menu is not False,
            order=float(order) if isinstance(order, int | float) else 0.0,
            part=part,
        ),
        faults,
    )


def repeated(pages: list[OwnPage]) -> tuple[list[OwnPage], list[Fault]]:
    """Pages whose copies have names of their own; «о.md» and «о.qmd» would be one."""
    kept: dict[str, OwnPage] = {}
    faults = []
    for page in pages:
        first = kept.setdefault(key_of(page.target), page)
        if first is not page:
            faults.append(
                Fault(
                    f"{PAGES}/{page.source}", "", "", "page-not-read",
                    f"страница с таким именем уже есть: «{first.source}»; эта на сайт не попала.",
                    "у каждой страницы своё имя.", "Переименуйте одну из страниц.",
                    Severity.WARNING,
                )
            )  # fmt: skip
    return list(kept.values()), faults


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from shnor_lib.sources.files.text_table import decode  # heavy; seldom needed

        return decode(data)[0]


def _head_of(text: str) -> tuple[dict[str, Any] | None, str, int]:
    """Settings of the page (None: unreadable), the rest, how many lines stand before it."""
    found = _HEAD.match(text)
    if not found:
        return {}, text, 0
    try:
        values = yaml.safe_load(found.group(1))
    except yaml.YAMLError:
        return None, text, 0
    if values is None:
        values = {}
    if not isinstance(values, dict):
        return None, text, 0
    return values, text[found.end() :], text.count("\n", 0, found.end())


def _new_head(title: str, head: dict[str, Any]) -> str:
    values = [("title", title)]
    values += [(key, _plain(head.get(key))) for key in ("subtitle", "description")]
    lines = [
        f"{key}: {json.dumps(_escaped(value), ensure_ascii=False)}"
        for key, value in values
        if value
    ]
    if head.get("toc") is False:
        lines.append("toc: false")
    return "---\n" + "\n".join(lines) + "\n---\n\n"


def _plain(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", str(value).replace("*", "").replace("`", "")).strip()


_MARKDOWN = re.compile(r"([\\_{}\[\]<>#|~^$@\"'&:=!])")


def _escaped(text: str) -> str:
    """Plain text for a place where Pandoc reads Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def _clean(body: str, skipped: int, name: str, names: set[str], warn: Any) -> list[str]:
    """Lines of the page without what would run or stop the build."""
    lines: list[str] = []
    fence = ""
    for number, line in enumerate(body.split("\n"), skipped + 1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(2)
            if run := _RUN.match(mark.group(3)):
                warn(number, "page-code", "программа на странице не выполняется, показан только её текст.",
                     "текст, таблицы, рисунки, ссылки.", "Чтобы считать и рисовать, сделайте тетрадь.")  # fmt: skip
                line = f"{mark.group(1)}{fence}{run.group(1)}"
            lines.append(line)
            continue
        if fence:
            if mark and mark.group(2).startswith(fence) and not mark.group(3).strip():
                fence = ""
            lines.append(line.replace("{{<", "{ {<"))
            continue
        if line.rstrip() == "---" and (not lines or not lines[-1].strip()):
            # would be read as settings of the page
            lines.append("***")
            continue
        if "{{<" in line:
            line = _shortcodes(line, number, name, names, warn)
        lines.append(_LINK_TO_PAGE.sub(r"\1\2.qmd", line))
    return lines


def _shortcodes(line: str, number: int, name: str, names: set[str], warn: Any) -> str:
    """The line with the short codes both engines know; the others are taken out."""
    whole = _WHOLE_LINE.match(line)
    if whole and whole.group(1) == "pagebreak":
        return line
    if whole and whole.group(1) == "include":
        wanted = whole.group(2).strip("\"' ")
        part = PurePosixPath(wanted).name.startswith("_") and not name.split("/")[-1].startswith(
            "_"
        )
        target = PurePosixPath(name).parent / wanted
        if part and ".." not in target.parts and str(target) in names and wanted.endswith(SUFFIXES):
            return line
        warn(number, "page-part", f"вставить «{wanted}» нельзя: {'такого файла нет' if part else 'это не вставка'}.",
             f"файл рядом со страницей в {PAGES}, имя которого начинается с «_».",
             "Положите файл рядом и проверьте его имя.")  # fmt: skip
        return ""
    for code in _SHORTCODE.finditer(line):
        warn(number, "page-part", f"вставка «{code.group(1) or code.group(0)}» не поддерживается, её место пусто.",
             "вставки include и pagebreak на отдельной строке.",
             "Замените вставку обычной ссылкой или рисунком.")  # fmt: skip
    return _SHORTCODE.sub("", line).replace("{{<", "{ {<")
