"""Teachers by subject, school or municipality: levels, dynamics, deficits; no share of a few.

Where fewer teachers stand behind a number than the rules ask for, only that is said: a share (or a
mean, or a count by level) of two teachers would speak of each of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from shnor_lib.methods.competence_deficits import STATES, topic_key
from shnor_lib.methods.competence_definition import LEVELS, CompetenceRules, Part
from shnor_lib.methods.competence_pairs import CHANGES, WHO, changes, levels
from shnor_lib.stats.fdr import q_values
from shnor_lib.stats.intervals import wilson
from shnor_lib.stats.paired import paired_change

Groups = Sequence[str]


def levels_by(
    latest: pd.DataFrame, rules: CompetenceRules, by: Groups = (), *, part: Part = "overall"
) -> pd.DataFrame:
    """Teachers by level in groups.

    Parameters
    ----------
    latest
        ``TeacherCompetence.latest``. A teacher of several subjects counts once in a group, with
        the mean of the results.
    rules
        Cut-offs and the fewest teachers a share is said of.
    by
        Columns that make the groups; none: all teachers together.
    part
        The whole of the work, its subject part or its method part.

    Returns
    -------
    DataFrame
        Columns of ``by``, ``n`` (teachers), ``low``, ``middle``, ``high`` (numbers of teachers),
        ``share_low``, ``share_high`` (0…1), ``ci_low``, ``ci_high`` (95 % Wilson interval of
        ``share_low``), ``mean`` (per cent). All but ``n`` are NA where n is below
        ``rules.least_teachers``.
    """
    score = f"{part}_score"
    people = teachers_of(latest[latest[score].notna()], [score], by)
    people["level"] = levels(people[score], rules)
    found = _sizes(people, by)
    for level in LEVELS:
        found[level] = _counted(people[people["level"] == level], found, by)
    found["mean"] = _aligned(_groups(people, by)[score].mean(), found, by, "Float64")
    found["share_low"] = found["low"] / found["n"]
    found["share_high"] = found["high"] / found["n"]
    found["ci_low"], found["ci_high"] = wilson(found["low"], found["n"])
    return _hidden(found, rules, by)


def dynamics_by(
    pairs: pd.DataFrame,
    rules: CompetenceRules,
    by: Groups = (),
    *,
    part: Part = "overall",
    tested: bool = True,
) -> pd.DataFrame:
    """Teachers measured twice, in groups: whose competence has grown.

    Parameters
    ----------
    pairs
        ``TeacherCompetence.pairs``. A teacher with several pairs counts once in a group, with the
        means of the first and of the second measurements.
    rules
        What is better, and the fewest teachers a share is said of.
    by, part
        As in :func:`levels_by`.
    tested
        Whether the paired test is done.

    Returns
    -------
    DataFrame
        Columns of ``by``, ``n`` (teachers measured twice), ``better``, ``same``, ``worse``,
        ``share`` (better of n, 0…1), ``ci_low``, ``ci_high`` (95 % Wilson), ``first``, ``last``
        (mean results, per cent), ``gain``, ``gain_low``, ``gain_high`` (percentage points, 95 %
        paired t), ``p_value`` (Wilcoxon's signed ranks), ``q_value`` (Benjamini–Hochberg over the
        groups). All but ``n`` are NA where n is below ``rules.least_teachers``.
    """
    first, last = f"{part}_first", f"{part}_last"
    people = teachers_of(pairs[pairs[first].notna() & pairs[last].notna()], [first, last], by)
    people["gain"] = (people[last] - people[first]).round(9)
    people["change"] = changes(people[first], people[last], rules)
    found = _sizes(people, by)
    for change in CHANGES:
        found[change] = _counted(people[people["change"] == change], found, by)
    found["share"] = found["better"] / found["n"]
    found["ci_low"], found["ci_high"] = wilson(found["better"], found["n"])
    groups = _groups(people, by)
    found["first"] = _aligned(groups[first].mean(), found, by, "Float64")
    found["last"] = _aligned(groups[last].mean(), found, by, "Float64")
    told = {key: part for key, part in groups["gain"] if len(part) >= rules.least_teachers}
    moved = [paired_change(told[key]) if key in told else None for key in _keys(found, by)]
    for name, attribute in (("gain", "mean"), ("gain_low", "low"), ("gain_high", "high")):
        values = [np.nan if each is None else getattr(each, attribute) for each in moved]
        found[name] = pd.array(values, dtype="Float64")
    p = np.array([np.nan if each is None or not tested else each.p_value for each in moved])
    found["p_value"], found["q_value"] = _float(p), _float(q_values(p) if len(p) else p)
    return _hidden(found, rules, by)


def level_moves(pairs: pd.DataFrame, rules: CompetenceRules) -> pd.DataFrame:
    """From which level to which teachers have moved.

    Returns
    -------
    DataFrame
        ``from``, ``to`` (levels), ``n`` (teachers), all nine rows; none at all when fewer
        teachers were measured twice than ``rules.least_teachers``.
    """
    people = teachers_of(pairs, ["overall_first", "overall_last"], ())
    if len(people) < rules.least_teachers:
        return pd.DataFrame({"from": [], "to": [], "n": []})
    moved = list(
        zip(
            levels(people["overall_first"], rules),
            levels(people["overall_last"], rules),
            strict=True,
        )
    )
    return pd.DataFrame(
        [
            {"from": before, "to": after, "n": moved.count((before, after))}
            for before in LEVELS
            for after in LEVELS
        ]
    )


def deficits_by(deficits: pd.DataFrame, rules: CompetenceRules, by: Groups = ()) -> pd.DataFrame:
    """Deficits in groups: how many, offered, closed, overdue, measured again.

    Returns
    -------
    DataFrame
        Columns of ``by``, ``teachers`` (with a deficit), ``n`` (deficits), ``closed``, ``open``,
        ``overdue``, ``offered``, ``not_offered`` (of those not closed), ``by_courses``,
        ``by_tutor``, ``by_self``, ``by_other``, ``course`` (a course on the topic was taken),
        ``remeasured``, ``closed_remeasured``, ``not_better`` (closed, and the next result of the
        same work is not better), ``share_closed``. All but ``teachers`` are NA where
        they are fewer than ``rules.least_teachers``.
    """
    found = _sizes(deficits.drop_duplicates([*by, *WHO]), by).rename(columns={"n": "teachers"})
    everything = pd.Series(True, index=deficits.index)
    shut, offered = deficits["state"] == "closed", deficits["is_offered"]
    again = deficits["remeasured"].notna()
    flags: dict[str, pd.Series] = {
        "n": everything,
        **{state: deficits["state"] == state for state in STATES},
        "offered": offered,
        "not_offered": ~offered & ~shut,
        **{f"by_{kind}": deficits[f"by_{kind}"] for kind in ("courses", "tutor", "self", "other")},
        "course": deficits["course"].notna(),
        "remeasured": again,
        "closed_remeasured": again & shut,
        "not_better": deficits["not_better"],
    }
    for name, flag in flags.items():
        rows = deficits[flag.fillna(value=False).to_numpy(dtype=bool)]
        found[name] = _counted(rows, found, by)
    found["share_closed"] = found["closed"] / found["n"].where(found["n"] > 0)
    return _hidden(found, rules, by, size="teachers")


def topics(deficits: pd.DataFrame, rules: CompetenceRules) -> pd.DataFrame:
    """Deficits by subject and topic, those of most teachers first.

    Spellings that differ in case, spaces or «ё» are one topic under its most frequent spelling.
    Topics of fewer teachers than ``rules.least_teachers`` are put together in a last row with
    ``topic`` NA.

    Returns
    -------
    DataFrame
        ``subject``, ``topic``, ``schools``, ``listed_schools``, ``merged`` (topics in the row)
        and the columns of :func:`deficits_by`.
    """
    rows = deficits.assign(key=topic_key(deficits["topic"]), subject=deficits["subject"].fillna(""))
    names = rows.groupby(["subject", "key"], observed=True)["topic"].agg(_most_frequent)
    people = rows.drop_duplicates(["subject", "key", *WHO])
    size = people.groupby(["subject", "key"], observed=True).size()
    few = set(size.index[size < rules.least_teachers])
    pooled = [pair in few for pair in zip(rows["subject"], rows["key"], strict=True)]
    rows["pooled"] = np.array(pooled, dtype=bool)
    parts = [_topic_rows(rows[~rows["pooled"]], rules, ["subject", "key"])]
    rest = rows[rows["pooled"]]
    if len(rest):
        parts.append(_topic_rows(rest.assign(subject="", key=""), rules, ["subject", "key"]))
    parts = [part for part in parts if len(part)]
    if not parts:
        return _topic_rows(rows, rules, ["subject", "key"]).assign(topic="", merged=0)
    found = pd.concat(parts, ignore_index=True)
    keys = list(zip(found["subject"], found["key"], strict=True))
    last = len(found) - 1 if len(rest) else -1
    found["topic"] = pd.array(
        [None if i == last else names[key] for i, key in enumerate(keys)], dtype="string"
    )
    found["merged"] = [len(few) if i == last else 1 for i in range(len(found))]
    return found.drop(columns="key")


def shared_topics(deficits: pd.DataFrame, rules: CompetenceRules) -> pd.DataFrame:
    """Topics several teachers of one school have not made up: a matter of the school itself.

    Returns
    -------
    DataFrame
        ``school_id``, ``subject``, ``topic``, ``listed``, ``teachers`` (with the deficit not
        closed, at least ``rules.shared_from``), ``overdue`` and ``offered`` (of them), most
        teachers first.
    """
    rows = deficits[deficits["state"] != "closed"]
    key = topic_key(rows["topic"])
    rows = rows.assign(key=key, subject=rows["subject"].fillna(""))
    found = []
    for (school, subject, _), part in rows.groupby(["school_id", "subject", "key"], sort=True):
        teachers = int(part["teacher"].nunique())
        if teachers < rules.shared_from:
            continue
        found.append(
            {
                "school_id": school,
                "subject": subject,
                "topic": _most_frequent(part["topic"]),
                "listed": bool(part["listed"].iloc[0]),
                "teachers": teachers,
                "overdue": int(part.loc[part["state"] == "overdue", "teacher"].nunique()),
                "offered": int(part.loc[part["is_offered"], "teacher"].nunique()),
            }
        )
    names = ["school_id", "subject", "topic", "listed", "teachers", "overdue", "offered"]
    order = ["teachers", "school_id", "subject", "topic"]
    return pd.DataFrame(found, columns=names).sort_values(
        order, ascending=[False, True, True, True], ignore_index=True
    )


def _most_frequent(said: pd.Series) -> str:
    counts = Counter(str(each) for each in said)
    return min(counts, key=lambda each: (-counts[each], each))


def _topic_rows(rows: pd.DataFrame, rules: CompetenceRules, by: list[str]) -> pd.DataFrame:
    found = deficits_by(rows, rules, by)
    schools = _counted(rows.drop_duplicates([*by, "school_id"]), found, by)
    inside = _counted(rows[rows["listed"]].drop_duplicates([*by, "school_id"]), found, by)
    found["schools"], found["listed_schools"] = schools, inside
    return found.sort_values(
        ["teachers", "n", *by], ascending=[False, False, *(True for _ in by)], ignore_index=True
    )


def coverage_by(coverage: pd.DataFrame, rules: CompetenceRules, by: Groups = ()) -> pd.DataFrame:
    """How many teachers were diagnosed, of how many.

    Returns
    -------
    DataFrame
        Columns of ``by``, ``schools``, ``reached`` (schools with a diagnosed teacher),
        ``measured`` (teachers diagnosed), ``n`` and ``covered``: teachers and those of them
        diagnosed in the schools whose number of teachers is known and not doubtful; ``share``
        (covered of n) where n is at least ``rules.least_teachers``, else NA.
    """
    sound = coverage["staff"].notna() & ~coverage["doubtful"]
    rows = coverage.assign(
        schools=1,
        reached=(coverage["measured"] > 0).astype("Int64"),
        n=coverage["staff"].where(sound, 0).fillna(0),
        covered=coverage["measured"].where(sound, 0).fillna(0),
    )
    names = ["schools", "reached", "measured", "n", "covered"]
    if by:
        found = rows.groupby(list(by), observed=True, sort=True)[names].sum().reset_index()
    else:
        found = pd.DataFrame([{name: int(rows[name].sum()) for name in names}])
    found = found.astype(dict.fromkeys(names, "Int64"))
    share = found["covered"] / found["n"].where(found["n"] > 0)
    found["share"] = share.where(found["n"] >= rules.least_teachers)
    return found


def courses_by(courses: pd.DataFrame, rules: CompetenceRules, by: Groups = ()) -> pd.DataFrame:
    """Courses in groups.

    Returns
    -------
    DataFrame
        Columns of ``by``, ``teachers``, ``n`` (courses taken), ``on_deficit`` (of them named as
        making up a deficit), ``hours`` (median, NA when not given). All but ``teachers`` are NA
        where they are fewer than ``rules.least_teachers``.
    """
    found = _sizes(courses.drop_duplicates([*by, *WHO]), by).rename(columns={"n": "teachers"})
    found["n"] = _counted(courses, found, by)
    found["on_deficit"] = _counted(courses[courses["on_deficit"]], found, by)
    found["hours"] = _aligned(_groups(courses, by)["hours"].median(), found, by, "Float64")
    return _hidden(found, rules, by, size="teachers")


# --- groups ---------------------------------------------------------------------------------------


def teachers_of(rows: pd.DataFrame, values: list[str], by: Groups) -> pd.DataFrame:
    """One row per teacher in each group; results of several rows are averaged.

    Parameters
    ----------
    rows
        With ``school_id``, ``teacher``.
    values
        Columns of results.
    by
        Columns that make the groups.
    """
    key = list(dict.fromkeys([*by, *WHO]))
    found = rows.groupby(key, observed=True, sort=True)[values].mean().reset_index()
    found[values] = found[values].astype("Float64").round(9)
    return found


_ALL = "all"


def _groups(rows: pd.DataFrame, by: Groups) -> Any:
    """Rows by group; one group of all rows when there are no columns to group by."""
    if len(by) == 1:
        return rows.groupby(by[0], observed=True)
    return rows.groupby(list(by) if by else np.full(len(rows), _ALL, dtype=object), observed=True)


def _keys(found: pd.DataFrame, by: Groups) -> list[Any]:
    if not by:
        return [_ALL]
    if len(by) == 1:
        return list(found[by[0]])
    return list(found[list(by)].itertuples(index=False, name=None))


def _sizes(people: pd.DataFrame, by: Groups) -> pd.DataFrame:
    """Groups with their number of rows ``n``; one row without groups, also when it is empty."""
    if not by:
        return pd.DataFrame({"n": pd.array([len(people)], dtype="Int64")})
    found = people.groupby(list(by), observed=True, sort=True).size().rename("n").reset_index()
    return found.astype({"n": "Int64"})


def _counted(rows: pd.DataFrame, found: pd.DataFrame, by: Groups) -> pd.Series:
    """Number of rows in each of the groups found."""
    return _aligned(_groups(rows, by).size(), found, by, "Int64").fillna(0)


def _aligned(values: pd.Series, found: pd.DataFrame, by: Groups, dtype: str) -> pd.Series:
    known = dict(zip(values.index.tolist(), values.tolist(), strict=True))
    column = [known.get(key, pd.NA) for key in _keys(found, by)]
    made: pd.Series = pd.Series(column, index=found.index, dtype=cast(Any, dtype))
    return made


def _float(values: Iterable[float]) -> Any:
    return pd.array([pd.NA if np.isnan(value) else value for value in values], dtype="Float64")


def _hidden(
    found: pd.DataFrame, rules: CompetenceRules, by: Groups, *, size: str = "n"
) -> pd.DataFrame:
    """Everything but the size is NA where it is too small."""
    few = (found[size] < rules.least_teachers).to_numpy(dtype=bool)
    for name in found.columns:
        if name not in {*by, size}:
            column = found[name]
            if str(column.dtype) == "float64":
                column = column.astype("Float64")
            found[name] = column.mask(few)
    return found
