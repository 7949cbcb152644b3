"""The list of schools: who has which status, at a glance and in a sortable table."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, callout, cards, front_matter, page, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import LISTED, STATUS, label, school_year
from shnor_lib.report.municipality.paths import place_path
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import Frames, frames_of
from shnor_lib.report.rows import Row
from shnor_lib.report.slugs import slug
from shnor_lib.report.words import short_title, year_summary

__all__ = ["schools_page", "schools_rows", "slug"]

_SUBJECTS = (("maths", "математика"), ("russian", "русский язык"))


def schools_page(analysis: Analysis) -> str:
    """``schools/index.qmd``: all schools of the latest year.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.

    Returns
    -------
    str
        Source of the page.
    """
    frames = frames_of(analysis)
    year = school_year(analysis.year)
    rows = schools_rows(frames)
    summary = year_summary(
        analysis.identification.statuses, analysis.year, title=analysis.ruleset.title
    )
    return page(
        [
            front_matter("Школы", subtitle=f"{year} учебный год"),
            fmt.escape_md(summary),
            _cards(rows),
            show(_table(frames, rows)),
            "По муниципалитетам — на странице [«Муниципалитеты»](../municipalities/index.qmd).",
            callout(
                "note",
                "Как читать таблицу",
                "Статус — формальный итог правил; уверенность говорит, насколько он устойчив к "
                "случайности: «на границе» значит, что учеников мало или показатель близок к "
                "порогу.",
                "Доли «2» — по ВПР за последний год, все классы вместе; в скобках число "
                "участников. Место в рейтинге приводится вместе с интервалом: если интервалы двух "
                "школ пересекаются, различать их места не стоит.",
                "Нажмите на название, чтобы увидеть причины, числа и исходные ячейки. Список нужен "
                "для поддержки школ, а не для наказания.",
            ),
        ]
    ).decode("utf-8")


def schools_rows(frames: Frames) -> list[Row]:
    """Rows of the table; schools with the gravest status first, then by name."""
    analysis = frames.analysis
    order = list(STATUS)
    titles = {c.id: short_title(c) for c in analysis.ruleset.criteria}
    found = []
    for school_id in frames.register:
        status = frames.statuses.year(school_id, analysis.year)
        if status is None and _gone(frames, school_id):
            continue
        score = frames.scores.year(school_id, analysis.year) if frames.scores else None
        index = frames.index_scores.year(school_id, analysis.year) if frames.index_scores else None
        code = status["status"] if status else "insufficient"
        met = [one for one in str((status or {}).get("criteria_met") or "").split(", ") if one]
        row: Row = {
            "school_id": school_id,
            "name": frames.names[school_id],
            "href": f"{slug(school_id)}.qmd",
            "municipality": frames.municipalities.get(school_id),
            "place_href": f"../{place_path(frames.municipalities.get(school_id))}",
            "status": code,
            "confidence": status["confidence"]
            if status and code not in {"insufficient", "excluded"}
            else None,
            "n_met": len(met),
            "reason": fmt.listed([titles.get(one, one) for one in met]) or None,
            "rating": score["share_of_max"] if score else None,
            "place": _place(score),
            "rank": score["rank"] if score else None,
            "index": index["index"] if index else None,
            "change": _change(frames, school_id, code),
        }
        for name, subject in _SUBJECTS:
            shown, share = _share(frames, school_id, subject)
            row[name], row[f"{name}_share"] = shown, share
        found.append(row)
    return sorted(found, key=lambda row: (_gravity(row["status"], order), row["name"]))


def _gravity(status: str, order: list[str]) -> int:
    """Both statuses first, then as the labels are ordered."""
    if status == "both":
        return -1
    return order.index(status) if status in order else len(order)


def _gone(frames: Frames, school_id: str) -> bool:
    """A school that was closed before the year or opened after it."""
    row, year = frames.register[school_id], frames.analysis.year
    closed, opened = row.get("closed"), row.get("opened")
    return bool((closed and closed < year) or (opened and opened > year))


def _share(frames: Frames, school_id: str, subject: str) -> tuple[str | None, float | None]:
    """Share of «2» in the ВПР of the latest year with n."""
    n = low = 0
    for row in frames.pooled[school_id]:
        if (row["procedure"], row["subject"], row["year"]) == (
            "vpr",
            subject,
            frames.analysis.year,
        ):
            n, low = n + row["n"], low + row["n_low"]
    if not n:
        return None, None
    return f"{fmt.percent(low / n)} ({fmt.number(n)})", low / n


def _change(frames: Frames, school_id: str, now: str) -> str | None:
    """What happened to the status since last year; None when last year is not known."""
    before = frames.statuses.year(school_id, frames.analysis.year - 1)
    if before is None:
        return None
    was = before["status"]
    if was == now:
        return "без изменений"
    if now in LISTED and was not in LISTED:
        return "новая в списке"
    if was in LISTED and now not in LISTED:
        return "вышла из списка"
    return f"было: {label(STATUS, was)}"


def _place(score: Row | None) -> str | None:
    """Place with its interval as short as a table needs it: «9 (6–12)»."""
    if score is None or score["rank"] is None:
        return None
    low, high = score["rank_low"], score["rank_high"]
    if low is None or high is None:
        return f"{fmt.number(score['rank'])} (интервала нет)"
    first, last = fmt.decimal(low, 0), fmt.decimal(high, 0)
    span = first if first == last else f"{first}–{last}"
    return f"{fmt.number(score['rank'])} ({span})"


def _cards(rows: list[Row]) -> str:
    counts = {code: sum(row["status"] == code for row in rows) for code in STATUS}
    listed = sum(counts[code] for code in LISTED)
    items = [
        Card(
            fmt.number(listed),
            fmt.plural(listed, "школа в списке", "школы в списке", "школ в списке"),
            f"из{fmt.NBSP}{fmt.number(len(rows))}"
            + (f" ({fmt.percent(listed / len(rows))})" if rows else ""),
        )
    ]
    items += [
        Card(fmt.number(counts[code]), label(STATUS, code), status=code)
        for code in ("both", "low_results", "difficult", "risk_zone", "none", "insufficient")
        if counts[code]
    ]
    return cards(items)


def _table(frames: Frames, rows: list[Row]) -> DataTable:
    several = len({row["municipality"] for row in rows}) > 1
    columns = [Col("name", "Школа", "link", href="href")]
    if several:
        columns.append(
            Col(
                "municipality",
                "Муниципалитет",
                "link",
                href="place_href",
                filter=True,
                missing="не указан",
            )
        )
    columns += [
        Col("status", "Статус", "status", filter=True),
        Col("confidence", "Уверенность", "confidence", filter=True, missing="не оценивается"),
        Col("change", "За год", filter=True, missing="прошлый год неизвестен"),
        Col("reason", "Показатели за порогом", order="n_met", missing="нет"),
        Col("maths", "«2» по математике", order="maths_share", help="ВПР, в скобках участников"),
        Col("russian", "«2» по русскому", order="russian_share", help="ВПР, в скобках участников"),
    ]
    if frames.scores is not None:
        rated = len(frames.rating_latest)
        columns += [
            Col("rating", "Рейтинг", "percent", help="Доля от максимума", missing="рейтинга нет"),
            Col(
                "place",
                f"Место из{fmt.NBSP}{fmt.number(rated)} (95{fmt.NNBSP}% интервал)",
                order="rank",
                missing="места нет",
            ),
        ]
    if frames.index_scores is not None:
        columns.append(
            Col(
                "index",
                "Индекс",
                "decimal",
                help="Индекс социального благополучия из 100, больше — лучше",
            )
        )
    return DataTable(
        rows,
        columns,
        caption=f"Школы, {school_year(frames.analysis.year)} учебный год",
        sortable=True,
        empty="В данных нет ни одной школы.",
    )


def page_of_schools(site: Site) -> bytes:
    """See :func:`schools_page`."""
    return schools_page(site.analysis).encode("utf-8")
