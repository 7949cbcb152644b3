"""What is wrong with the input: errors, warnings and questions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import callout, capped, show
from shnor_lib.report.charts import fault_bars
from shnor_lib.report.display import Col
from shnor_lib.report.fault_kinds import CROSSCHECKS, family

FAULTS_SHOWN = 100
"""Faults listed on the page; all of them are in the workbook."""
BARS = 12
"""Bars of a chart at most; the table of files tells the rest."""
FULL_LIST = "Полный список — в рабочей книге `faults.xlsx` в папке проекта."

SEVERITY_FORMS: dict[Severity, tuple[str, str, str]] = {
    Severity.ERROR: ("ошибка", "ошибки", "ошибок"),
    Severity.WARNING: ("предупреждение", "предупреждения", "предупреждений"),
    Severity.QUESTION: ("вопрос", "вопроса", "вопросов"),
}


def fault_counts(faults: Sequence[Fault]) -> dict[Severity, int]:
    """Number of faults of each severity; all severities are there."""
    return {severity: sum(f.severity is severity for f in faults) for severity in Severity}


def fault_phrase(faults: Sequence[Fault]) -> str:
    """«1 ошибка и 3 предупреждения»; empty when there is none."""
    parts = [
        fmt.count_phrase(n, *SEVERITY_FORMS[severity])
        for severity, n in fault_counts(faults).items()
        if n
    ]
    return fmt.join_ru(parts)


def fault_blocks(faults: Sequence[Fault]) -> list[str]:
    """The section: how many, of which kind, in which files; every one but the cross-checks."""
    if not faults:
        return ["Замечаний к данным нет: все прочитанные строки прошли проверку."]
    blocks = [_kept_good_rows(faults), _lost_rows(faults)]
    for column, words in (("kind", "по видам"), ("file", "по файлам")):
        counts = _counted(faults, column)
        if counts["label"].nunique() > 1:
            blocks.append(show(fault_bars(counts, of=words, most=BARS)))
    files = {fault.file for fault in faults}
    if len(files) == 1 or len(files) > BARS:
        blocks.append(_by_file(faults))
    single = [fault for fault in faults if fault.code not in CROSSCHECKS]
    if single:
        blocks.append(_table(single))
    if len(single) > FAULTS_SHOWN:
        blocks.append(FULL_LIST)
    return blocks


def _kept_good_rows(faults: Sequence[Fault]) -> str:
    errors = fault_counts(faults)[Severity.ERROR]
    if not errors:
        return ""
    return callout(
        "warning",
        "Книги с ошибками приняты не целиком",
        "Сборка выполнена с разрешением принять верные строки: "
        f"{fmt.count_phrase(errors, *SEVERITY_FORMS[Severity.ERROR])} "
        "в исходных книгах. Строки, которые нельзя было принять, в расчёт не вошли.",
        level=3,
    )


def _lost_rows(faults: Sequence[Fault]) -> str:
    lost = sum(fault.rows for fault in faults)
    if not lost:
        return ""
    return (
        f"Из-за замечаний в расчёт не вошло {fmt.count_phrase(lost, 'строка', 'строки', 'строк')}."
    )


def _counted(faults: Sequence[Fault], column: str) -> pd.DataFrame:
    """``label``, ``severity``, ``n``."""
    rows = [
        {
            "label": family(fault.code) if column == "kind" else fault.file,
            "severity": fault.severity,
        }
        for fault in faults
    ]
    return pd.DataFrame(rows).value_counts(["label", "severity"]).rename("n").reset_index()


def _by_file(faults: Sequence[Fault]) -> str:
    counts = fault_counts(faults)
    by_file = pd.DataFrame([{"file": f.file, "severity": f.severity} for f in faults])
    table = by_file.value_counts(["file", "severity"]).unstack(fill_value=0)
    for severity in Severity:
        if severity not in table:
            table[severity] = 0
    table = table[list(Severity)].sort_values(list(Severity), ascending=False).reset_index()
    columns = [Col("file", "Файл")] + [
        Col(str(severity), SEVERITY_FORMS[severity][2].capitalize(), "int")
        for severity in Severity
        if counts[severity]
    ]
    table.columns = pd.Index([str(name) for name in table.columns])
    return show(capped(table, columns, caption="Замечания по файлам", nouns=("файла", "файлов")))


def _table(faults: Sequence[Fault]) -> str:
    order = {severity: i for i, severity in enumerate(Severity)}
    rows = pd.DataFrame(
        [
            {
                "severity": str(f.severity).capitalize(),
                "kind": family(f.code),
                "place": f.place,
                "message": f.message,
                "todo": todo(f),
            }
            for f in sorted(faults, key=lambda f: (order[f.severity], f))
        ]
    )
    return show(
        capped(
            rows,
            [
                Col("severity", "Важность"),
                Col("kind", "Вид", filter=True),
                Col("place", "Где"),
                Col("message", "Что не так"),
                Col("todo", "Что сделать", missing="ничего делать не нужно"),
            ],
            caption="Замечания по одному",
            most=FAULTS_SHOWN,
            nouns=("замечания", "замечаний"),
            sortable=True,
        )
    )


def todo(fault: Fault) -> str:
    """What was expected and what to do, in one text."""
    return " ".join(
        part for part in (fault.expected and f"Ожидалось: {fault.expected}", fault.remedy) if part
    )
