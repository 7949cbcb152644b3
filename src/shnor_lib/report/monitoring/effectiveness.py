"""Words and tables of the analysis of effectiveness, which is made twice a year (S0 VIII)."""

from __future__ import annotations

from collections.abc import Mapping

from shnor_lib.methods.effectiveness import Effectiveness
from shnor_lib.methods.status_exit import LEFT
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, text
from shnor_lib.report.effect_words import effect_sentence, refusal_words
from shnor_lib.report.effectiveness_words import (
    TITLE,
    absent_words,
    half_title,
    in_half,
    on_day,
)
from shnor_lib.report.labels import audience_words, school_year
from shnor_lib.report.monitoring.effectiveness_tables import (
    definitions_table,
    effect_table,
    moves_table,
    numbers_table,
    overdue_table,
)
from shnor_lib.report.monitoring.lists import NAMED, school_links
from shnor_lib.report.recommendation_words import low_first
from shnor_lib.report.rows import records
from shnor_lib.report.support import words as support_words
from shnor_lib.report.words import SURE

__all__ = [
    "access_text",
    "comparison_text",
    "competence_text",
    "deeds_text",
    "definitions_table",
    "definitions_text",
    "effect_table",
    "effect_text",
    "limits",
    "main_points",
    "moves_table",
    "next_steps",
    "numbers_table",
    "overdue_table",
    "parameters_line",
    "results_text",
    "status_text",
]

Names = Mapping[str, str]
SCHOOLS = ("школа", "школы", "школ")
_STANDING_OF_LIST = "список — по своду правил, у которого своё происхождение"


def parameters_line(now: Effectiveness, audience: str, title: str) -> Text:
    """What this copy of the notebook was run for."""
    unfinished = (
        "" if now.day == now.half.last_day else ", полугодие не закончено или данных позже нет"
    )
    return text(
        f"{fmt.escape_md(title)}. **{fmt.sentence_case(half_title(now.half))}**; состояние "
        f"{on_day(now.day)}{unfinished}; {fmt.escape_md(now.identification.ruleset.title)}; {audience_words(audience)}."
    )


def main_points(now: Effectiveness) -> Box:
    """The half-year in a few lines."""
    return box(
        f"Главное за {half_title(now.half)}",
        listed_sentence(now),
        moves_sentence(now),
        effect_line(now),
        access_sentence(now),
        deeds_sentence(now, "measures", ("мера", "меры", "мер")),
    )


def listed_sentence(now: Effectiveness) -> str:
    """How many schools have the status, against a year ago."""
    row = now.number("listed")
    year = now.half.list_year
    if row["absent"]:
        return (
            f"Список {on_day(now.day)} ещё неизвестен: результатов за {school_year(year)} учебный "
            "год в данных нет."
        )
    text_ = (
        f"{fmt.sentence_case(on_day(now.day))} в{fmt.NBSP}последнем списке "
        f"({school_year(year)} учебный год) {fmt.of(row['numerator'], row['n'])} "
        f"{fmt.plural(row['n'], 'школы', 'школ', 'школ')}"
    )
    if now.list_before is None:
        return f"{text_}; сравнить не с чем: списка годом раньше нет."
    was = _listed_before(now)
    change = int(row["numerator"]) - was
    if change == 0:
        return f"{text_} — столько же, сколько годом раньше."
    side = "больше" if change > 0 else "меньше"
    return (
        f"{text_}, годом раньше — {fmt.number(was)}: на{fmt.NBSP}{fmt.number(abs(change))} {side}."
    )


def _listed_before(now: Effectiveness) -> int:
    return int(now.number("left")["n"])


def moves_sentence(now: Effectiveness) -> str:
    """Who entered and who left, in numbers, and how surely."""
    if now.list_before is None or now.number("listed")["absent"]:
        return ""
    moves = now.moves
    entered = moves[moves["change"] == "entered"]
    left = moves[(moves["change"] == "left") & moves["status_now"].isin(LEFT)]
    unknown = moves[(moves["change"] == "left") & ~moves["status_now"].isin(LEFT)]
    parts = []
    for rows, forms, nobody in (
        (entered, ("вошла", "вошли", "вошло"), "новых школ нет"),
        (left, ("вышла", "вышли", "вышло"), "никто не вышел"),
    ):
        n = len(rows)
        if not n:
            parts.append(nobody)
            continue
        sure = int((rows["confidence"] == "certain").sum())
        said = f"{fmt.plural(n, *forms)} {fmt.count_phrase(n, *SCHOOLS)}"
        parts.append(f"{said} (уверенно — {fmt.number(sure)})")
    found = fmt.sentence_case("; ".join(parts)) + "."
    if len(unknown):
        n = len(unknown)
        found += (
            f" Ещё у{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} прежнего списка данных не хватает "
            "или правила больше не применяются: это не улучшение."
        )
    return found


def status_text(now: Effectiveness, names: Names, links: Names) -> Text:
    """The list against a year ago, with schools named."""
    blocks = [listed_sentence(now), moves_sentence(now)]
    if now.half.half == 1:
        blocks.append(
            "Результаты этого учебного года появятся весной: между 31 августа и 31 декабря список "
            "не меняется, и эти числа — те же, что на 31 августа."
        )
    if now.list_before is not None and now.list_before == min(now.identification.years):
        blocks.append(
            f"Список {school_year(now.list_before)} учебного года — первый по этим данным: правила, "
            "которым нужны два года подряд, тогда сработать не могли, поэтому рост числа школ здесь "
            "ещё не ухудшение."
        )
    for change, one, many in (("entered", "Вошла", "Вошли"), ("left", "Вышла", "Вышли")):
        rows = now.moves[now.moves["change"] == change]
        if change == "left":
            rows = rows[rows["status_now"].isin(LEFT)]
        if len(rows):
            schools = school_links(set(rows["school_id"].astype(str)), names, links, most=NAMED)
            blocks.append(f"**{one if len(rows) == 1 else many}:** {schools}.")
    return text(*blocks)


def results_text(now: Effectiveness) -> Text:
    """S2 2): share of schools with positive dynamics."""
    row = now.number("positive")
    year = now.half.list_year
    if row["absent"]:
        return text(
            f"Долю школ с{fmt.NBSP}положительной динамикой назвать нельзя: "
            f"{absent_words(row['absent'])}."
        )
    before = now.list_before
    blocks = [
        f"Из школ, которые были в{fmt.NBSP}списке {school_year(before)} учебного года, "
        f"положительная динамика результатов {school_year(year)} учебного года у{fmt.NBSP}"
        f"**{fmt.of(row['numerator'], row['n'])}** ({fmt.percent(row['value'])}; {SURE} "
        f"{fmt.interval(row['low'], row['high'])})."
    ]
    if row["n"] < 10:
        blocks.append("Школ мало, поэтому интервал широк: одного года для вывода недостаточно.")
    if now.half.half == 1:
        blocks.append("Новых результатов в первом полугодии нет: это последние из известных.")
    return text(*blocks)


def competence_text(now: Effectiveness) -> Text:
    """S2 3): teachers whose second measurement is better."""
    row = now.number("teachers")
    if not row["absent"]:
        return text(
            "Из учителей школ прошлогоднего списка, измеренных дважды одной и той же работой, "
            f"второй результат лучше у{fmt.NBSP}**{fmt.of(row['numerator'], row['n'])}** "
            f"({fmt.percent(row['value'])}; {SURE} {fmt.interval(row['low'], row['high'])}).",
            "Доли первого и второго полугодий не вычитаются одна из другой: осенью учителей "
            "измеряют после лета, весной — после учебного года.",
        )
    known = (
        ""
        if fmt.is_missing(row["n"]) or not row["n"]
        else f" Измерены дважды {fmt.number(row['n'])}."
    )
    return text(
        f"Показать изменение компетенций учителей школ списка нельзя: {absent_words(row['absent'])}.{known}"
    )


def access_sentence(now: Effectiveness) -> str:
    """Coverage of last year's list by support."""
    row = now.number("anybody")
    if row["absent"]:
        return f"Охват школ списка сопровождением: {absent_words(row['absent'])}."
    parts = [f"кто-нибудь — за{fmt.NBSP}{fmt.of(row['numerator'], row['n'])}"]
    for name in ("mentor", "tutor"):
        own = now.number(name)
        parts.append(
            f"{support_words.role(name)} — за{fmt.NBSP}{fmt.of(own['numerator'], own['n'])}"
        )
    return (
        f"За школами прошлогоднего списка закреплены: {', '.join(parts)} "
        f"({on_day(now.day)}, с{fmt.NBSP}начала учебного года)."
    )


def access_text(now: Effectiveness, names: Names, links: Names) -> Text:
    """Coverage, plans, pupils at risk; schools without anybody are named."""
    blocks = [access_sentence(now)]
    if not now.number("anybody")["absent"] and (nobody := now.network.uncovered()):
        blocks.append(f"**Никто не закреплён:** {school_links(nobody, names, links, most=NAMED)}.")
    plan = now.number("plan")
    if not plan["absent"]:
        blocks.append(
            f"План работы есть у{fmt.NBSP}{fmt.number(plan['numerator'])} из{fmt.NBSP}"
            f"{fmt.count_of(plan['n'], 'начатого закрепления', 'начатых закреплений')}."
        )
    risk = now.number("at_risk")
    if not risk["absent"]:
        blocks.append(
            f"Сопровождением {fmt.plural(risk['numerator'], 'охвачен', 'охвачены', 'охвачено')} "
            f"{fmt.number(risk['numerator'])} из{fmt.NBSP}"
            f"{fmt.count_of(risk['n'], 'ученика', 'учеников')} «группы риска» школ прошлогоднего "
            f"списка ({fmt.percent(risk['value'])})."
        )
    if now.half.half == 1:
        blocks.append(
            "Отчёты, отзывы и выполнение планов считаются за учебный год целиком: они будут в "
            "анализе за второе полугодие."
        )
    elif len(now.network.begun):
        blocks.append(support_words.paper_sentence(now.network))
    return text(*blocks)


def deeds_sentence(now: Effectiveness, what: str, forms: tuple[str, str, str]) -> str:
    """Measures or recommendations done and overdue on the day."""
    rows = now.measures if what == "measures" else now.recommendations
    where = "В дорожной карте" if what == "measures" else "Выдано"
    if rows.empty:
        nothing = "Мер дорожной карты" if what == "measures" else "Выданных рекомендаций"
        return (
            f"{nothing} за {school_year(now.half.year)} учебный год {on_day(now.day)} в данных нет."
        )
    verb = "выполнено" if what == "measures" else "исполнено"
    done, late = now.number(f"{what}_done"), now.number(f"{what}_overdue")
    text_ = f"{where} {fmt.count_phrase(len(rows), *forms)}"
    if done["absent"]:
        text_ += f"; {absent_words(done['absent'])}"
    else:
        text_ += (
            f"; из тех, чей срок наступил, {verb} {fmt.of(done['numerator'], done['n'])} "
            f"({fmt.percent(done['value'])})"
        )
    n = int(late["numerator"])
    text_ += f", {on_day(now.day)} просрочено {fmt.number(n)}." if n else ", просроченных нет."
    undated = int(rows["undated"].sum())
    marked = "отмечена как выполненная", "отмечены как выполненные", "отмечены как выполненные"
    left_out = "она не учтена", "они не учтены", "они не учтены"
    if undated:
        text_ += (
            f" Ещё {fmt.number(undated)} {fmt.plural(undated, *marked)} без дня выполнения: было ли это "
            f"до 31 декабря, неизвестно, поэтому {fmt.plural(undated, *left_out)}."
        )
    return text_


def deeds_text(now: Effectiveness) -> Text:
    """Measures and recommendations in words."""
    return text(
        deeds_sentence(now, "measures", ("мера", "меры", "мер")),
        deeds_sentence(now, "recommendations", ("рекомендация", "рекомендации", "рекомендаций")),
    )


def effect_line(now: Effectiveness) -> str:
    """The effect in a sentence, or plainly that the data do not show one."""
    row = now.number("effect")
    if row["absent"] == "no_effect":
        return "**Данные не позволяют показать эффект сопровождения.**"
    if row["absent"]:
        return (
            f"По результатам {school_year(now.half.list_year)} учебного года эффект сопровождения "
            "показать не на ком."
        )
    assert now.effect_row is not None
    verdict = {
        "shown": "изменение в лучшую сторону больше случайного",
        "not_shown": "**данные не позволяют показать эффект**: такая разница могла быть случайной",
        "worse": "результаты хуже, чем следовало ждать",
    }[str(now.effect_row["verdict"])]
    assert now.effect is not None
    whom = "сопровождения" if now.effect.basis == "support" else "(по школам прошлогоднего списка)"
    return (
        f"Эффект {whom} сверх ожидаемого по результатам "
        f"{school_year(now.half.list_year)} учебного года — {fmt.points(row['value'])} ({SURE} "
        f"{fmt.points_interval(row['low'], row['high'])}; школ {fmt.number(row['n'])}; меньше нуля — "
        f"лучше): {verdict}."
    )


def effect_text(now: Effectiveness) -> Text:
    """Effect net of regression to the mean."""
    if now.effect is None:
        return text(
            "**Данные не позволяют показать эффект.** "
            + fmt.escape_md(refusal_words(now.refusals.get("effect", "Нет данных."))),
            "«Было — стало» здесь намеренно не приводится: школы попадают в список после плохого "
            "года, а плохой год редко повторяется и без помощи.",
        )
    if now.effect_row is None:
        return text(effect_line(now))
    blocks = [effect_sentence(now.effect_row, now.effect.basis)]
    n_alone = int(now.effect_row["n_alone"])
    blocks.append(
        f"Что произошло бы и без помощи, видно по {fmt.count_phrase(n_alone, 'школе', 'школам', 'школам')} "
        "без сопровождения. Как это считается — на странице [«Эффект поддержки»](../effect.qmd)."
    )
    if now.half.half == 1:
        blocks.append("Это последние известные результаты: новые появятся весной.")
    return text(*blocks)


def definitions_text() -> Text:
    """What the documents say and what they do not."""
    return text(
        "Анализ эффективности проводится не реже двух раз в год (п. 8.1 Положения). Ключевой "
        "показатель — снижение числа школ со статусом; рядом с ним — улучшение результатов, рост "
        "компетенций педагогов, доступность качественных образовательных услуг (п. 8.2). Формул "
        "документы не дают: там, где происхождение — «проект», определение предложено здесь; "
        f"{_STANDING_OF_LIST}."
    )


def limits(now: Effectiveness) -> Text:
    """What this analysis cannot tell."""
    lines = [
        "Число школ в списке меняется и само: плохой год редко повторяется. Поэтому выход из списка "
        "ещё не заслуга помощи, а вход — ещё не её провал; для этого есть оценка эффекта.",
        "Эффект — сравнение с тем, чего следовало ждать, а не опыт: школы для помощи выбирали не "
        "случайно, и другое, что изменилось в школе в тот же год, от помощи не отделить.",
        "Охват говорит, что помощь назначена, а не что она пришла и пригодилась.",
        "День, когда мера внесена в дорожную карту, не хранится: мера, добавленная позже, видна и в "
        "анализе прошлого полугодия.",
    ]
    if now.half.half == 1:
        lines.append(
            "На 31 декабря результатов этого учебного года ещё нет: список, динамика и эффект — за "
            f"{school_year(now.half.list_year)} учебный год."
        )
    row = now.number("listed")
    if not row["absent"] and row["n"] < 30:
        lines.append(
            f"Школ всего {fmt.number(row['n'])}: изменение списка на одну-две школы — в пределах случайного."
        )
    if now.refusals.get("index"):
        lines.append(
            "Индекс социального благополучия не рассчитан, и эффект оценён без него: "
            + fmt.escape_md(refusal_words(now.refusals["index"]))
        )
    return text(bullets(lines))


def next_steps(now: Effectiveness, names: Names, links: Names) -> Text:
    """What to do after this half-year, with schools named."""
    lines = []
    if not now.number("anybody")["absent"] and (nobody := now.network.uncovered()):
        lines.append(
            f"**Закрепить наставника и тьютора:** {school_links(nobody, names, links, most=10)}."
        )
    heavy = now.network.overloaded
    if len(heavy):
        lines.append(
            f"**Разгрузить сопровождающих с{fmt.NBSP}нагрузкой больше нормы** "
            f"({fmt.number(len(heavy))}): страница [«Сопровождение»](../support.qmd)."
        )
    late = int(now.measures["overdue"].sum()) + int(now.recommendations["overdue"].sum())
    if late:
        lines.append(
            f"**Решить судьбу просроченного** ({fmt.number(late)}): выполнить, перенести срок с "
            "обоснованием или снять."
        )
    moves = now.moves
    left = moves[(moves["change"] == "left") & moves["status_now"].isin(LEFT)]
    shaky = left[left["confidence"] != "certain"]
    if len(shaky):
        schools = school_links(set(shaky["school_id"].astype(str)), names, links, most=10)
        lines.append(f"**Не прекращать помощь сразу: выход из списка ненадёжен:** {schools}.")
    if now.effect is not None:
        rows = now.effect.schools
        worse = rows[(rows["year"] == now.half.list_year) & (rows["verdict"] == "worse")]
        if len(worse):
            schools = school_links(set(worse["school_id"].astype(str)), names, links, most=10)
            lines.append(f"**Выяснить, почему результаты хуже ожидаемых:** {schools}.")
    absent = [TITLE[row["id"]] for row in records(now.numbers) if row["absent"] in _MISSING_DATA]
    if absent:
        lines.append(
            f"**Собрать данные, которых не хватило:** {fmt.escape_md(low_first(fmt.listed(absent)))}."
        )
    if not lines:
        lines.append("Неотложных действий нет.")
    return text(bullets(lines))


_MISSING_DATA = frozenset({"no_links", "no_pairs", "no_passports", "no_deeds"})


def comparison_text(now: Effectiveness, earlier: Effectiveness | None) -> Text:
    """What was compared with what."""
    if earlier is None:
        return text("Сравнить не с чем: данных о полугодии раньше нет.")
    words = (
        f"Рядом — те же показатели {in_half(earlier.half)} (состояние {on_day(earlier.day)}), "
        "как они были известны тогда."
    )
    if now.half.half == 1:
        words += (
            " Меры, рекомендации и закрепления с сентября считаются заново: это новый учебный год."
        )
    return text(words)
