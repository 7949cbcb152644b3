"""Uncertainty and sensitivity: blocks equal single replays, indices equal known ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from shnor_lib.stats.composite import (
    Arithmetic,
    Bands,
    Borda,
    Chain,
    Copeland,
    Framework,
    Geometric,
    MinMax,
    Treatment,
    ZScore,
    ranks,
)
from shnor_lib.stats.sensitivity import (
    Choice,
    Sampling,
    VariantError,
    Variants,
    WeightNoise,
    monte_carlo,
    sobol,
    sobol_of_function,
)

from .composite import asem

CODES = list("abcd")
OWN = Framework.from_table(
    pd.DataFrame(
        {
            "code": [*CODES, "A", "B", "index"],
            "level": [1, 1, 1, 1, 2, 2, 3],
            "parent": ["A", "A", "B", "B", "index", "index", None],
            "direction": [1, -1, 1, 1, 1, 1, 1],
            "weight": [1, 2, 1, 1, 3, 1, 1],
        }
    )
)
UNITS = 24


def data(seed: int = 0, units: int = UNITS) -> pd.DataFrame:
    values = np.exp(np.random.default_rng(seed).normal(0, 1, (units, 4)))
    return pd.DataFrame(values, columns=CODES, index=[f"u{i}" for i in range(units)])


def plain() -> Chain:
    return Chain.start(data(), OWN).normalise(scale=MinMax(1, 100)).aggregate()


def noisy(generator: np.random.Generator, number: int) -> np.ndarray:
    return data().to_numpy() * np.exp(generator.normal(0, 0.2, (number, UNITS, 4)))


SCALES = Choice(
    "нормировка", {"мин-макс": {}, "z-оценка": {"normalise": {"scale": ZScore(100, 10)}}}
)
MEANS = Choice("среднее", {"простое": {}, "геометрическое": {"aggregate": {"how": Geometric()}}})


class TestMonteCarlo:
    @pytest.mark.parametrize("refit", [False, True])
    def test_blocks_equal_single_replays(self, refit: bool) -> None:
        # Drawn values may lie outside of the real ones: without the cut, below zero points.
        chain = plain().replay({"normalise": {"scale": MinMax(1, 100, truncate=True)}})
        variants = Variants(
            chain, [SCALES, WeightNoise("веса", {1: 0.3, 2: 0.3}), MEANS, Sampling("опрос", noisy, refit=refit)]
        )  # fmt: skip
        result = monte_carlo(variants, draws=300, seed=5)
        for run in (0, 7, 150, 299):
            row = result.design.iloc[run]
            assert row["веса"] == row["опрос"] == run  # every run its own draw
            changes: dict = {}
            if row["нормировка"] == "z-оценка":
                changes["normalise"] = {"scale": ZScore(100, 10)}
            if not refit:
                base = chain.replay(changes).results["normalise"]
                changes["normalise"] = {"reference": base}
            weights = OWN.weights.to_numpy() * variants._errors[run]
            changes["aggregate"] = {
                "how": Geometric() if row["среднее"] == "геометрическое" else Arithmetic(),
                "weights": dict(zip(OWN.weights.index, weights, strict=True)),
            }
            table = variants.drawn_table(run)
            again = chain.replay(changes, data=table)
            np.testing.assert_allclose(result.scores[run], again.index, rtol=1e-10)
            np.testing.assert_allclose(result.ranks[run], again.ranks())
        np.testing.assert_array_equal(result.nominal, chain.index)

    def test_treatment_is_repeated_in_every_draw(self) -> None:
        chain = Chain.start(data(), OWN).treat().normalise().aggregate()
        choice = Choice("выбросы", {"есть": {}, "нет": {"treat": None}})
        variants = Variants(chain, [choice, Sampling("опрос", noisy, refit=True)])
        result = monte_carlo(variants, draws=200, seed=2)
        for run in (1, 77, 199):
            off = result.design["выбросы"][run] == "нет"
            table = variants.drawn_table(run)
            again = chain.replay({"treat": None} if off else {}, data=table)
            np.testing.assert_allclose(result.scores[run], again.index, rtol=1e-10)
        assert set(result.design["выбросы"]) == {"есть", "нет"}
        with pytest.raises(VariantError, match="нормировать заново"):
            monte_carlo(Variants(chain, [Sampling("опрос", noisy)]), draws=5, seed=1)

    def test_scales_fixed_by_a_reference_stay_even_when_refitted(self) -> None:
        base = plain()
        fixed = base.replay({"normalise": {"reference": data(7)}})
        variants = Variants(fixed, [Sampling("опрос", noisy, refit=True)])
        result = monte_carlo(variants, draws=20, seed=1)
        table = variants.drawn_table(4)
        np.testing.assert_allclose(result.scores[4], fixed.replay(data=table).index)

    def test_tables_are_drawn_in_blocks_and_forgotten(self, monkeypatch) -> None:
        """However few tables are held at once, every run gets its own."""
        sizes = []

        def sampler(generator: np.random.Generator, number: int) -> np.ndarray:
            sizes.append(number)
            return noisy(generator, number)

        monkeypatch.setattr("shnor_lib.stats.composite.variants.BLOCK_NUMBERS", 7 * 4 * UNITS)
        chain = plain()
        variants = Variants(chain, [Sampling("опрос", sampler, refit=True), SCALES])
        result = monte_carlo(variants, draws=30, seed=1)
        assert sizes == [7, 7, 7, 7, 2]
        for run in (0, 6, 7, 29):
            scale = (
                ZScore(100, 10)
                if result.design["нормировка"][run] != "мин-макс"
                else MinMax(1, 100)
            )
            again = chain.replay({"normalise": {"scale": scale}}, data=variants.drawn_table(run))
            np.testing.assert_allclose(result.scores[run], again.index)
        assert len({row.tobytes() for row in result.scores}) == 30

    def test_the_seed_decides(self) -> None:
        variants = Variants(plain(), [SCALES, WeightNoise("веса", {1: 0.3})])
        one, same, other = (monte_carlo(variants, draws=50, seed=s) for s in (1, 1, 2))
        np.testing.assert_array_equal(one.scores, same.scores)
        assert not np.array_equal(one.scores, other.scores)

    def test_assumptions_without_effect_leave_every_rank(self) -> None:
        variants = Variants(
            plain(), [Choice("шкала", {"сто": {}, "десять": {"normalise": {"scale": MinMax(0, 10)}}})]
        )  # fmt: skip
        summary = monte_carlo(variants, draws=40, seed=1).summary()
        for name in ("rank_mean", "rank_median", "rank_low", "rank_high", "rank_q5", "rank_q95"):
            np.testing.assert_array_equal(summary[name], summary["rank"])
        assert set(summary["p_lowest"]) == {0.0, 1.0}

    def test_summary_by_hand(self) -> None:
        result = monte_carlo(Variants(plain(), [WeightNoise("веса", {1: 0.9})]), draws=400, seed=1)
        summary = result.summary(level=0.9, lowest=0.25)
        for position, unit in enumerate(result.rows):
            drawn = result.ranks[:, position]
            row = summary.loc[unit]
            assert row["rank_mean"] == pytest.approx(drawn.mean())
            assert row["rank_median"] == np.median(drawn)
            assert row["p_lowest"] == pytest.approx((drawn > 18).mean())
            assert row["rank_low"] == row["rank_q5"] and row["rank_high"] == row["rank_q95"]
            assert (drawn <= row["rank_high"]).mean() >= 0.95
            assert row["rank_low"] in drawn
        assert summary["p_lowest"].sum() == pytest.approx(6)  # a quarter of 24

    def test_share_below_and_scores(self) -> None:
        result = monte_carlo(
            Variants(plain(), [WeightNoise("веса", {1: 0.9}), MEANS]), draws=200, seed=1
        )
        share = result.share_below(30.0)
        np.testing.assert_allclose(share, (result.scores < 30).mean(axis=0))
        assert ((share > 0) & (share < 1)).any()
        table = result.scores_summary()
        assert (table["low"] <= table["median"]).all() and (table["median"] <= table["high"]).all()

    @pytest.mark.parametrize(
        "choice",
        [SCALES, Choice("среднее", {"а": {}, "К": {"aggregate": {"how": {2: Arithmetic(), 3: Copeland()}}}})],
    )  # fmt: skip
    def test_a_cut_off_on_different_scales_is_an_error(self, choice: Choice) -> None:
        result = monte_carlo(Variants(plain(), [choice]), draws=10, seed=1)
        assert not result.one_scale
        for ask in (lambda: result.share_below(50.0), result.scores_summary):
            with pytest.raises(VariantError, match="в разных шкалах"):
                ask()
        result.summary()  # ranks can be compared

    def test_probabilities_of_choices(self) -> None:
        choice = Choice("шкала", {"а": {}, "б": {"normalise": {"scale": Borda()}}}, (0.9, 0.1))
        design = monte_carlo(Variants(plain(), [choice]), draws=2000, seed=1).design["шкала"]
        assert (design == "б").mean() == pytest.approx(0.1, abs=0.02)
        wrong = Choice("шкала", {"а": {}, "б": {}}, (0.9, 0.2))
        with pytest.raises(VariantError, match="в сумме 1"):
            monte_carlo(Variants(plain(), [wrong]), draws=2, seed=1)

    def test_a_panel_is_ranked_within_each_time(self) -> None:
        panel = pd.concat([data(0), data(1)], keys=[2023, 2024]).swaplevel()
        chain = Chain.start(panel, OWN).normalise(by_time=True).aggregate()

        def sampler(generator: np.random.Generator, number: int) -> np.ndarray:
            return panel.to_numpy() * np.exp(generator.normal(0, 0.2, (number, 2 * UNITS, 4)))

        variants = Variants(
            chain, [Sampling("опрос", sampler), Choice("г", {"да": {}, "нет": {"normalise": {"by_time": False}}})]
        )  # fmt: skip
        result = monte_carlo(variants, draws=60, seed=1)
        assert result.ranks.max() == UNITS
        summary = result.summary()
        assert list(summary.index) == list(panel.index)
        np.testing.assert_array_equal(summary["rank"], chain.ranks())
        for year in (2023, 2024):
            part = summary.xs(year, level=1)
            assert part["p_lowest"].sum() == pytest.approx(UNITS / 4)
        run = int(np.flatnonzero(result.design["г"] == "да")[0])
        table = variants.drawn_table(run)
        for year in (2023, 2024):
            alone = Chain.start(panel.xs(year, level=1), OWN).normalise()
            drawn = table.xs(year, level=1)
            again = Chain.start(drawn, OWN).normalise(reference=alone.results["normalise"])
            np.testing.assert_allclose(
                result.scores[run][panel.index.get_level_values(1) == year],
                again.aggregate().index,
            )

    def test_another_target(self) -> None:
        result = monte_carlo(
            Variants(plain(), [WeightNoise("веса", {2: 0.5})], target="A"), draws=5, seed=1
        )
        np.testing.assert_allclose(result.scores - result.nominal, 0, atol=1e-12)


class TestImpossible:
    def test_an_impossible_variant_is_named_even_if_it_is_never_drawn(self) -> None:
        z = Choice("нормировка", {"мин-макс": {}, "z": {"normalise": {"scale": ZScore()}}}, (1, 0))
        with pytest.raises(
            VariantError, match="«нормировка: z; среднее: геометрическое» невозможен.*показатель"
        ):
            Variants(plain(), [z, MEANS])
        Variants(plain(), [z])  # by itself it can be done

    def test_a_draw_that_makes_a_variant_impossible_is_named(self) -> None:
        def constant(generator: np.random.Generator, number: int) -> np.ndarray:  # noqa: ARG001
            return np.ones((number, UNITS, 4))

        variants = Variants(plain(), [MEANS, Sampling("опрос", constant, refit=True)])
        with pytest.raises(VariantError, match="среднее: простое.*у всех одно значение"):
            monte_carlo(variants, draws=4, seed=1)

    def test_contradictions(self) -> None:
        same = Choice("шкала", {"а": {}, "б": {"normalise": {"scale": Borda()}}})
        with pytest.raises(VariantError, match="одно и то же в шаге «normalise»"):
            Variants(plain(), [SCALES, same])
        other = Choice("ещё", {"а": {}, "б": {"normalise": {"by_time": True}}})
        Variants(plain(), [SCALES, other])
        left_out = Choice("без", {"а": {}, "б": {"normalise": None}})
        with pytest.raises(VariantError, match="одно и то же"):
            Variants(plain(), [SCALES, left_out])

    @pytest.mark.parametrize(
        ("assumptions", "words"),
        [
            ([], "ни одного допущения"),
            ([SCALES, SCALES], "разные имена"),
            ([WeightNoise("a", {1: 0.1}), WeightNoise("b", {2: 0.1})], "по одному разу"),
            ([Choice("пусто", {})], "ни одного варианта"),
            ([Choice("шаг", {"а": {"polish": {}}})], "Шага «polish» в цепочке нет"),
            ([Choice("м", {str(k): {} for k in range(3000)})], "больше 2000"),
            ([Choice("без", {"а": {"aggregate": None}})], "не агрегирован"),
        ],
    )
    def test_assumptions_are_checked(self, assumptions: list, words: str) -> None:
        with pytest.raises(VariantError, match=words):
            Variants(plain(), assumptions)

    def test_the_set_of_units_must_stay(self) -> None:
        gaps = data()
        gaps.iloc[0, :2] = np.nan
        chain = Chain.start(gaps, OWN).screen(min_available=0.4).normalise().aggregate()
        strict = Choice("отбор", {"а": {}, "б": {"screen": {"min_available": 0.9}}})
        with pytest.raises(VariantError, match="отбор: б.*меняет состав единиц"):
            Variants(chain, [strict])

    def test_samplers_are_checked(self) -> None:
        def short(generator: np.random.Generator, number: int) -> np.ndarray:
            return noisy(generator, number)[:, 1:]

        def holes(generator: np.random.Generator, number: int) -> np.ndarray:
            return np.where(noisy(generator, number) > 2, np.nan, 1.0)

        for sampler, words in ((short, "получена таблица"), (holes, "пропуски не там")):
            with pytest.raises(VariantError, match=words):
                monte_carlo(Variants(plain(), [Sampling("опрос", sampler)]), draws=3, seed=1)
        with pytest.raises(VariantError, match="Этапа «treat» в цепочке нет"):
            monte_carlo(Variants(plain(), [Sampling("о", noisy, "treat")]), draws=3, seed=1)
        imputed = Chain.start(data(), OWN).impute(method="mean").normalise().aggregate()
        with pytest.raises(VariantError, match="возможны только"):
            monte_carlo(Variants(imputed, [Sampling("о", noisy)]), draws=3, seed=1)
        after = Variants(imputed, [Sampling("о", noisy, stage="impute")])
        assert monte_carlo(after, draws=3, seed=1).scores.shape == (3, UNITS)

    def test_the_chain_must_end_with_an_index(self) -> None:
        with pytest.raises(VariantError, match="агрегированием"):
            Variants(Chain.start(data(), OWN).normalise(), [SCALES])


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


def g_function(u: np.ndarray) -> np.ndarray:
    a = np.array([0, 1, 4.5, 9])[:, None]
    return np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=0)


class TestSobol:
    def test_ishigami(self) -> None:
        """Analytic values: V = 7²/8 + b π⁴/5 + b² π⁸/18 + 1/2 with b = 0.1."""
        b, a = 0.1, 7.0
        v1 = 0.5 * (1 + b * np.pi**4 / 5) ** 2
        v2, v13 = a**2 / 8, b**2 * np.pi**8 * 8 / 225
        total = v1 + v2 + v13
        table = sobol_of_function(
            ishigami, ["x1", "x2", "x3"], base=4096, generator=np.random.default_rng(0)
        )
        np.testing.assert_allclose(table["first"], [v1 / total, v2 / total, 0], atol=0.01)
        expected = [(v1 + v13) / total, v2 / total, v13 / total]
        np.testing.assert_allclose(table["total"], expected, atol=0.01)
        inside = (table["first_low"] <= [v1 / total, v2 / total, 0]) & (
            [v1 / total, v2 / total, 0] <= table["first_high"]
        )
        assert inside.all()

    def test_g_function(self) -> None:
        partial = 1 / (3 * (1 + np.array([0, 1, 4.5, 9])) ** 2)
        total = np.prod(1 + partial) - 1
        others = np.array([np.prod(1 + np.delete(partial, i)) for i in range(4)])
        table = sobol_of_function(
            g_function, list("abcd"), base=4096, generator=np.random.default_rng(0)
        )
        np.testing.assert_allclose(table["first"], partial / total, atol=0.02)
        np.testing.assert_allclose(table["total"], partial * others / total, atol=0.02)

    def test_intervals_hold_the_truth_about_as_often_as_they_say(self) -> None:
        """y = u₁ + 2u₂: the shares are 1/5 and 4/5."""
        hits = 0
        for seed in range(20):
            table = sobol_of_function(
                lambda u: u[0] + 2 * u[1] + 0 * u[2], ["a", "b", "c"], base=64, resamples=100,
                generator=np.random.default_rng(seed),
            )  # fmt: skip
            hits += int(
                (
                    (table["total_low"] <= [0.2, 0.8, 0]) & (table["total_high"] >= [0.2, 0.8, 0])
                ).sum()
            )
            assert table.loc[2, ["first", "total"]].abs().max() < 1e-9
        assert hits >= 50  # of 60

    def test_choices_by_full_enumeration(self) -> None:
        """With choices only, the variance can be split exactly over all combinations."""
        scales = Choice("нормировка", {
            "мин-макс": {}, "z": {"normalise": {"scale": ZScore(100, 30)}},
            "Борда": {"normalise": {"scale": Borda()}},
        })  # fmt: skip
        weights = Choice("веса", {
            str(w): {"aggregate": {"weights": {"A": w}}} for w in (0.3, 1.0, 3.0, 9.0)
        })  # fmt: skip
        chain = plain()
        table = sobol(Variants(chain, [scales, weights]), base=2048, seed=1)
        nominal = chain.ranks()
        shift = np.empty((3, 4))
        for (i, a), (j, b) in product(
            enumerate(scales.alternatives.values()), enumerate(weights.alternatives.values())
        ):
            shift[i, j] = (chain.replay({**a, **b}).ranks() - nominal).abs().mean()
        variance = shift.var()
        first = [shift.mean(axis=1).var() / variance, shift.mean(axis=0).var() / variance]
        np.testing.assert_allclose(table["first"], first, atol=0.03)
        np.testing.assert_allclose(table["total"], [1 - first[1], 1 - first[0]], atol=0.03)

    def test_an_assumption_without_alternatives_has_no_share(self) -> None:
        idle = Choice("пустое", {"а": {}, "б": {}})
        units = ["u0", "u5"]
        table = sobol(
            Variants(plain(), [idle, SCALES, WeightNoise("веса", {1: 0.5})]),
            base=128, seed=1, units=units,
        )  # fmt: skip
        assert table["target"].unique().tolist() == ["rank_shift", *units]
        part = table[table["assumption"] == "пустое"]
        assert (part[["first", "total", "total_high"]].abs().to_numpy() < 1e-12).all()

    def test_nothing_varies(self) -> None:
        idle = [Choice(n, {"а": {}, "б": {}}) for n in ("одно", "другое")]
        table = sobol(Variants(plain(), idle), base=16, seed=1)
        assert (table[["first", "total"]] == 0).all().all()

    def test_impossible(self) -> None:
        with pytest.raises(VariantError, match="не меньше двух"):
            sobol(Variants(plain(), [SCALES]), base=16, seed=1)
        with pytest.raises(VariantError, match="«nobody» нет"):
            sobol(Variants(plain(), [SCALES, MEANS]), base=16, seed=1, units=["nobody"])


@pytest.mark.real
def test_asem_is_near_the_published_analysis(shared) -> None:
    """COINr's vignette (100 base runs): total indices .048 .271 .178 .618."""
    chain = asem.chain(shared / "data" / "coinr_asem")
    chain = chain.replay({"normalise": {"scale": MinMax(1, 100)}})
    variants = Variants(
        chain,
        [
            Choice(
                "winsorised points",
                {str(k): {"treat": {"default": Treatment(max_points=k)}} for k in range(1, 6)},
            ),
            Choice(
                "normalisation",
                {"minmax": {}, "zscore": {"normalise": {"scale": ZScore(10, 2)}}},
            ),
            WeightNoise("weights", {2: 0.25, 3: 0.25}),
            Choice("aggregation", {"arithmetic": {}, "geometric": {"aggregate": {"how": Geometric()}}}),
        ],
    )  # fmt: skip
    table = sobol(variants, base=512, seed=1, resamples=20)
    np.testing.assert_allclose(table["total"], [0.048, 0.271, 0.178, 0.618], atol=0.15)
    assert table["total"].idxmax() == 3 and table["total"].idxmin() == 0
    result = monte_carlo(variants, draws=500, seed=1)
    summary = result.summary()
    assert summary.loc["CHE", "rank_q95"] <= 2
    assert (summary["rank_high"] - summary["rank_low"]).median() > 2
    # Nominal ranks lie in the middle of what the variants give.
    within = summary["rank"].between(summary["rank_low"] - 1, summary["rank_high"] + 1)
    assert within.mean() > 0.9
    np.testing.assert_array_equal(summary["rank"], ranks(chain.index.to_frame("s"))["s"])


def test_a_thousand_draws_for_a_region_take_seconds() -> None:
    rng = np.random.default_rng(0)
    n = rng.integers(8, 120, (640, 10))
    x = rng.binomial(n, rng.beta(2, 6, (640, 1)))
    codes = [f"i{k}" for k in range(10)]
    own = Framework.from_table(
        pd.DataFrame(
            {
                "code": [*codes, "A", "B", "index"],
                "level": [1] * 10 + [2, 2, 3],
                "parent": ["A"] * 5 + ["B"] * 5 + ["index", "index", None],
                "direction": [-1] * 10 + [1] * 3,
            }
        )
    )
    bands = Bands((0.1, 0.2, 0.3), (10, 5, 2, 0))
    chain = Chain.start(pd.DataFrame(x / n, columns=codes), own).normalise().aggregate()
    variants = Variants(
        chain,
        [
            Sampling("опрос", lambda g, k: g.beta(x + 0.5, n - x + 0.5, (k, 640, 10))),
            WeightNoise("веса", {1: 0.25, 2: 0.25}),
            Choice("нормировка", {"мин-макс": {}, "полосы": {"normalise": {"scale": bands}}}),
            Choice("среднее", {"простое": {}, "Копленд": {"aggregate": {"how": Copeland()}}}),
        ],
    )
    summary = monte_carlo(variants, draws=1000, seed=1).summary()
    assert summary["p_lowest"].sum() == pytest.approx(160, rel=0.02)
    assert (summary["rank_high"] - summary["rank_low"]).median() > 64
