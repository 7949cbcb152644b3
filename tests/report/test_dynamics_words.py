"""Sentences of monitoring 2 (and neighbours nobody else reads) for 0, 1, 2, 5 and 21."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.dynamics import DynamicsResult, dynamics
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.trends import TrendResult, trends
from shnor_lib.report.monitoring import dynamics as say
from shnor_lib.report.monitoring import effectiveness as say_effectiveness
from shnor_lib.report.monitoring import risks as say_risks
from shnor_lib.report.monitoring import small_schools as say_small
from shnor_lib.report.monitoring import trends as say_trends
from shnor_lib.report.monitoring.readings import readings_text
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset, table

YEAR = 2026


def plain(text: Any) -> str:
    said = text if isinstance(text, str) else text.markdown()
    return said.replace("\u202f", " ").replace("\u00a0", " ").replace("\\", "")


@cache
def compared(n: int, better: int = 0, old: int = 0) -> tuple[DynamicsResult, Identification]:
    """A school with ``n`` pairs of results, some better (90 → 10 of 100), and ``old`` ones too far back."""
    rows = []
    for i in range(n):
        subject = f"предмет {i}"
        rows.append(result("A", YEAR - 1, 100, 90 if i < better else 20, 5, subject=subject))
        rows.append(result("A", YEAR, 100, 10 if i < better else 35, 5, subject=subject))
    for i in range(old):
        rows += [result("A", y, 100, 20, 5, subject=f"старый {i}") for y in (YEAR - 3, YEAR)]
    data = dataset(rows, schools=[{"school_id": "A", "name": "Школа A", "municipality": "Район"}])
    return dynamics(data, calendar=NO_CALENDAR), identify(data, results_ruleset())


@pytest.mark.parametrize(
    ("n", "jumps", "checked"),
    [
        (1, "в 1 из 1 пары.", "Проверена 1 пара сразу. Даже если бы ничего не изменилось, до 1 из них показала бы"),
        (2, "в 2 из 2 пар.", "Проверены 2 пары сразу. Даже если бы ничего не изменилось, до 1 из них показала бы"),
        (5, "в 5 из 5 пар.", "Проверено 5 пар сразу. Даже если бы ничего не изменилось, до 1 из них показала бы"),
        (21, "в 21 из 21 пары.", "Проверена 21 пара сразу. Даже если бы ничего не изменилось, до 2 из них показали бы"),
    ],
    ids=["1", "2", "5", "21"],
)  # fmt: skip
def test_pairs(n: int, jumps: str, checked: str) -> None:
    change, found = compared(n)
    assert jumps in plain(say.main_points(change, found, YEAR))
    assert plain(say.multiple_text(change, YEAR)).startswith(checked)


def test_no_jump_is_not_told() -> None:
    change, found = compared(2, better=2)
    assert "и больше в" not in plain(say.main_points(change, found, YEAR))


@pytest.mark.parametrize(
    ("old", "said"),
    [(0, ""), (1, "Ещё 1 пара несопоставима."), (2, "Ещё 2 пары несопоставимы."),
     (5, "Ещё 5 пар несопоставимы."), (21, "Ещё 21 пара несопоставима.")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_incomparable_pairs(old: int, said: str) -> None:
    change, _ = compared(2, old=old)
    text = plain(say.basis_text(change, YEAR))
    assert "2024/25 (2 пары)" in text
    assert (said in text) if said else ("Ещё" not in text)


@pytest.mark.parametrize(
    ("n", "said"),
    [(31, "из 31 сопоставимой пары."), (32, "из 32 сопоставимых пар."), (35, "из 35 сопоставимых пар.")],
    ids=["31", "32", "35"],
)  # fmt: skip
def test_chart_of_some_pairs(n: int, said: str) -> None:
    change, _ = compared(n)
    chart = say.change_chart(change, YEAR, {"A": "Школа A"})
    assert chart is not None and plain(chart.caption).endswith(said)


@pytest.mark.parametrize(
    ("better", "said"),
    [(1, "твёрдо доказано 1 изменение: к лучшему — 1"), (2, "твёрдо доказаны 2 изменения"),
     (5, "твёрдо доказаны 5 изменений"), (21, "твёрдо доказано 21 изменение")],
    ids=["1", "2", "5", "21"],
)  # fmt: skip
def test_firm_changes(better: int, said: str) -> None:
    change, _ = compared(better, better)
    assert said in plain(say.multiple_text(change, YEAR))


@cache
def directed(n: int) -> TrendResult:
    """``n`` schools with one series each, all of them growing worse."""
    rows = [
        result(f"S{i:02d}", YEAR - 2 + step, 100, 10 + 25 * step, 5)
        for i in range(n)
        for step in range(3)
    ]
    return trends(dataset(rows), calendar=NO_CALENDAR, years=[YEAR])


@pytest.mark.parametrize(
    ("n", "looks", "firm", "schools"),
    [
        (1, "около 1 из 1 ряда всё равно выглядел бы «значимым» случайно", "показывает 1 ряд результатов:", "у 1 из 1 школы:"),
        (2, "около 1 из 2 рядов всё равно выглядел бы «значимым» случайно", "показывают 2 ряда результатов:", "у 2 из 2 школ:"),
        (5, "около 1 из 5 рядов всё равно выглядел бы «значимым» случайно", "показывают 5 рядов результатов:", "у 5 из 5 школ:"),
        (21, "около 2 из 21 ряда всё равно выглядели бы «значимыми» случайно", "показывает 21 ряд результатов:", "у 21 из 21 школы:"),
    ],
    ids=["1", "2", "5", "21"],
)  # fmt: skip
def test_series(n: int, looks: str, firm: str, schools: str) -> None:
    text = plain(say_trends.summary_text(say_trends.Directions(YEAR, directed(n))))
    assert looks in text
    assert f"направление {firm}" in text and f"Направление показано {schools}" in text


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "не отличается ни одна."), (1, "отличается 1."), (2, "отличаются 2."),
     (5, "отличаются 5."), (21, "отличается 21.")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_schools_unlike_the_others(n: int, said: str) -> None:
    found = directed(22)
    verdicts = pd.array(["negative"] * n + ["no_change"] * (22 - n), dtype="string")
    found = replace(found, schools=found.schools.assign(verdict_beyond=verdicts))
    text = plain(say_trends.summary_text(say_trends.Directions(YEAR, found)))
    assert f"От других школ в тех же работах {said}" in text


@pytest.mark.parametrize(
    ("n", "said"), [(1, "1 из 1 школы."), (2, "1 из 2 школ."), (21, "1 из 21 школы.")]
)
def test_schools_by_the_readings(n: int, said: str) -> None:
    rows = pd.DataFrame({"n_listed": [1, 1], "is_default": [True, False], "n_schools": [n, n]})
    assert said in plain(readings_text(rows, YEAR))


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "Все риски (22) управляемые"), (1, "их 1 (4,5 %) — решения"), (2, "их 2 (9,1 %) — решения"),
     (5, "их 5 (22,7 %) — решения"), (21, "их 21 (95,5 %) — решения")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_risks_beyond_the_school(n: int, said: str) -> None:
    rows = pd.DataFrame(
        {"kind": ["staff"] * 22, "manageability": ["weak"] * n + ["managed"] * (22 - n)}
    )
    assert said in plain(say_risks.kinds_text(SimpleNamespace(decisions=rows)))


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "Карточек самоанализа за 2025/26"), (1, "Карточку самоанализа сдала одна школа;"),
     (2, "Карточки самоанализа сдали 2 школы;"), (5, "Карточки самоанализа сдали 5 школ;"),
     (21, "Карточки самоанализа сдала 21 школа;")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_self_analysis(n: int, said: str) -> None:
    cards = [{"school_id": f"S{i}", "year": YEAR, "section": "Кадры"} for i in range(n)]
    data = SimpleNamespace(self_analysis=table("self_analysis", cards))
    assert plain(say_risks.self_analysis_text(data, YEAR, [], {}, {})).startswith(said)


@pytest.mark.parametrize(("n", "said"), [(21, "5 из 21 доли,"), (22, "5 из 22 долей,")])
def test_shares_the_model_does_not_expect(
    n: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    band = {"size_from": 10, "size_to": 20, "n": n, "observed": 5, "expected": 12.5, "z": -4.0}
    check = SimpleNamespace(n_shares=n, n_units=1, beyond=pd.DataFrame([band]))
    monkeypatch.setattr(say_small, "_check", lambda *_: check)
    assert said in plain(say_small.model_text(None, YEAR))


@pytest.mark.parametrize(
    ("n", "pupils", "links"),
    [
        (0, "охвачено 0 из 1 ученика", "у 0 из 1 начатого закрепления."),
        (1, "охвачен 1 из 2 учеников", "у 1 из 2 начатых закреплений."),
        (2, "охвачены 2 из 3 учеников", "у 2 из 3 начатых закреплений."),
        (5, "охвачено 5 из 6 учеников", "у 5 из 6 начатых закреплений."),
        (20, "охвачено 20 из 21 ученика", "у 20 из 21 начатого закрепления."),
        (21, "охвачен 21 из 22 учеников", "у 21 из 22 начатых закреплений."),
    ],
    ids=["0", "1", "2", "5", "20", "21"],
)
def test_pupils_and_links(n: int, pupils: str, links: str) -> None:
    def number(name: str) -> dict[str, Any]:
        if name in ("plan", "at_risk"):
            return {"numerator": n, "n": n + 1, "value": n / (n + 1), "absent": ""}
        return {"absent": "no_links"}

    now = SimpleNamespace(number=number, half=SimpleNamespace(half=1), day=None)
    text = plain(say_effectiveness.access_text(now, {}, {}))
    assert pupils in text and f"План работы есть {links}" in text


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "Ещё 1 отмечена как выполненная без дня выполнения: было ли это до 31 декабря, неизвестно, поэтому она не учтена."),
        (2, "Ещё 2 отмечены как выполненные без дня выполнения: было ли это до 31 декабря, неизвестно, поэтому они не учтены."),
        (5, "Ещё 5 отмечены как выполненные"),
        (21, "Ещё 21 отмечена как выполненная"),
    ],
    ids=["1", "2", "5", "21"],
)  # fmt: skip
def test_measures_done_nobody_knows_when(n: int, said: str) -> None:
    now = SimpleNamespace(
        measures=pd.DataFrame({"undated": [True] * n}),
        number=lambda name: {"absent": "nothing_due", "numerator": 0, "n": n},
        day=None,
    )
    forms = ("мера", "меры", "мер")
    text = say_effectiveness.deeds_sentence(now, "measures", forms)
    assert said in plain(text)
