"""The pages of support and of the management cycle, the section of the profile, on three districts."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from shnor_lib.methods.support_network import support_network
from shnor_lib.project import SupportNorm, open_project
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.pages.cycle import page_of_cycle
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.pages.support import has_support, page_of_support
from shnor_lib.report.profile import frames_of
from shnor_lib.report.school.support import support_section
from shnor_lib.report.slugs import slug
from shnor_lib.report.support import words as say
from shnor_lib.sources.assemble import read_folder
from tests.methods.builders import NO_CALENDAR
from tests.report import network_project as planted

RUNS = ("01_identification", "06_mentor_centre", "07_effectiveness-1")


@pytest.fixture(scope="module")
def helped(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    root: Path = planted.write(tmp_path_factory.mktemp("support") / "project")
    return analyse(open_project(root), read_folder(root / "data/raw", calendar=NO_CALENDAR))


def site_of(analysis: Analysis) -> Site:
    names = frames_of(analysis).names
    years = {year: list(RUNS) for year in analysis.years}
    return Site(analysis, names, {key: f"schools/{slug(key)}.qmd" for key in names}, years)


def visible(text: str | bytes) -> str:
    said = text.decode() if isinstance(text, bytes) else text
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def cards(text: str) -> dict[str, str]:
    return {
        label: value
        for value, label in re.findall(
            r'<span class="value">([^<]+)</span><span class="label">([^<]+)</span>', text
        )
    }


def test_page_names_the_uncovered_and_the_overloaded_first(helped: Analysis) -> None:
    text = visible(page_of_support(site_of(helped)))
    day = planted.AS_OF
    listed, mentors = {"ШК-01", "ШК-02", "ШК-04"}, {"Н-01", "Н-02", "Н-03"}
    begun = [
        r for r in planted.LINKS if r.get("first_date") is None or r["first_date"].date() <= day
    ]
    with_mentor = {r["school_id"] for r in [*begun, *planted.PLANS] if r["supporter"] in mentors}
    with_tutor = {r["school_id"] for r in begun if r["supporter"].startswith("Т")}
    found = cards(text)
    assert found["школа списка без сопровождения"] == "1"
    assert found["школа списка без наставника"] == str(len(listed - with_mentor))
    assert found["школы списка без тьютора"] == str(len(listed - with_tutor))
    assert found["с нагрузкой больше нормы"] == "1"
    # a plan of the mentor centre without a link is a link of its own
    pairs = {(r["supporter"], r["school_id"]) for r in begun}
    links = len(begun) + sum((p["supporter"], p["school_id"]) not in pairs for p in planted.PLANS)
    assert f"Начатых закреплений {links}:" in text
    first = text.index("Школа списка без сопровождения")
    assert first < text.index("Н-01, директор** (наставник): 4 школы одновременно при норме 3")
    assert f"schools/{slug('ШК-04')}.qmd" in text[first : text.index("## Школы списка")]
    assert "норма одновременно: наставник — 3 школы; проект" in text
    assert "мониторинг 6: муниципальный наставнический центр](2026/06_mentor_centre.ipynb)" in text
    assert "**Освобождены, но закрепления остались:** Н-02" in text
    assert not re.search(
        r"\b(nan|NaN|None|NaT|mentor|tutor|ended|ahead)\b|<NA>", re.sub(r"\([^)]*ipynb\)", "", text)
    )


def test_nobody_can_be_picked_out(helped: Analysis) -> None:
    site = site_of(helped)
    texts = [page_of_support(site).decode(), page_of_cycle(site).decode()]
    texts += ["\n".join(support_section(frames_of(helped), school)) for school in planted.SCHOOLS]
    for text in texts:
        assert "ШК-01-У0" not in text, "codes of teachers"
        assert "5,0" not in text, "the mark of a single person"
        assert "Должность сейчас" not in text
    assert "мало (1 отзыв)" in visible(texts[0])


def test_reserve_as_of_the_day(helped: Analysis) -> None:
    text = visible(page_of_support(site_of(helped)))
    assert "в реестре 3 человека: в резерве — 2, назначены — 0, выбыли — 1" in text
    assert "Подготовка указана у 1 из 2" in text
    assert "Р-04" not in text, "enters later"


def test_profile_says_who_helps(helped: Analysis) -> None:
    frames = frames_of(helped)
    own = visible("\n".join(support_section(frames, "ШК-01")))
    assert "за школой закреплены 2 сопровождающих." in own
    assert "есть, выполнено 7 из 10" in own
    alone = visible("\n".join(support_section(frames, "ШК-04")))
    assert "за школой никто не закреплён. Школа в списке" in alone
    assert "нет тьютора" in visible("\n".join(support_section(frames, "ШК-02")))
    assert support_section(frames, "ШК-03") == [], "neither listed nor helped"


def test_pages_are_in_the_menu_when_there_is_something(
    helped: Analysis, analysis: Analysis
) -> None:
    assert has_support(helped) and not has_support(analysis)
    paths = [each.path for each in sections_of(site_of(helped))]
    assert {"support.qmd", "cycle.qmd"} <= set(paths)
    assert "support.qmd" not in {each.path for each in sections_of(site_of(analysis))}
    assert "cycle.qmd" in {each.path for each in sections_of(site_of(analysis))}


def test_cycle_leads_to_what_there_is_and_names_the_workbook_of_what_is_not(
    helped: Analysis,
) -> None:
    text = visible(page_of_cycle(site_of(helped)))
    anchors = re.findall(r"^## .+ \{#(mo-[\w-]+)\}$", text, re.M)
    assert len(anchors) == 3 == len(set(anchors))
    for anchor in anchors:
        assert f"](#{anchor})" in text and f'href="#{anchor}"' in text
    assert 'href="2026/07_effectiveness-1.ipynb">анализ на 31 декабря' in text
    assert "анализ на 31 августа: появится, когда будут результаты этого года" in text
    assert "школы с показателями рейтинга за год: нет у 3 из 3; книга «Показатели рейтинга»" in text
    assert "книга «Сопровождающие и резерв», лист «Управленческий резерв»" in text
    for page in re.findall(r'href="(\w+)\.qmd"', text):
        assert f"{page}.qmd" in {each.path for each in sections_of(site_of(helped))}
    assert text.count("8. Анализ эффективности принятых мер") == 3


def with_list(analysis: Analysis, n: int, covered: int, heavy: int) -> Analysis:
    """The same with so many schools listed, covered by so many, heavy mentors with four schools each."""
    from shnor_lib.store import Dataset
    from tests.methods.builders import table

    schools = [f"S{i:02d}" for i in range(n)]
    links = [{"supporter": "Н-99", "school_id": s} for s in schools[:covered]]
    links += [
        {"supporter": f"Н-{m:02d}", "school_id": f"X{m}{k}"} for m in range(heavy) for k in range(4)
    ]
    people = [{"supporter": s, "role": "mentor"} for s in sorted({r["supporter"] for r in links})]
    data = Dataset(
        supporters=table("supporters", people),
        support_links=table("support_links", [{**r, "year": 2026} for r in links]),
    )
    norm = (
        SupportNorm(required=["mentor"])
        if covered <= 3
        else SupportNorm(required=["mentor"], schools={"curator": 9})
    )
    found = support_network(data, schools, 2026, planted.AS_OF, norm=norm)
    return dataclasses.replace(analysis, network=found)


@pytest.mark.parametrize(
    ("n", "covered", "wanted"),
    [
        (0, 0, "Школ в списке нет: закреплять сопровождающих не за кем."),
        (1, 0, "в списке 1 школа: наставник есть у 0 из 1, никто не закреплён за 1."),
        (2, 1, "в списке 2 школы: наставник есть у 1 из 2, никто не закреплён за 1."),
        (5, 5, "в списке 5 школ: наставник есть у 5 из 5, кто-нибудь закреплён за каждой."),
        (21, 2, "в списке 21 школа: наставник есть у 2 из 21, никто не закреплён за 19."),
    ],
    ids=["0", "1", "2", "5", "21"],
)
def test_coverage_sentence_for_any_number(
    helped: Analysis, n: int, covered: int, wanted: str
) -> None:
    found = with_list(helped, n, covered, heavy=1).network
    assert found is not None
    assert visible(say.coverage_sentence(found)).endswith(wanted)


@pytest.mark.parametrize(
    ("heavy", "wanted"),
    [(0, "Перегруженных сопровождающих нет ("), (1, "Перегружен 1 наставник ("),
     (2, "Перегружены 2 наставника ("), (5, "Перегружены 5 наставников ("),
     (21, "Перегружен 21 наставник (")],
    ids=["0", "1", "2", "5", "21"],
)  # fmt: skip
def test_load_sentence_for_any_number(helped: Analysis, heavy: int, wanted: str) -> None:
    found = with_list(helped, 2, 1, heavy).network
    assert found is not None
    assert visible(say.load_sentence(found)).startswith(wanted)


def test_no_support_data_at_all(analysis: Analysis) -> None:
    network = analysis.network
    assert network is not None
    assert "Сведений о том, кто кого сопровождает" in visible(say.coverage_sentence(network))
    assert say.paper_sentence(network) == ""
    assert say.remarks(network) == []
    assert support_section(frames_of(analysis), "A") == []
