"""The school's self-analysis card (S0 5.12): what the data say, what the school answers."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.forms.model import (
    Form,
    centre,
    grid,
    line,
    right,
    said,
    signatures,
    small,
    title,
)
from shnor_lib.report.forms.school import SchoolFacts
from shnor_lib.report.risks import words as say
from shnor_lib.tables import RISK_FACTORS

_PLANS = 4


def self_analysis(facts: SchoolFacts) -> Form:
    """The card of one school, filled in with what is known.

    Parameters
    ----------
    facts
        What is known of the school and its profile.
    """
    blocks = [
        centre(said(facts.organisation)),
        title("КАРТОЧКА САМОАНАЛИЗА ШКОЛЫ", f"{facts.year_words}"),
        right(f"Заполнена «{line(4)}» {line(16)} 20{line(3)} г."),
        f"**Школа:** {said(facts.full_name)}",
        f"**Муниципалитет:** {said(facts.municipality) or line(30)}",
        f"**Заполнили** (должности): {line(50)}",
        "**1. Что известно по данным**",
        _known(facts),
        "**2. Вопросы по факторам риска**",
        _questions(facts),
        *_own_questions(facts),
        f"**{4 if facts.asked else 3}. Что школа сделает сама и какая помощь нужна**",
        grid(
            ("№", "Риск и что с ним делать", "Кто и когда", "Какая помощь нужна и от кого"),
            [[str(n), "", "", ""] for n in range(1, _PLANS + 1)],
            (5, 40, 20, 35),
            high=12,
            whole=True,
        ),
        signatures("Директор школы"),
        small(
            "Карточка нужна, чтобы направить помощь; для наказаний она не используется. Ответы "
            f"переносят в книгу «Самоанализ». Вопросы предложены авторами программы мониторинга "
            f"({facts.rules.standing}). Заполнено по данным {say.day_words(facts.day)}."
        ),
    ]
    return Form(
        facts.path("self-analysis"),
        f"Карточка самоанализа: {facts.name}, {facts.year_words}",
        "\n\n".join(block for block in blocks if block),
        dense=True,
    )


def _known(facts: SchoolFacts) -> str:
    lines = [f"- {said(facts.status)}"] if facts.status else []
    lines += [f"- {said(reason)}" for reason in facts.reasons]
    if not facts.reasons:
        lines += [f"- Результат за порогом в последнем году: {said(zone)}." for zone in facts.zones]
    if not lines:
        lines = ["- Результатов за порогом и других признаков в данных нет."]
    return "\n".join(lines)


def _questions(facts: SchoolFacts) -> str:
    """Factors of the profile first, each with its questions and a place for the answer."""
    levels = {str(row["factor"]): row for row in facts.factors if row["state"] != "rejected"}
    order = {"high": 0, "medium": 1, "low": 2}
    codes = sorted(
        RISK_FACTORS,
        key=lambda code: order.get(str(levels.get(code, {}).get("level")), 3),
    )
    rows = []
    for code in codes:
        known = levels.get(code)
        significance = (
            say.level(known["level"]) if known and known["level"] is not None else "не заявлен"
        )
        name = f"{say.factor(code)} ({significance})"
        questions = [said(question) for question in facts.rules.rule(code).questions]
        rows.append([f"**{said(name)}**", " ¶ ".join(questions), ""])
    return grid(
        ("Фактор риска (значимость в профиле)", "Вопрос", "Ответ школы"),
        rows,
        (27, 37, 36),
        high=12,
    )


def _own_questions(facts: SchoolFacts) -> list[str]:
    """Questions of the workbook «Самоанализ», with the school's answers where there are any."""
    if not facts.asked:
        return []
    answers = {(row["section"], row["question"]): row for row in facts.answers}
    rows = []
    for section, question in facts.asked:
        row = answers.get((section, question))
        parts = []
        if row is not None and row["value"] is not None:
            parts.append(fmt.decimal(row["value"], _places(row["value"])))
        if row is not None and row["answer"] is not None:
            parts.append(str(row["answer"]))
        rows.append([said(section), said(question), said("; ".join(parts)) if parts else ""])
    return [
        "**3. Показатели карточки**",
        grid(("Раздел", "Вопрос или показатель", "Ответ"), rows, (28, 40, 32), high=6),
    ]


def _places(value: float) -> int:
    return next((n for n in range(3) if round(value, n) == value), 3)
