"""Small schools: what a share of few pupils says, and how much of the list may be chance.

Every share stands twice: as it was counted, with its Wilson interval, and shrunk towards what
is usual for schools, the more the fewer pupils stand behind it (beta-binomial model,
:mod:`shnor_lib.methods.priors`). The formal list does not change by this; it is told how many of
its places chance may have given, and which schools missed it probably by chance.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.frames import empty
from shnor_lib.methods.identification import LIKELY, Identification
from shnor_lib.methods.outcomes import Flags, Floats, years_text
from shnor_lib.methods.priors import Priors, fit_prior, same, shrunk
from shnor_lib.methods.results_criterion import Groups
from shnor_lib.methods.ruleset import ResultsShare
from shnor_lib.methods.share_over_years import formal_chance, pooled_shares, years_there
from shnor_lib.methods.units import Units
from shnor_lib.stats.intervals import wilson
from shnor_lib.tables import PROCEDURES

_ESTIMATE: dict[str, str] = {
    "n": "Int64", "n_low": "Int64", "share": "Float64", "low": "Float64", "high": "Float64",
    "shrunk": "Float64", "shrunk_low": "Float64", "shrunk_high": "Float64",
}  # fmt: skip
SHARES_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "criterion": "string", "procedure": "string",
    "grade": "Int64", "subject": "string", **_ESTIMATE, "threshold": "Float64",
    "probability": "Float64", "usual": "Float64", "prior": "string",
}  # fmt: skip
SUBJECTS_DTYPES: dict[str, str] = {
    "school_id": "string", "procedure": "string", "subject": "string", "year": "Int64",
    "season": "string", **_ESTIMATE, "usual": "Float64", "n_schools": "Int64", "prior": "string",
}  # fmt: skip
SUMMARY_DTYPES: dict[str, str] = {
    "year": "Int64", "n_judged": "Int64", "n_listed": "Int64", "n_certain": "Int64",
    "n_likely": "Int64", "n_borderline": "Int64", "n_insufficient": "Int64",
    "expected_true": "Float64", "expected_chance": "Float64", "n_unlisted_probable": "Int64",
}  # fmt: skip
UNLISTED_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "criterion": "string", "procedure": "string",
    "grade": "Int64", "subject": "string", "years_used": "string", **_ESTIMATE,
    "threshold": "Float64", "probability": "Float64", "why": "string",
}  # fmt: skip

_KEY = ["procedure", "subject", "year", "season"]


def school_shares(
    identification: Identification,
    *,
    years: Collection[int] | None = None,
    criteria: Collection[str] | None = None,
) -> pd.DataFrame:
    """Shares of low results of every school, counted and shrunk, year by year.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    years
        Calendar years; default: the status years.
    criteria
        Ids of results criteria; default: all.

    Returns
    -------
    DataFrame
        One row per ``school_id`` × ``year`` × ``criterion`` × unit (``procedure``, ``grade`` –
        NA when grades are pooled –, ``subject``): ``n``, ``n_low``, ``share``, ``low``,
        ``high`` (95 % Wilson interval), ``shrunk``, ``shrunk_low``, ``shrunk_high`` (mean and
        95 % interval of the true share given this year and the other schools), ``threshold``,
        ``probability`` (that the true share of this year is beyond it), ``usual`` (mean of the
        prior), ``prior`` (how it was found: ``fitted``, ``penalised``, ``weak``). Shares 0…1.
    """
    wanted = set(identification.years if years is None else years)
    parts = []
    for name, units in identification.units.items():
        if criteria is not None and name not in criteria:
            continue
        for position, year in enumerate(units.years):
            if year not in wanted:
                continue
            written = np.flatnonzero(units.present[:, :, position].any(axis=0)).tolist()
            parts += [_unit_year(identification, name, units, u, position) for u in written]
    if not parts:
        return empty(SHARES_DTYPES)
    return pd.concat(parts, ignore_index=True).astype(SHARES_DTYPES)


def _unit_year(
    identification: Identification, name: str, units: Units, unit: int, position: int
) -> pd.DataFrame:
    low, n = units.pooled(unit, (position,))
    rows = np.flatnonzero(~np.isnan(low))
    prior = units.prior(unit, (position,))
    key = units.keys.iloc[unit]
    return pd.DataFrame(
        {
            "school_id": identification.schools.array.take(rows),
            "year": units.years[position],
            "criterion": name,
            **{part: key[part] for part in ("procedure", "grade", "subject")},
            **_estimates(low[rows], n[rows], same(prior, len(rows))),
            "threshold": units.rule.criterion.low.threshold,
            "probability": units.chance(unit, (position,))[rows],
            "usual": prior.mu,
            "prior": prior.source,
        }
    )


def _estimates(low: Floats, n: Floats, priors: Priors) -> dict[str, Any]:
    """Columns of :data:`_ESTIMATE`."""
    first, last = wilson(low, n)
    mean, down, up = shrunk(low, n, priors)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = low / n
    return {
        "n": n, "n_low": low, "share": share, "low": first, "high": last,
        "shrunk": mean, "shrunk_low": down, "shrunk_high": up,
    }  # fmt: skip


def subject_shares(results: pd.DataFrame) -> pd.DataFrame:
    """Shares of low results by subject, counted and shrunk, whatever the rules in force.

    Parameters
    ----------
    results
        Tidy results; rows without participants or without low results are left out.

    Returns
    -------
    DataFrame
        One row per ``school_id`` × ``procedure`` × ``subject`` × ``year`` × ``season``, grades
        added up: ``n``, ``n_low``, ``share``, ``low``, ``high`` (95 % Wilson interval),
        ``shrunk``, ``shrunk_low``, ``shrunk_high`` (95 % interval), ``usual`` (mean of the
        prior: the share usual for schools), ``n_schools`` (behind it), ``prior``.

    Raises
    ------
    ShnorError
        A prior could not be estimated.
    """
    known = results[results["n_low"].notna() & (results["n"] > 0)]
    grouped = known.groupby(["school_id", *_KEY], sort=True, observed=True, as_index=False)
    sums = grouped.agg(n=("n", "sum"), n_low=("n_low", "sum"))
    if sums.empty:
        return empty(SUBJECTS_DTYPES)
    low = sums["n_low"].to_numpy(dtype="float64")
    n = sums["n"].to_numpy(dtype="float64")
    usual, priors = np.empty(len(sums)), same(None, len(sums))
    schools = np.empty(len(sums), dtype=np.int64)
    source = np.empty(len(sums), dtype=object)
    for key, rows in sums.groupby(_KEY, sort=True, observed=True, dropna=False).indices.items():
        procedure, subject, year, _ = cast(tuple[Any, ...], key)
        what = f"{PROCEDURES.get(procedure, procedure)}, {subject}, {year}"
        prior = fit_prior(low[rows], n[rows], what=what)
        priors[rows], usual[rows] = prior, prior.mu
        schools[rows], source[rows] = prior.n_groups, prior.source
    found = sums.assign(**_estimates(low, n, priors), usual=usual, n_schools=schools, prior=source)
    return found[list(SUBJECTS_DTYPES)].astype(SUBJECTS_DTYPES)


def chance_summary(identification: Identification) -> pd.DataFrame:
    """How many statuses ШНОР chance may have given, year by year.

    Returns
    -------
    DataFrame
        One row per status year: ``n_judged`` (schools about which the rule could say anything),
        ``n_listed`` (with the status, alone or with ШССУ), of these ``n_certain``,
        ``n_likely``, ``n_borderline`` (within chance: the true value is beyond the threshold
        with a probability below 0.75) and ``n_insufficient`` (no probability);
        ``expected_true`` – the sum of the probabilities of the listed, so many of them are to be
        expected truly beyond the threshold – and ``expected_chance``, the rest;
        ``n_unlisted_probable`` – schools not listed that probably are (:func:`probably_beyond`).

    Notes
    -----
    The expected number needs no independence of the schools: a mean of a sum is the sum of
    the means.
    """
    rows = []
    for year in identification.years:
        statuses = identification.statuses
        own = statuses[(statuses["year"] == year) & (statuses["status"] != "excluded")]
        listed = own[own["low_results"]]
        known = listed["probability"].dropna().astype(float)
        words = listed["confidence"].value_counts()
        rows.append(
            {
                "year": year,
                "n_judged": int((own["status"] != "insufficient").sum()),
                "n_listed": len(listed),
                **{
                    f"n_{word}": int(words.get(word, 0))
                    for word in ("certain", "likely", "borderline", "insufficient")
                },
                "expected_true": float(known.sum()),
                "expected_chance": float((1 - known).sum()),
                "n_unlisted_probable": len(probably_beyond(identification, year)),
            }
        )
    return pd.DataFrame(rows, columns=list(SUMMARY_DTYPES)).astype(SUMMARY_DTYPES)


def probably_beyond(
    identification: Identification, year: int, *, least: float = LIKELY
) -> pd.DataFrame:
    """Schools that are not ШНОР by the rule but whose true shares probably are beyond it.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    year
        Status year.
    least
        Smallest probability, 0…1.

    Returns
    -------
    DataFrame
        One row per school, the surest first, with its deciding unit: ``criterion``,
        ``procedure``, ``grade``, ``subject``, ``years_used``, counts ``n`` and ``n_low`` over
        these years together, ``share``, ``low``, ``high``, ``shrunk``, ``shrunk_low``,
        ``shrunk_high``, ``threshold``, ``probability``; ``why`` it is not listed: ``few``
        (fewer participants than the rule asks for in a year), ``below`` (a year in which the
        counted share is on the other side of the threshold) or ``subjects`` (this unit is
        beyond it, but the rule asks for more units or for each year by itself).

    Raises
    ------
    ShnorError
        Statuses of this year were not asked for.

    Notes
    -----
    «No high results» stays a fact: with «и» a school with a single «5» is not here. Where the
    rule asks for several subjects, so many have to be probable. Results of fewer than ten schools
    are left out: with the weak prior 2 of 3 pupils would be enough.
    """
    outcomes = identification.outcomes_of(year)
    statuses = identification.statuses
    listed = statuses[(statuses["year"] == year) & statuses["low_results"]]["school_id"]
    open_to_it = identification.judged[year] & ~np.asarray(
        identification.schools.isin(pd.Index(listed)), dtype=np.bool_
    )
    counting = identification.ruleset.counting("low_results")
    parts = []
    for outcome in outcomes:
        criterion = outcome.criterion
        if isinstance(criterion, ResultsShare) and criterion.id in counting:
            units = identification.units[criterion.id]
            parts.append(_probable(identification, units, year, open_to_it, least))
    found = [part for part in parts if len(part)]
    if not found:
        return empty(UNLISTED_DTYPES)
    whole = pd.concat(found, ignore_index=True)
    whole = whole.sort_values(["probability", "school_id"], ascending=[False, True], kind="stable")
    once = whole.drop_duplicates("school_id").reset_index(drop=True)
    return once.astype(UNLISTED_DTYPES)


def _probable(
    identification: Identification, units: Units, year: int, schools: Flags, least: float
) -> pd.DataFrame:
    """Rows of one criterion."""
    shape = units.n.shape[:2]
    chance, low, n = (np.full(shape, np.nan) for _ in range(3))
    prior = np.full(shape, None)
    why = np.full(shape, "", dtype=object)
    used_years = np.full(shape, "", dtype=object)
    for window, members in units.windows(year).items():
        if len(window) < units.rule.criterion.years:
            continue
        block = np.ix_(np.arange(shape[0]), members, np.asarray(window))
        used = years_there(units, window, members) & schools[:, None, None]
        share = pooled_shares(units, members, window, used)
        formal = formal_chance(units, members, window, used, share.probability)
        met = (used & units.enough[block] & units.flagged[block]).sum(axis=2) == used.sum(axis=2)
        fitted = [_has_prior(units, unit, window) for unit in members.tolist()]
        chance[:, members] = np.where(fitted, formal, np.nan)
        low[:, members], n[:, members] = share.low, share.n
        prior[:, members] = share.prior
        short = (used & ~units.enough[block]).any(axis=2)
        why[:, members] = np.where(short, "few", np.where(met, "subjects", "below"))
        used_years[:, members] = _years_texts(units, window, used)
    groups = Groups(units)
    sure = np.where(np.nan_to_num(chance) >= least, np.nan_to_num(chance), -np.inf)
    best, there = groups.decide(sure, units.rule.min_subjects)
    rows = np.flatnonzero(there & (best >= 0) & np.isfinite(sure.max(axis=1, initial=-np.inf)))
    at = (rows, best[rows])
    keys = units.keys.iloc[best[rows]]
    return pd.DataFrame(
        {
            "school_id": identification.schools.array.take(rows),
            "year": year,
            "criterion": units.rule.criterion.id,
            **{name: keys[name].array for name in ("procedure", "grade", "subject")},
            "years_used": used_years[at],
            **_estimates(low[at], n[at], prior[at]),
            "threshold": units.rule.criterion.low.threshold,
            "probability": chance[at],
            "why": why[at],
        }
    )


def _has_prior(units: Units, unit: int, window: tuple[int, ...]) -> bool:
    """Enough schools with all the years to say what is usual."""
    return units.prior(unit, window).source != "weak"


def _years_texts(units: Units, window: tuple[int, ...], used: Flags) -> npt.NDArray[np.object_]:
    pattern = used @ (1 << np.arange(len(window)))
    texts = np.full(pattern.shape, "", dtype=object)
    for code in np.unique(pattern[pattern > 0]).tolist():
        years = [units.years[y] for bit, y in enumerate(window) if code >> bit & 1]
        texts[pattern == code] = years_text(years)
    return texts
