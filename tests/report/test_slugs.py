from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.report.slugs import slug


def test_plain_ids_stay() -> None:
    assert slug("edu000001") == "edu000001"
    assert slug("101001") == "101001"


def test_transliterated() -> None:
    assert slug("ШК-01").startswith("shk-01-")
    assert slug("Щука").startswith("shchuka-")


def test_lookalikes_are_kept_apart() -> None:
    ids = ["ШК-01", "шк-01", "shk-01", "SHK-01", "ШК 01", "index", "con", "../x", "x", "Ъ", "Ь"]
    assert len({slug(name) for name in ids}) == len(ids)
    assert slug("index") != "index"
    assert slug("con") != "con"


@given(st.text(min_size=1))
def test_safe_on_every_file_system(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(name))
    assert len(slug(name)) <= 60
    assert slug(name) == slug(name)


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=20))
def test_unique(names: list[str]) -> None:
    assert len({slug(name) for name in names}) == len(names)
