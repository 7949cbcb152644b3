"""Ratings on the chain of steps: recomputed in plain loops, replayed, refused by name."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.ranking import RatingResult, rate
from shnor_lib.methods.rating_chain import TOP, group_code, sampler_of, start_chain
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.store import Dataset
from shnor_lib.yaml_source import YamlFaultsError
from tests.methods.builders import SOURCE, dataset, result

GOALPOSTS = {"method": "goalposts", "low": 0.0, "high": 0.4}
INDICATORS = (
    # id, group, procedure, measure, direction, weight
    ("vpr_low", "vpr", "vpr", "share_low", -1, 3),
    ("vpr_good", "vpr", "vpr", "quality", 1, 2),
    ("ege_low", "ege", "ege", "share_low", -1, 2),
    ("ege_high", "ege", "ege", "share_high", 1, 1),
)


def _definition(normalisation: Mapping[str, Any] = GOALPOSTS, **values: Any) -> Rating:
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, group, procedure, measure, direction, weight in INDICATORS:
        groups.setdefault(group, []).append(
            {
                "id": name, "title": f"Показатель {name}", "measure": measure,
                "scopes": [{"procedure": procedure}], "direction": direction, "weight": weight,
                "normalisation": dict(normalisation),
            }
        )  # fmt: skip
    listed = [{"id": g, "title": f"Группа {g}", "indicators": i} for g, i in groups.items()]
    return Rating.model_validate(
        {"id": "test", "title": "Проверка", "source": SOURCE, "groups": listed, **values}
    )


Counts = dict[tuple[str, int, str], tuple[int, int, int, int]]
"""(school, year, procedure) → n, low, high, good («4»)."""


def _counts(schools: int, years: range, seed: int) -> Counts:
    """Every third school has no ЕГЭ, some school-years have nothing at all."""
    rng = np.random.default_rng(seed)
    found: Counts = {}
    for i in range(schools):
        for year in years:
            for procedure in ("vpr", "ege"):
                if (procedure == "ege" and i % 3 == 0) or rng.random() < 0.1:
                    continue
                n = int(rng.integers(3, 80))
                parts = rng.multinomial(n, rng.dirichlet([1.5, 4, 3, 1]))
                low, _, good, high = (int(x) for x in parts)
                found[f"Ш{i:02d}", year, procedure] = (n, low, high, good)
    return found


def _dataset(counts: Counts) -> Dataset:
    return dataset(
        [
            result(school, year, n, low, high, procedure=procedure, good=good)
            for (school, year, procedure), (n, low, high, good) in counts.items()
        ]
    )


def _plain(counts: Counts, rating: Rating) -> dict[tuple[str, int], float]:
    """Scores from the description of the method, in loops."""
    years = sorted({year for _, year, _ in counts})
    schools = sorted({school for school, _, _ in counts})
    values: dict[str, dict[tuple[str, int], float]] = {name: {} for name, *_ in INDICATORS}
    for name, _, procedure, measure, _, _ in INDICATORS:
        for school in schools:
            for year in years:
                window = range(year - rating.pool_years + 1, year + 1)
                cells = [counts[k] for y in window if (k := (school, y, procedure)) in counts]
                n = sum(c[0] for c in cells)
                if n < rating.min_participants:
                    continue
                top = {
                    "share_low": sum(c[1] for c in cells),
                    "share_high": sum(c[2] for c in cells),
                    "quality": sum(c[2] + c[3] for c in cells),
                }[measure]
                # the builder writes no marks for ЕГЭ: its quality is unknown
                values[name][school, year] = top / n
    points: dict[str, dict[tuple[str, int], float]] = {}
    for name, _, _, _, direction, _ in INDICATORS:
        points[name] = {}
        for key, value in values[name].items():
            reference = [
                v
                for (_, y), v in values[name].items()
                if rating.reference == "pooled" or y == key[1]
            ]
            points[name][key] = _points(rating.scales[0].method, value, reference, direction)  # type: ignore[union-attr]
    scores = {}
    for school in schools:
        for year in years:
            earned = possible = 0.0
            for name, *_, weight in INDICATORS:
                if (school, year) in points[name]:
                    earned += weight * points[name][school, year]
                    possible += weight
            if possible:
                scores[school, year] = earned / possible
    return scores


def _points(method: str, value: float, reference: list[float], direction: int) -> float:
    if method == "zscore":
        return direction * (value - float(np.mean(reference))) / float(np.std(reference, ddof=1))
    if method == "percentile":
        below = sum(v < value for v in reference)
        equal = sum(v == value for v in reference)
        share = (below + equal / 2) / len(reference)
        return share if direction > 0 else 1 - share
    low, high = (0.0, 0.4) if method == "goalposts" else (min(reference), max(reference))
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share if direction > 0 else 1 - share


@pytest.mark.parametrize("reference", ["pooled", "year"])
@pytest.mark.parametrize("method", ["goalposts", "minmax", "zscore", "percentile"])
def test_scores_equal_a_plain_recomputation(method: str, reference: str) -> None:
    counts = _counts(25, range(2021, 2025), seed=4)
    normalisation = GOALPOSTS if method == "goalposts" else {"method": method}
    rating = _definition(normalisation, reference=reference, pool_years=2, min_participants=5)
    rows = rate(_dataset(counts), rating, draws=0).scores
    expected = _plain(counts, rating)
    assert len(expected) > 80
    got = {(r["school_id"], r["year"]): r["score"] for r in rows.to_dict("records")}
    assert set(got) == set(expected)
    for key, score in expected.items():
        assert got[key] == pytest.approx(score, abs=1e-12), key
    for year, part in rows.groupby("year"):
        own = [expected[s, y] for s, y in expected if y == year]
        ranks = part["rank"].to_numpy(float)
        assert sorted(ranks) == pytest.approx(
            sorted(scipy_stats.rankdata(-np.round(own, 12), method="average"))
        )


def test_equal_schools_share_a_place_whatever_the_order_of_additions() -> None:
    counts = _counts(3, range(2024, 2025), seed=1)
    cells = counts["Ш01", 2024, "vpr"], counts["Ш01", 2024, "ege"]
    for i in range(40):
        counts[f"Ю{i:02d}", 2024, "vpr"], counts[f"Ю{i:02d}", 2024, "ege"] = cells
    rows = rate(_dataset(counts), _definition(), draws=0).scores.set_index("school_id")
    twins = rows.loc[[name for name in rows.index if name.startswith("Ю")], "rank"]
    assert twins.nunique() == 1


def _index(found: RatingResult) -> pd.Series:
    assert found.chain is not None
    return found.chain.index


def test_the_chain_is_the_rating_and_replays_with_one_thing_changed() -> None:
    data = _dataset(_counts(20, range(2022, 2025), seed=7))
    plain = rate(data, _definition(), draws=0)
    assert plain.chain is not None
    scores = plain.scores.set_index(["school_id", "year"])["score"].astype(float)
    pd.testing.assert_series_equal(
        _index(plain).sort_index(), scores.sort_index(), check_names=False, check_index_type=False
    )
    other = rate(data, _definition({"method": "percentile"}), draws=0)
    assert other.chain is not None
    changed = plain.chain.replay({"normalise": dict(other.chain.log[0].arguments)})
    np.testing.assert_array_equal(changed.index, _index(other))
    assert not np.allclose(changed.index, _index(plain))
    again = pickle.loads(pickle.dumps(plain))
    np.testing.assert_array_equal(again.chain.replay().index, _index(plain))
    with pytest.raises(TypeError):
        again.chain.stages["raw"] = None


def _one_year(low: list[float]) -> Dataset:
    """Schools of a thousand pupils with exact shares of «2»; no «4» and «5» but a few."""
    return dataset(
        [result(f"Ш{i}", 2024, 1000, round(1000 * share), 10) for i, share in enumerate(low)]
    )


def _single(normalisation: Mapping[str, Any], **values: Any) -> Rating:
    indicator = {
        "id": "low", "title": "Низкие", "measure": "share_low", "scopes": [{"procedure": "vpr"}],
        "direction": -1, "weight": 1, "normalisation": dict(normalisation),
    }  # fmt: skip
    groups = [{"id": "g", "title": "Группа", "indicators": [indicator]}]
    return Rating.model_validate(
        {"id": "test", "title": "Проверка", "source": SOURCE, "groups": groups, **values}
    )


LOW = [0.1, 0.2, 0.2, 0.5]


@pytest.mark.parametrize(
    ("normalisation", "expected"),
    [
        ({"method": "goalposts", "low": 0, "high": 0.4, "floor": 0.1}, [0.775, 0.55, 0.55, 0.1]),
        ({"method": "minmax", "low": 0.1, "high": 1}, [1, 0.775, 0.775, 0.1]),
        ({"method": "percentile_rank"}, [1, 1 / 3, 1 / 3, 0]),
        ({"method": "rank"}, [4, 2, 2, 1]),
        ({"method": "borda"}, [3, 1, 1, 0]),
        ({"method": "distance_to_target", "target": 0.2}, [1, 1, 1, 0]),
        ({"method": "distance_to_target", "target": 0.2, "cap": False}, [4 / 3, 1, 1, 0]),
        ({"method": "distance_to_reference", "school": "Ш1", "year": 2024}, [1, 1, 1, 0]),
        ({"method": "distance_to_maximum"}, [1, 0.75, 0.75, 0]),
        ({"method": "fraction_of_maximum"}, [1, 0.5, 0.5, 0.2]),
        ({"method": "bands", "edges": [0.15, 0.3], "points": [10, 5, 0]}, [1, 0.5, 0.5, 0]),
        ({"method": "ampi"}, [130, 115, 115, 70]),
        ({"method": "ampi", "reference": 0.2}, [115, 100, 100, 55]),
        ({"method": "zscore", "mean": 100, "sd": 10}, None),
    ],
    ids=lambda value: value["method"] if isinstance(value, dict) else "",
)
def test_every_normalisation_by_hand(
    normalisation: Mapping[str, Any], expected: list[float] | None
) -> None:
    if expected is None:
        x = np.array(LOW)
        expected = list(100 - 10 * (x - x.mean()) / x.std(ddof=1))
    rating = _single(normalisation)
    rows = rate(_one_year(LOW), rating, draws=0).scores
    np.testing.assert_allclose(rows["score"].astype(float), expected, atol=1e-12)
    assert rows["share_of_max"].notna().all() == rating.has_maximum
    floored = normalisation["method"] == "goalposts"
    assert rating.has_maximum == (floored or max(expected) == 1)


def _both(aggregation: Mapping[str, Any], **values: Any) -> Rating:
    return _definition(
        {"method": "goalposts", "low": 0.0, "high": 0.9, "floor": 0.05},
        aggregation=dict(aggregation), **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("aggregation", "mean"),
    [
        ({"method": "arithmetic"}, lambda x, w: np.average(x, weights=w)),
        ({"method": "geometric"}, lambda x, w: scipy_stats.gmean(x, weights=w)),
        ({"method": "harmonic"}, lambda x, w: scipy_stats.hmean(x, weights=w)),
        ({"method": "power", "p": 0.5}, lambda x, w: scipy_stats.pmean(x, 0.5, weights=w)),
        (
            {"method": "mazziotta_pareto"},
            lambda x, w: (
                np.average(x, weights=w)
                - np.average((x - np.average(x, weights=w)) ** 2, weights=w)
                / np.average(x, weights=w)
            ),
        ),
    ],
    ids=lambda value: value["method"] if isinstance(value, dict) else "",
)
def test_every_aggregation_against_scipy(aggregation: Mapping[str, Any], mean: Any) -> None:
    counts = _counts(12, range(2024, 2025), seed=11)
    rating = _both(aggregation)
    found = rate(_dataset(counts), rating, draws=0)
    points = found.indicators[found.indicators["applies"]].astype({"normalised": float})
    for (school, year), rows in points.groupby(["school_id", "year"]):
        groups = []
        for _, part in rows.groupby("group", sort=False):
            weight = part["weight"].to_numpy(float)
            groups.append((mean(part["normalised"].to_numpy(), weight), weight.sum()))
        expected = mean(np.array([g[0] for g in groups]), np.array([g[1] for g in groups]))
        own = found.scores[(found.scores["school_id"] == school) & (found.scores["year"] == year)]
        assert float(own["score"].iloc[0]) == pytest.approx(float(expected), abs=1e-12)
    assert found.scores["share_of_max"].notna().all() == rating.has_maximum


def test_groups_may_be_added_up_differently_than_their_indicators() -> None:
    data = _dataset(_counts(12, range(2024, 2025), seed=11))
    both = rate(
        data, _both({"method": "geometric"}, group_aggregation={"method": "arithmetic"}), draws=0
    )
    plain = rate(data, _both({"method": "arithmetic"}), draws=0)
    assert both.chain is not None and plain.chain is not None
    code = group_code("vpr")
    np.testing.assert_array_equal(both.chain.data[code], plain.chain.data[code])
    assert (both.chain.index <= plain.chain.index + 1e-12).all()


def test_outranking_by_pairs() -> None:
    data = _one_year([0.1, 0.2, 0.3, 0.4])
    found = rate(data, _single({"method": "rank"}, aggregation={"method": "copeland"}), draws=50)
    assert found.scores["score"].tolist() == [3, 2, 1, 0]
    gaps = _dataset(_counts(12, range(2024, 2025), seed=11))
    with pytest.raises(
        ShnorError, match=r"Рейтинг «test».*попарно.*не сравнить|попарное сравнение"
    ):
        rate(gaps, _definition({"method": "rank"}, aggregation={"method": "copeland"}), draws=0)


def test_outliers_are_drawn_in_before_normalisation() -> None:
    low = [0.10, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.95]
    values = {"winsorise": 1, "min_values": 5}
    found = rate(_one_year(low), _single({"method": "minmax"}, treatment=values), draws=200)
    scores = found.scores.set_index("school_id")["score"].astype(float)
    assert scores["Ш9"] == scores["Ш10"] == 0
    assert scores["Ш5"] == pytest.approx(1 - 5 / 9)
    plain = rate(_one_year(low), _single({"method": "minmax"}), draws=0).scores["score"]
    assert plain.nsmallest(2).iloc[1] > 0.8
    assert found.scores["rank_low"].notna().all()
    kept = _single({"method": "minmax"}, treatment=values | {"skip": ["low"]})
    np.testing.assert_allclose(
        rate(_one_year(low), kept, draws=0).scores["score"].astype(float), plain.astype(float)
    )
    few = _single({"method": "minmax"}, treatment=values | {"min_values": 12})
    np.testing.assert_allclose(
        rate(_one_year(low), few, draws=0).scores["score"].astype(float), plain.astype(float)
    )


def test_gaps_are_filled_from_the_schools_own_past() -> None:
    cells = [
        result("А", 2023, 100, 10, 5), result("А", 2024, 100, 20, 5),
        result("А", 2023, 100, 30, 5, procedure="ege"),
        result("Б", 2023, 100, 20, 5), result("Б", 2024, 100, 20, 5),
    ]  # fmt: skip
    rating = _definition(imputation={"method": "latest"})
    found = rate(dataset(cells), rating, draws=100)
    rows = found.indicators.set_index(["school_id", "year", "indicator"])
    assert rows.loc[("А", 2024, "ege_low"), "normalised"] == pytest.approx(0.25)
    assert pd.isna(rows.loc[("А", 2024, "ege_low"), "value"])
    assert rows.loc[("А", 2024, "ege_low"), "applies"]
    # a school that never had the exam gets nothing and loses nothing
    assert not rows.loc[("Б", 2024, "ege_low"), "applies"]
    scores = found.scores.set_index(["school_id", "year"])
    assert scores.loc[("А", 2024), "points_max"] == 8
    assert scores.loc[("Б", 2024), "points_max"] == 5
    assert found.chain is not None
    assert set(found.chain.results["impute"].cells["unit"]) == {"А"}
    with pytest.raises(ShnorError, match=r"Рейтинг «test», показатель «ege_low», школа «Б, 2023»"):
        strict = _definition(imputation={"method": "latest", "impossible": "error"})
        rate(dataset(cells), strict, draws=0)


def test_schools_of_a_kind_fill_the_gaps() -> None:
    cells = [
        *(result(s, 2024, 100, low, 5) for s, low in zip("АБВГ", (10, 20, 20, 20), strict=True)),
        *(
            result(s, 2024, 100, low, 5, procedure="ege")
            for s, low in zip("АБВ", (10, 30, 40), strict=True)
        ),
    ]
    places = [("А", "город"), ("Б", "село"), ("В", "село"), ("Г", "село")]
    register = [{"school_id": s, "name": s, "settlement_type": kind} for s, kind in places]
    rating = _definition(imputation={"method": "group_mean", "by": "settlement_type"})
    found = rate(dataset(cells, schools=register), rating, draws=0)
    rows = found.indicators.set_index(["school_id", "indicator"])["normalised"]
    assert rows["Г", "ege_low"] == pytest.approx(1 - 0.35 / 0.4)


def test_errors_of_steps_name_rating_group_and_school() -> None:
    # no «4» and «5»: nothing earned, so that a geometric mean cannot be taken
    data = dataset([result("А", 2024, 40, 4, 0), result("Б", 2024, 40, 8, 1, good=3)])
    with pytest.raises(
        ShnorError,
        match=r"Рейтинг «test», показатель «vpr_good», школа «А, 2024», шаг «агрегирование»: "
        r"группа «Группа vpr»: среднее геометрическое",
    ):
        rate(data, _definition(aggregation={"method": "geometric"}), draws=0)


def test_results_are_drawn_from_their_own_posteriors() -> None:
    rng = np.random.default_rng(8)
    n = rng.integers(10, 90, 60)
    low = rng.binomial(n, rng.beta(2, 8, 60))
    good = rng.binomial(n - low, rng.beta(5, 5, 60))
    data = dataset(
        [
            result(f"Ш{i:02d}", 2024, int(a), int(b), 0, good=int(c))
            for i, (a, b, c) in enumerate(zip(n, low, good, strict=True))
        ]
    )
    found = rate(data, _definition(), draws=0)
    assert found.table is not None
    chain = start_chain(found.table, [2024])
    assert chain is not None
    sampler = sampler_of(found.table, chain)
    assert sampler is not None
    drawn = sampler(np.random.default_rng(1), 4000)
    posterior = scipy_stats.beta(0.5 + low, 0.5 + n - low)
    codes = list(chain.framework.indicators)
    own = drawn[:, :, codes.index("vpr_low")]
    np.testing.assert_allclose(own.mean(axis=0), posterior.mean(), atol=0.006)
    np.testing.assert_allclose(own.std(axis=0), posterior.std(), rtol=0.1)
    share = (0.5 + good) / (1 + n - low)
    np.testing.assert_allclose(
        drawn[:, :, codes.index("vpr_good")].mean(axis=0),
        (1 - posterior.mean()) * share,
        atol=0.01,
    )
    together = drawn[:, :, codes.index("vpr_low")] + drawn[:, :, codes.index("vpr_good")]
    assert together.max() <= 1 + 1e-12


def test_intervals_cover_the_true_ranks_and_shares() -> None:
    """The truth: the same rating if every class were ten thousand times as large."""
    rng = np.random.default_rng(3)
    definition = load_rating("proposal")
    places, shares = [], []
    for repeat in range(8):
        school = rng.normal(-1.7, 0.7, 100)
        size = np.clip(rng.lognormal(math.log(30), 0.7, 100).astype(int), 10, 200)
        rows: dict[str, list[dict[str, Any]]] = {"seen": [], "true": []}
        for i in range(100):
            for procedure, subject, grade in (
                ("vpr", "математика", 5), ("vpr", "русский язык", 5),
                ("oge", "математика", 9), ("oge", "русский язык", 9),
            ):  # fmt: skip
                # A weak school is weak in all subjects, more or less.
                low = 1 / (1 + math.exp(-school[i] - rng.normal(0, 0.4)))
                true = [low, (1 - low) * 0.6, (1 - low) * 0.3, (1 - low) * 0.1]
                seen = rng.multinomial(size[i], true)
                for name, n, marks in (
                    ("seen", size[i], seen),
                    ("true", size[i] * 10_000, np.round(np.array(true) * size[i] * 10_000)),
                ):
                    rows[name].append(
                        result(
                            f"Ш{i:03d}", 2024, int(n), int(marks[0]), int(marks[3]),
                            good=int(marks[2]), procedure=procedure, grade=grade, subject=subject,
                        )
                    )  # fmt: skip
        found = rate(dataset(rows["seen"]), definition, draws=300, seed=repeat).scores
        truth = rate(dataset(rows["true"]), definition, draws=0).scores
        places.append(truth["rank"].between(found["rank_low"], found["rank_high"]).mean())
        true_share = truth["share_of_max"]
        shares.append(true_share.between(found["share_low"], found["share_high"]).mean())
    # Shrunk one by one, indicators gave 0.87 for shares.
    assert 0.93 <= np.mean(places) <= 0.99
    assert 0.93 <= np.mean(shares) <= 0.98


FAULTS = [
    ("aggregation: {method: medium}", "aggregation.*такого значения нет"),
    ("aggregation: {method: power}", "не хватает ключа"),
    ("treatment: {winsorise: 3, then: log_ct}", "логарифм меняет единицы"),
    ("treatment: {skip: [nobody]}", "нет показателя «nobody»"),
    ("treatment: {then: boxcox}", "нужен показатель степени"),
    ("imputation: {method: group_mean}", "нужно by"),
    ("imputation: {method: mean, by: kind}", "ключ by не нужен"),
    ("imputation: {method: linear, max_steps: 2}", "max_steps задаётся только"),
    ("variants: {weights: 1}", "слишком большое число"),
    ("variants: {normalisation: [{method: goalposts, low: 0, high: 1}]}", "такого значения нет"),
    ("variants: {normalisation: [{method: rank}, {method: rank}]}", "этот вариант уже назван"),
    ("variants: {aggregation: [{method: arithmetic}]}", "складывается и без того"),
    ("variants: {cutoff: 50}", "доля пишется числом от 0 до 1"),
    ("variants: {кроме: 1}", "неизвестный ключ"),
]


@pytest.mark.parametrize(("line", "message"), FAULTS)
def test_faults_of_a_file_name_key_and_line(tmp_path: Path, line: str, message: str) -> None:
    head = """\
id: own
title: Свой рейтинг
source: {document: Порядок, standing: решение пользователя}
groups:
  - id: g
    title: Группа
    indicators:
      - id: low
        title: Низкие
        measure: share_low
        scopes: [{procedure: vpr}]
        direction: -1
        weight: 1
        normalisation: {method: goalposts, low: 0, high: 0.4}
"""
    path = tmp_path / "own.yml"
    path.write_text(head, encoding="utf-8")
    assert load_rating(path).has_maximum
    path.write_text(head + line + "\n", encoding="utf-8")
    with pytest.raises(YamlFaultsError, match=message) as error:
        load_rating(path)
    assert "строка 15" in str(error.value)


@pytest.mark.parametrize(
    ("normalisation", "message"),
    [
        ({"method": "bands", "edges": [0.2], "points": [0, 10]}, "против направления"),
        ({"method": "bands", "edges": [0.2], "points": [10, 5, 0]}, "на один больше"),
        ({"method": "bands", "edges": [0.3, 0.2], "points": [10, 5, 0]}, "должны возрастать"),
        ({"method": "minmax", "low": 1, "high": 1}, "должно быть меньше"),
        ({"method": "goalposts", "low": 0, "high": 1, "floor": 1}, "floor"),
    ],
)
def test_faults_of_a_normalisation(normalisation: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _single(normalisation)


def test_points_without_a_common_maximum_are_not_mixed() -> None:
    values = _definition({"method": "rank"}).model_dump()
    values["groups"][0]["indicators"][0]["normalisation"] = {"method": "borda"}
    with pytest.raises(ValueError, match=r"баллы без общего максимума \(borda, rank\)"):
        Rating.model_validate(values)


def test_nothing_rated_has_no_chain() -> None:
    found = rate(dataset(), _definition())
    assert found.chain is None
    assert found.scores.empty
    assert found.indicators.empty
    assert TOP == "rating total"
