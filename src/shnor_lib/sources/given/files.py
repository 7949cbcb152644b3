"""Files the user puts on the site: which there are, and which are left out and why.

``data/files`` is copied to ``reports/files`` and from there to the site, every file under its own
name and as it is. Nothing is opened here but the folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.given.kinds import MAX_BYTES, MAX_TOTAL, SUFFIXES
from shnor_lib.sources.given.links import FOLDER, key_of

_SILENT = frozenset({"thumbs.db", "desktop.ini", ".gitkeep"})


@dataclass(frozen=True)
class Found:
    """Files of one folder.

    Parameters
    ----------
    files
        Path below the folder, forward slashes → bytes; only those that may be on the site.
    faults
        One for every file left out.
    """

    files: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def names_under(folder: Path) -> list[str]:
    """Paths of all files below a folder, hidden ones and locks aside, in one order everywhere."""
    found = []
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            (Path(top) / name).relative_to(folder).as_posix()
            for name in files
            if not name.startswith((".", "~$")) and name.casefold() not in _SILENT
        ]
    return sorted(found)


def files_of(root: Path, folder: str = FOLDER, names: list[str] | None = None) -> Found:
    """Files of a folder that may be on the site.

    Parameters
    ----------
    root
        The project.
    folder
        From the root.
    names
        Only these; default: all below the folder.
    """
    top = root / folder
    files: dict[str, int] = {}
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    total = 0
    for name in names_under(top) if names is None else names:
        path = top / name
        try:
            inside = path.resolve().is_relative_to(top.resolve())
            size = path.stat().st_size
        except OSError:
            faults.append(
                _fault(
                    folder,
                    name,
                    "no-such-file",
                    "файл не открывается.",
                    "файл, который можно прочитать.",
                    "Положите файл заново.",
                )
            )
            continue
        suffix = PurePosixPath(name).suffix
        if not inside:
            faults.append(
                _fault(
                    folder, name, "file-not-published",
                    "это ссылка на файл вне папки проекта; на сайт он не попал.",
                    "сам файл.",
                    f"Скопируйте файл в папку {folder}.",
                )
            )  # fmt: skip
        elif suffix.casefold() not in SUFFIXES:
            faults.append(
                _fault(
                    folder, name, "file-not-published",
                    f"файлы «{suffix or 'без расширения'}» на сайт не выкладываются: браузер или "
                    "компьютер читателя мог бы выполнить их как программу.",
                    "документ, таблица, презентация, рисунок, звук, видео или архив.",
                    "Сохраните файл в формате PDF, Word, Excel без макросов или в архиве zip — либо "
                    "уберите его из папки.",
                )
            )  # fmt: skip
        elif size > MAX_BYTES:
            faults.append(
                _fault(
                    folder, name, "file-too-large",
                    f"файл слишком большой для сайта: {_megabytes(size)}.",
                    f"не больше {_megabytes(MAX_BYTES)}.",
                    "Уменьшите файл (сожмите рисунки, разделите на части) или выложите его в облако, "
                    "а в реестре укажите адрес в сети.",
                )
            )  # fmt: skip
        elif key_of(name) in seen:
            faults.append(
                _fault(
                    folder, name, "file-not-published",
                    f"имя отличается от «{seen[key_of(name)]}» только прописными и строчными буквами; "
                    "на части компьютеров это один и тот же файл.",
                    "имена, которые отличаются буквами, а не их размером.",
                    "Переименуйте один из файлов.",
                )
            )  # fmt: skip
        elif total + size > MAX_TOTAL:
            faults.append(
                _fault(
                    folder, name, "file-too-large",
                    f"все файлы вместе больше {_megabytes(MAX_TOTAL)}; этот и следующие на сайт не попали.",
                    f"не больше {_megabytes(MAX_TOTAL)} на весь сайт.",
                    "Выложите большие файлы в облако, а в реестрах укажите адреса в сети.",
                )
            )  # fmt: skip
        else:
            files[name] = size
            seen[key_of(name)] = name
            total += size
    return Found(files, tuple(faults))


def _fault(folder: str, name: str, code: str, message: str, expected: str, remedy: str) -> Fault:
    return Fault(f"{folder}/{name}", "", "", code, message, expected, remedy, Severity.WARNING)


def _megabytes(size: float) -> str:
    from shnor_lib.sources.files.limits import megabytes  # heavy; most builds need no such word

    return megabytes(size)
