"""Tables of recommendations: what is proposed to whom, what was issued, by which rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from shnor_lib.methods.recommendation_rules import TOPICS, RecommendationRule
from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.pages.method import standing_badge
from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.rows import Row, records
from shnor_lib.tables.codes import ADDRESSEES

Names = Mapping[str, str]

ROWS = 200
"""Rows of a table on a page at most."""


def addressees_table(found: Proposals) -> DataTable:
    """How many recommendations each kind of addressee gets."""
    lines = []
    for code in ADDRESSEES:
        own = found.to(code)
        if not own:
            continue
        waiting = [row for row in own if row["number"] is None]
        schools = {school for row in own for school in found.schools(row)}
        nearest = min((row["deadline"] for row in waiting), default=None)
        lines.append(
            {
                "who": fmt.sentence_case(say.to_whom(code, many=True)),
                "n": len(own),
                "issued": len(own) - len(waiting),
                "schools": len(schools),
                "nearest": fmt.date_ru(nearest, missing=""),
            }
        )
    return DataTable(
        lines,
        [
            Col("who", "Кому"),
            Col("n", "Предлагается", "int"),
            Col("issued", "Уже выдано", "int", help="Есть в книге «Адресные рекомендации»"),
            Col("schools", "Школ", "int", help="Скольких школ касаются"),
            Col("nearest", "Ближайший срок", missing="всё выдано"),
        ],
        caption="Предложенные рекомендации по адресатам",
        empty="Рекомендаций по данным этого года нет.",
    )


def topics_table(found: Proposals) -> DataTable:
    """Recommendations by topic and addressee."""
    counts = Counter((row["topic"], row["addressee"]) for row in found.rows)
    present = [code for code in ADDRESSEES if found.to(code)]
    lines: list[Row] = []
    for topic in TOPICS:
        line: Row = {code: counts[topic, code] for code in present}
        total = sum(line.values())
        if total:
            lines.append({"topic": say.topic(topic), **line, "total": total})
    return DataTable(
        lines,
        [
            Col("topic", "Тема"),
            *(
                Col(code, fmt.sentence_case(say.to_whom(code, many=True)), "int")
                for code in present
            ),
            Col("total", "Всего", "int"),
        ],
        caption="Предложенные рекомендации по темам",
        empty="Рекомендаций по данным этого года нет.",
    )


def schools_table(
    found: Proposals,
    rows: Sequence[Row],
    names: Names,
    links: Names,
    places: Names,
    *,
    most: int = ROWS,
) -> DataTable:
    """The schools a rule about one school applies to, each with its grounds.

    Parameters
    ----------
    found
        Holds the grounds.
    rows
        Proposals of one rule.
    names, links, places
        School's id → name, address, municipality.
    most
        Rows shown.
    """
    lines = []
    for row in rows:
        school = str(row["school_id"])
        lines.append(
            {
                "name": names.get(school, school),
                "href": links.get(school),
                "municipality": places.get(school) or "не указан",
                "ground": found.grounds(row),
                "issued": issued_words(row),
            }
        )
    lines.sort(key=lambda line: natural(line["name"]))
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("municipality", "Муниципалитет", filter=True),
        Col("ground", "Основание"),
        Col("issued", "Выдана", filter=True),
    ]
    if len({line["municipality"] for line in lines}) < 2:
        columns = [col for col in columns if col.name != "municipality"]
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Школы и основания: {rows[0]['title']}" if rows else "Школы и основания",
        most=most,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Таких школ нет.",
    )


def issued_words(row: Row) -> str:
    """Whether a proposal was issued: «№ 14, выполняется»."""
    if row["number"] is None:
        return "ещё нет"
    return f"№{fmt.NBSP}{row['number']}, {say.state(row['state'])}"


def register_table(
    found: Proposals,
    rows: Sequence[Row],
    names: Names,
    links: Names,
    *,
    brief: bool = False,
    without: Collection[str] = (),
    most: int = ROWS,
) -> DataTable:
    """Issued recommendations: state, deadline, what is overdue, who controls.

    Parameters
    ----------
    found
        Says which rules there are.
    rows
        Rows of the register.
    names, links
        School's id → name and → address.
    brief
        Without the school: for its own page.
    without
        Columns left out: ``controller``, ``rule`` …
    most
        Rows shown.
    """
    lines = []
    for row in rows:
        rule = found.rules.get(str(row["rule"]))
        late = int(row["days_late"] or 0)
        state = say.state(row["state"])
        if late:
            state += f", просрочено на{fmt.NBSP}{fmt.count_phrase(late, 'день', 'дня', 'дней')}"
        elif row["in_time"] is not None and not row["in_time"]:
            state += " позже срока"
        lines.append(
            {
                "number": fmt.text(row["number"]),
                "date": fmt.date_ru(row["date"], missing=""),
                "date_order": "" if fmt.is_missing(row["date"]) else row["date"].isoformat(),
                "whom": fmt.sentence_case(say.to_whom(row["addressee"])),
                "name": _about(row, names),
                "href": links.get(str(row["school_id"])) if row["school_id"] is not None else None,
                "form": say.form(row["form"]),
                "text": fmt.nice(row["recommendation"]),
                "deadline": fmt.date_ru(row["deadline"], missing=""),
                "order": "" if fmt.is_missing(row["deadline"]) else row["deadline"].isoformat(),
                "state": state,
                "controller": fmt.text(row["controller"], ""),
                "rule": "" if rule is None else rule.title,
                "evidence": fmt.text(row["evidence"], ""),
            }
        )
    columns = [
        Col("text", "Рекомендация"),
        Col("number", "№"),
        Col("date", "Выдана", order="date_order", missing="дата не указана"),
        Col("whom", "Кому", filter=True),
        Col("name", "О ком", "link", href="href"),
        Col("form", "Форма"),
        Col("deadline", "Срок", order="order", missing="срока нет"),
        Col("state", "Исполнение", filter=not brief),
        Col("controller", "Кто контролирует", missing="не указан"),
        Col("rule", "По правилу", missing="составлена вручную"),
        Col("evidence", "Подтверждение", missing="нет"),
    ]
    if brief:
        without = {*without, "name", "evidence"}
    columns = [col for col in columns if col.name not in without]
    return capped(
        pd.DataFrame(lines),
        columns,
        caption="Выданные рекомендации",
        most=most,
        nouns=("рекомендации", "рекомендаций"),
        sortable=not brief,
        empty="Выданных рекомендаций нет.",
    )


def _about(row: Row, names: Names) -> str:
    if row["school_id"] is not None:
        return names.get(str(row["school_id"]), str(row["school_id"]))
    return fmt.one_line(row["municipality"], "все муниципалитеты")


def library_table(
    rules: Iterable[RecommendationRule], found: Proposals, *, caption: str
) -> DataTable:
    """Rules of the library: what and to whom, condition, ground, and how often each applies now."""
    counts = Counter(str(row["rule"]) for row in found.rows)
    lines = [_library_line(rule, counts[rule.id]) for rule in rules]
    return DataTable(
        pd.DataFrame(lines),
        [
            Col(
                "title",
                "Правило",
                "html",
                order="title_plain",
                help="Код правила пишется в графе «Правило» книги «Адресные рекомендации»",
            ),
            Col("whom", "Кому"),
            Col("when", "Когда предлагается"),
            Col("ground", "На чём основано", "html", order="ground_plain"),
            Col("deadline", "Срок"),
            Col("n", "Сейчас", "int", help="Сколько рекомендаций следует из правила сейчас"),
        ],
        caption=caption,
    )


def _library_line(rule: RecommendationRule, n: int) -> Row:
    title, reason = fmt.nice(rule.title), fmt.nice(rule.ground.reason)
    document = f"{fmt.sentence_case(say.document_words(rule))}."
    return {
        "title": f"{fmt.escape(title)}<br><code>{fmt.escape(rule.id)}</code>",
        "title_plain": f"{title} ({rule.id})",
        "whom": f"{fmt.sentence_case(say.to_whom(rule.addressee))}: {say.form(rule.form)}",
        "when": say.when_words(rule),
        "ground": f"{fmt.escape(reason)} {fmt.escape(document)} {standing_badge(rule.ground.standing)}",
        "ground_plain": f"{reason} {document} ({rule.ground.standing})",
        "deadline": say.deadline_words(rule.deadline),
        "n": n,
    }


def register_rows(found: Proposals) -> list[Row]:
    """Rows of the register, what is overdue first."""
    rows = records(found.register.rows)
    return sorted(rows, key=lambda row: -int(row["days_late"] or 0))
