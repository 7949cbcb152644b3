"""Names of the kinds of faults: what a code is called where people read.

Readers have many codes; people want to know which few kinds of trouble there are. A code of no
family is shown under :data:`OTHER`.
"""

from __future__ import annotations

CROSSCHECKS: dict[str, str] = {
    "outside-its-life": "Школа в этот год не работала",
    "grade-not-taught": "В школе нет таких классов",
    "writers-above-enrolment": "Участников много для такой школы",
    "all-writers-above-enrolment": "Писавших больше, чем учеников",
    "enrolment-jump": "Резко изменилась численность",
    "cohort-grown": "Параллель резко выросла",
    "uneven-subjects": "Разное число участников по предметам",
    "mass-absence": "Массовое отсутствие",
    "copied-results": "Результаты повторяются",
    "copied-passport": "Паспорт повторяется",
    "results-jump": "Резко изменились результаты",
    "zero-passport": "В паспорте одни нули",
    "parents-counted-twice": "Родители посчитаны дважды",
    "teachers-against-pupils": "Учителей слишком мало или много",
    "unknown-supporter": "Нет такого сопровождающего",
    "no-such-file": "Ссылка на файл, которого нет",
    "refused-link": "Ссылка не показана",
    "words-for-link": "Вместо ссылки слова",
    "person-answers": "Отвечает человек, а не отдел",
    "unknown-municipality": "Нет такого муниципалитета",
}
"""Code of a cross-check → what it asks about."""

TOGETHER = "Таблицы не согласуются"
OTHER = "Другое"

FAMILIES: dict[str, tuple[str, ...]] = {
    "Файл или лист не прочитан": (
        "binary-workbook", "broken-file", "empty-file", "far-blanks", "far-cells", "foreign-file", "hidden-sheet",
        "internal-error", "merged-cells", "no-data", "no-questions", "no-scores", "no-tasks",
        "not-a-workbook", "not-recognised", "not-used", "one-sheet-only", "open-quote",
        "other-report", "password", "spoilt-letters", "too-large-file", "too-large-sheet", "unpacks-too-large", "unreadable-file",
    ),
    "Столбцы": (
        "missing-column", "no-year", "no-year-row", "repeated-column", "repeated-heading",
        "row-above-headings", "unknown-column",
    ),
    "Пустая ячейка или лишняя строка": (
        "empty-required", "filled-from-form", "incomplete-group", "key-undecided", "left-out",
        "no-mark", "no-name", "no-pupil-code", "no-result", "reason-missing", "total-row",
        "unfilled-row",
    ),
    "Не то значение в ячейке": (
        "above-maximum", "below-minimum", "cell-error", "date-for-number", "dates-reversed",
        "fractional-count", "impossible-score", "long-text", "not-a-code", "not-a-count",
        "not-a-date", "not-a-flag", "not-a-maximum", "not-a-year", "not-an-answer",
        "not-in-list", "odd-answers", "odd-mark", "percent-out-of-range", "score-above-maximum",
        "task-above-maximum", "text-for-number", "unknown-points", "unknown-sign",
        "year-out-of-range",
    ),
    "Вместо кода указан человек": (
        "name-for-code", "name-in-table", "person-named",
    ),
    "Школа не опознана": (
        "code-and-name-disagree", "code-claimed-twice", "code-differs", "impossible-key",
        "key-against-register", "key-conflict", "key-years", "left-out-school",
        "municipality-code", "new-school", "no-register", "no-school", "no-school-name",
        "no-schools", "other-school-beside", "repeated-key", "school-elsewhere", "shared-code",
        "shared-school", "two-logins", "undecided-school", "unknown-school",
    ),
    "Процедура, предмет или класс": (
        "another-work", "class-disagrees", "exam-unknown", "grade-unknown", "no-mark-scale",
        "no-minimum", "not-held", "one-year", "procedure-unknown", "subject-by-code",
        "subject-code-disagrees", "subject-codes", "title-disagrees", "title-incomplete",
        "unknown-subject", "unknown-subject-code", "year-disagrees",
    ),
    "Повторы": (
        "appeal-without-pupil", "appeal-without-result", "duplicate-row", "forms-disagree",
        "repeated-form", "second-sitting",
    ),
    "Числа не сходятся": (
        "absent-with-score", "counts-for-percents", "groups-above-total", "groups-not-total",
        "low-high-disagree", "mark-of-nobody", "maxima-disagree", "n-above-marks",
        "n-below-marks", "no-marks", "not-done-in-time", "nothing-measured", "oral-part",
        "part-above-whole", "part-missing", "percent-disagrees", "percents-not-whole",
        "percents-of-nobody", "protocol-disagrees", "staff-differs", "state-disagrees",
        "sum-disagrees", "task-maxima-unknown", "total-disagrees", "total-missing",
        "total-omits-task", "total-recomputed",
    ),
    "Объединённые школы": (
        "history-moved", "history-without-successor", "merged-in-circle", "merged-into-itself",
        "merger-without-year", "unknown-successor",
    ),
    "Файлы и страницы для сайта": (
        "file-not-published", "file-too-large", "page-code", "page-not-read", "page-part",
    ),
    TOGETHER: tuple(CROSSCHECKS),
}  # fmt: skip
"""Family of faults → codes."""

_FAMILY_OF = {code: family for family, codes in FAMILIES.items() for code in codes}


def family(code: str) -> str:
    """The family of a code; :data:`OTHER` for one nobody has put anywhere."""
    return _FAMILY_OF.get(code, OTHER)
