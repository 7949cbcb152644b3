"""An executed notebook as a page in Markdown, the way Quarto shows it.

The notebook is never executed here. Of each output the richest form a site can show is taken:
``text/html``, else ``text/markdown``, else a picture, else plain text. A stored error stops
the publication: a half-finished monitoring must not look like a finished one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import yaml

from shnor_lib.faults import ShnorError

_OPTION = re.compile(r"^\s*#\|\s?(.*)$")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FENCE = re.compile(r"`{3,}")


@dataclass(frozen=True)
class CellOptions:
    """What the ``#|`` lines of a cell ask for; ``None`` means the page's default."""

    echo: bool | None = None
    include: bool = True
    output: bool | str = True
    label: str = ""
    fig_cap: str = ""
    fig_alt: str = ""
    tbl_cap: str = ""
    warning: bool = True
    code_fold: bool | str = False
    code_summary: str = "Код"


Show = Callable[[dict[str, Any], CellOptions], str]
"""Markdown of one output of a cell."""


def notebook_to_markdown(
    path: Path, *, echo: bool = True, name: str = "", show: Show | None = None
) -> str:
    """Markdown of an executed notebook, with YAML front matter if it has any.

    Parameters
    ----------
    path
        The ``.ipynb`` file.
    echo
        Whether code is shown where neither the notebook nor the cell says.
    name
        How to name the notebook in an error; default its file name.
    show
        How an output is shown; default: the richest form a site can show. With a function of
        one's own no code is shown: that is print.

    Raises
    ------
    ShnorError
        Not a notebook, a cell with a stored error, or a cell whose options are not YAML.
    """
    name = name or path.name
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ShnorError(f"{name}: файл не читается как тетрадь Jupyter ({error}).") from None
    language = _language(notebook)
    blocks: list[str] = []
    front, cells = _front_matter(cells, name)
    if front:
        execute = front.get("execute")
        if isinstance(execute, dict) and "echo" in execute:
            echo = bool(execute["echo"])
        dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)
        blocks.append(f"---\n{dumped}---")
    for number, cell in enumerate(cells, 1):
        if _removed(cell):
            continue
        kind, text = cell.get("cell_type"), _joined(cell.get("source"))
        if kind == "markdown":
            blocks.append(_with_attachments(text, cell))
        elif kind == "raw":
            blocks.append(_raw_cell(text, cell))
        elif kind == "code":
            block = _code_cell(cell, text, number, echo, language, name, show)
            if block:
                blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def parse_options(source: str) -> tuple[CellOptions, str]:
    r"""Split a code cell into its options and its code.

    Raises
    ------
    ValueError
        The ``#|`` lines are not YAML.

    Examples
    --------
    >>> options, code = parse_options("#| echo: false\n#| label: fig-a\nplot()")
    >>> options.echo, options.label, code
    (False, 'fig-a', 'plot()')
    """
    lines = source.splitlines()
    head: list[str] = []
    while len(head) < len(lines):
        match = _OPTION.match(lines[len(head)])
        if not match:
            break
        head.append(match.group(1))
    try:
        values = yaml.safe_load("\n".join(head)) if head else {}
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ValueError("\n".join(head))
    echo = values.get("echo")
    options = CellOptions(
        echo=None if echo is None else echo not in (False, "false"),
        include=values.get("include") is not False,
        output=values.get("output", True),
        label=str(values.get("label") or ""),
        fig_cap=_first(values.get("fig-cap")),
        fig_alt=_first(values.get("fig-alt")),
        tbl_cap=_first(values.get("tbl-cap")),
        warning=values.get("warning") is not False,
        code_fold=values.get("code-fold", False),
        code_summary=str(values.get("code-summary") or "Код"),
    )
    return options, "\n".join(lines[len(head) :]).strip("\n")


def raw_html(html: str) -> str:
    """HTML as a raw block of Pandoc's Markdown; the fence is longer than any inside."""
    longest = max((len(run) for run in _FENCE.findall(html)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{{=html}}\n{html.strip(chr(10))}\n{fence}"


def _first(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value or "").strip()


def _joined(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value or "")


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata") or {}
    kernel = (metadata.get("kernelspec") or {}).get("language")
    return str(kernel or (metadata.get("language_info") or {}).get("name") or "python")


def _removed(cell: dict[str, Any]) -> bool:
    return "remove-cell" in ((cell.get("metadata") or {}).get("tags") or [])


def _front_matter(
    cells: list[dict[str, Any]], name: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """YAML at the start of the first raw or Markdown cell; the cells without it."""
    if not cells or cells[0].get("cell_type") not in ("raw", "markdown"):
        return {}, cells
    text = _joined(cells[0].get("source")).lstrip("\n")
    match = _FRONT_MATTER.match(text if text.endswith("\n") else text + "\n")
    if not match:
        return {}, cells
    try:
        values = yaml.safe_load(match.group(1))
    except yaml.YAMLError as error:
        raise ShnorError(f"{name}: заголовок страницы не читается как YAML: {error}") from None
    rest = text[match.end() :].strip()
    remaining = [{**cells[0], "cell_type": "markdown", "source": rest}] if rest else []
    return values if isinstance(values, dict) else {}, remaining + cells[1:]


def _with_attachments(text: str, cell: dict[str, Any]) -> str:
    """Pictures pasted into a Markdown cell become part of the page."""
    for file, bundle in (cell.get("attachments") or {}).items():
        for mime, data in bundle.items():
            text = text.replace(f"attachment:{file}", _data_uri(mime, data))
    return text


def _raw_cell(text: str, cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata") or {}
    mime = str(metadata.get("raw_mimetype") or metadata.get("format") or "")
    return raw_html(text) if mime == "text/html" else text


def _code_cell(
    cell: dict[str, Any],
    source: str,
    number: int,
    echo: bool,
    language: str,
    name: str,
    show: Show | None,
) -> str:
    try:
        options, code = parse_options(source)
    except ValueError as error:
        raise ShnorError(
            f"{name}, ячейка {number}: строки «#|» не читаются как YAML: {error}"
        ) from None
    outputs = cell.get("outputs") or []
    for output in outputs:
        if output.get("output_type") == "error":
            what = _ANSI.sub("", f"{output.get('ename', '')}: {output.get('evalue', '')}")
            raise ShnorError(
                f"{name}, ячейка {number}: при выполнении произошла ошибка «{what}». "
                "Страница с незаконченным расчётом не публикуется; "
                "исправьте причину и выполните тетрадь снова."
            )
    if not options.include:
        return ""
    parts: list[str] = []
    if code and show is None and (echo if options.echo is None else options.echo):
        parts.append(_code(code, language, options))
    if options.output not in (False, "false"):
        shown = [(show or output_for_site)(output, options) for output in outputs]
        body = "\n\n".join(part for part in shown if part)
        if body:
            parts.append(_labelled(body, options))
    return "\n\n".join(parts)


def _code(code: str, language: str, options: CellOptions) -> str:
    longest = max((len(run) for run in _FENCE.findall(code)), default=2)
    fence = "`" * max(3, longest + 1)
    block = f"{fence} {{.{language} .cell-code}}\n{code}\n{fence}"
    if options.code_fold in (False, "false"):
        return block
    state = " open" if options.code_fold == "show" else ""
    head = f'<details class="code-fold"{state}><summary>{escape(options.code_summary)}</summary>'
    return f"{raw_html(head)}\n\n{block}\n\n{raw_html('</details>')}"


def _labelled(body: str, options: CellOptions) -> str:
    """Outputs with a caption or a label become a numbered figure or table."""
    caption = options.fig_cap or options.tbl_cap
    is_reference = options.label.startswith(("fig-", "tbl-"))
    if not caption and not is_reference:
        return f"::: {{.cell-output}}\n{body}\n:::"
    kind = "tbl" if options.tbl_cap or options.label.startswith("tbl-") else "fig"
    # Quarto numbers only what has a label of the right kind.
    identifier = f"#{options.label} " if is_reference else ""
    tail = f"\n\n{caption}" if caption else ""
    return f":::: {{{identifier}.shnor-{kind}}}\n{body}{tail}\n::::"


def output_for_site(output: dict[str, Any], options: CellOptions) -> str:
    """The output for a page of the site."""
    kind = output.get("output_type")
    if kind == "stream":
        if output.get("name") == "stderr" and not options.warning:
            return ""
        text = _ANSI.sub("", _joined(output.get("text")))
        if options.output == "asis":
            return text
        return _preformatted(text, f"cell-output-{output.get('name', 'stdout')}")
    if kind not in ("display_data", "execute_result"):
        return ""
    data = output.get("data") or {}
    if "text/html" in data:
        return raw_html(_joined(data["text/html"]))
    if "text/markdown" in data:
        return _joined(data["text/markdown"])
    for mime in ("image/svg+xml", "image/png", "image/jpeg"):
        if mime in data:
            alt = escape(options.fig_alt or options.fig_cap, quote=True)
            return raw_html(f'<p><img src="{_data_uri(mime, data[mime])}" alt="{alt}"></p>')
    if "text/plain" in data:
        return _preformatted(_ANSI.sub("", _joined(data["text/plain"])), "cell-output-display")
    return ""


def _data_uri(mime: str, data: Any) -> str:
    text = _joined(data)
    if mime == "image/svg+xml":
        text = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return f"data:{mime};base64,{''.join(text.split())}"


def _preformatted(text: str, kind: str) -> str:
    text = text.strip("\n")
    return raw_html(f'<pre class="{kind}">{escape(text)}</pre>') if text else ""
