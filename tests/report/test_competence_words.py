"""Sentences about teachers: right for 0, 1, 2, 5 and 21 of everything."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from shnor_lib.methods.competence_groups import deficits_by, dynamics_by, levels_by
from shnor_lib.methods.competence_regression import CompetenceRegression
from shnor_lib.methods.teacher_competence import TeacherCompetence, teacher_competence
from shnor_lib.report.charts.competence import better_points, level_bars, year_lines
from shnor_lib.report.display import Chart, DataTable
from shnor_lib.report.monitoring import competence as say
from shnor_lib.report.monitoring import competence_words as words
from tests.methods.teacher_region import lacking, measured, rules_with, teachers_dataset

AUTUMN, SPRING = dt.datetime(2025, 10, 1), dt.datetime(2026, 4, 1)
DAY = dt.date(2026, 5, 1)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def teachers(
    n: int,
    *,
    schools: int = 1,
    first: float = 50,
    second: float | None = 70,
    deficit: dict[str, Any] | None = None,
    staff: int | None = None,
    listed: list[str] | None = None,
    courses: int = 0,
) -> TeacherCompetence:
    """``n`` teachers spread over schools, measured in autumn and (unless None) in spring."""
    homes = [f"S{i % schools}" for i in range(n)]
    tests = [measured(home, f"У{i}", AUTUMN, float(first)) for i, home in enumerate(homes)]
    if second is not None:
        tests += [measured(home, f"У{i}", SPRING, float(second)) for i, home in enumerate(homes)]
    deficits = [lacking(home, f"У{i}", AUTUMN, **deficit) for i, home in enumerate(homes)] if deficit is not None else []  # fmt: skip
    taken = [
        {"school_id": homes[i], "teacher": f"У{i}", "programme": "П", "hours": 36, "date": SPRING, "year": 2026}
        for i in range(courses)
    ]  # fmt: skip
    data = teachers_dataset(
        tests, deficits, taken,
        schools=[{"school_id": f"S{i}", "name": f"Школа {i}"} for i in range(schools)],
        staff=[] if staff is None else [{"school_id": "S0", "year": 2026, "teachers": staff}],
    )  # fmt: skip
    return teacher_competence(data, rules_with(), year=2026, day=DAY, listed=listed or [])


@pytest.mark.parametrize(
    ("n", "schools", "staff", "said"),
    [
        (0, 1, None, "В 2025/26 учебном году диагностику не прошёл ни один учитель."),
        (1, 1, 5, "диагностику прошли меньше 5 учителей: их результаты не называются."),
        (2, 1, 5, "диагностику прошли меньше 5 учителей: их результаты не называются."),
        (5, 2, None, "диагностику прошли 5 учителей из 2 школ; охват не назван: число учителей школ не указано (лист «Кадры»)."),
        (21, 21, None, "диагностику прошёл 21 учитель из 21 школы; охват не назван: число учителей школ не указано (лист «Кадры»)."),
        (22, 1, 40, "диагностику прошли 22 учителя из 1 школы; охват — 55,0 % (22 из 40) учителей там, где их число известно."),
    ],
)  # fmt: skip
def test_coverage(n: int, schools: int, staff: int | None, said: str) -> None:
    got = plain(words.coverage_sentence(teachers(n, schools=schools, staff=staff)))
    assert got.endswith(said)


def test_coverage_leaves_out_what_does_not_fit() -> None:
    assert plain(words.gaps_sentence(teachers(6, staff=3))) == (
        "В долю охвата не вошли: у 1 школы диагностированных больше, чем учителей в листе «Кадры»."
    )
    assert plain(words.gaps_sentence(teachers(6, schools=6))) == (
        "В долю охвата не вошли: у 6 школ диагностика была, а число учителей не указано."
    )
    assert words.gaps_sentence(teachers(6, staff=30)) == ""


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Уровни назвать не по чему: результатов диагностики нет."),
        (2, "Диагностику прошли меньше 5 учителей: уровни не называются."),
        (5, "Низкий уровень — у 0,0 % (0 из 5; с вероятностью 95 % от 0 до 43 %) учителей, средний — у 5, высокий — у 0 (0,0 %)."),
        (21, "Низкий уровень — у 0,0 % (0 из 21; с вероятностью 95 % от 0 до 15 %) учителей, средний — у 21, высокий — у 0 (0,0 %)."),
    ],
)  # fmt: skip
def test_levels(n: int, said: str) -> None:
    found = teachers(n)
    assert plain(words.levels_sentence(words.one(levels_by(found.latest, found.rules)), found.rules)) == said  # fmt: skip


@pytest.mark.parametrize(
    ("n", "second", "said"),
    [
        (0, 70, "Сравнить не с чем: учителей, прошедших одну и ту же работу по тому же предмету дважды, нет."),
        (5, None, "Сравнить не с чем: учителей, прошедших одну и ту же работу по тому же предмету дважды, нет."),
        (1, 70, "Одну и ту же работу дважды прошли меньше 5 учителей: доля не называется."),
        (5, 70, "Одну и ту же работу дважды прошли 5 учителей; второй раз результат лучше у 100,0 % (5 из 5; с вероятностью 95 % от 57 до 100 %)."),
        (21, 40, "Одну и ту же работу дважды прошёл 21 учитель; второй раз результат лучше у 0,0 % (0 из 21; с вероятностью 95 % от 0 до 15 %), хуже — у 21."),
        (22, 50, "Одну и ту же работу дважды прошли 22 учителя; второй раз результат лучше у 0,0 % (0 из 22; с вероятностью 95 % от 0 до 15 %), такой же — у 22."),
    ],
)  # fmt: skip
def test_dynamics(n: int, second: float | None, said: str) -> None:
    found = teachers(n, second=second)
    row = words.one(dynamics_by(found.pairs, found.rules))
    assert plain(words.dynamics_sentence(row, found.rules)) == said


def test_what_the_paired_test_shows() -> None:
    def told(n: int, second: float) -> str:
        found = teachers(n, second=second)
        return plain(words.test_sentence(words.one(dynamics_by(found.pairs, found.rules))))

    assert told(5, 70) == (
        "В среднем результат вырос на 20,0 п. п.; изменившихся результатов слишком мало, чтобы "
        "проверить, не случайно ли это."
    )
    assert "снизился на 10,0 п. п.; изменение больше, чем бывает случайно" in told(21, 40)
    assert told(21, 50).startswith("В среднем результат не изменился;")
    assert told(2, 70) == ""


@pytest.mark.parametrize(
    ("n", "deficit", "said"),
    [
        (0, {}, "Дефицитов по темам за 2025/26 учебный год не записано."),
        (1, {}, "Дефициты записаны у менее чем 5 учителей: число их не называется."),
        (5, {}, "В работе было 5 дефицитов у 5 учителей; на 01.05.2026 восполнено 0 (0,0 %), срок не вышел или не назван у 5."),
        (21, {"closed": SPRING}, "В работе был 21 дефицит у 21 учителя; на 01.05.2026 восполнено 21 (100,0 %)."),
        (22, {"due": SPRING}, "В работе были 22 дефицита у 22 учителей; на 01.05.2026 восполнено 0 (0,0 %), просрочено 22."),
    ],
)  # fmt: skip
def test_deficits(n: int, deficit: dict[str, Any], said: str) -> None:
    found = teachers(n, deficit=deficit)
    assert plain(words.deficits_sentence(words.totals(found), found)) == said


def test_offers_and_second_measurements() -> None:
    found = teachers(6, deficit={"offered": "курсы и тьютор", "closed": SPRING}, second=None)
    row = words.totals(found)
    assert plain(words.offers_sentence(row)) == (
        "Помощь предложена по 6 из 6 (названы курсы или стажировка — 6, тьютор или наставник — 6)."
    )
    assert plain(words.again_sentence(row)) == (
        "После выявления диагностика того же учителя повторена по 0 из 6; из восполненных проверено "
        "повторно 0 из 6, остальные закрыты без измерения."
    )
    worse = words.totals(teachers(6, deficit={"closed": SPRING}, second=50))
    assert plain(words.again_sentence(worse)) == (
        "После выявления диагностика того же учителя повторена по 6 из 6; все восполненные (6) "
        "проверены повторно. У 6 из восполненных результат той же работы после этого не вырос: "
        "стоит вернуться к теме."
    )
    bare = words.totals(teachers(5, deficit={}))
    assert plain(words.offers_sentence(bare)) == (
        "Помощь предложена по 0 из 5. Не восполнены и остались без предложения 5."
    )
    for n, verbs in ((1, "восполнен и остался"), (2, "восполнены и остались")):
        for left in (n, n + 20):
            said = plain(words.offers_sentence({**bare, "not_offered": left}))
            assert said.endswith(f"Не {verbs} без предложения {left}.")
    few = words.totals(teachers(2, deficit={}))
    assert words.offers_sentence(few) == words.again_sentence(few) == ""


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Курсов, оконченных в 2025/26 учебном году, в данных нет."),
        (2, "Курсы окончили меньше 5 учителей."),
        (5, "Курсы окончили 5 учителей (5 удостоверений; обычный объём — 36 ч). Ни в одной записи не назван дефицит, который восполняли."),
        (21, "Курсы окончил 21 учитель (21 удостоверение; обычный объём — 36 ч). Ни в одной записи не назван дефицит, который восполняли."),
    ],
)  # fmt: skip
def test_courses(n: int, said: str) -> None:
    assert plain(words.courses_sentence(teachers(21, courses=n))) == said


def test_regression_is_said_plainly() -> None:
    assert words.regression_sentences(CompetenceRegression(0, 0, None, None, 0, None, None, None, None)) == []  # fmt: skip
    chosen = CompetenceRegression(21, 5, 50.0, 70.0, 10, 4.0, 1.0, 0.5, 6.0)
    text = plain(" ".join(words.regression_sentences(chosen)))
    assert "выполнит её лучше и без всякой помощи" in text
    assert "похоже, повторно измеряли тех, у кого было хуже" in text
    assert "средний результат 21 учителя, прошедших работу снова, — 50,0 %" in text
    assert "прирост до 6,0 п. п.: весь их рост может быть случайным." in text
    honest = CompetenceRegression(21, 5, 70.0, 70.0, 10, 9.0, 1.0, 0.5, 6.0)
    text = plain(" ".join(words.regression_sentences(honest)))
    assert "отбора слабых для повторного измерения не видно" in text
    assert "что помогло, эти данные не говорят" in text
    assert "п. п.." not in text


# --- the cells of the notebook ------------------------------------------------------------------

NAMES = {f"S{i}": f"Школа {i}" for i in range(21)}
CELLS = {
    "main": say.main_points, "levels": say.levels_text, "listed": say.listed_text,
    "years": say.years_text, "dynamics": say.dynamics_text, "regression": say.regression_text,
    "deficits": say.deficits_text, "courses": say.courses_text, "limits": say.limits,
    "rules": say.rules_text, "levels_chart": say.levels_chart, "dynamics_chart": say.dynamics_chart,
    "years_chart": say.years_chart, "topics_chart": say.topics_chart,
    "levels_table": say.levels_table, "parts_table": say.parts_table,
    "listed_table": say.listed_table, "places": say.places_table,
    "dynamics_table": say.dynamics_table, "moves": say.moves_table, "years_table": say.years_table,
    "topics": say.topics_table, "courses_table": say.courses_table,
    "coverage": lambda found: say.coverage_text(found, NAMES, {}),
    "schools": lambda found: say.schools_table(found, NAMES, {}),
    "shared": lambda found: say.shared_text(found, NAMES, {}),
    "shared_table": lambda found: say.shared_table(found, NAMES, {}),
    "next": lambda found: say.next_steps(found, NAMES, {}),
}  # fmt: skip
SIZES = {
    "0": teachers(0), "1": teachers(1, deficit={}), "2": teachers(2, deficit={}, listed=["S0"]),
    "5": teachers(5, deficit={}, listed=["S0"], courses=5),
    "21-schools": teachers(105, schools=21, deficit={"due": SPRING}, listed=list(NAMES)),
    "some-listed": teachers(105, schools=21, second=50, listed=list(NAMES)[:7], staff=20),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
def test_every_cell_speaks_russian_and_of_nobody(size: str) -> None:
    for name, make in CELLS.items():
        shown = make(SIZES[size])
        html = shown.html() if isinstance(shown, Chart | DataTable) else ""
        for text in (shown.markdown(), html):
            assert not re.search(r"\bnan\b|NaT|<NA>|\bNone\b|\bTrue\b|\bFalse\b|closed|overdue\b(?!\w)", text), (name, text)  # fmt: skip
            assert not re.search(r"У\d", text), (name, "a teacher's code")
            assert "п. п.." not in plain(text), name


@pytest.mark.parametrize("size", ["0", "1", "2"])
def test_of_a_few_no_cell_says_a_share(size: str) -> None:
    for name, make in CELLS.items():
        if name in {"rules", "limits", "levels"}:
            continue
        assert not re.search(r"\d[,.]\d\s?%", plain(make(SIZES[size]).markdown())), name


def test_everybody_listed_leaves_nobody_to_compare_with() -> None:
    assert "Сравнить школы списка с остальными нельзя" in say.listed_text(SIZES["21-schools"]).markdown()  # fmt: skip
    text = plain(say.coverage_text(SIZES["21-schools"], NAMES, {}).markdown())
    assert "Диагностика была во всех школах списка (21)." in text


def test_the_list_is_compared_where_there_are_enough_schools() -> None:
    text = plain(say.listed_text(SIZES["some-listed"]).markdown())
    assert "в школах списка — у 100,0 % (35 из 35) учителей, в остальных — у 100,0 % (70 из 70)" in text  # fmt: skip
    assert "такая разница могла возникнуть случайно" in text


def test_nobody_on_the_list_is_said() -> None:
    assert "Школ в списке нет." in plain(say.main_points(SIZES["1"]).markdown())
    assert "Школ в списке нет." in plain(say.coverage_text(SIZES["1"], NAMES, {}).markdown())


def test_overdue_schools_are_named_among_the_next_steps() -> None:
    text = say.next_steps(SIZES["21-schools"], NAMES, {}).markdown()
    assert "**Восполнить просроченные дефициты:** Школа 0" in text
    assert "**Предложить курсы или тьютора:** Школа 0" in text
    assert "дроби (математика) — 105 учителей" in plain(text)


@pytest.mark.parametrize("chart", [level_bars, better_points])
def test_charts_of_nothing(chart: Any) -> None:
    found = teachers(2)
    rows = (levels_by if chart is level_bars else dynamics_by)(found.latest if chart is level_bars else found.pairs, found.rules, ["subject"])  # fmt: skip
    assert chart(rows, "subject").alt == chart([], "subject").alt


def test_charts_say_their_numbers() -> None:
    found = teachers(23)
    alt = plain(level_bars(levels_by(found.latest, found.rules, ["subject"]), "subject").alt)
    assert alt == "Уровни компетенций учителей: математика — низкий у 0,0 % (0 из 23)."
    html = plain(level_bars(levels_by(found.latest, found.rules, ["subject"]), "subject").html())
    assert "математика (23 учителя)" in html
    rows = [{"year": 2025, "n": 9, "low": 3, "share_low": 1 / 3, "ci_low": 0.1, "ci_high": 0.6,
             "n_pairs": 0, "better": None, "share_better": None, "better_low": None, "better_high": None}]  # fmt: skip
    assert plain(year_lines(rows).alt) == "По годам. низкий уровень: 2024/25 — 33,3 % (3 из 9)."


def test_deficit_shares_add_up() -> None:
    found = teachers(7, deficit={"due": SPRING})
    row = words.one(deficits_by(found.deficits, found.rules))
    assert row["closed"] + row["open"] + row["overdue"] == row["n"] == 7
