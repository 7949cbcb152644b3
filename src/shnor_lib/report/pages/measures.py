"""Measures of the road map, interviews with management teams, network agreements."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from shnor_lib.methods.measures_status import MeasuresStatus, measures_status, tally
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, capped, cards, front_matter, page, show
from shnor_lib.report.charts.measures import measures_chart
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import label, school_year
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_words import state
from shnor_lib.report.rows import Row, records
from shnor_lib.tables import RISK_FACTORS

MEASURES = ("мера", "меры", "мер")
NO_DIRECTION = "направление не указано"


def has_measures(analysis: Analysis) -> bool:
    """Whether the road map, the protocols or the agreements have rows."""
    status = _status(analysis)
    return bool(len(status.measures) or len(status.interviews) or len(status.agreements))


def page_of_measures(site: Site) -> bytes:
    """``measures.qmd``."""
    analysis = site.analysis
    status = _status(analysis)
    blocks = [
        front_matter(
            "Меры и дорожная карта",
            subtitle="Что сделано, что просрочено, о чём договорились",
        ),
        f"**{school_year(status.year)} учебный год.** {summary(status)}",
    ]
    rows = status.measures
    if len(rows):
        directions = tally(rows.assign(group=rows["direction"].fillna(NO_DIRECTION)), ["group"])
        directions = directions.sort_values(
            ["overdue", "n", "group"], ascending=[False, False, True]
        )
        places = _by_place(rows, site)
        late = rows[rows["overdue"]]
        blocks += [
            _cards(status),
            "## По направлениям",
            show(measures_chart(directions, "group")),
            show(_tally_table(directions, "Направление", "Меры по направлениям")),
            "## По школам и муниципалитетам",
            show(_tally_table(places, "Школа или муниципалитет", "Меры по школам", linked=True)),
            "## Просроченные меры",
            show(measures_table(late, site, "Просроченные меры", "Просроченных мер нет.")),
            "## Все меры",
            show(measures_table(rows, site, "Меры дорожной карты", "Мер нет.")),
            "Просроченной считается мера, которая запланирована или выполняется, а последний день "
            f"срока раньше {fmt.date_ru(status.day)}. Доля выполненных считается от мер, которые "
            "не сняты; доля выполненных в срок — от выполненных, у которых известны и срок, и "
            "день выполнения.",
        ]
    if len(status.interviews):
        blocks += [
            "## Собеседования с командами школ",
            _interviews_sentence(status, analysis),
            show(_interviews_table(status, site)),
        ]
    if len(status.agreements):
        blocks += [
            "## Сетевые договоры",
            _agreements_sentence(status),
            show(_agreements_table(status, site)),
        ]
    return page(blocks)


def summary(status: MeasuresStatus) -> str:
    """Measures by state in one or two sentences."""
    if status.measures.empty:
        return "Мер дорожной карты за этот год в данных нет."
    all_ = records(tally(status.measures, ()))[0]
    text = (
        f"В{fmt.NBSP}дорожной карте {fmt.count_phrase(all_['n'], *MEASURES)}: "
        f"выполнено — {fmt.number(all_['done'])}, выполняется — {fmt.number(all_['in_work'])}, "
        f"запланировано — {fmt.number(all_['planned'])}, снято — {fmt.number(all_['dropped'])}."
    )
    if all_["counted"]:
        text += (
            f" Доля выполненных — {fmt.percent(all_['share_done'])} "
            f"({fmt.of(all_['done'], all_['counted'])})."
        )
    day = f"На{fmt.NBSP}{fmt.date_ru(status.day)}"
    if all_["overdue"]:
        verb = fmt.plural(all_["overdue"], "просрочена", "просрочены", "просрочено")
        text += f" {day} {verb} {fmt.count_phrase(all_['overdue'], *MEASURES)}."
    else:
        text += f" {day} просроченных мер нет."
    return text


def _status(analysis: Analysis) -> MeasuresStatus:
    return measures_status(analysis.dataset, analysis.year, analysis.day)


def _cards(status: MeasuresStatus) -> str:
    all_ = records(tally(status.measures, ()))[0]
    in_time = (
        fmt.of(all_["in_time"], all_["n_dated"]) if all_["n_dated"] else "сроки или даты не указаны"
    )
    return cards(
        [
            Card(fmt.number(all_["n"]), fmt.plural(all_["n"], *MEASURES), "в дорожной карте"),
            Card(
                fmt.percent(all_["share_done"], 0),
                "выполнено",
                f"{fmt.of(all_['done'], all_['counted'])}, без снятых",
            ),
            Card(fmt.percent(all_["share_in_time"], 0), "выполнено в срок", in_time),
            Card(fmt.number(all_["overdue"]), "просрочено", f"на {fmt.date_ru(status.day)}"),
        ]
    )


def _by_place(rows: pd.DataFrame, site: Site) -> pd.DataFrame:
    """Measures by school; measures of municipalities and of all under their own names."""
    school = rows["school_id"].notna()
    name = rows["school_id"].map(dict(site.names)).fillna(rows["school_id"])
    whole = rows["municipality"].fillna("все муниципалитеты")
    found = tally(rows.assign(group=name.where(school, whole)), ["school_id", "group"])
    links = found["school_id"].map(dict(site.links))
    return found.assign(href=links).sort_values(
        ["overdue", "n", "group"], ascending=[False, False, True], kind="stable"
    )


def _tally_table(
    tallies: pd.DataFrame, first: str, caption: str, *, linked: bool = False
) -> DataTable:
    said = [
        {
            **row,
            "done_words": _share(row["share_done"], row["done"], row["counted"]),
            "in_time_words": _share(row["share_in_time"], row["in_time"], row["n_dated"]),
        }
        for row in records(tallies)
    ]
    return capped(
        pd.DataFrame(said),
        [
            Col("group", first, "link", href="href") if linked else Col("group", first),
            Col("n", "Мер", "int"),
            Col("done", "Выполнено", "int"),
            Col("in_work", "Выполняется", "int"),
            Col("planned", "Запланировано", "int"),
            Col("dropped", "Снято", "int"),
            Col("overdue", "Просрочено", "int"),
            Col(
                "done_words",
                "Доля выполненных",
                order="share_done",
                help="От мер, которые не сняты",
                missing="все сняты",
            ),
            Col(
                "in_time_words",
                "В срок",
                order="share_in_time",
                help="От выполненных мер, у которых известны срок и день выполнения",
                missing="судить не о чем",
            ),
        ],
        caption=caption,
        sortable=True,
    )


def _share(share: object, part: object, whole: object) -> str:
    return "" if fmt.is_missing(share) else f"{fmt.percent(share)} ({fmt.of(part, whole)})"


def measures_table(
    rows: pd.DataFrame, site: Site, caption: str, empty: str, *, without: Collection[str] = ()
) -> DataTable:
    """Measures by deadline; ``without``: columns left out."""
    ordered = rows.sort_values(["deadline", "number"], kind="stable", na_position="last")
    lines = [_measure(row, site) for row in records(ordered)]
    columns = [
        Col("measure", "Мера"),
        Col("number", "№"),
        Col("name", "Кого касается", "link", href="href"),
        Col("direction", "Направление", filter=True),
        Col("factor", "Против риска", missing="не указан"),
        Col("responsible", "Ответственный", missing="не указан"),
        Col("deadline", "Срок", order="order", missing="срока нет"),
        Col("state", "Состояние", filter=True),
        Col("evidence", "Подтверждение", missing="нет"),
    ]
    return capped(
        pd.DataFrame(lines),
        [col for col in columns if col.name not in without],
        caption=caption,
        nouns=("меры", "мер"),
        sortable=True,
        empty=empty,
    )


def _measure(row: Row, site: Site) -> Row:
    said = state(row["state"])
    if row["overdue"]:
        days = fmt.count_phrase(int(row["days_late"]), "день", "дня", "дней")
        said += f", просрочено на{fmt.NBSP}{days}"
    elif not fmt.is_missing(row["done"]):
        said += f" {fmt.date_ru(row['done'])}"
        if row["in_time"] is not None and not row["in_time"]:
            said += ", позже срока"
    return {
        "number": fmt.text(row["number"]),
        "measure": fmt.nice(row["measure"]),
        **_about(row, site),
        "direction": fmt.text(row["direction"], NO_DIRECTION),
        "factor": label(RISK_FACTORS, row["factor"], ""),
        "responsible": fmt.text(row["responsible"], ""),
        "deadline": fmt.date_ru(row["deadline"], missing=""),
        "order": _order(row["deadline"]),
        "state": said,
        "evidence": fmt.text(row["evidence"], ""),
    }


def _about(row: Row, site: Site) -> Row:
    if row["school_id"] is None:
        return {"name": fmt.one_line(row["municipality"], "все муниципалитеты"), "href": None}
    school = str(row["school_id"])
    return {"name": site.names.get(school, school), "href": site.links.get(school)}


def _order(day: object) -> str:
    return "" if fmt.is_missing(day) else str(day)


def _interviews_sentence(status: MeasuresStatus, analysis: Analysis) -> str:
    rows = status.interviews
    schools = rows["school_id"].nunique()
    done, late = int(rows["done"].notna().sum()), int(rows["overdue"].sum())
    text = (
        f"За учебный год {fmt.plural(len(rows), 'оформлен', 'оформлены', 'оформлено')} "
        f"{fmt.count_phrase(len(rows), 'протокол', 'протокола', 'протоколов')} собеседований "
        f"с{fmt.NBSP}командами {fmt.count_of(schools, 'школы', 'школ')}. "
        f"Решения выполнены: {fmt.of(done, len(rows))}"
    )
    text += f", просрочено: {fmt.number(late)}." if late else ", просроченных нет."
    listed = {
        school
        for school in frames_of(analysis).register
        if (row := frames_of(analysis).statuses.year(school, analysis.year))
        and row["status"] in {"low_results", "both"}
    }
    without = len(listed - set(rows["school_id"].astype(str)))
    if without:
        text += (
            f" Школ с{fmt.NBSP}низкими результатами, с{fmt.NBSP}командами которых собеседований "
            f"не было: {fmt.number(without)}."
        )
    return text


def _interviews_table(status: MeasuresStatus, site: Site) -> DataTable:
    lines = []
    for row in records(status.interviews):
        if not fmt.is_missing(row["done"]):
            done = f"выполнено {fmt.date_ru(row['done'])}"
        else:
            done = "просрочено" if row["overdue"] else "ещё нет"
        lines.append(
            {
                "number": fmt.text(row["number"]),
                "date": fmt.date_ru(row["date"]),
                "date_order": _order(row["date"]),
                **_about({**row, "municipality": None}, site),
                "participants": fmt.text(row["participants"], ""),
                "topic": fmt.text(row["topic"], ""),
                "decision": fmt.text(row["decision"]),
                "deadline": fmt.date_ru(row["deadline"], missing=""),
                "order": _order(row["deadline"]),
                "done": done,
            }
        )
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа", "link", href="href"),
            Col("number", "№"),
            Col("date", "Дата", order="date_order"),
            Col("participants", "Участники", missing="не указаны"),
            Col("topic", "О чём", missing="не указано"),
            Col("decision", "Решение"),
            Col("deadline", "Срок", order="order", missing="срока нет"),
            Col("done", "Выполнение"),
        ],
        caption="Протоколы собеседований",
        nouns=("протокола", "протоколов"),
        sortable=True,
    )


def _agreements_sentence(status: MeasuresStatus) -> str:
    rows = status.agreements
    valid = int(rows["valid"].sum())
    schools = rows.loc[rows["valid"], "school_id"].nunique()
    if not valid:
        return f"На{fmt.NBSP}{fmt.date_ru(status.day)} действующих договоров нет."
    verb = fmt.plural(valid, "действует", "действуют", "действует")
    text = (
        f"На{fmt.NBSP}{fmt.date_ru(status.day)} {verb} "
        f"{fmt.count_phrase(valid, 'договор', 'договора', 'договоров')}"
    )
    if schools:
        text += f", школ с{fmt.NBSP}договорами: {fmt.number(schools)}"
    return text + "."


def _agreements_table(status: MeasuresStatus, site: Site) -> DataTable:
    lines = [
        {
            **_about(row, site),
            "partner": fmt.text(row["partner"]),
            "number": fmt.text(row["number"], ""),
            "date": fmt.date_ru(row["date"], missing=""),
            "order": _order(row["date"]),
            "until": fmt.date_ru(row["last_date"], missing="бессрочно"),
            "about": fmt.text(row["subject_matter"], ""),
            "results": fmt.text(row["results"], ""),
            "valid": "действует" if row["valid"] else "не действует",
        }
        for row in records(status.agreements)
    ]
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа или муниципалитет", "link", href="href"),
            Col("partner", "Партнёр"),
            Col("number", "№", missing="без номера"),
            Col("date", "Дата", order="order", missing="дата не указана"),
            Col("until", "Действует до"),
            Col("about", "О чём", missing="не указано"),
            Col("results", "Что сделано", missing="не указано"),
            Col("valid", "Сейчас", filter=True),
        ],
        caption="Договоры о сетевом взаимодействии",
        nouns=("договора", "договоров"),
        sortable=True,
    )
