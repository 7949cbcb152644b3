"""Words of conditions and directions: numbers kept, cases right."""

from __future__ import annotations

from typing import Any

import pytest

from shnor_lib.report.context_words import (
    deviation_sentence,
    deviation_words,
    resilient_words,
    third,
    trend_sentence,
    years_words,
)

NB = "\u00a0"


def _plain(text: str) -> str:
    return text.replace(NB, " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("p", "confidence", "said"),
    [
        (0.99, "certain", "уверенно лучше ожидаемого"),
        (0.80, "likely", "вероятно лучше ожидаемого"),
        (0.60, "borderline", "как ожидается"),
        (0.01, "certain", "уверенно хуже ожидаемого"),
        (0.15, "likely", "вероятно хуже ожидаемого"),
    ],
)
def test_side_and_confidence(p: float, confidence: str, said: str) -> None:
    assert deviation_words({"p_better": p, "confidence": confidence}) == said


def test_deviation_has_all_its_numbers() -> None:
    row: dict[str, Any] = {
        "index": 39.24, "settlement": "село", "value": 0.859, "expected": 0.570, "residual": 0.289,
        "shrunk": 0.242, "shrunk_low": 0.155, "shrunk_high": 0.328, "n": 606, "p_better": 0.999,
        "confidence": "certain",
    }  # fmt: skip
    said = _plain(deviation_sentence(row, [2024, 2025, 2026], places=True))
    assert said == (
        "2023/24–2025/26 учебные годы: результат школы — 85,9 % (участий в работах: 606), школы с таким "
        "же индексом (39,2 из 100) и типом населённого пункта («село») в среднем набирают 57,0 %. "
        "Разница +28,9 п. п., с поправкой на случайность +24,2 п. п. (с вероятностью 95 % от +15,5 до "
        "+32,8 п. п.): уверенно лучше ожидаемого. Вероятность, что школа за эти годы "
        "действительно выше ожидаемого, — более 99 %; о следующих годах это не говорит."
    )
    alone = _plain(deviation_sentence({**row, "p_better": 0.2}, [2026], places=False))
    assert alone.startswith("2025/26 учебный год:")
    assert "населённого" not in alone
    assert alone.endswith("что школа в этом году действительно ниже ожидаемого, — 80 %.")


def _trend(**more: Any) -> dict[str, Any]:
    return {
        "n_units": 32, "n_years": 4, "n": 1833, "slope": 0.0673, "slope_low": 0.0403,
        "slope_high": 0.0943, "slope_others": -0.004, "verdict": "negative",
        "verdict_beyond": "negative", **more,
    }  # fmt: skip


def test_direction_has_all_its_numbers() -> None:
    assert _plain(trend_sentence(_trend())) == (
        "По всем рядам результатов вместе (рядов 32, самый длинный — 4 года, участий 1833) доля "
        "низких результатов меняется в среднем на +6,7 п. п. в год (с вероятностью 95 % от +4,0 до "
        "+9,4 п. п.; меньше нуля — лучше); у других школ в тех же работах — на −0,4 п. п. в год. "
        "Направление к худшему показано: обычными колебаниями его не объяснить; это хуже, чем у "
        "других школ."
    )
    one = _plain(trend_sentence(_trend(n_units=1, slope_others=None, verdict="no_change")))
    assert one.startswith("По одному ряду результатов (рядов 1,")
    assert "других школ" not in one
    assert "Направление не показано" in one
    # 41 ends in one and is not one.
    assert "всем рядам" in _plain(trend_sentence(_trend(n_units=41)))
    common = _plain(trend_sentence(_trend(verdict_beyond="no_change")))
    assert common.endswith("но от других школ школа в этом не отличается.")
    nothing = _plain(trend_sentence(_trend(slope_low=None)))
    assert nothing.endswith("не меняется: низких результатов нет или других нет.")


def test_small_words() -> None:
    assert years_words([2026]) == "2025/26 учебный год"
    assert [_plain(third(share)) for share in (1 / 3, 0.25, 0.2)] == ["трети", "четверти", "20 %"]
    assert resilient_words({"confidence": "insufficient"}) == "недостаточно данных"
