"""The risk profile on a school's page: what was declared, checked, decided, and by when."""

from __future__ import annotations

from functools import lru_cache

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import bullets, callout, raw, show
from shnor_lib.report.charts.risks import CLOSED_COLOUR, LEVEL_COLOURS
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.forms.school import form_path, schools_with_forms
from shnor_lib.report.labels import school_year
from shnor_lib.report.profile import Frames
from shnor_lib.report.risks import words as say
from shnor_lib.report.risks.calendar import school_path
from shnor_lib.report.rows import BySchool, Row
from shnor_lib.tables.codes import DEED_STATES, RISK_LEVELS

UP = "../"
"""From a profile in ``schools/`` to ``reports/``."""


class _Rows:
    """Rows of all schools, grouped once for all pages."""

    def __init__(self, analysis: Analysis) -> None:
        profiles, register = analysis.risks, analysis.risk_register
        assert profiles is not None
        assert register is not None
        self.factors = BySchool(profiles.factors)
        self.contradictions = BySchool(profiles.contradictions)
        self.decisions = BySchool(register.decisions)
        self.measures = BySchool(register.measures, sort=["deadline", "number"])
        self.forms = frozenset(schools_with_forms(analysis))


@lru_cache(maxsize=1)
def _rows_of(analysis: Analysis) -> _Rows:
    return _Rows(analysis)


def risks_section(frames: Frames, school_id: str) -> list[str]:
    """Blocks of the section; empty when the school has neither profile nor protocol nor card."""
    analysis = frames.analysis
    if analysis.risks is None or analysis.risk_register is None:
        return []
    rows = _rows_of(analysis)
    all_years = rows.factors[school_id]
    if not all_years:
        if school_id not in rows.forms:
            return []
        return [
            "Рискового профиля школы в данных нет, а школа в списке: профиль нужно получить.",
            _take_away({}, school_id, rows.forms),
        ]
    year = max(int(row["year"]) for row in all_years)
    own = [row for row in all_years if row["year"] == year]
    decisions = {
        str(row["factor"]): row for row in rows.decisions[school_id] if row["year"] == year
    }
    measures = [row for row in rows.measures[school_id] if row["year"] == year]
    wrong = [row for row in rows.contradictions[school_id] if row["year"] == year]
    blocks = [
        _summary(own, decisions, analysis, year),
        show(_table(own, decisions, measures)),
        _measures(measures, analysis),
        _contradictions(wrong),
        _history(all_years, year),
        _notes(decisions, analysis),
        _take_away(decisions, school_id, rows.forms),
    ]
    return [block for block in blocks if block]


def _summary(own: list[Row], decisions: dict[str, Row], analysis: Analysis, year: int) -> str:
    counts = {code: sum(row["level"] == code for row in own) for code in RISK_LEVELS}
    both = sum(row["verified"] == "both" for row in own)
    n = len(own)
    levels = say.counted_levels(counts)
    text = (
        f"В{fmt.NBSP}рисковом профиле за {say.year_words(year)} "
        f"{fmt.count_phrase(n, *say.FACTORS_FORMS)}"
        + (f": {levels}. " if levels else ". ")
        + f"Проверены школой и куратором: {fmt.of(both, n)}."
    )
    waiting = [row for row in decisions.values() if not row["decided"]]
    late = sum(bool(row["overdue"]) for row in waiting)
    day = fmt.sentence_case(say.day_words(analysis.day))
    if waiting:
        text += (
            f" {day} решения {fmt.plural(len(waiting), 'ждёт', 'ждут', 'ждут')} "
            f"{fmt.count_phrase(len(waiting), *say.RISKS_FORMS)}"
            + (f", просрочено — {fmt.number(late)}." if late else ".")
        )
    elif decisions:
        text += f" {day} решения есть по всем рискам, которые их требуют."
    return text


def _table(own: list[Row], decisions: dict[str, Row], measures: list[Row]) -> DataTable:
    order = {"high": 0, "medium": 1, "low": 2}
    lines = []
    for row in sorted(own, key=lambda row: order.get(str(row["level"]), 3)):
        decision = decisions.get(str(row["factor"]))
        live = [m for m in measures if m["factor"] == row["factor"] and m["state"] != "dropped"]
        lines.append(
            {
                "factor": say.factor(row["factor"]),
                "level": _badge(row),
                "level_text": say.level(row["level"]),
                "state": say.state(row["state"]),
                "school": say.decision(row["school_decision"], row["school_reason"]),
                "curator": say.decision(row["curator_decision"], row["curator_reason"]),
                "kind": say.kind_of(row),
                "who": say.WHO[str(row["decides"])],
                "due": say.due(decision) if decision else "не требуется",
                "measures": fmt.number(len(live)) if row["measured"] else "",
            }
        )
    return DataTable(
        lines,
        [
            Col("factor", "Фактор риска"),
            Col("level", "Значимость", "html", order="level_text"),
            Col("state", "Состояние"),
            Col("school", "Решение школы"),
            Col("curator", "Решение куратора"),
            Col("kind", "Вид и управляемость"),
            Col("who", "Кто решает"),
            Col("due", "Решение"),
            Col("measures", "Мер", missing="мер за этот год в данных нет"),
        ],
        caption="Рисковый профиль и его верификация",
    )


def _badge(row: Row) -> str:
    closed = row["state"] in {"rejected", "removed"}
    colour = CLOSED_COLOUR if closed else LEVEL_COLOURS.get(str(row["level"]), CLOSED_COLOUR)
    text = fmt.escape(say.level(row["level"]))
    computed = row["level_computed"]
    if computed is not None and computed != row["level"]:
        text += f" (по числам: {fmt.escape(say.level(computed))})"
    return (
        f'<span class="shnor-swatch" style="background:{colour}" aria-hidden="true"></span>{text}'
    )


def _measures(measures: list[Row], analysis: Analysis) -> str:
    if not measures:
        return ""
    lines = [
        {
            "number": row["number"],
            "measure": row["measure"],
            "factor": say.factor(row["factor"]),
            "deadline": fmt.date_ru(row["deadline"], missing=""),
            "state": DEED_STATES.get(str(row["state"]), str(row["state"]))
            + (", срок прошёл" if row["overdue"] else ""),
        }
        for row in measures
    ]
    return show(
        DataTable(
            lines,
            [
                Col("number", "№"),
                Col("measure", "Мера"),
                Col("factor", "Против какого риска"),
                Col("deadline", "Срок", missing="срока нет"),
                Col("state", "Состояние"),
            ],
            caption=f"Меры против рисков, {say.day_words(analysis.day)}",
        )
    )


def _contradictions(wrong: list[Row]) -> str:
    by_factor: dict[str, list[str]] = {}
    for row in wrong:
        by_factor.setdefault(str(row["factor"]), []).append(str(row["contradiction"]))
    items = [
        f"**{fmt.escape_md(say.factor(code))}** — "
        f"{'; '.join(say.CONTRADICTION[kind] for kind in kinds)}. "
        f"{fmt.sentence_case('; '.join(dict.fromkeys(say.TO_DO[kind] for kind in kinds)))}."
        for code, kinds in by_factor.items()
    ]
    if not items:
        return ""
    return callout("warning", "Что не сходится", bullets(items), level=3)


def _history(rows: list[Row], year: int) -> str:
    years = sorted({int(row["year"]) for row in rows if row["level"] is not None} - {year})
    if not years:
        return ""
    parts = []
    for each in years:
        own = [row for row in rows if row["year"] == each and row["level"] is not None]
        counts = {code: sum(row["level"] == code for row in own) for code in RISK_LEVELS}
        parts.append(f"в{fmt.NBSP}{school_year(each)} — {say.counted_levels(counts)}")
    return f"Прежние профили: {'; '.join(parts)}."


def _notes(decisions: dict[str, Row], analysis: Analysis) -> str:
    register = analysis.risk_register
    assert register is not None
    waiting = [row for row in decisions.values() if not row["decided"]]
    items = []
    for row in waiting:
        rule = register.rules.rule(str(row["factor"]))
        suggested = f" Типовые меры: {'; '.join(rule.measures)}." if rule.measures else ""
        items.append(
            f"<li><strong>{fmt.escape(say.factor(row['factor']))}.</strong> "
            f"{fmt.escape(say.decide_sentence(row, register.rules) + suggested)}</li>"
        )
    if not items:
        return ""
    return raw(
        "<details><summary>Кто и почему решает к этому сроку, типовые меры "
        f"({fmt.escape(register.rules.standing)})</summary><ul>{''.join(items)}</ul></details>"
    )


def _take_away(decisions: dict[str, Row], school_id: str, forms: frozenset[str]) -> str:
    links = []
    if school_id in forms:
        links.append(f"[протокол верификации (Word)]({UP}{form_path(school_id, 'protocol')})")
        links.append(f"[карточка самоанализа (Word)]({UP}{form_path(school_id, 'self-analysis')})")
    if any(not row["decided"] for row in decisions.values()):
        links.append(f"[календарь решений (.ics)]({UP}{school_path(school_id)})")
    links.append(f"[реестр рисков]({UP}risks.qmd)")
    return f"Взять с собой: {', '.join(links)}."
