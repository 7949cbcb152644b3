"""Headings the forms of ВПР protocols share."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.tables import Column

SCORE = Column("score", "Итого баллов", "float", "первичный балл.", required=True)
VARIANT = Column("variant", "Вариант", "text", "вариант работы или «отсутствовал».")
JOURNAL = Column(
    "journal",
    "Отметка за предыдущий триместр/ четверть/полугодие",
    "int",
    "отметка в журнале.",
    aliases=(
        "Отметка за предыдущий триместр/четверть/полугодие",
        "отметка за предыдущую четверть/триместр",
        "отметка за предыдущую четверть/триместр/полугодие",
        "Отметка по журналу",
    ),
)
CLASS = Column("class", "Класс", "text", "класс ученика.", aliases=("Наименование класса",))
CLASS_NUMBER = Column("class_number", "Порядковый номер класса", "int", "по счёту, не параллель.")
MUNICIPALITY = Column("municipality", "Муниципалитет", "text", "муниципалитет школы.")


def pupil(title: str, *aliases: str) -> Column:
    """The column of participant codes."""
    return Column("pupil", title, "text", "код участника.", required=True, aliases=aliases)


def school(title: str, *aliases: str, required: bool = True) -> Column:
    """The column of logins."""
    return Column(
        "school", title, "text", "логин школы в ФИС ОКО.", required=required, aliases=aliases
    )


def name(title: str) -> Column:
    """The column of schools' names."""
    return Column("name", title, "text", "название школы.")


def titled(column: Column, title: str) -> Column:
    """The same column under the heading of one form."""
    return replace(column, title=title)
