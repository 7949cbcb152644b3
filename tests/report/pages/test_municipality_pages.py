"""Municipalities: every number of the comparison and of the desks counted again, words, links."""

from __future__ import annotations

import dataclasses
import html
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shnor_lib.project import open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.municipality import words as say
from shnor_lib.report.municipality.desk import Desk, desks_of
from shnor_lib.report.municipality.paths import NOBODY, place_path, shown_name
from shnor_lib.report.pages import printed_pages
from shnor_lib.report.pages.municipalities import municipality_pages, page_of_municipalities
from shnor_lib.report.pages.municipality import municipality_page
from shnor_lib.report.pages.school import school_page
from shnor_lib.report.pages.search import entries
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import frames_of
from shnor_lib.report.slugs import slug
from shnor_lib.sources.assemble import read_folder
from tests.methods.builders import NO_CALENDAR
from tests.report import network_project as planted
from tests.report.frames import NASTY

CYCLE = {"Муниципалитет", "Нужно слагаемых цикла", "Есть частично", "Нет совсем"}
"""Not counted here: tests/methods/test_municipal_summary.py does."""
LISTED = {"low_results", "difficult", "both"}


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Nine schools in three districts; ШК-09 loses its municipality."""
    root: Path = planted.write(tmp_path_factory.mktemp("districts") / "project")
    data = read_folder(root / "data/raw", calendar=NO_CALENDAR)
    schools = data.schools.copy()
    schools.loc[schools["school_id"] == "ШК-09", "municipality"] = None
    return analyse(open_project(root), data.replace(schools=schools))


@pytest.fixture(params=["districts", "demo_analysis"])
def any_analysis(request: pytest.FixtureRequest) -> Analysis:
    found: Analysis = request.getfixturevalue(request.param)
    return found


def site_of(analysis: Analysis) -> Site:
    names = frames_of(analysis).names
    years = {year: ["07_effectiveness-1"] for year in analysis.years}
    return Site(analysis, names, {key: f"schools/{slug(key)}.qmd" for key in names}, years)


def visible(text: str | bytes) -> str:
    said = text.decode() if isinstance(text, bytes) else text
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def tables_of(text: str) -> dict[str, list[dict[str, str]]]:
    """Caption → rows, heading → text of the cell."""
    found = {}
    for caption, head, body in re.findall(
        r"<caption>(.*?)</caption><thead>(.*?)</thead>\s*<tbody>(.*?)</tbody>", text, re.S
    ):
        titles = [plain(cell) for cell in re.findall(r"<th[^>]*>(.*?)</th>", head, re.S)]
        found[plain(caption)] = [
            dict(
                zip(
                    titles,
                    [plain(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)],
                    strict=True,
                )
            )
            for line in re.findall(r"<tr>(.*?)</tr>", body, re.S)
        ]
    return found


def plain(cell: str) -> str:
    return visible(html.unescape(re.sub(r"<[^>]*>", "", cell))).strip()


def one(tables: dict[str, list[dict[str, str]]], start: str) -> list[dict[str, str]]:
    found = [rows for caption, rows in tables.items() if caption.startswith(start)]
    assert len(found) == 1, (start, list(tables))
    return found[0]


Rows = list[dict[str, Any]]


def rows_of(frame: pd.DataFrame) -> Rows:
    return [
        {k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")
    ]


def whose(row: dict[str, Any], places: dict[str, str]) -> str | None:
    if row.get("school_id") is not None:
        return places[row["school_id"]]
    return row.get("municipality")


def recount(analysis: Analysis) -> dict[str, dict[str, Any]]:
    """Every number of the four tables by plain loops over the rows."""
    data, year, day = analysis.dataset, analysis.year, pd.Timestamp(analysis.day)
    register = {row["school_id"]: row for row in rows_of(data.schools)}
    places = {school: row["municipality"] or "" for school, row in register.items()}
    statuses = rows_of(analysis.identification.statuses)
    now = {r["school_id"]: r for r in statuses if r["year"] == year}
    was = {r["school_id"]: r["status"] for r in statuses if r["year"] == year - 1}
    assert analysis.dynamics is not None and analysis.risk_register is not None
    verdicts = [r for r in rows_of(analysis.dynamics.schools) if r["year"] == year]
    risks = rows_of(analysis.risk_register.decisions)
    measures = [r for r in rows_of(data.measures) if r["year"] == year]
    issued = [r for r in rows_of(data.recommendations) if r["year"] == year]
    links = [r for r in rows_of(data.support_links) if r["year"] == year]
    begun = [r for r in links if r["first_date"] is None or r["first_date"] <= day]
    plans = [r for r in rows_of(data.mentor_centre) if r["year"] == year]
    role = {r["supporter"]: r["role"] for r in rows_of(data.supporters)}
    known = {(r["supporter"], r["school_id"]) for r in links}
    helped = [(role.get(r["supporter"]), r["school_id"]) for r in begun]
    # a plan of the mentor centre is support, too, if no link says when it begins
    helped += [
        (role.get(r["supporter"]), r["school_id"])
        for r in plans
        if (r["supporter"], r["school_id"]) not in known
    ]

    def late(row: dict[str, Any]) -> bool:
        return row["state"] in ("planned", "in_work") and (
            row["deadline"] is not None and row["deadline"] < day
        )

    found = {}
    for place in set(places.values()):
        own = [school for school in register if places[school] == place]
        mine = [now[s] for s in own if s in now and now[s]["status"] != "excluded"]
        listed = [r["school_id"] for r in mine if r["status"] in LISTED]
        before = [s for s in own if was.get(s) in LISTED]
        changed = [r["verdict"] for r in verdicts if places[r["school_id"]] == place]
        changed = [v for v in changed if v != "incomparable"]
        waits = [r for r in risks if places[r["school_id"]] == place and not r["decided"]]
        deeds = [r for r in measures if whose(r, places) == place and r["state"] != "dropped"]
        told = [r for r in issued if whose(r, places) == place]
        found[place] = {
            "Школ в реестре": sum(
                (register[s]["closed"] is None or register[s]["closed"] >= year)
                and (register[s]["opened"] is None or register[s]["opened"] < year)
                for s in own
            ),
            "Судить можно": sum(r["status"] != "insufficient" for r in mine),
            "В списке": len(listed),
            "Школ в списке": len(listed),
            "ШНОР": sum(r["status"] == "low_results" for r in mine),
            "ШССУ": sum(r["status"] == "difficult" for r in mine),
            "ШНОР и ШССУ": sum(r["status"] == "both" for r in mine),
            "Зона риска": sum(r["status"] == "risk_zone" for r in mine),
            "Доля списка": percent(len(listed), len(mine)),
            "С учётом случайности": interval(len(listed), len(mine)),
            "Вошли в список": len(set(listed) - set(before)),
            "Вышли из него": len(set(before) - set(listed)),
            "Уверенно": sum(now[s]["confidence"] == "certain" for s in listed),
            "Вероятно": sum(now[s]["confidence"] == "likely" for s in listed),
            "На границе": sum(now[s]["confidence"] == "borderline" for s in listed),
            "Положительная динамика": "—"
            if not changed
            else f"{percent(changed.count('positive'), len(changed))} "
            f"({changed.count('positive')} из {len(changed)})",
            "динамика, интервал": interval(changed.count("positive"), len(changed)),
            "Рисков без решения": len(waits),
            "Решений просрочено": sum(r["decide_by"] < day and not r["note_only"] for r in waits),
            "Рекомендаций выдано": len(told),
            "Рекомендаций просрочено": sum(map(late, told)),
            "Мер выполнено": "—"
            if not deeds
            else f"{sum(r['state'] == 'done' for r in deeds)} из {len(deeds)}",
            "Мер просрочено": sum(map(late, deeds)),
            "Без сопровождения": sum(all(s != k for _, k in helped) for s in listed),
            "Без наставника": sum(("mentor", s) not in helped for s in listed),
            "Без тьютора": sum(("tutor", s) not in helped for s in listed),
        }
    return found


def percent(x: int, n: int) -> str:
    return f"{x / n * 100 + 1e-9:.1f} %".replace(".", ",") if n else "—"


def interval(x: int, n: int) -> str:
    if not n:
        return "—"
    z = 1.959963984540054
    middle, half = x / n + z * z / (2 * n), z * math.sqrt(x * (n - x) / n**3 + z * z / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return f"от {max(low, 0) * 100:.0f} до {min(high, 1) * 100:.0f} %"


def test_every_number_of_the_comparison(any_analysis: Analysis) -> None:
    text = visible(page_of_municipalities(site_of(any_analysis)))
    tables = tables_of(text)
    expected = recount(any_analysis)
    shown = [
        one(tables, "Школы и список"),
        one(tables, "Что изменилось"),
        one(tables, "Решения, рекомендации"),
        one(tables, "Сопровождение"),
    ]
    names = sorted(expected, key=lambda place: (not place, place))
    checked = 0
    for number, table in enumerate(shown):
        assert [row["Муниципалитет"] for row in table] == [shown_name(name) for name in names]
        for place, row in zip(names, table, strict=True):
            for title, value in row.items():
                if title in CYCLE:
                    continue
                if number == 1 and title == "С учётом случайности":
                    title = "динамика, интервал"
                assert value == str(expected[place][title]), (place, title)
                checked += 1
    assert checked >= 24 * len(names)
    for place in names:
        assert f'href="{place_path(place).removeprefix("municipalities/")}"' in text


def test_every_number_of_a_desk(any_analysis: Analysis) -> None:
    site, expected = site_of(any_analysis), recount(any_analysis)
    frames = frames_of(any_analysis)
    register = any_analysis.risk_register
    assert register is not None
    for place, own in expected.items():
        text = visible(municipality_page(site, place))
        box = text.partition("## Главное")[2].partition("\n:::")[0]
        schools = [s for s, municipality in frames.municipalities.items() if municipality == place]
        now = {s: frames.statuses.year(s, any_analysis.year) for s in schools}
        if own["В списке"]:
            ruled = sum(r is not None and r["status"] != "excluded" for r in now.values())
            everyone = own["В списке"] == ruled
            said = f"все {ruled}" if everyone else f"{own['В списке']} из {ruled} "
            assert f"В списке {said}" in box or f"в списке {said}" in box
            assert own["С учётом случайности"] in box or ruled < 2
        else:
            assert "в списке нет ни одной" in box or "В списке нет ни одной" in box
        for title, words in (
            ("Решений просрочено", "решения о рисках"),
            ("Рекомендаций просрочено", "рекомендации"),
            ("Мер просрочено", "меры"),
        ):
            assert (f"{words} — {own[title]}" in box) == bool(own[title]), (place, title)
        tables = tables_of(text)
        table = one(tables, "Школы муниципалитета")
        assert {row["Школа"] for row in table} == {visible(frames.names[s]) for s in schools}
        waits = [r for r in rows_of(register.waiting) if r["school_id"] in schools]
        deeds: dict[str, int] = {}
        for row in rows_of(any_analysis.dataset.measures):
            past = row["deadline"] is not None and row["deadline"] < pd.Timestamp(any_analysis.day)
            if row["year"] == any_analysis.year and row["state"] in ("planned", "in_work") and past:
                deeds[str(row["school_id"])] = deeds.get(str(row["school_id"]), 0) + 1
        for row in table:
            school = next(s for s in schools if visible(frames.names[s]) == row["Школа"])
            status = now[school]
            label = "недостаточно данных" if status is None else status["status"]
            assert (row["Статус"] in {"ШНОР", "ШССУ", "ШНОР и ШССУ"}) == (label in LISTED)
            mine = sum(r["school_id"] == school for r in waits)
            assert re.findall(r"(\d+) риск", row["Ждёт решения"]) == ([str(mine)] if mine else [])
            late = deeds.get(school, 0)
            said = re.findall(r"просрочен[аыо] (\d+)", row["Ждёт решения"])
            assert said == ([str(late)] if late else [])
            assert f'href="../schools/{slug(school)}.qmd"' in text
        moves = [row for rows in (tables_of(text),) for row in rows.get(_moves(any_analysis), [])]
        assert sum(row["Что произошло"] == "вошла" for row in moves) == own["Вошли в список"]
        assert sum(row["Что произошло"] == "вышла" for row in moves) == own["Вышли из него"]
        assert all(len(row["Почему"]) > 3 for row in moves)


def _moves(analysis: Analysis) -> str:
    before = analysis.year - 1
    return f"Кто вошёл в список и кто вышел из него с {before - 1}/{before % 100:02d} учебного года"


def test_only_one_municipality(demo_analysis: Analysis) -> None:
    text = visible(page_of_municipalities(site_of(demo_analysis)))
    assert "**1 муниципалитет.**" in text
    assert "Это не рейтинг" not in text
    assert "shnor-chart" not in text
    assert list(municipality_pages(demo_analysis)) == ["Приозёрный район"]


def test_ministry_sees_no_league_table(districts: Analysis) -> None:
    text = visible(page_of_municipalities(site_of(districts)))
    assert "Это не рейтинг муниципалитетов" in text
    assert "**3 муниципалитета.** Ещё у 1 школы муниципалитет не указан." in text
    assert "место" not in re.sub(r"<[^>]*>", "", text).lower().replace("местами", "")
    assert text.index(">Заречный район<") < text.index(">Приозёрный район<")
    assert "Черта — доля по всем муниципалитетам: 33,3 % (3 из 9)" in text


def test_links_and_letters_of_a_desk(districts: Analysis) -> None:
    site = site_of(districts)
    from shnor_lib.report.letters.paths import letter_paths
    from shnor_lib.report.pages.sections import downloads
    from shnor_lib.report.recommendation_rows import proposals_of

    made = set(downloads(site)) | {
        path
        for each in dataclasses.astuple(letter_paths(proposals_of(districts)))
        for path in each.values()
    }
    taken = 0
    for place in municipality_pages(districts):
        text = municipality_page(site, place).decode()
        for link in re.findall(r"\]\(\.\./(downloads/[^)]+)\)", text):
            assert link in made, link
            taken += 1
        for anchor in re.findall(r"\]\(#([a-z]+)\)", text):
            assert f"{{#{anchor}}}" in text, anchor
    assert taken > 3


def test_steps_name_what_is_open(districts: Analysis) -> None:
    site, register = site_of(districts), districts.risk_register
    assert register is not None
    day = pd.Timestamp(districts.day)
    told = 0
    for place, desk in desks_of(districts, ("half_1",)).items():
        steps = [visible(step) for step in say.steps(desk, site.names, site.links)]
        waits = [r for r in rows_of(register.waiting) if (r["municipality"] or "") == place]
        late = [r for r in waits if r["decide_by"] < day and not r["note_only"]]
        ahead = [
            r["decide_by"]
            for r in waits
            if r["decide_by"] >= day and not r["note_only"] and r["decides"] == "municipality"
        ]
        expected = []
        if late:
            expected.append(f"Принять решения о рисках, срок которых прошёл: {len(late)}")
        if ahead:
            expected.append(
                f"Принять решения МОУО о рисках, срок которых впереди: {len(ahead)}, ближайший — "
                f"{min(ahead):%d.%m.%Y}"
            )
        found = [step for step in steps if step.startswith("Принять решения")]
        assert len(found) == len(expected)
        for step, words in zip(found, expected, strict=True):
            assert step.startswith(words)
            told += 1
        alone = [step for step in steps if step.startswith("Закрепить сопровождающих")]
        assert bool(alone) == (place == "Заречный район"), "ШК-04 is listed and has nobody"
        assert all(site.links["ШК-04"] in step for step in alone)
    assert told > 1


def test_a_place_without_listed_schools_has_a_calm_page(districts: Analysis) -> None:
    text = visible(municipality_page(site_of(districts), "Лесной район"))
    assert "списке нет ни одной" in text
    assert "Школ в списке нет: закреплять сопровождающих не за кем." in text
    assert "С учётом случайности" not in text
    assert "Места среди" not in text


def test_the_municipality_nobody_named(districts: Analysis) -> None:
    paths = municipality_pages(districts)
    assert paths[""] == f"municipalities/{NOBODY}.qmd"
    text = visible(municipality_page(site_of(districts), ""))
    assert 'title: "Муниципалитет не указан"' in text
    assert f"../municipalities/{NOBODY}.qmd" in school_page(districts, "ШК-09")
    assert f"../{place_path('Лесной район')}" in school_page(districts, "ШК-08")


def test_hostile_and_twin_names(districts: Analysis) -> None:
    twins = [NASTY, "Район", "район", "index", "INDEX", "con", "none", f"{NASTY} 2", None]
    schools = districts.dataset.schools.assign(municipality=pd.array(twins, dtype="string"))
    broken = dataclasses.replace(districts, dataset=districts.dataset.replace(schools=schools))
    paths = municipality_pages(broken)
    assert len(paths) == 9
    lower = {path.lower() for path in paths.values()}
    assert len(lower) == 9 and "municipalities/index.qmd" not in lower
    for path in paths.values():
        assert re.fullmatch(r"municipalities/[a-z0-9-]+\.qmd", path), path
    site = site_of(broken)
    for text in (page_of_municipalities(site), municipality_page(site, NASTY)):
        assert b"<script>alert" not in text
        assert b"{{< meta" not in text


def test_search_finds_municipalities(districts: Analysis) -> None:
    found = [entry for entry in entries(site_of(districts), []) if entry.kind == "муниципалитет"]
    assert {(entry.title, entry.href) for entry in found} == {
        (name, place_path(name)) for name in planted.risk_project.DISTRICTS
    }


def test_documents_are_of_municipalities_too(districts: Analysis) -> None:
    pages = set(municipality_pages(districts).values())
    assert printed_pages(districts, "none") == []
    listed = set(printed_pages(districts, "listed"))
    assert pages <= listed and len(listed) == len(pages) + 3
    assert len(printed_pages(districts, "all")) == len(pages) + 9


def test_no_teacher_is_named(demo_analysis: Analysis) -> None:
    data = demo_analysis.dataset
    codes = {
        str(code)
        for name in ("teacher_diagnostics", "teacher_deficits", "teacher_courses", "support_links")
        for code in data.tables[name]["teacher"].dropna()
    }
    assert len(codes) > 50
    site = site_of(demo_analysis)
    for place in municipality_pages(demo_analysis):
        text = municipality_page(site, place).decode()
        assert not [code for code in codes if code in text]
        assert "Здесь только суммы" in text


def test_pages_are_light(demo_analysis: Analysis) -> None:
    for place in municipality_pages(demo_analysis):
        assert len(municipality_page(site_of(demo_analysis), place)) < 150_000


@pytest.fixture
def desk(districts: Analysis) -> Callable[..., Desk]:
    """A desk whose numbers are set by the test."""
    found = desks_of(districts)["Лесной район"]

    def make(**numbers: Any) -> Desk:
        return dataclasses.replace(found, summary={**found.summary, **numbers})

    return make


@pytest.mark.parametrize(
    ("n", "proposed", "schools"),
    [
        (0, "рекомендаций из правил не следует", ""),
        (1, "предлагается 1 рекомендация: МОУО — 1", "(1 школа)"),
        (2, "предлагаются 2 рекомендации: МОУО — 2", "(2 школы)"),
        (5, "предлагается 5 рекомендаций: МОУО — 5", "(5 школ)"),
        (21, "предлагается 21 рекомендация: МОУО — 21", "(21 школа)"),
    ],
)
def test_words_after_numbers(
    districts: Analysis, desk: Callable[..., Desk], n: int, proposed: str, schools: str
) -> None:
    row = {"addressee": "municipality", "number": "1"}
    own = dataclasses.replace(desk(issued=0, insufficient=n), proposals=[row] * n)
    assert proposed in visible(say.recommendations_sentence(own, districts))
    limits = visible(" ".join(say.limits(own, districts)))
    assert (schools in limits) if n else "судить нельзя" not in limits


@pytest.mark.parametrize(
    ("issued", "done", "late", "said"),
    [
        (1, 1, 0, "Выдана 1 рекомендация, исполнено — 1, просроченных нет."),
        (2, 0, 1, "Выданы 2 рекомендации, исполнено — 0, просрочено — 1."),
        (5, 5, 0, "Выдано 5 рекомендаций, исполнено — 5, просроченных нет."),
        (21, 0, 21, "Выдана 21 рекомендация, исполнено — 0, просрочено — 21."),
    ],
)
def test_issued_recommendations(
    districts: Analysis, desk: Callable[..., Desk], issued: int, done: int, late: int, said: str
) -> None:
    own = desk(issued=issued, issued_done=done, issued_overdue=late)
    assert said in visible(say.recommendations_sentence(own, districts))


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Школ в списке нет: закреплять сопровождающих не за кем."),
        (1, "На 15.04.2026 за единственной школой списка никто не закреплён."),
        (2, "На 15.04.2026 ни за одной из 2 школ списка никто не закреплён."),
        (5, "На 15.04.2026 ни за одной из 5 школ списка никто не закреплён."),
        (21, "На 15.04.2026 ни за одной из 21 школы списка никто не закреплён."),
    ],
)
def test_a_district_nobody_helps(desk: Callable[..., Desk], n: int, said: str) -> None:
    own = desk()
    assert own.network is not None and own.supported
    network = dataclasses.replace(
        own.network, listed=frozenset(map(str, range(n))), links=own.network.links.head(0)
    )
    assert visible(say.help_sentence(dataclasses.replace(own, network=network))) == said
    unknown = dataclasses.replace(own, network=network, supported=False)
    assert ("Сведений о том, кто кого сопровождает" in say.help_sentence(unknown)) == (n > 0)


def test_sentences_of_the_box(districts: Analysis, desk: Callable[..., Desk]) -> None:
    none = dict.fromkeys(("risks", "issued", "measures"), 0)
    assert say.overdue_sentence({**desk().summary, **none}, districts) == ""
    some = {
        **none, "risks": 3, "risks_overdue": 0, "measures": 21, "measures_overdue": 21,
        "issued_overdue": 0,
    }  # fmt: skip
    assert visible(say.overdue_sentence(some, districts)) == "На 15.04.2026 просрочены: меры — 21."
    some["measures_overdue"] = 0
    assert (
        visible(say.overdue_sentence(some, districts))
        == "На 15.04.2026 просроченного нет (решения о рисках, меры)."
    )
    cycle = {"cycle": 21, "cycle_missing": 1, "cycle_partial": 2}
    assert (
        visible(say.cycle_sentence(cycle))
        == "Управленческий цикл: из 21 слагаемого полностью есть 18, частично — 2, нет — 1."
    )
    whole = {"cycle": 5, "cycle_missing": 0, "cycle_partial": 0}
    assert visible(say.cycle_sentence(whole)) == "Управленческий цикл: есть все слагаемые (5)."
    assert say.cycle_sentence({**whole, "cycle": 0}) == ""


@pytest.mark.parametrize(
    ("comparable", "positive", "negative", "said"),
    [
        (0, 0, 0, "судить нельзя ни по одной школе"),
        (1, 1, 0, "можно одну школу; её динамика: положительная."),
        (1, 0, 1, "можно одну школу; её динамика: отрицательная."),
        (1, 0, 0, "можно одну школу; её динамика: без значимых изменений."),
        (2, 0, 1, "нет ни у одной из 2 школ"),
        (5, 5, 0, "положительная у 5 из 5 школ (100,0 %)"),
        (21, 5, 0, "положительная у 5 из 21 школы"),
    ],
)
def test_dynamics_in_words(comparable: int, positive: int, negative: int, said: str) -> None:
    row = {
        "comparable": comparable, "positive": positive, "negative": negative,
        "positive_share": positive / comparable if comparable else None,
        "positive_low": 0.0, "positive_high": 1.0,
    }  # fmt: skip
    assert said in visible(say.dynamics_words(row, 2026))
    assert say.dynamics_words({**row, "comparable": None}, 2026) == ""


def test_nothing_technical_is_visible(any_analysis: Analysis) -> None:
    site = site_of(any_analysis)
    texts = [page_of_municipalities(site).decode()]
    texts += [municipality_page(site, place).decode() for place in municipality_pages(any_analysis)]
    for text in texts:
        seen = re.sub(r"<[^>]*>", " ", re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S))
        assert not re.search(r"\b(nan|NaN|None|NaT|claimed|in_work|low_results|True|False)\b", seen)
        assert not re.search(r"\d\.\d+ ?%", seen)


def test_a_district_whose_schools_are_closed(districts: Analysis) -> None:
    schools = districts.dataset.schools.copy()
    gone = schools["municipality"] == "Лесной район"
    schools.loc[gone, "closed"] = 2020
    statuses = districts.identification.statuses
    ids = set(schools.loc[gone, "school_id"])
    found = dataclasses.replace(
        districts.identification, statuses=statuses[~statuses["school_id"].isin(ids)]
    )
    analysis = dataclasses.replace(
        districts, dataset=districts.dataset.replace(schools=schools), identification=found
    )
    site = site_of(analysis)
    text = visible(page_of_municipalities(site))
    assert f"открытых школ нет: [Лесной район]({slug('Лесной район')}.qmd)" in text
    assert "открытых школ здесь нет" in visible(municipality_page(site, "Лесной район"))


def test_the_page_of_a_municipality_that_is_gone_is_removed(tmp_path: Path) -> None:
    from shnor_lib.pipeline.reports import _remove_stale_reports

    (tmp_path / "shnor.yml").write_text("title: Проба\n", encoding="utf-8")
    project = open_project(tmp_path)
    folder = project.reports_dir / "municipalities"
    folder.mkdir(parents=True)
    for name in ("index", "kept", "gone"):
        (folder / f"{name}.qmd").write_text("", encoding="utf-8")
    made = tmp_path / "pages.json"
    made.write_text('{"municipalities/index.qmd": "", "municipalities/kept.qmd": ""}', "utf-8")
    _remove_stale_reports(project, [], set(), made)
    assert sorted(path.stem for path in folder.iterdir()) == ["index", "kept"]
