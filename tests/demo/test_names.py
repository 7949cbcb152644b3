"""Names and codes are invented, unique and carry nothing personal."""

from __future__ import annotations

import re

import pytest

from shnor_lib.demo import Demo, simulate
from shnor_lib.demo.names import municipality_names, villages
from shnor_lib.sources.cells.person_codes import is_full_name, why_no_code
from shnor_lib.tables import TABLES

# Districts of Russia that exist and whose names are built like ours.
REAL = {
    "Белореченский район", "Белоярский район", "Верхнебуреинский район", "Долгоруковский район",
    "Заречный район", "Каменский район", "Краснозерский район", "Новоозерновский район",
    "Родниковский район", "Сосновский район", "Светлинский район", "Светлоярский район",
    "Староминский район", "Тихорецкий район", "Нижнегорский район", "Озёрский район",
    "Оленекский район", "Тбилисский район", "Приозерский район",
}  # fmt: skip


@pytest.fixture(scope="module", params=[(12, 1), (640, 34)])
def schools(request):
    count, municipalities = request.param
    return simulate(schools=count, municipalities=municipalities, years=1).tables["schools"]


def test_unique(schools) -> None:
    for column in ("school_id", "name", "full_name", "fis_login", "ris_code"):
        assert schools[column].is_unique, column
    per_village = schools.groupby("settlement")["municipality"].nunique()
    assert (per_village == 1).all()


def test_codes_are_fictitious(schools) -> None:
    assert schools["school_id"].str.fullmatch(r"ШК-\d{3}").all()
    assert schools["fis_login"].str.fullmatch(r"edu9\d{5}").all()
    assert schools["ris_code"].str.fullmatch(r"9\d{5}").all()
    assert schools["inn"].isna().all()


def test_names_are_of_the_usual_form(schools) -> None:
    form = re.compile(
        r"М[БКА]ОУ «(НОШ|ООШ|СОШ|Гимназия|Лицей|Специальная школа|ВСОШ) № \d+ (с\.|пгт|г\.) [А-ЯЁ][а-яё]+»"
    )
    assert schools["name"].map(lambda name: bool(form.fullmatch(name))).all()


def test_no_real_district() -> None:
    towns, districts = municipality_names(34)
    assert len(towns) + len(districts) == 34
    assert len(set(towns) | set(districts)) == 34
    assert not REAL & set(districts)


_OFFICES = re.compile(r"https://example\.org/\S+|\w+@example\.org|8 \(000\) 000-00-\d\d")
"""Addresses and telephones nobody has."""


def test_no_personal_data(region: Demo) -> None:
    for name, frame in region.tables.items():
        for column in frame.select_dtypes("string"):
            values = frame[column].dropna().astype(str).str.replace(_OFFICES, "", regex=True)
            assert not values.str.contains(r"@|https?:|\+7|\d{10}").any(), (name, column)
            # Three capitalised words in a row would be a person's full name.
            assert not values.str.contains(
                r"\b[А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(?:вич|вна)\b"
            ).any()
            assert not values.map(is_full_name).any(), (name, column)
            assert column != "display_name" or values.empty
            if TABLES[name].column(column).person_code:
                assert values.map(why_no_code).isna().all(), (name, column)


def test_village_names_do_not_repeat() -> None:
    names = villages()
    assert len(names) == len(set(names)) > 400
