"""Put a finished folder in the place of an old one, so that readers never see a half."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from shnor_lib.faults import ShnorError

_ATTEMPTS = 5
_PAUSE = 0.2


def staging_dir(output: Path) -> Path:
    """Where the new site grows: beside the old one, on the same disk."""
    return output.with_name(output.name + ".new")


def _retired_dir(output: Path) -> Path:
    return output.with_name(output.name + ".old")


def prepare(output: Path) -> Path:
    """Clean up after an interrupted run and return an empty staging folder.

    Raises
    ------
    ShnorError
        ``output`` is a folder that was not made by a build: it is never replaced.
    """
    retired = _retired_dir(output)
    if retired.exists():
        if output.exists():
            remove_tree(retired)
        else:
            retired.rename(output)
    if output.is_file():
        raise ShnorError(f"«{output}» — файл, а не папка. Укажите другую папку для сайта.")
    if output.is_dir() and any(output.iterdir()) and not (output / "site_libs").is_dir():
        raise ShnorError(
            f"В папке «{output}» лежат файлы, но это не сайт, собранный этой программой. "
            "Укажите другую или пустую папку, чтобы ничего не потерять."
        )
    staging = staging_dir(output)
    remove_tree(staging)
    if staging.exists():
        raise ShnorError(
            f"Не удаётся очистить временную папку «{staging}». Закройте программы, в которых она "
            "открыта, и повторите."
        )
    staging.mkdir(parents=True)
    return staging


def swap_in(staging: Path, output: Path) -> None:
    """Replace ``output`` by ``staging``.

    Two renames; if the second fails the first is undone. Where the folder cannot be renamed
    because somebody has it open (Windows), files are replaced one by one, each atomically,
    pages last.

    Raises
    ------
    ShnorError
        The place could not be taken; the previous site stays.
    """
    retired = _retired_dir(output)
    if output.exists() and not _rename(output, retired):
        _replace_files(staging, output)
        return
    if not _rename(staging, output):
        if retired.exists():
            retired.rename(output)
        raise ShnorError(
            f"Не удалось поставить новый сайт на место «{output}». Прежний сайт не изменён. "
            "Закройте программы, в которых открыта эта папка, и повторите."
        )
    if retired.exists():
        remove_tree(retired)


def _rename(source: Path, target: Path) -> bool:
    for attempt in range(_ATTEMPTS):
        try:
            source.rename(target)
            return True
        except OSError:
            if os.name != "nt" or attempt == _ATTEMPTS - 1:
                return False
            time.sleep(_PAUSE)
    return False


def _replace_files(staging: Path, output: Path) -> None:
    """Take over file by file; scripts and data first, pages last."""
    new = {p.relative_to(staging) for p in staging.rglob("*") if p.is_file()}
    old = {p.relative_to(output) for p in output.rglob("*") if p.is_file()}
    try:
        for path in sorted(new, key=lambda p: (p.suffix == ".html", p.as_posix())):
            (output / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).replace(output / path)
        for path in old - new:
            (output / path).unlink(missing_ok=True)
    except OSError as error:
        raise ShnorError(
            f"Файл «{error.filename}» занят другой программой, сайт в «{output}» обновлён не "
            "полностью. Закройте эту программу и запустите сборку ещё раз."
        ) from None
    remove_tree(staging)


def remove_tree(path: Path) -> None:
    """Delete a folder if it is there; a file somebody holds open does not stop the build."""
    shutil.rmtree(path, ignore_errors=True)


def link_or_copy(source: Path, target: Path) -> None:
    """The same file in another place: a hard link, or a copy where links do not work."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
