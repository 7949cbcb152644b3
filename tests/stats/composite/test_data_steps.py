"""Screening, denomination, imputation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shnor_lib.stats.composite import Framework, StepError, denominate, impute, screen

NA = np.nan
FLAT = Framework.flat(["a", "b", "c"])


def frame(rows: list[list[float]], index: list[object] | None = None) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["a", "b", "c"], index=index, dtype="float64")


class TestScreen:
    data = frame([[1, 2, 3], [1, NA, NA], [0, 0, 0], [NA, NA, NA], [0, 2, NA]], list("vwxyz"))

    def test_by_missing(self) -> None:
        result = screen(self.data, FLAT, min_available=2 / 3)
        assert list(result.data.index) == ["v", "x", "z"]  # exactly two thirds is enough
        assert list(result.removed) == ["w", "y"]
        assert result.summary["reason"].tolist() == ["", "мало данных", "", "мало данных", ""]
        assert result.summary["available"].round(3).tolist() == [1, 0.333, 1, 0, 0.667]
        assert result.summary["n_zero"].tolist() == [0, 0, 3, 0, 1]

    def test_by_zeros_a_row_without_data_has_no_other_values_either(self) -> None:
        result = screen(self.data, FLAT, by="zeros", min_nonzero=0.5)
        assert list(result.data.index) == ["v", "w", "z"]
        assert set(result.summary["reason"]) == {"", "почти одни нули"}

    def test_by_both(self) -> None:
        assert list(screen(self.data, FLAT, by="both").data.index) == ["v", "z"]

    def test_forced(self) -> None:
        result = screen(self.data, FLAT, force_in=["w"], force_out=["v"])
        assert list(result.data.index) == ["w", "x", "z"]
        assert result.summary.loc[["v", "w"], "reason"].tolist() == [
            "убрана по решению",
            "оставлена по решению",
        ]

    def test_forced_in_a_panel_by_unit_or_by_row(self) -> None:
        panel = self.data.set_axis(
            pd.MultiIndex.from_product([["v", "w", "x", "y", "z"], [2024]]), axis=0
        )
        assert ("w", 2024) in screen(panel, FLAT, force_in=["w"]).data.index
        assert ("w", 2024) in screen(panel, FLAT, force_in=[("w", 2024)]).data.index

    def test_impossible(self) -> None:
        with pytest.raises(StepError, match="«q»: такой единицы нет"):
            screen(self.data, FLAT, force_in=["q"])
        with pytest.raises(StepError, match="и оставить, и убрать"):
            screen(self.data, FLAT, force_in=["v"], force_out=["v"])
        with pytest.raises(StepError, match="не осталось ни одной"):
            screen(self.data.loc[["w"]], FLAT)

    def test_columns_that_are_no_indicators_do_not_count(self) -> None:
        more = self.data.assign(other=NA)
        assert list(screen(more, FLAT).data.index) == ["v", "x", "z"]


class TestDenominate:
    data = frame([[10, 2, 3], [20, NA, 5]], ["x", "y"])
    denominators = pd.DataFrame({"n": [100.0, 50, 7], "m": [4.0, NA, 0]}, index=["x", "y", "q"])

    def test_by_hand(self) -> None:
        result = denominate(
            self.data,
            FLAT,
            denominators=self.denominators,
            by={"a": "n", "b": "m"},
            scale={"a": 1000},
        )
        assert result.data["a"].tolist() == [100.0, 400.0]
        assert result.data["b"].tolist()[0] == 0.5 and np.isnan(result.data["b"]["y"])
        assert result.data["c"].tolist() == [3, 5]
        assert result.table.to_dict("records")[0] == {
            "code": "a", "denominator": "n", "scale": 1000.0, "n_lost": 0,
        }  # fmt: skip

    def test_unknown_denominators_are_counted(self) -> None:
        lost = denominate(self.data, FLAT, denominators=self.denominators, by={"a": "m"}).table
        assert lost["n_lost"].tolist() == [1]

    def test_the_framework_names_the_denominators(self) -> None:
        table = FLAT.table.reset_index()
        table["denominator"] = ["n", None, "m", None]
        own = Framework.from_table(table)
        result = denominate(self.data, own, denominators=self.denominators)
        assert result.data["a"].tolist() == [0.1, 0.4]
        with pytest.raises(StepError, match="не назван знаменатель"):
            denominate(self.data, FLAT, denominators=self.denominators)

    def test_denominators_by_unit_serve_all_times(self) -> None:
        panel = pd.concat([self.data, self.data], keys=[2023, 2024]).swaplevel()
        once = denominate(panel, FLAT, denominators=self.denominators, by={"a": "n"}).data
        assert once.loc[("x", 2023), "a"] == once.loc[("x", 2024), "a"] == 0.1
        own = pd.DataFrame({"n": [10.0, 20, 30, 40]}, index=panel.index)
        each = denominate(panel, FLAT, denominators=own, by={"a": "n"}).data
        assert each["a"].tolist() == [1.0, 1.0, 10 / 30, 0.5]

    def test_impossible(self) -> None:
        with pytest.raises(StepError, match="показатель «a», единица «q»: знаменатель «m» равен"):
            denominate(
                frame([[1, 1, 1]], ["q"]), FLAT, denominators=self.denominators, by={"a": "m"}
            )
        with pytest.raises(StepError, match="единица «z»: нет строки"):
            denominate(
                frame([[1, 1, 1]], ["z"]), FLAT, denominators=self.denominators, by={"a": "n"}
            )
        with pytest.raises(StepError, match="нет знаменателя «k»"):
            denominate(self.data, FLAT, denominators=self.denominators, by={"a": "k"})


class TestImpute:
    data = frame([[1, 1, 5], [NA, 2, 5], [3, NA, 5], [8, 6, NA]], list("wxyz"))
    groups = pd.Series(["g", "g", "h", "h"], index=list("wxyz"))

    def test_mean_and_median_by_hand(self) -> None:
        assert impute(self.data, FLAT, method="mean").data.loc["x", "a"] == 4.0
        assert impute(self.data, FLAT, method="median").data.loc["x", "a"] == 3.0

    def test_by_group(self) -> None:
        result = impute(self.data, FLAT, method="group_mean", groups=self.groups)
        assert result.data.loc["x", "a"] == 1.0 and result.data.loc["y", "b"] == 6.0
        more = pd.concat([self.data, frame([[5, 1, 1], [2, 0, 0]], ["u", "v"])])
        groups = pd.concat([self.groups, pd.Series({"u": "g", "v": "g"})])
        again = impute(more, FLAT, method="group_median", groups=groups)
        assert again.data.loc["x", "a"] == 2.0

    def test_cells_say_what_was_filled(self) -> None:
        result = impute(self.data, FLAT, method="mean")
        assert [(c.unit, c.code, c.value) for c in result.cells.itertuples()] == [
            ("x", "a", 4.0),
            ("y", "b", 3.0),
            ("z", "c", 5.0),
        ]
        known = self.data.notna()
        assert result.data.where(known).equals(self.data)

    def test_each_time_by_itself(self) -> None:
        panel = pd.concat([self.data, self.data * 10], keys=[2023, 2024]).swaplevel()
        result = impute(panel, FLAT, method="mean").data
        assert result.loc[("x", 2023), "a"] == 4.0 and result.loc[("x", 2024), "a"] == 40.0

    def test_what_cannot_be_filled_is_an_error(self) -> None:
        lost = self.data.assign(a=NA)
        with pytest.raises(StepError, match="показатель «a», единица «w»: пропуск нечем"):
            impute(lost, FLAT, method="mean")
        left = impute(lost, FLAT, method="mean", impossible="leave")
        assert left.data["a"].isna().all() and left.data["b"].notna().all()
        alone = self.groups.copy()
        alone["x"] = "only"
        with pytest.raises(StepError, match="единица «x»"):
            impute(self.data, FLAT, method="group_mean", groups=alone)
        with pytest.raises(StepError, match="нужны группы"):
            impute(self.data, FLAT, method="group_mean")
        nobody = self.groups.copy()
        nobody["x"] = None
        with pytest.raises(StepError, match="единица «x»"):
            impute(self.data, FLAT, method="group_mean", groups=nobody)

    panel = frame(
        [[1, NA, 1], [NA, 4, NA], [NA, NA, NA], [7, NA, NA], [NA, 8, 9]],
        pd.MultiIndex.from_product([["u"], [2019, 2020, 2021, 2023, 2024]]),
    )

    def test_latest(self) -> None:
        result = impute(self.panel, FLAT, method="latest", impossible="leave").data
        assert result["a"].tolist() == [1, 1, 1, 7, 7]
        assert np.isnan(result["b"].iloc[0]) and result["b"].tolist()[1:] == [4, 4, 4, 8]
        short = impute(self.panel, FLAT, method="latest", max_steps=1, impossible="leave").data
        np.testing.assert_array_equal(short["a"], [1, 1, NA, 7, 7])
        with pytest.raises(StepError, match="показатель «b», единица «u, 2019»"):
            impute(self.panel, FLAT, method="latest")

    def test_constant_also_fills_the_beginning(self) -> None:
        result = impute(self.panel, FLAT, method="constant").data
        assert result["b"].tolist() == [4, 4, 4, 4, 8]
        assert result["c"].tolist() == [1, 1, 1, 1, 9]

    def test_linear_in_time_not_in_rows(self) -> None:
        """By hand; 2022 is missing from the panel, so that the steps are not equal."""
        result = impute(self.panel, FLAT, method="linear").data
        np.testing.assert_allclose(result["a"], [1, 2.5, 4, 7, 7])
        np.testing.assert_allclose(result["b"], [4, 4, 5, 7, 8])
        np.testing.assert_allclose(result["c"], [1, 2.6, 4.2, 7.4, 9])

    def test_the_order_of_rows_does_not_matter(self) -> None:
        shuffled = self.panel.iloc[[3, 0, 4, 2, 1]]
        for method in ("latest", "constant", "linear"):
            one = impute(self.panel, FLAT, method=method, impossible="leave").data
            other = impute(shuffled, FLAT, method=method, impossible="leave").data
            pd.testing.assert_frame_equal(one, other.loc[one.index])

    def test_panel_methods_need_a_panel(self) -> None:
        with pytest.raises(StepError, match="нужен для нескольких лет"):
            impute(self.data, FLAT, method="latest")
        with pytest.raises(StepError, match="max_steps"):
            impute(self.panel, FLAT, method="linear", max_steps=1)


def test_malformed_tables_are_refused() -> None:
    good = frame([[1, 2, 3], [4, 5, 6]], ["x", "y"])
    with pytest.raises(StepError, match="«x»: строка встречается дважды"):
        screen(good.set_axis(["x", "x"], axis=0), FLAT)
    with pytest.raises(StepError, match="показатель «b», единица «y»: бесконечное"):
        screen(frame([[1, 2, 3], [4, np.inf, 6]], ["x", "y"]), FLAT)
    with pytest.raises(StepError, match="должны быть числами"):
        screen(good.assign(b=["много", "мало"]), FLAT)
    with pytest.raises(StepError, match="столбец встречается дважды"):
        screen(good.set_axis(["a", "b", "b"], axis=1), FLAT)
