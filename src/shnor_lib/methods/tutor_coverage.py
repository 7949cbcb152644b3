"""How far the tutor consultation point reached the schools of a list and their teachers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

SCHOOL_DTYPES: dict[str, str] = {
    "school_id": "string", "n": "Int64", "fulfilled": "Int64", "waiting": "Int64",
    "helped_low": "Int64", "helped_high": "Int64", "teachers": "Int64", "beyond": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class Coverage:
    """How many schools of a list turned to the point, how many of their teachers got help.

    Attributes
    ----------
    schools
        One row per school of the list: ``n`` requests, ``fulfilled``, ``waiting``; ``helped_low``
        and ``helped_high``: at least and at most so many different teachers got help (a group
        without codes may have been the same people twice); ``teachers`` by the table of staff (NA:
        not handed in); ``beyond``: more teachers with help than the staff has.
    n_schools, n_turned
        Schools of the list; those with a request.
    n_staffed, teachers, helped_low, helped_high
        Schools of the list with a number of teachers; their teachers; how many of them got help
        at least and at most (never more than a school has).
    """

    schools: pd.DataFrame = field(repr=False)
    n_schools: int
    n_turned: int
    n_staffed: int
    teachers: int
    helped_low: int
    helped_high: int

    @property
    def share(self) -> float | None:
        """Share of the schools that turned to the point, 0…1; None without schools."""
        return self.n_turned / self.n_schools if self.n_schools else None

    @property
    def silent(self) -> list[str]:
        """Schools of the list without a request."""
        rows = self.schools
        return [str(key) for key in rows.loc[(rows["n"] == 0).to_numpy(dtype=bool), "school_id"]]


def coverage(
    requests: pd.DataFrame, staff: pd.DataFrame, year: int, schools: Iterable[str]
) -> Coverage:
    """How far the point reached the schools of a list and their teachers.

    Parameters
    ----------
    requests
        From :func:`~.tutor_point.requests_of`.
    staff
        Table ``staff``: the number of teachers in the same school year.
    year
        School year.
    schools
        The list.

    Notes
    -----
    Help to a group is in the journal as a number without codes. So many different teachers got
    help at least: the codes there are, or the largest group if it is larger; at most: the codes
    and all people of groups together, but no more than the school has.
    """
    ids = sorted({str(key) for key in schools})
    register = staff[staff["year"] == year].drop_duplicates("school_id", keep="last")
    teachers = register.set_index("school_id")["teachers"]
    rows = [_school(key, requests[requests["school_id"] == key], teachers) for key in ids]
    found = pd.DataFrame(rows, columns=list(SCHOOL_DTYPES)).astype(SCHOOL_DTYPES)
    staffed = found[found["teachers"].notna() & (found["teachers"] > 0).fillna(value=False)]
    turned = int((found["n"] > 0).sum())
    return Coverage(
        found,
        len(found),
        turned,
        len(staffed),
        int(staffed["teachers"].sum()),
        *(
            int(staffed[name].clip(upper=staffed["teachers"]).sum())
            for name in ("helped_low", "helped_high")
        ),
    )


def _school(key: str, own: pd.DataFrame, teachers: pd.Series) -> dict[str, Any]:
    helped = own[own["fulfilled"]]
    low, high = different_teachers(helped)
    known = teachers.get(key)
    known = None if known is None or pd.isna(known) else int(known)
    return {
        "school_id": key,
        "n": len(own),
        "fulfilled": len(helped),
        "waiting": len(own) - len(helped),
        "helped_low": low,
        "helped_high": high,
        "teachers": known,
        "beyond": known is not None and low > known,
    }


def different_teachers(helped: pd.DataFrame) -> tuple[int, int]:
    """How many different teachers stand behind rows of one school, at least and at most.

    Parameters
    ----------
    helped
        Rows of :func:`~.tutor_point.requests_of` of one school.

    Examples
    --------
    >>> rows = pd.DataFrame({"teacher": ["У1", "У1", None, None], "people": [1, 1, 4, 2]})
    >>> different_teachers(rows)
    (4, 7)
    """
    if helped.empty:
        return 0, 0
    codes = int(helped["teacher"].nunique())
    people = helped["people"].astype(int)
    unnamed = people - helped["teacher"].notna().astype(int)
    return max(codes, int(people.max())), codes + int(unnamed.sum())
