"""The list of a year in numbers and names: how many, who entered, who left and for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from shnor_lib.methods.list_changes import list_changes as changes
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import CONFIDENCE, LISTED, STATUS, school_year
from shnor_lib.report.municipality.paths import place_path
from shnor_lib.report.slugs import slug

SCHOOLS = ("школа", "школы", "школ")
NAMED = 20
"""Schools named in a sentence at most."""


@dataclass(frozen=True)
class YearCounts:
    """Schools by status in one year.

    Parameters
    ----------
    year
        The year.
    total
        Schools with a status row, those the rules do not apply to left out.
    by_status
        Status code → number of schools; every code is there.
    """

    year: int
    total: int
    by_status: Mapping[str, int]

    @property
    def listed(self) -> int:
        """Schools on the list."""
        return sum(self.by_status[code] for code in LISTED)

    def share(self, n: int) -> str:
        """«41,7 %» of the schools; a dash when there are none."""
        return fmt.percent(n / self.total) if self.total else fmt.DASH


def school_names(schools: pd.DataFrame) -> dict[str, str]:
    """School's id → name; a school without a name goes by its id."""
    register = schools.drop_duplicates("school_id")
    return {
        str(key): fmt.one_line(name, str(key))
        for key, name in zip(register["school_id"], register["name"], strict=True)
    }


def places_of(schools: pd.DataFrame) -> dict[str, str]:
    """School's id → municipality; empty when it is not known."""
    register = schools.drop_duplicates("school_id")
    return {
        str(key): fmt.one_line(name, "")
        for key, name in zip(register["school_id"], register["municipality"], strict=True)
    }


def natural(name: object) -> tuple[tuple[int, int, str], ...]:
    """Sorting key by which «№ 3» stands before «№ 11»."""
    parts = re.findall(r"\d+|\D+", str(name).lower())
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def plain_name(name: str) -> str:
    """A school's name without its legal form, for labels: «СОШ № 3 с. Светлое».

    Examples
    --------
    >>> plain_name("МБОУ «СОШ № 3 с. Светлое»"), plain_name("Лицей № 1")
    ('СОШ № 3 с. Светлое', 'Лицей № 1')
    """
    found = re.fullmatch(r"[А-ЯЁ]{2,8}\s+«(.+)»", name)
    return found.group(1) if found else name


def page_links(ids: Iterable[str], folder: str = "../schools") -> dict[str, str]:
    """School's id → source path of its page, as seen from a notebook in ``reports/<year>``."""
    return {str(key): f"{folder}/{slug(str(key))}.qmd" for key in ids}


def place_href(name: object, folder: str = "..") -> str:
    """Source path of a municipality's page, as seen from a notebook in ``reports/<year>``.

    ``name``: of the municipality; missing or empty: the page of schools without one.
    """
    return f"{folder}/{place_path(name)}"


def of_year(statuses: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of one year."""
    return statuses[statuses["year"] == year]


def count_statuses(statuses: pd.DataFrame, year: int) -> YearCounts:
    """Number of schools with each status in a year."""
    codes = of_year(statuses, year)["status"]
    counts = {code: int((codes == code).sum()) for code in STATUS}
    return YearCounts(year, len(codes) - counts["excluded"], counts)


def previous_year(statuses: pd.DataFrame, year: int) -> int | None:
    """The latest year before ``year`` that has statuses; None if there is none."""
    earlier = [int(value) for value in statuses["year"].unique() if int(value) < year]
    return max(earlier, default=None)


def confidence_sentence(statuses: pd.DataFrame, year: int) -> str:
    """How sure the listed statuses are: «Уверенно — 3, вероятно — 1, на границе — 1»."""
    rows = of_year(statuses, year)
    listed = rows[rows["status"].isin(LISTED)]
    parts = [
        f"{title} — {fmt.number(n)}"
        for code, title in CONFIDENCE.items()
        if (n := int((listed["confidence"] == code).sum()))
    ]
    return f"Насколько это надёжно: {', '.join(parts)}." if parts else ""


def school_links(
    ids: Iterable[str], names: Mapping[str, str], links: Mapping[str, str], *, most: int = NAMED
) -> str:
    """Schools by name with links, at most ``most``: «[СОШ № 1](…), … и ещё 5 школ»."""
    ordered = sorted(ids, key=lambda key: (natural(names.get(key, key)), key))
    shown = []
    for key in ordered[:most]:
        text = fmt.escape_md(names.get(key, key))
        shown.append(f"[{text}]({links[key]})" if key in links else text)
    rest = len(ordered) - most
    if rest > 0:
        shown.append(f"ещё {fmt.count_phrase(rest, *SCHOOLS)}")
        return ", ".join(shown[:-1]) + f" и {shown[-1]}"
    return ", ".join(shown)


_LEFT_AS: dict[str, str] = {
    "risk_zone": "теперь в зоне риска",
    "none": "признаков больше нет",
    "insufficient": "данных стало недостаточно — это не улучшение",
    "excluded": "правила к школе больше не применяются",
}


def change_blocks(
    statuses: pd.DataFrame,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
    *,
    most: int = NAMED,
) -> list[str]:
    """What changed since the previous year, as Markdown paragraphs."""
    before = previous_year(statuses, year)
    if before is None:
        return [f"Сравнить не с чем: {school_year(year)} — первый год, по которому есть данные."]
    table = changes(statuses, year, before)
    was = count_statuses(statuses, before)
    now = count_statuses(statuses, year)
    entered = table[table["change"] == "entered"]
    left = table[table["change"] == "left"]
    stayed = now.listed - len(entered)
    head = (
        f"В {school_year(before)} учебном году в списке было {fmt.number(was.listed)} из "
        f"{fmt.count_of(was.total, 'школы', 'школ')}, стало {fmt.number(now.listed)} из "
        f"{fmt.count_of(now.total, 'школы', 'школ')}."
    )
    if table.empty:
        return [head + " Состав списка не изменился."]
    moves = [
        f"{fmt.plural(n, *forms)} {fmt.count_phrase(n, *SCHOOLS)}" if n else nobody
        for n, forms, nobody in (
            (len(entered), ("вошла", "вошли", "вошло"), "новых школ нет"),
            (len(left), ("вышла", "вышли", "вышло"), "никто не вышел"),
            (stayed, ("осталась", "остались", "осталось"), "из прежних не осталась ни одна"),
        )
    ]
    head += f" {fmt.sentence_case(', '.join(moves))}."
    blocks = [head]
    if len(entered):
        blocks.append(
            f"**{'Вошла' if len(entered) == 1 else 'Вошли'}:** "
            f"{school_links(entered['school_id'], names, links, most=most)}."
        )
    if len(left):
        groups = []
        for code, part in left.groupby(left["status_now"].fillna("gone"), sort=True):
            why = _LEFT_AS.get(str(code), "школы нет в реестре этого года")
            groups.append(f"{school_links(part['school_id'], names, links, most=most)} ({why})")
        blocks.append(f"**{'Вышла' if len(left) == 1 else 'Вышли'}:** {'; '.join(groups)}.")
    return blocks


def listed_frame(
    statuses: pd.DataFrame,
    year: int,
    schools: pd.DataFrame,
    links: Mapping[str, str],
    *,
    codes: Iterable[str] = LISTED,
) -> pd.DataFrame:
    """Schools of a year with the given statuses, gravest and surest first.

    Returns
    -------
    DataFrame
        school_id, name, href, municipality, status, confidence, probability, criteria_met,
        years_listed (number of years on the list so far, this one included).
    """
    rows = of_year(statuses, year)
    rows = rows[rows["status"].isin(list(codes))]
    register = schools.drop_duplicates("school_id").set_index("school_id")
    upto = statuses[(statuses["year"] <= year) & statuses["status"].isin(LISTED)]
    years_listed = upto.groupby("school_id").size()
    ids = rows["school_id"]
    table = pd.DataFrame(
        {
            "school_id": ids.to_numpy(),
            "name": [fmt.text(register["name"].get(key), str(key)) for key in ids],
            "href": [links.get(key) for key in ids],
            "municipality": [fmt.text(register["municipality"].get(key), "") for key in ids],
            "status": rows["status"].to_numpy(),
            "confidence": rows["confidence"].to_numpy(),
            "probability": rows["probability"].to_numpy() if "probability" in rows else None,
            "criteria_met": rows["criteria_met"].to_numpy(),
            "years_listed": [int(years_listed.get(key, 0)) for key in ids],
        }
    )
    gravity = {code: i for i, code in enumerate(("both", "low_results", "difficult", *STATUS))}
    sureness = {code: i for i, code in enumerate(CONFIDENCE)}
    keys = [
        (gravity.get(str(status), 99), sureness.get(str(sure), 99), natural(name), str(school))
        for status, sure, name, school in zip(
            table["status"], table["confidence"], table["name"], table["school_id"], strict=True
        )
    ]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return table.iloc[order].reset_index(drop=True)
