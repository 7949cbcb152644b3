"""The framework of an index: which indicators there are and what they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from shnor_lib.stats.composite.errors import StepError, shown

STEP = "структура индекса"

DEFAULTS: Mapping[str, object] = {
    "name": None,
    "type": None,
    "direction": 1,
    "weight": 1.0,
    "target": np.nan,
    "goalpost_low": np.nan,
    "goalpost_high": np.nan,
    "denominator": None,
}
"""Optional columns and what stands for them where they are missing."""

TYPES = ("indicator", "aggregate", "denominator", "group", "other")


@dataclass(frozen=True)
class Framework:
    """A validated table of indicators and the aggregates above them.

    Made by :meth:`from_table` or :meth:`flat`; the idea of two flat tables (data, metadata)
    is that of COINr (Becker et al. 2022, JOSS 7(78): 4567).

    Attributes
    ----------
    table
        Index ``code``; columns ``name``, ``type`` (one of :data:`TYPES`), ``level`` (1 for
        indicators, 2 and up for aggregates; NA otherwise), ``parent`` (code one level up;
        empty for the top), ``direction`` (1: more is better, −1: less is better; of an
        aggregate: how it enters its parent), ``weight`` (within the group, ≥ 0; only its
        ratio to the others of the group matters), ``target``, ``goalpost_low``,
        ``goalpost_high`` (units of the indicator; NA where none), ``denominator`` (code of
        the column to divide by; empty where none).
    """

    table: pd.DataFrame

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Framework:
        """Check a table of metadata; all faults are named at once.

        Parameters
        ----------
        table
            Columns ``code``, ``level``, ``parent`` and, optionally, the others of
            :class:`Framework`; further columns are left out.

        Raises
        ------
        StepError
            Listing everything wrong.

        Examples
        --------
        >>> Framework.from_table(
        ...     pd.DataFrame(
        ...         {"code": ["a", "b", "all"], "level": [1, 1, 2], "parent": ["all", "all", None]}
        ...     )
        ... ).children("all")
        ('a', 'b')
        """
        missing = [c for c in ("code", "level", "parent") if c not in table.columns]
        if missing:
            raise StepError(STEP, f"нет столбцов: {', '.join(missing)}.")
        tidy = _tidy(table)
        problems = _problems(tidy)
        if problems:
            raise StepError(STEP, " ".join(problems))
        return cls(tidy.set_index("code"))

    @classmethod
    def flat(
        cls,
        codes: Iterable[str],
        *,
        directions: Mapping[str, int] | None = None,
        weights: Mapping[str, float] | None = None,
        top: str = "index",
    ) -> Framework:
        """Indicators straight under one index.

        Parameters
        ----------
        codes
            Indicators.
        directions, weights
            By code; 1 where not given.
        top
            Code of the index.
        """
        listed = list(codes)
        own_directions, own_weights = directions or {}, weights or {}
        return cls.from_table(
            pd.DataFrame(
                {
                    "code": [*listed, top],
                    "level": [1] * len(listed) + [2],
                    "parent": [top] * len(listed) + [None],
                    "direction": [own_directions.get(c, 1) for c in listed] + [1],
                    "weight": [float(own_weights.get(c, 1.0)) for c in listed] + [1.0],
                }
            )
        )

    @cached_property
    def _rated(self) -> pd.DataFrame:
        """Indicators and aggregates, lowest level first, in the order of the table."""
        rated = self.table[self.table["type"].isin(["indicator", "aggregate"])]
        return rated.sort_values("level", kind="stable")

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        """Codes of level 1 in the order of the table."""
        return self.level(1)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of all levels, lowest level first."""
        return tuple(self._rated.index)

    @cached_property
    def n_levels(self) -> int:
        """Number of the top level."""
        return int(self._rated["level"].max())

    @cached_property
    def top(self) -> str:
        """Code of the index itself."""
        return str(self._rated.index[-1])

    @cached_property
    def weights(self) -> pd.Series[float]:
        """Weight of every indicator and aggregate, as given."""
        return self._rated["weight"].astype("float64")

    @cached_property
    def directions(self) -> pd.Series[int]:
        """Direction of every indicator and aggregate."""
        return self._rated["direction"].astype("int64")

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        below = self._rated[self._rated["parent"].notna()]
        found: dict[str, list[str]] = {}
        for code, parent in zip(below.index, below["parent"], strict=True):
            found.setdefault(str(parent), []).append(str(code))
        return {parent: tuple(members) for parent, members in found.items()}

    def level(self, level: int) -> tuple[str, ...]:
        """Codes of one level, in the order of the table."""
        return tuple(code for code, own in self.levels.items() if own == level)

    def children(self, code: str) -> tuple[str, ...]:
        """Codes right below an aggregate; nothing for an indicator."""
        return self._children.get(code, ())

    @cached_property
    def levels(self) -> dict[str, int]:
        """Level of every indicator and aggregate."""
        return {str(code): int(level) for code, level in self._rated["level"].items()}

    @cached_property
    def parents(self) -> dict[str, str]:
        """Code right above every indicator and aggregate but the top."""
        return {member: code for code, members in self._children.items() for member in members}

    def ancestor(self, code: str, level: int) -> str:
        """Code above (or the code itself) at a level."""
        here = code
        while self.levels[here] < level:
            here = self.parents[here]
        return here

    def indicators_of(self, code: str) -> tuple[str, ...]:
        """Indicators below an aggregate, however deep; of an indicator: itself."""
        below = self.children(code)
        return sum((self.indicators_of(c) for c in below), ()) if below else (code,)

    def without(self, codes: Iterable[str]) -> Framework:
        """The framework without some indicators or aggregates (and what is under them).

        A group that keeps no indicator goes too.

        Raises
        ------
        StepError
            A code is not there, or nothing would be left.
        """
        gone = set()
        for code in codes:
            if code not in self.levels:
                raise StepError(STEP, "такого показателя нет.", code)
            gone |= {code, *self._below(code)}
        for level in range(2, self.n_levels + 1):
            gone |= {c for c in self.level(level) if not set(self.children(c)) - gone}
        if self.top in gone:
            raise StepError(STEP, "без этих показателей ничего не остаётся.")
        # What is taken from a sound tree leaves a sound tree; only weights can fail now.
        return Framework(self.table.drop(index=list(gone)))._with_sound_weights()

    def _below(self, code: str) -> set[str]:
        direct = set(self.children(code))
        return direct.union(*(self._below(c) for c in direct)) if direct else set()

    def with_weights(self, weights: Mapping[str, float] | pd.Series[float]) -> Framework:
        """The same framework with other weights for some codes."""
        own = {str(code): float(weight) for code, weight in weights.items()}
        for code in own:
            if code not in self.levels:
                raise StepError(STEP, "вес задан для неизвестного показателя.", code)
        old = self.table["weight"]
        new = [own.get(str(c), w) for c, w in zip(old.index, old.to_numpy(), strict=True)]
        return Framework(self.table.assign(weight=new))._with_sound_weights()

    def with_summed_weights(self) -> Framework:
        """Groups that weigh as much as their members together.

        Then the members' weights are points: each adds its weight to what can be earned,
        wherever it stands.
        """
        own = {str(code): float(weight) for code, weight in self.weights.items()}
        for level in range(2, self.n_levels + 1):
            for group in self.level(level):
                own[group] = sum(own[member] for member in self.children(group))
        return self.with_weights(own)

    def _with_sound_weights(self) -> Framework:
        for code, weight in self.weights.items():
            if not (np.isfinite(weight) and weight >= 0):
                raise StepError(STEP, "вес должен быть числом не меньше 0.", str(code))
        own = dict(self.weights.items())
        for group, members in self._children.items():
            if not sum(own[member] for member in members) > 0:
                raise StepError(STEP, "все веса группы равны нулю.", group)
        return self


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    tidy = pd.DataFrame(index=range(len(table)))
    for name in ("code", "parent"):
        tidy[name] = _text(table[name])
    tidy["level"] = pd.to_numeric(table["level"].reset_index(drop=True), errors="coerce").astype(
        "Float64"
    )
    for name, default in DEFAULTS.items():
        given = table[name].reset_index(drop=True) if name in table.columns else None
        if name in ("name", "type", "denominator"):
            tidy[name] = _text(given) if given is not None else None
        else:
            values = given if given is not None else pd.Series([default] * len(tidy))
            tidy[name] = pd.to_numeric(values, errors="coerce").astype("float64")
    level_type = pd.Series(np.where(tidy["level"].fillna(0) >= 2, "aggregate", "indicator"))
    tidy["type"] = tidy["type"].where(tidy["type"].notna(), level_type)
    tidy["name"] = tidy["name"].where(tidy["name"].notna(), tidy["code"])
    return tidy[["code", "name", "type", "level", "parent", *list(DEFAULTS)[2:]]]


def _text(values: pd.Series[str]) -> pd.Series[str]:
    """Text, with an empty cell as a missing one."""
    text = values.reset_index(drop=True).astype("object")
    filled = [None if pd.isna(v) or str(v).strip() == "" else str(v).strip() for v in text]
    return pd.Series(filled, dtype="object")


def _problems(table: pd.DataFrame) -> list[str]:
    found = []
    if table["code"].isna().any():
        found.append("Есть строки без кода.")
    known = table.dropna(subset=["code"])
    twice = known["code"][known["code"].duplicated()].unique()
    found += [f"Код «{code}» встречается дважды." for code in twice]
    found += [
        f"«{row['code']}»: тип «{row['type']}» неизвестен, есть: {', '.join(TYPES)}."
        for row in known[~known["type"].isin(TYPES)].to_dict("records")
    ]
    rated = known[known["type"].isin(["indicator", "aggregate"])]
    if rated.empty:
        return [*found, "Нет ни одного показателя."]
    found += _row_problems(rated)
    if not found:  # the tree can only be read where the rows are sound
        found += _tree_problems(rated)
    return found


def _row_problems(rated: pd.DataFrame) -> list[str]:
    found = []
    for row in rated.to_dict("records"):
        level = row["level"]
        whole = not pd.isna(level) and float(level) == int(level) and level >= 1
        if not whole:
            found.append(f"«{row['code']}»: уровень должен быть целым числом от 1.")
        elif (row["type"] == "indicator") != (level == 1):
            found.append(
                f"«{row['code']}»: у показателя уровень 1, у группы 2 и выше, а стоит {shown(float(level))}."
            )
        if row["direction"] not in (1, -1):
            found.append(f"«{row['code']}»: направление должно быть 1 или −1.")
        if not (np.isfinite(row["weight"]) and row["weight"] >= 0):
            found.append(f"«{row['code']}»: вес должен быть числом не меньше 0.")
        low, high = row["goalpost_low"], row["goalpost_high"]
        if np.isnan(low) != np.isnan(high):
            found.append(f"«{row['code']}»: задана только одна из двух границ.")
        elif low >= high:
            found.append(f"«{row['code']}»: нижняя граница должна быть меньше верхней.")
    return found


def _tree_problems(rated: pd.DataFrame) -> list[str]:
    found = []
    level = dict(zip(rated["code"], rated["level"].astype("int64"), strict=True))
    tops = rated[rated["parent"].isna()]
    if len(tops) != 1:
        names = ", ".join(f"«{c}»" for c in tops["code"]) or "нет ни одной"
        found.append(f"Вершина (строка без родителя) должна быть одна, сейчас: {names}.")
    elif level[tops["code"].iloc[0]] != max(level.values()):
        found.append(f"«{tops['code'].iloc[0]}»: нет родителя, но это не верхний уровень.")
    elif max(level.values()) < 2:
        found.append("Нужна хотя бы одна группа над показателями.")
    for row in rated[rated["parent"].notna()].to_dict("records"):
        if row["parent"] not in level:
            found.append(f"«{row['code']}»: родителя «{row['parent']}» нет в таблице.")
        elif level[str(row["parent"])] != level[str(row["code"])] + 1:
            found.append(f"«{row['code']}»: родитель «{row['parent']}» должен быть уровнем выше.")
    weights = rated[rated["parent"].notna()].groupby("parent")["weight"].sum()
    for code in rated["code"][rated["type"] == "aggregate"]:
        if code not in weights.index:
            found.append(f"«{code}»: в группе нет ни одного показателя.")
        elif weights[code] <= 0:
            found.append(f"«{code}»: все веса группы равны нулю.")
    return found
