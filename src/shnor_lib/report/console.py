"""What the command line prints about schools: the list, one school, two rule sets."""

from __future__ import annotations

import difflib
from typing import Any, cast

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shnor_lib.faults import ShnorError
from shnor_lib.methods.compare import compare_rulesets
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.project import Project
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import latest_year
from shnor_lib.report.labels import CONFIDENCE, LISTED, OUTCOME, STATUS, label, school_year
from shnor_lib.report.words import (
    confidence_sentence,
    criterion_reasons,
    operator_of,
    reason_sentences,
    sources_of,
    threshold_words,
    value_words,
    year_summary,
)
from shnor_lib.store import Dataset, load_dataset

_COLOURS = {
    "low_results": "red",
    "difficult": "magenta",
    "both": "bold red",
    "risk_zone": "yellow",
    "none": "green",
}


def _found(
    project: Project, ruleset: str | None, year: int | None
) -> tuple[Dataset, Identification, int]:
    """The processed data, what the rule set finds in them, and the year meant."""
    with Console(stderr=True).status("Читаю таблицы и считаю статусы…"):
        return _computed(project, ruleset, year)


def _computed(
    project: Project, ruleset: str | None, year: int | None
) -> tuple[Dataset, Identification, int]:
    dataset = load_dataset(project.processed_dir)
    if not dataset.years:
        raise ShnorError("В данных нет ни одного года. Запустите «shnor check».")
    chosen = latest_year(dataset, dataset.years) if year is None else year
    if chosen not in dataset.years:
        known = ", ".join(str(value) for value in dataset.years)
        raise ShnorError(f"Нет данных за {chosen} год. Есть: {known}.")
    rules = load_ruleset(ruleset or project.settings.ruleset, project)
    return dataset, identify(dataset, rules, calendar=project.calendar), chosen


def _names(dataset: Dataset) -> dict[str, str]:
    return dict(zip(dataset.schools["school_id"], dataset.schools["name"], strict=True))


def _municipalities(dataset: Dataset) -> dict[str, str]:
    return dict(zip(dataset.schools["school_id"], dataset.schools["municipality"], strict=True))


def print_status(
    out: Console, project: Project, *, year: int | None, ruleset: str | None, everyone: bool
) -> None:
    """Print who is on the list and why, with the source cells of every reason.

    Raises
    ------
    ShnorError
        Nothing processed yet, or no data for the year.
    """
    dataset, found, chosen = _found(project, ruleset, year)
    statuses = found.statuses[found.statuses["year"] == chosen]
    out.print(f"[bold]{escape(found.ruleset.title)}[/], {school_year(chosen)} учебный год")
    out.print(escape(year_summary(found.statuses, chosen)))
    names, places = _names(dataset), _municipalities(dataset)
    order = {code: position for position, code in enumerate(STATUS)}
    rows = statuses.assign(_order=statuses["status"].map(order)).sort_values(
        ["_order", "school_id"]
    )
    for row in rows.to_dict("records"):
        listed = row["status"] in LISTED
        if not listed and not everyone:
            continue
        school = str(row["school_id"])
        colour = _COLOURS.get(str(row["status"]), "default")
        out.print()
        out.print(
            f"[{colour}]{escape(label(STATUS, row['status']))}[/] — "
            f"[bold]{escape(fmt.text(names.get(school), school))}[/] "
            f"({escape(school)}, {escape(fmt.text(places.get(school)))}); "
            f"{escape(label(CONFIDENCE, row['confidence']))}"
        )
        for reason in reason_sentences(found, dataset, school, chosen) if listed else ():
            out.print(f"  • {escape(reason.text)}")
            out.print(f"    [dim]{escape(reason.cells)}[/]")


def print_explanation(
    out: Console, project: Project, school: str, *, year: int | None, ruleset: str | None
) -> None:
    """Print every criterion of one school with numbers, thresholds and source cells.

    Raises
    ------
    ShnorError
        No such school (the message suggests similar ones), nothing processed, no such year.
    """
    dataset, found, chosen = _found(project, ruleset, year)
    school_id = find_school(dataset, school)
    names = _names(dataset)
    mine = found.statuses[
        (found.statuses["school_id"] == school_id) & (found.statuses["year"] == chosen)
    ]
    title = fmt.text(names.get(school_id), school_id)
    out.print(f"[bold]{escape(title)}[/] ({escape(school_id)}), {school_year(chosen)} учебный год")
    if mine.empty:
        out.print("В этом году школа не работала: она открыта позже или закрыта раньше.")
        return
    row = cast(dict[str, Any], mine.to_dict("records")[0])
    colour = _COLOURS.get(str(row["status"]), "default")
    out.print(
        f"[{colour}]{escape(label(STATUS, row['status']))}[/] — {escape(found.ruleset.title)}"
    )
    out.print(escape(confidence_sentence(row["status"], row["confidence"], row["probability"])))
    trace = found.trace(school_id, chosen, dataset)
    own = found.criteria[
        (found.criteria["school_id"] == school_id) & (found.criteria["year"] == chosen)
    ].set_index("criterion")
    for criterion in found.ruleset.criteria:
        if criterion.id not in own.index:
            continue
        values = own.loc[criterion.id]
        out.print()
        out.print(
            f"[bold]{escape(criterion.title)}[/]: {escape(label(OUTCOME, values['outcome']))}"
        )
        rows = trace[trace["criterion"] == criterion.id]
        if values["outcome"] == "met":
            for reason in criterion_reasons(criterion, rows):
                out.print(f"  • {escape(reason.text)}")
                out.print(f"    [dim]{escape(reason.cells)}[/]")
        elif not fmt.is_missing(values["value"]):
            told = f"  {value_words(values['value'], criterion)}"
            if not fmt.is_missing(values["n"]):
                told += f" ({fmt.number(values['numerator'])} из {fmt.number(values['n'])})"
            if not fmt.is_missing(values["threshold"]):
                told += f", порог {threshold_words(values['threshold'], operator_of(criterion), criterion)}"
            out.print(escape(told))
            for source in sources_of(rows):
                out.print(f"    [dim]{escape(source.line())}[/]")


def print_comparison(
    out: Console, project: Project, first: str, second: str, *, year: int | None
) -> None:
    """Print whom each of two rule sets lists and the other does not.

    Raises
    ------
    ShnorError
        No such rule set, nothing processed, no such year.
    """
    dataset, one, chosen = _found(project, first, year)
    other = identify(dataset, load_ruleset(second, project), calendar=project.calendar)
    together = compare_rulesets({first: one, second: other}, chosen)
    names = _names(dataset)
    out.print(f"{school_year(chosen)} учебный год")
    table = Table("", *(escape(name) for name in (first, second)))
    for code in STATUS:
        counts = [
            int(((found.statuses["year"] == chosen) & (found.statuses["status"] == code)).sum())
            for found in (one, other)
        ]
        if any(counts):
            table.add_row(escape(STATUS[code]), *(fmt.number(count) for count in counts))
    out.print(table)
    sides = together.schools.set_index("school_id")
    for here, there in ((first, second), (second, first)):
        extra = [
            str(school)
            for school in sides.index
            if sides.loc[school, here] in LISTED and sides.loc[school, there] not in LISTED
        ]
        if not extra:
            out.print(escape(f"Только по «{here}»: нет"))
            continue
        out.print(
            escape(f"Только по «{here}»: {fmt.count_phrase(len(extra), 'школа', 'школы', 'школ')}")
        )
        for school in extra:
            out.print(f"  • {escape(fmt.text(names.get(school), school))} ({escape(school)})")


def find_school(dataset: Dataset, text: str) -> str:
    """The code of the school meant by a code or a part of a name.

    Raises
    ------
    ShnorError
        None or several fit; the message names candidates.
    """
    schools = dataset.schools
    if text in set(schools["school_id"]):
        return text
    wanted = text.casefold()
    fits = schools[
        schools["name"].fillna("").str.casefold().str.contains(wanted, regex=False)
        | (schools["school_id"].str.casefold() == wanted)
    ]
    if len(fits) == 1:
        return str(fits["school_id"].iloc[0])
    shown = pd.DataFrame(fits[["school_id", "name"]]).head(8)
    if len(fits):
        listed = "; ".join(f"{code} — {name}" for code, name in shown.itertuples(index=False))
        raise ShnorError(f"«{text}» подходит к нескольким школам: {listed}. Укажите код.")
    known = [*schools["school_id"], *schools["name"].dropna()]
    near = difflib.get_close_matches(text, sorted(set(known)), n=3, cutoff=0.4)
    hint = f" Похожие: {', '.join(near)}." if near else ""
    raise ShnorError(f"Школы «{text}» нет в реестре.{hint}")
