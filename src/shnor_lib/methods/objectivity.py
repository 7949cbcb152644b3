"""Signs of biased results by the algorithm of ФИОКО: questions to check, never a verdict.

The algorithm is that of «Методика расчета показателя „Уровень объективности оценки образовательных
результатов в субъекте Российской Федерации“» (three pages; the text we hold is complete save for
the glyphs of the formulas):

* завышенные значения (``inflated``): the lower bound of the school's 95 % interval of the mean per
  cent of the maximum score, mean − 1.96·s/√n, lies above the upper bound of the region's interval.
  s is the sample standard deviation with n − 1 (the divisor cannot be read in our copy; with n a
  school of one pupil would have s = 0 and be marked by chance), so that n ≥ 2;
* несоответствие отметкам (``mismatch``): Spearman's rank correlation of scores and marks in the
  journal is negative;
* резкое изменение (``fall``, ``rise``): K = S(N, year) / S(N + 1, year + 1), S being the mean per cent
  of the same pupils in neighbouring years; a fall when K > P75 + 3·IQR over all schools, a rise when
  K < P25 − 3·IQR.

Beside them stand spikes of the histogram at the borders of marks (:mod:`.score_spikes`), which
ФИОКО names without a number.

On a real region the first sign marks 13–18 % of schools, far more than anybody accuses: good schools
are marked too. ФИОКО itself weighed it with what else is known of a school (лицей или гимназия,
results of ЕГЭ). Hence nothing here gives or counts towards a status; pages say «вопрос к проверке».
The «region» is all schools whose results are loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.score_spikes import score_spikes
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.store import Dataset

Z = 1.96
"""Quantile of the 95 % interval, as ФИОКО prints it."""
OUTER = 3.0
"""Interquartile ranges beyond the quartiles."""
MIN_SCHOOLS = 10
"""Schools with a result from which one of them is compared with all: with fewer, the «region» is
the school itself and its neighbours, and quartiles are single schools."""
SIGNS: tuple[str, ...] = ("inflated", "mismatch", "fall", "rise", "spike")
"""Codes of the signs; «spike» is this program's own and no part of the ФИОКО indicator."""
FIOKO_SIGNS: tuple[str, ...] = SIGNS[:4]


class Work(NamedTuple):
    """What was tested."""

    procedure: str
    grade: int
    subject: str


RUSSIAN, MATHS = "русский язык", "математика"
INFLATED_WORKS: tuple[Work, ...] = (
    Work("vpr", 4, RUSSIAN), Work("vpr", 4, MATHS), Work("vpr", 5, RUSSIAN),
    Work("vpr", 5, MATHS), Work("oge", 9, RUSSIAN), Work("oge", 9, MATHS),
)  # fmt: skip
"""Works of the six signs «завышенные значения»."""
MISMATCH_WORKS: tuple[Work, ...] = INFLATED_WORKS[:4]
"""Works of the four signs «несоответствие отметкам»."""
CHANGE_WORKS: tuple[Work, ...] = INFLATED_WORKS[:2]
"""First works of the signs «резкое возрастание» and «резкое падение» (from grade 4 to 5)."""

_UNIT = ["year", "season", "procedure", "grade", "subject"]
_KEY = ["school_id", *_UNIT]
_SUMMARY = ["n", "mean", "sd"]
SIGN_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "season": "string", "procedure": "string",
    "grade": "Int64", "subject": "string", "sign": "string", "value": "Float64", "low": "Float64",
    "high": "Float64", "bound_low": "Float64", "bound_high": "Float64", "n": "Int64",
    "n_before": "Int64", "score": "Int64", "marked": "boolean",
}  # fmt: skip
"""Columns of :func:`objectivity`."""

Floats = npt.NDArray[np.float64]


def objectivity(dataset: Dataset, calendar: Calendar | None = None) -> pd.DataFrame:
    """All signs of all schools, marked or not.

    Parameters
    ----------
    dataset
        Uses ``score_distribution`` and ``journal_comparison``; without them nothing is found.
    calendar
        Knows the border scores; the packaged one by default.

    Returns
    -------
    DataFrame
        One row per school × year × sign × work (procedure, season, grade, subject):

        * ``inflated``: ``value`` mean share of the maximum (0…1), ``low``, ``high`` its interval,
          ``bound_high`` upper bound of the region (``bound_low`` the lower one);
        * ``mismatch``: ``value`` the correlation (−1…1), ``bound_low`` 0;
        * ``fall``, ``rise``: ``value`` K, ``bound_low``, ``bound_high`` the limits; ``year`` and
          ``grade`` of the later work, ``n_before`` pupils of the earlier one;
        * ``spike``: ``value`` share of pupils with exactly ``score`` points, ``bound_high`` the
          expected share;

        ``n`` pupils, ``marked`` whether the sign is there. What does not apply is NA.
    """
    calendar = packaged_calendar() if calendar is None else calendar
    known = summaries(dataset.score_distribution)
    return _concat(
        [
            inflated(known),
            mismatch(dataset.journal_comparison),
            sharp_change(known),
            _spikes(dataset.score_distribution, calendar),
        ]
    )


def summaries(score_distribution: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of every work of every school from its histogram.

    Parameters
    ----------
    score_distribution
        Tidy table; rows without a maximum score are left out.

    Returns
    -------
    DataFrame
        ``school_id``, ``year``, ``season``, ``procedure``, ``grade``, ``subject``, ``n`` (pupils),
        ``mean``, ``sd`` (shares of the maximum, 0…1; ``sd`` with n − 1, NA for one pupil).
    """
    usable = (score_distribution["max_score"] > 0) & (score_distribution["n_score"] > 0)
    known = score_distribution[usable.fillna(value=False)]
    code = known.groupby(_KEY, sort=True).ngroup().to_numpy(dtype=np.intp)
    share = (known["score"] / known["max_score"]).to_numpy(dtype="float64")
    pupils = known["n_score"].to_numpy(dtype="float64")
    n = np.bincount(code, pupils)
    mean = np.bincount(code, pupils * share) / n
    # Squares around the school's own mean: the usual shortcut loses digits.
    squares = np.bincount(code, pupils * (share - mean[code]) ** 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)
    units = known[_KEY].iloc[np.unique(code, return_index=True)[1]].reset_index(drop=True)
    return units.assign(
        n=pd.array(n.astype(np.int64), dtype="Int64"),
        mean=pd.array(mean, dtype="Float64"),
        sd=pd.array(sd, dtype="Float64"),
    )


def region(known: pd.DataFrame) -> pd.DataFrame:
    """All pupils of a work together: mean, standard deviation and the interval of the mean.

    Parameters
    ----------
    known
        As given by :func:`summaries`.

    Returns
    -------
    DataFrame
        ``year``, ``season``, ``procedure``, ``grade``, ``subject``, ``n_schools`` (with two pupils
        or more), ``n``, ``mean``, ``sd``, ``low``, ``high`` (mean ∓ 1.96·s/√n). Shares 0…1.
    """
    numbers = known[_SUMMARY].astype("float64")
    units = [known[name] for name in _UNIT]
    n = numbers["n"].groupby(units).sum()
    mean = (numbers["n"] * numbers["mean"]).groupby(units).sum() / n
    centre = mean.reindex(pd.MultiIndex.from_arrays(units)).to_numpy()
    within = (numbers["n"] - 1) * numbers["sd"].fillna(0.0) ** 2
    between = numbers["n"] * (numbers["mean"] - centre) ** 2
    sd = np.sqrt((within + between).groupby(units).sum() / (n - 1).where(n > 1))
    several = (numbers["n"] >= 2).groupby(units).sum()
    half = Z * sd / np.sqrt(n)
    found = pd.DataFrame(
        {
            "n_schools": several,
            "n": n,
            "mean": mean,
            "sd": sd,
            "low": mean - half,
            "high": mean + half,
        }
    )
    return found.reset_index()


def inflated(known: pd.DataFrame, works: Collection[Work] | None = INFLATED_WORKS) -> pd.DataFrame:
    """Schools whose mean lies above the region's with both intervals apart.

    Parameters
    ----------
    known
        ``school_id``, ``year``, ``season``, ``procedure``, ``grade``, ``subject``, ``n``, ``mean``,
        ``sd`` (shares 0…1), from :func:`summaries` or from a table of such numbers.
    works
        Which works; None: all.

    Returns
    -------
    DataFrame
        As :func:`objectivity`; schools with n ≥ 2 in works with :data:`MIN_SCHOOLS` of them.
    """
    known = _of_works(known, works)
    joined = known.merge(region(known), on=_UNIT, suffixes=("", "_region"))
    judged = (joined["n"] >= 2) & joined["sd"].notna() & (joined["n_schools"] >= MIN_SCHOOLS)
    joined = joined[judged.fillna(value=False)]
    half: pd.Series[float] = (
        Z * joined["sd"].astype("float64") / np.sqrt(joined["n"].astype("float64"))
    )
    mean = joined["mean"].astype("float64")
    return _signs(
        joined,
        "inflated",
        value=mean,
        low=mean - half,
        high=mean + half,
        bound_low=joined["low"],
        bound_high=joined["high"],
        n=joined["n"],
        marked=(mean - half) > joined["high"],
    )


def mismatch(
    journal: pd.DataFrame, works: Collection[Work] | None = MISMATCH_WORKS
) -> pd.DataFrame:
    """Schools where those with better marks in the journal have the lower scores.

    Parameters
    ----------
    journal
        The unit's columns, ``spearman`` (rank correlation with ties, −1…1; NA where it is not
        known) and ``n`` (pairs), as in the table ``journal_comparison``.
    works
        Which works; None: all.
    """
    known = _of_works(journal, works)
    known = known[known["spearman"].notna()]
    return _signs(
        known,
        "mismatch",
        value=known["spearman"],
        bound_low=pd.Series(0.0, index=known.index),
        n=known["n"],
        marked=known["spearman"] < 0,
    )


def sharp_change(
    known: pd.DataFrame, works: Collection[Work] | None = CHANGE_WORKS
) -> pd.DataFrame:
    """Schools whose pupils changed far more in a year than those of the other schools.

    Parameters
    ----------
    known
        As in :func:`inflated`; ``sd`` is not needed.
    works
        Earlier works of the pairs; the later one is a grade above. None: all.

    Returns
    -------
    DataFrame
        As :func:`objectivity`, every pair once as ``fall`` and once as ``rise``. Quartiles by
        linear interpolation over all schools with both works, :data:`MIN_SCHOOLS` at least. A pair
        may be of autumn and spring: all schools of it changed the season alike.
    """
    columns = [*_KEY, "n", "mean"]
    before = _of_works(known, works)[columns]
    before = before.assign(year=before["year"] + 1, grade=before["grade"] + 1)
    on = [name for name in _KEY if name != "season"]
    pairs = known[columns].merge(before, on=on, suffixes=("", "_before"))
    pairs = pairs[(pairs["mean"] > 0).fillna(value=False)]
    ratio = (pairs["mean_before"] / pairs["mean"]).astype("float64")
    groups = ratio.groupby([pairs[name] for name in (*_UNIT, "season_before")])
    q1, q3 = groups.transform("quantile", 0.25), groups.transform("quantile", 0.75)
    low, high = q1 - OUTER * (q3 - q1), q3 + OUTER * (q3 - q1)
    enough = groups.transform("size") >= MIN_SCHOOLS
    parts = []
    for sign, marked in (("fall", ratio > high), ("rise", ratio < low)):
        parts.append(
            _signs(
                pairs,
                sign,
                value=ratio,
                bound_low=low,
                bound_high=high,
                n=pairs["n"],
                n_before=pairs["n_before"],
                marked=marked,
            )[enough.to_numpy(dtype=bool)]
        )
    return _concat(parts)


def marked_shares(found: pd.DataFrame) -> pd.DataFrame:
    """How many of the schools judged have a sign.

    Parameters
    ----------
    found
        As given by :func:`objectivity`.

    Returns
    -------
    DataFrame
        ``year``, ``season``, ``procedure``, ``grade``, ``subject``, ``sign``, ``n_schools`` (judged),
        ``n_marked``, ``share`` (0…1).
    """
    by = [*_UNIT, "sign"]
    schools = found.groupby([*by, "school_id"], sort=True)["marked"].any().reset_index()
    groups = schools.groupby(by, sort=True)["marked"]
    shares = pd.DataFrame({"n_schools": groups.size(), "n_marked": groups.sum()}).reset_index()
    shares["share"] = shares["n_marked"] / shares["n_schools"]
    return shares


def schools_marked(found: pd.DataFrame, signs: Sequence[str] = FIOKO_SIGNS) -> pd.DataFrame:
    """Schools with at least one sign, by year: stages 2 and 3 of the ФИОКО indicator.

    Returns
    -------
    DataFrame
        ``year``, ``n_schools`` (judged by at least one sign), ``n_marked``, ``share`` (0…1),
        ``index`` (1 − share: «100 − процент ОО, промаркированных хотя бы по одному признаку»).
    """
    of_signs = found[found["sign"].isin(list(signs))]
    schools = of_signs.groupby(["year", "school_id"], sort=True)["marked"].any().reset_index()
    groups = schools.groupby("year", sort=True)["marked"]
    shares = pd.DataFrame({"n_schools": groups.size(), "n_marked": groups.sum()}).reset_index()
    shares["share"] = shares["n_marked"] / shares["n_schools"]
    return shares.assign(index=1 - shares["share"])


def _spikes(score_distribution: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    found = score_spikes(score_distribution, calendar)
    return _signs(
        found,
        "spike",
        value=found["n_score"] / found["n"],
        bound_high=found["expected"] / found["n"],
        n=found["n"],
        score=found["score"],
        marked=found["marked"],
    )


def _of_works(frame: pd.DataFrame, works: Collection[Work] | None) -> pd.DataFrame:
    if works is None:
        return frame
    wanted = pd.MultiIndex.from_tuples([tuple(work) for work in works])
    there = pd.MultiIndex.from_arrays(
        [
            frame["procedure"].astype(object),
            frame["grade"].astype(object),
            frame["subject"].astype(object),
        ]
    )
    return frame[there.isin(wanted)]


def _signs(frame: pd.DataFrame, sign: str, **numbers: Any) -> pd.DataFrame:
    """Rows of one sign with all columns of :data:`SIGN_DTYPES`."""
    found = frame[_KEY].assign(sign=sign, **numbers).reindex(columns=list(SIGN_DTYPES))
    return found.astype(SIGN_DTYPES).reset_index(drop=True)


def _concat(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in SIGN_DTYPES.items()})
    found = pd.concat(filled, ignore_index=True)
    return found.sort_values([*_KEY, "sign"], kind="stable", ignore_index=True)
