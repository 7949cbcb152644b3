"""Two groups beside each other in words, in a table, in a chart; no cause is ever named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shnor_lib.methods.group_shares import GroupShare, TwoGroups
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.group_shares import group_shares
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.rows import Row
from shnor_lib.report.words import SURE


@dataclass(frozen=True)
class Words:
    """How a comparison is told.

    Parameters
    ----------
    title
        The property, for tables and charts: «Дефицит восполнен».
    units
        What is counted, in the genitive, singular and plural: «дефицита», «дефицитов».
    clusters
        What units belong to, in the genitive singular and plural, where that is something else:
        «учителя», «учителей».
    helped, others
        Names of the groups, for tables and charts.
    of_helped, of_others
        Whose the units are, behind «12 из 30 дефицитов»: «у получивших помощь пункта».
    hide
        Shares of groups too small to be compared are not shown: they would speak of single people.
    """

    title: str
    units: tuple[str, str]
    clusters: tuple[str, str] | None
    helped: str
    others: str
    of_helped: str
    of_others: str
    hide: bool = True


VERDICT: dict[str, str] = {
    "more": "доля выше, и случайностью это объяснить трудно; помощь ли тому причина, эти данные не "
    "говорят",
    "less": "доля ниже, и случайностью это объяснить трудно; это не значит, что помощь повредила: "
    "за ней могли прийти те, кому труднее, и прийти недавно",
    "unclear": "такая разница могла возникнуть случайно",
}
"""What the interval of the difference allows to say."""

SHORT: dict[str, str] = {
    "more": "выше",
    "less": "ниже",
    "unclear": "разница не больше случайной",
    "few": "сравнивать нельзя: мало данных",
}
"""The same for a table."""


def sentence(groups: TwoGroups, words: Words) -> str:
    """The comparison in a sentence or two."""
    first, second = groups.helped, groups.others
    if not first.n and not second.n:
        return f"{words.title}: сравнивать нечего, {words.units[1]} в данных нет."
    shown = groups.enough or not words.hide
    if not first.n or not second.n:
        absent = words.of_others if first.n else words.of_helped
        there, group = (words.of_helped, first) if first.n else (words.of_others, second)
        known = f" {_share(group, words)} {there};" if shown else ""
        return f"{words.title}:{known} сравнить не с чем, {words.units[1]} {absent} в данных нет."
    few = f"в одной из групп меньше {_least(groups.least)} {(words.clusters or words.units)[1]}"
    if not shown:
        return (
            f"{words.title}: сравнивать нельзя, {few} (с помощью — {fmt.number(first.clusters)}, "
            f"без неё — {fmt.number(second.clusters)}); доли не показаны."
        )
    text = (
        f"{words.title}: {_share(first, words)} {words.of_helped} и {_share(second, words)} "
        f"{words.of_others}."
    )
    if not groups.enough:
        return f"{text} {fmt.sentence_case(few)}: сравнивать такие доли нельзя."
    return (
        f"{text} Разница {fmt.points(groups.difference)} ({SURE} "
        f"{fmt.points_interval(*groups.interval)}): {VERDICT[groups.verdict]}."
    )


_LEAST = {5: "пяти", 10: "десяти"}


def _least(n: int) -> str:
    return _LEAST.get(n, fmt.number(n))


def _share(group: GroupShare, words: Words) -> str:
    """«12 из 30 дефицитов (40,0 %)»."""
    n = fmt.count_of(group.n, *words.units)
    return f"{fmt.number(group.x)} из{fmt.NBSP}{n} ({fmt.percent(group.share)})"


def table(items: Sequence[tuple[TwoGroups, Words]], *, caption: str, clusters: str) -> DataTable:
    """One row per comparison and group.

    Parameters
    ----------
    items
        Comparisons with their words.
    caption
        Heading of the table.
    clusters
        Heading of the column that counts what units belong to; empty: no such column.
    """
    rows: list[Row] = []
    for groups, words in items:
        shown = groups.enough or not words.hide
        for name, group in ((words.helped, groups.helped), (words.others, groups.others)):
            known = shown and group.n > 0
            share = f"{fmt.percent(group.share)} ({fmt.of(group.x, group.n)})"
            rows.append(
                {
                    "what": words.title,
                    "group": name,
                    "share": share if known else None,
                    "span": fmt.interval(*group.interval) if known else None,
                    "clusters": group.clusters,
                    "verdict": "",
                }
            )
        if groups.enough:
            rows[-2]["verdict"] = f"{fmt.points(groups.difference)}: {SHORT[groups.verdict]}"
        else:
            rows[-2]["verdict"] = SHORT["few"]
    columns = [
        Col("what", "Что сравнивается"),
        Col("group", "Группа"),
        Col("clusters", clusters, "int"),
        Col("share", "Доля (из скольких)", missing="нет данных или их слишком мало"),
        Col("span", f"95{fmt.NNBSP}% интервал", missing="нет данных или их слишком мало"),
        Col("verdict", "Разница", missing="сказана строкой выше"),
    ]
    if not clusters:
        columns = [col for col in columns if col.name != "clusters"]
    return DataTable(rows, columns, caption=caption)


def chart(items: Sequence[tuple[TwoGroups, Words]], *, axis: str, what: str) -> Chart | None:
    """Shares of groups large enough to be compared; None when there are none."""
    rows: list[Row] = []
    for groups, words in items:
        if not groups.enough:
            continue
        for name, group, helped in (
            (words.helped, groups.helped, True),
            (words.others, groups.others, False),
        ):
            if group.n:
                low, high = group.interval
                rows.append(
                    {
                        "label": f"{words.title}: {name}" if len(items) > 1 else name,
                        "share": group.share,
                        "low": low,
                        "high": high,
                        "x": group.x,
                        "n": group.n,
                        "helped": helped,
                    }
                )
    return group_shares(rows, axis=axis, what=what) if rows else None
