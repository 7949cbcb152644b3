"""«ВПР. Статистика по отметкам», the regional consolidated form: one row per school.

Год | Класс | Предмет | Муниципалитет | ОО | Логин | Кол-во участников | 2 | 3 | 4 | 5, the last
four in per cent. «Год» is the year of the programme; the season is the calendar's.
"""

from __future__ import annotations

from shnor_lib.sources.cells.checks import check_table
from shnor_lib.sources.cells.convert import convert, data_rows
from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    heading_problems,
    no_data,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.layouts.vpr import (
    PERCENTS,
    REPORT,
    required_marks,
    tidy_logins,
    to_results,
)
from shnor_lib.tables import TABLES

FORM = Form(
    "vpr-consolidated",
    "сводный отчёт «ВПР. Статистика по отметкам»",
    (
        *(column for column in REPORT.columns if column.name not in PERCENTS),
        *required_marks(),
    ),
    # Our own «Результаты» has numbers of pupils under the same «2»–«5»; where «0» or «1» stands,
    # these are scores or tasks.
    never=frozenset({fold("Процедура"), fold("Группы участников"), "0", "1"}),
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet of the consolidated form."""
    numbers = data_rows(sheet.rows, match.row + 1, list(match.places.values()))
    problems = heading_problems(match, len(numbers))
    if not numbers:
        problems.append(no_data(match))
    if problems:
        return SheetRead(
            "results", TABLES["results"].empty(), len(numbers), problems, match.letters
        )
    frame, problems = convert(sheet.rows, numbers, REPORT.columns, match.places)
    frame = tidy_logins(with_provenance(frame, context.file, sheet.name, numbers))
    problems += check_table(REPORT, frame, match.places, problems)
    problems += year_disagrees(frame, sheet.name, match.places.get("year"))
    return to_results(frame, problems, match.places, len(numbers), context.calendar)
