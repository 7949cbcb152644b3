"""Protocol and self-analysis card: filled in with what is known, empty where there is to write."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from shnor_lib.project import open_project
from shnor_lib.publish.documents.forms import make_forms, update_forms, with_form_styles
from shnor_lib.publish.documents.reference import packed, reference_docx
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.forms import forms_of
from shnor_lib.report.forms.model import Form, grid, said, signatures
from shnor_lib.report.forms.school import form_path, schools_with_forms
from shnor_lib.sources.assemble import read_folder
from shnor_lib.tables import RISK_FACTORS
from tests.methods.builders import NO_CALENDAR
from tests.report import risk_project as planted
from tests.report.frames import NASTY


@pytest.fixture(scope="module")
def risky(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    root: Path = planted.write(tmp_path_factory.mktemp("forms") / "project")
    return analyse(open_project(root), read_folder(root / "data/raw", calendar=NO_CALENDAR))


@pytest.fixture(scope="module")
def forms(risky: Analysis) -> dict[str, Form]:
    return {form.path: form for form in forms_of(risky)}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\_", "_")


def cells(markdown: str, box: int) -> list[list[str]]:
    """Body rows of the n-th table of a form."""
    body = re.findall(r"^::: \{\.grid[^\n]*\n(.*?)\n:::", plain(markdown), re.S | re.M)[box]
    return [[c.strip() for c in line.strip("|").split("|")] for line in body.splitlines()[2:]]


def test_for_listed_schools_and_those_with_a_profile(risky: Analysis, forms) -> None:
    wanted = {s for s, f in planted.LEVELS.items() if any(levels[1] for levels in f.values())}
    assert set(schools_with_forms(risky)) == wanted | set(planted.LISTED)
    assert set(forms) == {
        form_path(school, kind)
        for school in schools_with_forms(risky)
        for kind in ("protocol", "self-analysis")
    }


def test_protocol_holds_what_is_known_and_room_for_the_rest(forms) -> None:
    form = forms[form_path("ШК-01", "protocol")]
    assert form.sideways
    text = plain(form.markdown)
    assert "ПРОТОКОЛ № ______" in text
    assert "**Школа:** МБОУ «СОШ № 1 с. Светлое» (Приозёрный район)." in text
    assert "**Учебный год:** 2025/26." in text
    assert "карточка самоанализа: сдана" in text
    assert "ВПР, математика — 40,0 % (12 из 30)" in text
    rows = cells(form.markdown, 0)
    by_name = {row[1]: row for row in rows if row[1]}
    assert len(rows) == 4 + 2, "two empty rows for what is not in the profile"
    assert rows[-1][1:] == [""] * 6
    staff = by_name["Дефицит педагогических кадров"]
    assert staff[2:6] == ["высокая", "подтверждает", "подтверждает", "подтверждён"]
    assert staff[6] == "МОУО, до 31.07.2026"
    failure = by_name["Высокая доля обучающихся с рисками учебной неуспешности"]
    assert failure[4].replace("\\", "") == "отклоняет: охват занятиями полный"
    assert failure[5] == "", "no outcome yet: there is to write"
    pending = by_name["Высокая доля обучающихся с ОВЗ"]
    assert pending[3:6] == ["", "", ""]
    assert len(cells(form.markdown, 1)) == 4
    assert "школа подтверждает, куратор отклоняет" in text
    assert text.count("(подпись)") == 2


def test_card_asks_about_every_factor_the_grave_ones_first(forms) -> None:
    form = forms[form_path("ШК-01", "self-analysis")]
    assert not form.sideways
    rows = cells(form.markdown, 0)
    assert len(rows) == len(RISK_FACTORS)
    assert all(row[1].count("?") == 2 and row[2] == "" for row in rows)
    levels = [re.search(r"\(([^()]+)\)\*\*$", row[0]).group(1) for row in rows]
    assert levels == sorted(levels, key=["высокая", "средняя", "низкая", "не заявлен"].index)
    assert levels.count("высокая") == 3
    text = plain(form.markdown)
    assert "по правилам «Правила Тбилисского района» как ШНОР" in text
    assert "порог 20 %" in text
    assert ["Качество преподавания", "Доля уроков с разбором", "0,4"] in cells(form.markdown, 1)


def test_card_of_a_school_that_has_answered_nothing(forms) -> None:
    rows = cells(forms[form_path("ШК-06", "self-analysis")].markdown, 1)
    assert [row[2] for row in rows] == ["", "", ""]
    text = plain(forms[form_path("ШК-06", "self-analysis")].markdown)
    assert "признаков ШНОР и ШССУ нет" in text


def test_nothing_of_the_programme_shows(forms) -> None:
    for form in forms.values():
        assert not re.search(r"\b(nan|None|NaT|claimed|weak)\b|<NA>", form.markdown)


def test_no_forms_without_profiles(analysis: Analysis) -> None:
    assert forms_of(analysis) == []


# --- Word --------------------------------------------------------------------------------------


def parts_of(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if name.endswith(".xml")
        }


def words_of(document: str) -> str:
    return plain("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", document)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, forms) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("word")
    wanted = [forms[form_path("ШК-01", kind)] for kind in ("protocol", "self-analysis")]
    paths = make_forms(root, wanted, reference=reference_docx(), organisation="Управление")
    first = {path.name: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    make_forms(root, wanted, reference=reference_docx(), organisation="Управление")
    assert first == {path.name: path.read_bytes() for path in paths}, "same form, same bytes"
    assert not list((root / ".shnor/forms").iterdir()), "nothing is left behind"
    return first


def test_word_file_has_lines_heights_and_the_page_turned(made) -> None:
    protocol, card = (
        parts_of(next(data for name, data in made.items() if kind in name))["word/document.xml"]
        for kind in ("protocol", "self-analysis")
    )
    assert 'w:orient="landscape"' in protocol
    assert "landscape" not in card
    for document in (protocol, card):
        tables = document.count("<w:tbl>")
        signed = 1
        assert document.count("<w:tblBorders>") == tables - signed
        assert '<w:trHeight w:val="' in document
        assert "<!--form:" not in document
        assert "¶" not in document
    assert "ПРОТОКОЛ № ______" in words_of(protocol)
    assert "КАРТОЧКА САМОАНАЛИЗА ШКОЛЫ" in words_of(card)


def test_signatures_never_begin_a_page_alone(made) -> None:
    styles = parts_of(with_form_styles(reference_docx()))["word/styles.xml"]
    for name in ("Form Kept", "Form Sign", "Form Grid Whole", "Form Grid Whole Head", "Form Head"):
        style = re.search(rf'<w:name w:val="{name}"/>.*?</w:style>', styles, re.S)
        assert style is not None and "<w:keepNext/>" in style.group(), name
    for data in made.values():
        document = parts_of(data)["word/document.xml"]
        tables = re.findall(r"<w:tbl>.*?</w:tbl>", document, re.S)
        # the table before the signatures is kept whole, and so is what stands between them
        assert 'w:val="FormGridWhole"' in tables[-2] and 'w:val="FormSign"' in tables[-1]
        between = document.split(tables[-2])[1].split(tables[-1])[0]
        assert re.search(r'<w:pStyle w:val="FormGap"\s*/>\s*<w:keepNext\s*/>', between)
        # text does not touch the lines around it
        assert document.count('<w:bottom w:w="30" w:type="dxa"/>') == len(tables)


def test_margins_of_forms_are_small_unless_the_office_has_its_own(tmp_path: Path, forms) -> None:
    wanted = [forms[form_path("ШК-01", kind)] for kind in ("protocol", "self-analysis")]

    def margins(reference: bytes, name: str) -> list[set[str]]:
        paths = make_forms(tmp_path / name, wanted, reference=reference)
        found = []
        for path in paths:
            document = parts_of(path.read_bytes())["word/document.xml"]
            own = re.search(r"<w:pgMar [^>]*>", document)
            assert own is not None
            found.append(set(re.findall(r'w:(?:top|bottom)="(\d+)"', own.group())))
        return found

    assert margins(reference_docx(), "packaged") == [{"850"}, {"850"}]
    parts = {}
    with zipfile.ZipFile(io.BytesIO(reference_docx())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = parts["word/document.xml"].decode()
    for side in ("top", "bottom"):
        document = document.replace(f'w:{side}="1134"', f'w:{side}="1400"')
    parts["word/document.xml"] = document.encode()
    assert margins(packed(parts), "own")[1] == {"1400"}


def test_properties_carry_no_clock(made) -> None:
    for data in made.values():
        core = parts_of(data)["docProps/core.xml"]
        assert "1980-01-01T00:00:00Z" in core
        assert "<dc:creator>Управление</dc:creator>" in core
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_hostile_text_is_shown_as_it_is(tmp_path: Path) -> None:
    form = Form(
        "downloads/forms/x.docx",
        "Проба & <b>",
        "\n\n".join([said(NASTY), grid(("Один", "Два"), [(said(NASTY), "")], (50, 50)),
                     signatures("Куратор")]),
    )  # fmt: skip
    (path,) = make_forms(tmp_path, [form], reference=reference_docx())
    document = parts_of(path.read_bytes())["word/document.xml"]
    assert words_of(document).count("alert(1)") == 2
    assert "&lt;script&gt;" in document
    assert "HYPERLINK" not in re.sub(r"<w:t[ >].*?</w:t>", "", document)


def test_styles_of_the_office_win(made) -> None:
    own = with_form_styles(reference_docx())
    styles = parts_of(own)["word/styles.xml"]
    assert styles.count('w:val="Form Text"') == 1
    assert with_form_styles(own) == own, "what is there is left alone"


def test_only_what_changed_is_made_again(tmp_path: Path, forms) -> None:
    wanted = [forms[form_path("ШК-01", kind)] for kind in ("protocol", "self-analysis")]
    memory = tmp_path / "forms.json"

    def update(forms_: list[Form], version: str = "1") -> int:
        return len(
            update_forms(
                tmp_path, forms_, reference=reference_docx(), organisation="",
                memory=memory, version=version,
            )
        )  # fmt: skip

    assert update(wanted) == 2
    assert update(wanted) == 0
    changed = Form(wanted[0].path, wanted[0].title, wanted[0].markdown + "\n\nЕщё.", sideways=True)
    assert update([changed, wanted[1]]) == 1
    assert update([changed, wanted[1]], version="2") == 2
    (tmp_path / "reports" / wanted[1].path).unlink()
    assert update([changed, wanted[1]], version="2") == 1
    assert update([changed], version="2") == 0
    assert not (tmp_path / "reports" / wanted[1].path).exists(), "a form nobody needs is gone"
