"""Monitoring 2 of the demonstration where it meets the lists of monitoring 1, recomputed.

Which schools were on the list of which year is worked out by :mod:`test_numbers_identification`
from the rules, what their results did by :mod:`test_numbers_dynamics`; here both are put together
as the page does it: the district's indicator of every year, statuses beside verdicts, three years.
"""

from __future__ import annotations

import re
from collections import Counter

from tests.report import test_numbers_dynamics as second
from tests.report import test_numbers_identification as first
from tests.report.executed import Page, percent

data, statuses = first.data, first.statuses  # fixtures
changes, shown = second.data, second.shown

YEAR = 2026
Statuses = dict[int, dict[str, str]]


def test_indicator_of_every_year(shown: Page, changes: second.Data, statuses: Statuses) -> None:
    """Of last year's list: how many schools have positive dynamics, of those with something to compare."""
    text = shown.text("say.support_chart(")
    rows = shown.rows("say.support_chart(")
    assert len(rows) == 3
    for (label, point), year in zip(rows, (2024, 2025, YEAR), strict=True):
        ways = changes.verdicts(year)
        listed = [s for s, each in statuses[year - 1].items() if each in first.LISTED and s in ways]
        up = sum(ways[school] == "положительная" for school in listed)
        low, high = (round(100 * max(end, 0)) for end in second.wilson(up, len(listed)))
        school_year = f"{year - 1}/{year % 100}"
        assert label == school_year
        said = f"{percent(up / len(listed))} ({up} из {len(listed)})"
        assert point == f"{school_year}: {said}, с вероятностью 95 % от {low} до {high} %"
        assert f"{school_year} — {said}" in text.split("\n")[0]
    assert f"Школ всего {len(listed)}, поэтому" in shown.text("say.support_text(")
    for call in ("say.main_points(change", "say.support_text("):
        assert f"**{up} из {len(listed)}** ({said.split(' (')[0]}" in shown.text(call)
        assert f"с вероятностью 95 % от {low} до {high} %)" in shown.text(call)


def test_statuses_beside_verdicts(shown: Page, changes: second.Data, statuses: Statuses) -> None:
    codes = {name: code for code, name in changes.schools.items()}
    rows = shown.rows("say.schools_table(change")
    assert {codes[row[0]]: row[1] for row in rows} == statuses[YEAR]
    counts = Counter(changes.verdicts(YEAR).values())
    text = shown.text("say.main_points(change")
    share = percent(counts["положительная"] / counts.total())
    assert f"из {counts.total()} школ ({share})" in text
    assert "с вероятностью 95 % доля таких школ" in text
    assert f"школ в реестре — {len(changes.schools)};" in shown.text("parameters_line(found")
    assert f"(школ с результатами: {counts.total()})" in shown.text("say.verdict_counts(")


def test_three_years_of_statuses(shown: Page, changes: second.Data, statuses: Statuses) -> None:
    """Every school that was ever listed or in the zone, those listed longest first."""
    years = (YEAR - 2, YEAR - 1, YEAR)
    rows = shown.rows("say.three_years_chart(")
    numbers = {re.search(r"№ \d+", name).group(): code for code, name in changes.schools.items()}
    shown_schools = [numbers[re.search(r"№ \d+", row[0]).group()] for row in rows]
    own = {s: [statuses[year][s] for year in years] for s in changes.schools}
    assert set(shown_schools) == {
        s for s, each in own.items() if set(each) & {*first.LISTED, "зона риска"}
    }
    for school, (_, *cells) in zip(shown_schools, rows, strict=True):
        assert cells == own[school], school
    weights = [
        (sum(each in first.LISTED for each in own[s]), own[s].count("зона риска"))
        for s in shown_schools
    ]
    assert weights == sorted(weights, reverse=True)
    assert shown.heading("say.three_years_chart(")[1:] == ["2023/24", "2024/25", "2025/26"]
    text = shown.text("say.three_years_chart(")
    assert f"{len(rows)} школ, {len(years)} года" in text


def test_where_results_cannot_be_compared(shown: Page, changes: second.Data) -> None:
    """Works named in the table of incomparable pairs: the first four by name, the rest counted."""
    ((_, _, _, where),) = shown.rows("say.incomparable_table(")
    old = {pair.key[1:] for pair in changes.pairs[YEAR] if not pair.comparable}
    told = re.findall(r"(ВПР|ОГЭ|ЕГЭ), ([^;]+), (\d+) класс", where)
    named = sorted(old, key=lambda key: (("ЕГЭ", "ОГЭ", "ВПР").index(key[0]), *key[1:]))
    assert [(p, int(grade), subject) for p, subject, grade in told] == named[:4]
    assert where.endswith(f" и ещё {len(old) - 4}")


def test_control_numbers(shown: Page, changes: second.Data) -> None:
    text = shown.text("NBVAL_CHECK_OUTPUT")
    pairs = Counter(
        {"better": "positive", "worse": "negative", "same": "no_change"}[pair.verdict]
        if pair.comparable
        else "incomparable"
        for pair in changes.pairs[YEAR]
    )
    assert f"пар результатов: {pairs.total()}\n" in text
    assert f"пары по вердиктам: {dict(sorted(pairs.items()))}\n" in text
    names = {"положительная": "positive", "отрицательная": "negative", "": "no_change"}
    schools = Counter(names[each] for each in changes.verdicts(YEAR).values())
    assert f"школы по вердиктам: {dict(sorted(schools.items()))}\n" in text
    assert "твёрдо доказано: 0\n" in text  # as test_many_comparisons finds it
