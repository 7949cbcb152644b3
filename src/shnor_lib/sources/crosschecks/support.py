"""Support as the tables tell it: whoever supports, and whom it concerns, must be known."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_lib.faults import Severity
from shnor_lib.sources.crosschecks.joined import Finding, Joined
from shnor_lib.sources.schools.named_places import TABLES_WITH_PLACES
from shnor_lib.tables import TABLES


def unknown_supporter(data: Joined) -> Iterator[Finding]:
    """Codes of mentors, tutors and curators that the list of supporters does not have.

    Nothing is said while there is no list: it may not be filled yet.
    """
    listed = data.tables.get("supporters")
    if listed is None or listed.empty:
        return
    known = set(listed["supporter"].dropna())
    for name in data.tables:
        for column in TABLES[name].columns:
            if column.refers_to != "supporters":
                continue
            frame = data.tables[name]
            strange = frame[frame[column.name].notna() & ~frame[column.name].isin(known)]
            for index in strange.drop_duplicates(column.name).index:
                row = data.row(name, index)
                code = row[column.name]
                rows = int((strange[column.name] == code).sum())
                yield Finding(
                    row,
                    column.name,
                    f"сопровождающего с кодом «{code}» нет в листе «Сопровождающие» "
                    f"(строк: {rows}).",
                    "код из листа «Сопровождающие».",
                    "Исправьте код или впишите этого человека в лист «Сопровождающие».",
                    Severity.WARNING,
                )


def unknown_municipality(data: Joined) -> Iterator[Finding]:
    """Municipalities of measures, recommendations and agreements the register does not have.

    Nothing is said while the register names no municipality.
    """
    known = set(data.tables["schools"]["municipality"].dropna())
    for name in TABLES_WITH_PLACES:
        frame = data.tables.get(name)
        if frame is None or not known:
            continue
        strange = frame[frame["municipality"].notna() & ~frame["municipality"].isin(known)]
        for index in strange.drop_duplicates("municipality").index:
            row = data.row(name, index)
            place = row["municipality"]
            rows = int((strange["municipality"] == place).sum())
            yield Finding(
                row,
                "municipality",
                f"муниципалитета «{place}» в реестре школ нет (строк: {rows}).",
                "название муниципалитета, как в реестре школ, или «все муниципалитеты».",
                "Исправьте название; пока на страницах муниципалитетов этих строк не будет.",
                Severity.WARNING,
            )
