"""Sums over pupils: results of schools, score distributions, comparison with the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.spans import spans_by_group
from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.pupils.sittings import KEY
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import PROVENANCE, TABLES

HIGH_SCORE = 81
"""ЕГЭ: test score from which a result is high («81 балл и выше», S2)."""
FEWEST_PAIRS = 5
"""Pairs below which no rank correlation is given."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sums:
    """Tidy tables, and what is missing in them."""

    tables: dict[str, pd.DataFrame]
    faults: list[Fault]


def sum_pupils(
    pupils: pd.DataFrame, appeals: pd.DataFrame, calendar: Calendar, letters: Letters
) -> Sums:
    """Sum up pupils by school and exam.

    ``n`` are pupils with a result; absent ones are ``n_absent`` (empty where the sheet names no
    absent pupil at all). Procedures with marks: ``n2`` … ``n5``, low is «2», high is «5»; so it is
    for ЕГЭ in basic mathematics, which has marks and no test score. ЕГЭ otherwise: low is below
    the calendar's minimum, high is :data:`HIGH_SCORE` and more, ``mean_score`` is the mean test
    score. With no participants there are no counts.

    The row's source is the sheet with most of its pupils; every other sheet it rests on
    (a reserve day in a file of its own, a protocol of appeals) is a row of ``result_sources``.

    Parameters
    ----------
    pupils
        One row per pupil and exam (:class:`~.sittings.Sittings`).
    appeals
        Rows of the appeals applied.
    calendar
        Minimum scores.
    letters
        For naming cells.
    """
    if pupils.empty:
        return Sums({}, [])
    grouped = pupils.groupby(list(KEY), sort=True, dropna=False)
    of = grouped.ngroup().to_numpy(np.int64)
    keys = pupils.loc[~pd.Series(of).duplicated().to_numpy(), list(KEY)]
    keys = keys.set_axis(of[~pd.Series(of).duplicated().to_numpy()]).sort_index()
    values = _Pupils(pupils, of, len(keys))
    sources = _sources(pupils, of, keys, appeals)
    main = sources[sources["part"] == 0].set_index("key")[list(PROVENANCE)].sort_index()
    minimum, faults = _minimum_scores(pupils, calendar, letters)
    faults += list(_unmarked(pupils, values, letters))
    results = _results(keys, values, minimum, main)
    return Sums(
        {
            "results": results,
            "score_distribution": _score_distribution(keys, values, main),
            "journal_comparison": _journal_comparison(keys, values, main),
            "result_sources": _further_sources(keys, sources),
        },
        faults,
    )


class _Pupils:
    """Columns of pupils as arrays, and sums over their groups."""

    def __init__(self, pupils: pd.DataFrame, of: Ints, size: int) -> None:
        self.of = of
        self.size = size
        self.present: Flags = pupils["present"].fillna(value=False).to_numpy(dtype=bool)
        self.score = self._numbers(pupils["score"])
        self.max_score = pupils["max_score"].to_numpy(dtype=float, na_value=np.nan)
        self.test = self._numbers(pupils["test_score"])
        self.mark = self._numbers(pupils["mark"])
        self.journal = pupils["journal_mark"].to_numpy(dtype=float, na_value=np.nan)
        # ЕГЭ counts by test scores unless the exam has marks instead.
        by_test = (pupils["procedure"] == "ege").fillna(value=False).to_numpy(dtype=bool)
        self.by_test: Flags = (self.count(by_test) > 0) & (self.count(~np.isnan(self.mark)) == 0)

    def _numbers(self, column: pd.Series[Any]) -> Floats:
        found = column.to_numpy(dtype=float, na_value=np.nan, copy=True)
        found[~self.present] = np.nan
        return found

    def count(self, which: Flags) -> Ints:
        """Pupils of each group for whom ``which`` holds."""
        return np.bincount(self.of[which], minlength=self.size).astype(np.int64)

    def sum(self, values: Floats) -> Floats:
        """Sum of the known values of each group."""
        weights = np.nan_to_num(values)
        return np.bincount(self.of, weights=weights, minlength=self.size).astype(np.float64)


def _results(
    keys: pd.DataFrame, pupils: _Pupils, minimum: Floats, main: pd.DataFrame
) -> pd.DataFrame:
    n = pupils.count(pupils.present)
    marks = {mark: pupils.count(pupils.mark == mark) for mark in (2, 3, 4, 5)}
    marked = (pupils.count(~np.isnan(pupils.mark)) > 0) & ~pupils.by_test
    tested = pupils.count(~np.isnan(pupils.test))
    all_tested = pupils.by_test & (tested == n) & (n > 0)
    known_minimum = pupils.count(pupils.present & np.isnan(minimum)) == 0
    low = np.where(pupils.by_test, pupils.count(pupils.test < minimum), marks[2])
    high = np.where(pupils.by_test, pupils.count(pupils.test >= HIGH_SCORE), marks[5])
    with np.errstate(invalid="ignore"):
        mean = pupils.sum(pupils.test) / np.where(tested > 0, tested, np.nan)
    columns = {
        "n": pd.array(n, dtype="Int64"),
        **{f"n{mark}": _where(marked, count) for mark, count in marks.items()},
        "n_low": _where(marked | (all_tested & known_minimum), low),
        "n_high": _where(marked | all_tested, high),
        "mean_score": pd.array(np.where(pupils.by_test, mean, np.nan), dtype="Float64"),
        "n_absent": _absent(pupils, main),
    }
    return _tidy("results", keys, main, np.arange(len(keys)), columns)


def _where(known: Flags, counts: Any) -> pd.api.extensions.ExtensionArray:
    array: pd.api.extensions.ExtensionArray = pd.arrays.IntegerArray(
        np.asarray(counts, dtype=np.int64), ~known
    )
    return array


def _absent(pupils: _Pupils, main: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    """Absent pupils; empty where the sheet names none at all: it may not list them."""
    absent = pupils.count(~pupils.present)
    sheet = main.groupby(["source_file", "source_sheet"], dropna=False).ngroup().to_numpy()
    listed = np.bincount(sheet, weights=absent)[sheet] > 0
    return _where(listed, absent)


def _score_distribution(keys: pd.DataFrame, pupils: _Pupils, main: pd.DataFrame) -> pd.DataFrame:
    whole = ~np.isnan(pupils.score) & (pupils.score == np.rint(pupils.score))
    cells = np.stack([pupils.of[whole], pupils.score[whole].astype(np.int64)])
    pairs, counts = np.unique(cells, axis=1, return_counts=True)
    n = pupils.count(whole)
    largest = np.full(len(keys), -np.inf)
    np.maximum.at(largest, pupils.of[whole], np.nan_to_num(pupils.max_score[whole], nan=-np.inf))
    columns = {
        "n": pd.array(n[pairs[0]], dtype="Int64"),
        "score": pd.array(pairs[1], dtype="Int64"),
        "n_score": pd.array(counts, dtype="Int64"),
        "max_score": _where(
            np.isfinite(largest[pairs[0]]), np.nan_to_num(largest[pairs[0]], neginf=0)
        ),
    }
    return _tidy("score_distribution", keys, main, pairs[0], columns)


def _journal_comparison(keys: pd.DataFrame, pupils: _Pupils, main: pd.DataFrame) -> pd.DataFrame:
    change = pupils.mark - pupils.journal
    n = pupils.count(~np.isnan(change))
    spearman = spearman_by_group(pupils.score, pupils.journal, pupils.of, len(keys))
    rows = np.flatnonzero(n > 0)
    columns = {
        "n": pd.array(n[rows], dtype="Int64"),
        "n_lower": pd.array(pupils.count(change < 0)[rows], dtype="Int64"),
        "n_equal": pd.array(pupils.count(change == 0)[rows], dtype="Int64"),
        "n_higher": pd.array(pupils.count(change > 0)[rows], dtype="Int64"),
        "spearman": pd.array(spearman[rows], dtype="Float64"),
    }
    return _tidy("journal_comparison", keys, main, rows, columns)


def spearman_by_group(x: Floats, y: Floats, of: Ints, size: int) -> Floats:
    """Rank correlation of Spearman within each group, corrected for ties.

    The correlation of Pearson between mid-ranks: what :func:`scipy.stats.spearmanr` gives, for
    all groups at once.

    Parameters
    ----------
    x, y
        Values; pairs with a NaN are left out.
    of
        Group of each pair, from 0.
    size
        Number of groups.

    Returns
    -------
    array
        By group, −1…1; NaN with fewer than :data:`FEWEST_PAIRS` pairs or when one of the two is
        the same for all.

    Examples
    --------
    >>> spearman_by_group(
    ...     np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 3, 3, 4, 5]), np.zeros(5, dtype=int), 1
    ... ).round(3).tolist()
    [0.975]
    """
    known = ~(np.isnan(x) | np.isnan(y))
    group = of[known]
    ranks = pd.DataFrame({"x": x[known], "y": y[known]}).groupby(group).rank().to_numpy(dtype=float)
    n = np.bincount(group, minlength=size)
    # Mid-ranks of n values have the mean (n + 1) / 2 whatever the ties.
    deviations = ranks - ((n + 1) / 2)[group][:, None]

    def total(values: Floats) -> Floats:
        return np.bincount(group, weights=values, minlength=size).astype(np.float64)

    xx, yy = total(deviations[:, 0] ** 2), total(deviations[:, 1] ** 2)
    xy = total(deviations[:, 0] * deviations[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.clip(xy / np.sqrt(xx * yy), -1, 1)
    found[(n < FEWEST_PAIRS) | (xx == 0) | (yy == 0)] = np.nan
    return found


def _tidy(
    table: str, keys: pd.DataFrame, main: pd.DataFrame, rows: Ints, columns: dict[str, Any]
) -> pd.DataFrame:
    """Rows of a table: the key and the source of each row's group, and its columns."""
    empty = TABLES[table].empty()
    frame = keys.iloc[rows].reset_index(drop=True).assign(**columns)
    source = main.iloc[rows].reset_index(drop=True)
    return frame.join(source).reindex(columns=list(empty.columns)).astype(dict(empty.dtypes))


def _sources(
    pupils: pd.DataFrame, of: Ints, keys: pd.DataFrame, appeals: pd.DataFrame
) -> pd.DataFrame:
    """Every sheet a key rests on: ``key``, ``part`` (0 the one with most pupils), ``n``, place."""
    place = ["source_file", "source_sheet"]
    rows = pupils[[*place, "source_row"]].assign(key=of, appeal=False)
    if len(appeals):
        number = pd.Series(keys.index, index=pd.MultiIndex.from_frame(keys))
        found = number.reindex(pd.MultiIndex.from_frame(appeals[list(KEY)])).to_numpy()
        more = appeals[[*place, "source_row"]].assign(key=found, appeal=True)
        rows = pd.concat([rows, more], ignore_index=True)
    number = rows.groupby(["key", "appeal", *place], sort=False, dropna=False).ngroup()
    spans = spans_by_group(number.to_numpy(np.int64), rows["source_row"].to_numpy(dtype=np.int64))
    sheets = rows.loc[~number.duplicated(), ["key", "appeal", *place]]
    sheets = sheets.set_axis(number[~number.duplicated()].to_numpy()).join(spans)
    sheets = sheets.sort_values(
        ["key", "appeal", "size", *place], ascending=[True, True, False, True, True]
    )
    return sheets.assign(part=sheets.groupby("key").cumcount()).rename(columns={"size": "n"})


def _further_sources(keys: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    more = sources[sources["part"] > 0]
    source = more[list(PROVENANCE)].reset_index(drop=True)
    empty = TABLES["result_sources"].empty()
    frame = keys.loc[more["key"]].reset_index(drop=True)
    frame = frame.assign(part=more["part"].to_numpy(), n=more["n"].to_numpy()).join(source)
    return frame.reindex(columns=list(empty.columns)).astype(dict(empty.dtypes))


def _minimum_scores(
    pupils: pd.DataFrame, calendar: Calendar, letters: Letters
) -> tuple[Floats, list[Fault]]:
    """The minimum that goes for each pupil, NaN where none is known; and where that matters."""
    tested = pupils["test_score"].notna().to_numpy() & (pupils["procedure"] == "ege").to_numpy()
    minimum = np.full(len(pupils), np.nan)
    faults: list[Fault] = []
    exams = pupils[["year", "subject"]].assign(at=np.arange(len(pupils)))[tested]
    for (year, subject), positions in exams.groupby(["year", "subject"], sort=True)["at"]:
        entry = calendar.minimum_score("ege", int(str(year)), str(subject))
        rows = positions.to_numpy(np.int64)
        if entry is not None:
            minimum[rows] = entry.minimum
            continue
        first = pupils.iloc[rows[0]]
        file, sheet = str(first["source_file"]), str(first["source_sheet"])
        faults.append(
            Fault(
                file,
                sheet,
                letters.cell(file, sheet, int(first["source_row"]), "test_score"),
                "no-minimum",
                f"минимальный балл ЕГЭ по предмету {quoted(str(subject))} за {year} год программе "
                f"неизвестен (участников: {len(rows)}).",
                "минимальный балл в календаре процедур.",
                "Впишите его в shnor.yml: calendar: minimum_scores. Пока его нет, столбец «Ниже "
                "минимума» по этому предмету пуст.",
                Severity.WARNING,
            )
        )
    return minimum, faults


def _unmarked(pupils: pd.DataFrame, values: _Pupils, letters: Letters) -> Iterator[Fault]:
    """Participants without a mark where others of the same school and exam have one."""
    some = (values.count(~np.isnan(values.mark)) > 0)[values.of]
    bare = values.present & np.isnan(values.mark) & some
    if not bare.any():
        return
    for (file, sheet), rows in pupils[bare].groupby(["source_file", "source_sheet"], sort=True):
        yield Fault(
            str(file),
            str(sheet),
            letters.cell(str(file), str(sheet), int(rows["source_row"].min()), "mark"),
            "n-above-marks",
            f"у части участников есть балл, но нет отметки (таких: {len(rows)}), хотя у других "
            "участников той же школы отметки есть.",
            "отметка у каждого участника.",
            "Проверьте эти строки; доли посчитаны от числа участников.",
            Severity.WARNING,
        )
