"""Tables of the explorer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from shnor_lib.explore.words import why
from shnor_lib.explore.workbench import Result
from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.display import Col, DataTable, badge
from shnor_lib.report.labels import CONFIDENCE, STATUS, label
from shnor_lib.report.monitoring.lists import listed_frame, natural
from shnor_lib.report.words import probability_words

MOST = 300
"""Rows shown at most; all of them are in ``explorer.result``."""

# Few wide columns: the table stands beside the controls.
_SCHOOL = Col("school", "Школа", "html", order="school_text")
_SURE = Col(
    "sure",
    "Надёжность и вероятность",
    help="вероятность, что истинное значение действительно за порогом",
)


def list_table(result: Result, schools: pd.DataFrame, *, sure: str = "") -> DataTable:
    """The list: formal status, confidence, and by which figures.

    Parameters
    ----------
    result
        Of the choice.
    schools
        The register.
    sure
        Only statuses of this confidence; empty: all.
    """
    frame = listed_frame(result.found.statuses, result.year, schools, {})
    if sure:
        frame = frame[frame["confidence"] == sure].reset_index(drop=True)
    whole = len(frame)
    frame = frame.head(MOST)
    reasons = why(result.found, result.year, frame["school_id"])
    frame = frame.assign(
        why=[reasons.get(school, "") for school in frame["school_id"]],
        sure=_sureness(frame["confidence"], frame["probability"]),
        **_schools(frame),
    )
    caption = f"Список: {fmt.count_phrase(whole, 'школа', 'школы', 'школ')}"
    if sure:
        caption += f" с надёжностью «{CONFIDENCE[sure]}»"
    columns = [
        _SCHOOL,
        Col("status", "Статус по правилу", "status"),
        _SURE,
        Col("why", "По каким числам"),
    ]
    return DataTable(
        frame, columns, caption=caption + _cut(whole), empty="По этим правилам в списке никого нет."
    )


def moves_table(result: Result, schools: pd.DataFrame, move: str) -> DataTable:
    """Schools that enter (``entered``), leave (``left``) or change their status (``status``).

    The figures are those of the rules by which the school is listed.
    """
    rows = result.moves[result.moves["move"] == move]
    whole = len(rows)
    register = schools.drop_duplicates("school_id").set_index("school_id")
    frame = rows.assign(
        name=_of(register, "name", rows["school_id"], rows["school_id"]),
        municipality=_of(register, "municipality", rows["school_id"], [""] * whole),
    )
    order = sorted(range(whole), key=lambda i: natural(frame["name"].iloc[i]))
    frame = frame.iloc[order].head(MOST)
    source: Identification = result.in_force if move == "left" else result.found
    reasons = why(source, result.year, frame["school_id"])
    side = "before" if move == "left" else "after"
    frame = frame.assign(
        why=[reasons.get(school, "") for school in frame["school_id"]],
        statuses=[" → ".join(map(badge, pair)) for pair in _statuses(frame)],
        statuses_text=[" → ".join(label(STATUS, s) for s in pair) for pair in _statuses(frame)],
        sure=_sureness(frame[f"confidence_{side}"], frame[f"probability_{side}"]),
        **_schools(frame),
    )
    title, figures = {
        "entered": ("Входят", "По каким числам входит"),
        "left": ("Выходят", "По каким числам была в списке"),
        "status": ("Меняют статус", "По каким числам"),
    }[move]
    columns = [
        _SCHOOL,
        Col("statuses", "Было → стало", "html", order="statuses_text"),
        _SURE,
        Col("why", figures),
    ]
    caption = f"{title}: {fmt.count_phrase(whole, 'школа', 'школы', 'школ')}{_cut(whole)}"
    return DataTable(frame, columns, caption=caption, empty=f"{title}: таких школ нет.")


def agreement_table(agreement: pd.DataFrame, titles: Mapping[str, str]) -> DataTable:
    """Pairs of rule sets: listed by both, by one of them, agreement beyond chance.

    Parameters
    ----------
    agreement
        ``Comparison.agreement``.
    titles
        Rule set → title.
    """
    frame = agreement.assign(
        pair=[
            f"{fmt.escape(titles[a])}<br>{fmt.escape(titles[b])}"
            for a, b in zip(agreement["first"], agreement["second"], strict=True)
        ],
        pair_text=[
            f"{titles[a]} и {titles[b]}"
            for a, b in zip(agreement["first"], agreement["second"], strict=True)
        ],
    )
    columns = [
        Col("pair", "Первый и второй свод", "html", order="pair_text"),
        Col(
            "kappa",
            "Каппа",
            "decimal",
            digits=2,
            missing="не определена: один из сводов вносит всех или никого",
        ),
        Col("n_both", "В обоих", "int", help="школ в обоих списках"),
        Col("n_only_first", "Только в первом", "int"),
        Col("n_only_second", "Только во втором", "int"),
        Col("n_neither", "Ни в одном", "int"),
        Col("n_schools", "Судят оба", "int", help="школ, о которых могут судить оба свода"),
        Col("share_agree", "Согласны", "percent", help="доля школ, о которых своды говорят одно"),
    ]
    return DataTable(frame, columns, caption="Согласие сводов правил, число школ")


def size_table(sizes: pd.DataFrame, what: str) -> DataTable:
    """How many schools of each size are on the list; see :func:`.funnel.by_size`."""
    frame = sizes.assign(
        band=[_band(a, b) for a, b in zip(sizes["first"], sizes["last"], strict=True)]
    )
    columns = [
        Col("band", "Участников"),
        Col("n_schools", "Школ", "int"),
        Col("n_listed", "Из них в списке", "int"),
        Col("share_listed", "Доля в списке", "percent"),
        Col("n_sure", "В списке уверенно", "int"),
    ]
    return DataTable(frame, columns, caption=f"Размер школы и список: {what}")


def _band(first: int, last: object) -> str:
    if fmt.is_missing(last):
        return f"{fmt.number(first)} и{fmt.NBSP}больше"
    return f"{fmt.number(first)}–{fmt.number(last)}"


def _of(register: pd.DataFrame, column: str, ids: pd.Series, blank: Iterable[str]) -> list[str]:
    found = register[column].reindex(ids)
    return [fmt.text(value, str(other)) for value, other in zip(found, blank, strict=True)]


def _schools(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Name and, in small type, municipality: as HTML and as plain text."""
    pairs = list(zip(frame["name"], frame["municipality"], strict=True))
    return {
        "school": [
            fmt.escape(name) + (f"<br><small>{fmt.escape(place)}</small>" if place else "")
            for name, place in pairs
        ],
        "school_text": [f"{name}, {place}" if place else str(name) for name, place in pairs],
    }


def _statuses(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Statuses by the rules in force and by these; both judge the same schools."""
    return list(zip(frame["status_before"], frame["status_after"], strict=True))


def _sureness(confidence: pd.Series, probability: pd.Series) -> list[str]:
    found = []
    for code, chance in zip(confidence, probability, strict=True):
        word = label(CONFIDENCE, code)
        found.append(word if fmt.is_missing(chance) else f"{word} ({probability_words(chance)})")
    return found


def _cut(whole: int) -> str:
    return f"; показаны первые {MOST}" if whole > MOST else ""
