"""What a table and a column of the data dictionary are."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

# Both are imported where they are used: settings and a build with nothing to do need the words of
# the dictionary only, and these two cost most of a second.

Kind = Literal["text", "int", "float", "year", "date", "flag"]

PROVENANCE: tuple[str, ...] = ("source_file", "source_sheet", "source_row", "source_rows")
"""Columns every tidy table ends with; ``source_rows`` («12-37,40») only where a row of the table
sums up several rows of the file, ``source_row`` being the first of them."""

PROVENANCE_DTYPES: dict[str, str] = dict(
    zip(PROVENANCE, ("string", "string", "Int64", "string"), strict=True)
)

DTYPES: dict[Kind, str] = {
    "text": "string",
    "int": "Int64",
    "float": "Float64",
    "year": "Int64",
    "date": "datetime64[us]",
    "flag": "boolean",
}
"""Pandas dtype of a column by its kind."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Identifier in code and parquet.
    title
        Russian heading in templates and on pages.
    kind
        ``text``, ``int`` (count), ``float``, ``year``, ``date`` or ``flag`` (да/нет).
    note
        Russian: what to enter. Becomes the note on the template's heading.
    required
        The heading must be present and no cell of it may be empty.
    minimum, maximum
        Inclusive range.
    choices
        Allowed values as ``{code: what people write}``; drop-down in the template. Text is
        stored by code.
    aliases
        Other headings under which the same column arrives.
    example
        Value for the example sheet.
    part_of
        Name of the column this count cannot exceed.
    not_before
        Name of the column whose date this date cannot precede.
    refers_to
        ``schools`` when the column holds a school's code: it is resolved against the register.
        ``supporters`` when it holds the code of a mentor, tutor or curator.
    person_code
        The column holds a code that stands for a person. A cell that looks like a name, a phone
        or a document number is refused while reading and never repeated anywhere.
    personal
        A person may be named here (officials and authors, by the user's choice): the column must
        not leave the audiences that may see people.
    """

    name: str
    title: str
    kind: Kind = "int"
    note: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: dict[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    example: Any = None
    part_of: str | None = None
    not_before: str | None = None
    refers_to: str | None = None
    person_code: bool = False
    personal: bool = False

    @property
    def dtype(self) -> str:
        """Pandas dtype of the tidy column."""
        return DTYPES[self.kind]

    def headings(self) -> tuple[str, ...]:
        """Every heading this column is known under, own title first."""
        return (self.title, *self.aliases)


@dataclass(frozen=True)
class Table:
    """One table of the data dictionary.

    Parameters
    ----------
    name
        Identifier in code; parquet folder and attribute of :class:`shnor_lib.store.Dataset`.
    title
        Russian; name of the template's sheet.
    note
        Russian: what the table is for and who fills it.
    key
        Columns that identify a row; repeated keys are a fault.
    columns
        All columns in template order.
    computed
        Names of columns the reader derives; they are not in the template.
    template
        Whether people fill it in; otherwise it is made from federal reports only.
    given
        Columns that templates fill in beforehand. A row in which nothing else stands is not
        filled in yet: it is left aside, not refused. Default: the school's code and the year.
    year_from
        Column with the date from which ``year`` is derived (the school year begins on
        1 September); ``year`` is then one of ``computed``.
    lasting
        One workbook for all years: next year's template holds every row known so far and takes
        the place of the old workbook.
    since
        Column of a lasting table with the date from which a row is there: whoever looks back at
        a year does not see what came later.
    """

    name: str
    title: str
    note: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    computed: tuple[str, ...] = ()
    template: bool = True
    given: tuple[str, ...] = ("school_id", "year")
    year_from: str = ""
    lasting: bool = False
    since: str = ""

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")

    @property
    def school_columns(self) -> tuple[str, ...]:
        """Columns that hold codes of schools of the register (its own code aside)."""
        return tuple(
            column.name
            for column in self.columns
            if column.refers_to == "schools"
            and (self.name, column.name) != ("schools", "school_id")
        )

    @property
    def by_year(self) -> bool:
        """Whether rows belong to a year (and parquet is split by it)."""
        return any(column.name == "year" for column in self.columns)

    @property
    def template_columns(self) -> tuple[Column, ...]:
        """Columns a person fills in."""
        return tuple(column for column in self.columns if column.name not in self.computed)

    @property
    def about_people(self) -> bool:
        """Whether its rows are about single persons, known by a code."""
        return any(column.person_code for column in self.columns)

    def until(self, frame: pd.DataFrame, year: int) -> pd.DataFrame:
        """Rows of a tidy frame as they stood when the school year ended (31 August)."""
        import pandas as pd

        if self.by_year:
            there = frame["year"] <= year
        elif self.since:
            there = ~(frame[self.since] > pd.Timestamp(year, 8, 31))
        else:
            return frame
        return frame[there.fillna(value=True)].reset_index(drop=True)

    def schema(self) -> pa.DataFrameSchema:
        """Pandera schema of the tidy table (provenance included).

        Failures carry a Russian ``error`` text; use ``validate(lazy=True)`` to get all of
        them at once.
        """
        return self._schema

    @cached_property
    def _schema(self) -> pa.DataFrameSchema:
        import pandera.pandas as pa

        columns: dict[str, pa.Column] = {}
        for column in self.columns:
            checks: list[pa.Check] = []
            if column.minimum is not None:
                checks.append(pa.Check.ge(column.minimum, error=f"не меньше {column.minimum:g}"))
            if column.maximum is not None:
                checks.append(pa.Check.le(column.maximum, error=f"не больше {column.maximum:g}"))
            if column.choices:
                checks.append(
                    pa.Check.isin(
                        list(column.choices), error=f"одно из: {', '.join(column.choices.values())}"
                    )
                )
            columns[column.name] = pa.Column(
                column.dtype,
                checks=checks,
                nullable=not column.required,
                title=column.title,
                description=column.note,
            )
        for name, dtype in PROVENANCE_DTYPES.items():
            columns[name] = pa.Column(dtype, nullable=True)
        wide = [
            pa.Check(
                lambda frame, part=column.name, whole=column.part_of: (
                    ~(frame[part] > frame[whole]).fillna(value=False)
                ),
                name=f"part:{column.name}:{column.part_of}",
                error=f"«{column.title}» не больше, чем «{self.column(column.part_of).title}»",
            )
            for column in self.columns
            if column.part_of
        ]
        wide += [
            pa.Check(
                lambda frame, later=column.name, earlier=column.not_before: (
                    ~(frame[later] < frame[earlier]).fillna(value=False)
                ),
                name=f"after:{column.name}:{column.not_before}",
                error=f"«{column.title}» не раньше, чем «{self.column(column.not_before).title}»",
            )
            for column in self.columns
            if column.not_before
        ]
        return pa.DataFrameSchema(columns, checks=wide, strict=True, ordered=False)

    def empty(self) -> pd.DataFrame:
        """An empty tidy frame with the right columns and dtypes."""
        return self._empty.copy()

    @cached_property
    def _empty(self) -> pd.DataFrame:
        import pandas as pd

        frame = pd.DataFrame(
            {column.name: pd.Series(dtype=column.dtype) for column in self.columns}
        )
        for name, dtype in PROVENANCE_DTYPES.items():
            frame[name] = pd.Series(dtype=dtype)
        return frame
