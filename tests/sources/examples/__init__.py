"""One small correct workbook per layout, all names invented; the mutation harness damages them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from shnor_lib.tables import TABLES
from tests.sources.examples import (
    context_form,
    fis_oko,
    gia_appeals,
    gia_protocol,
    own,
    school_check,
    vpr_consolidated,
    vpr_protocols,
)

EXAMPLES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "gia-protocol": ("ОГЭ 2026.xlsx", gia_protocol.write),
    "gia-protocol (sparse)": ("ЕГЭ химия.xlsx", gia_protocol.write_sparse),
    "gia-protocol (sparse, ОГЭ)": ("ОГЭ математика.xlsx", gia_protocol.write_sparse_oge),
    "gia-protocol (compact)": ("ЕГЭ русский.xlsx", gia_protocol.write_compact),
    "gia-protocol (language)": ("ЕГЭ английский.xlsx", gia_protocol.write_language),
    "gia-protocol (csv)": ("02_2026.06.02.csv", gia_protocol.write_csv),
    "gia-protocol (normalised)": ("01_2026.06.09.csv", gia_protocol.write_normalised),
    "gia-protocol (xls)": ("ГВЭ-9.xls", gia_protocol.write_xls),
    "gia-appeals": ("Апелляции 2026.xlsx", gia_appeals.write),
    "context-form": ("Сбор контекстных данных об ОО (2022).xlsx", context_form.write),
    "school-check": ("Сверка школ.xlsx", school_check.write),
    "vpr-native": ("Статистика по отметкам.xlsx", fis_oko.write_marks),
    "vpr-native-scores": ("Распределение первичных баллов.xlsx", fis_oko.write_scores),
    "vpr-consolidated-scores": ("ВПР баллы 2023.xlsx", fis_oko.write_consolidated_scores),
    "vpr-native-tasks": ("Выполнение заданий.xlsx", fis_oko.write_tasks),
    "vpr-native-journal": ("Сравнение отметок.xlsx", fis_oko.write_journal),
    "vpr-native-journal (columns)": ("Сравнение отметок.xlsx", fis_oko.write_journal_columns),
    "vpr-planned": ("Достижение планируемых результатов.xlsx", fis_oko.write_planned),
    "vpr-groups": ("Выполнение заданий группами.xlsx", fis_oko.write_groups),
    "vpr-consolidated": ("ВПР статистика по отметкам 2023.xlsx", vpr_consolidated.write),
    "vpr-protocol-f1": ("Ф1 Индивидуальные результаты.xlsx", vpr_protocols.write_f1),
    "vpr-protocol-form": (
        "Форма сбора результатов Математика 5 класс ВПР 2026 edu000001.xlsx",
        vpr_protocols.write_form,
    ),
    "vpr-protocol-2022": ("Протокол ВПР 2022 Математика 5 класс.xlsx", vpr_protocols.write_2022),
    "vpr-protocol-2021": (
        "Проведение работы по математике, 5 класс. ВПР 2021.xlsx",
        vpr_protocols.write_2021,
    ),
    "vpr-protocol-2020": (
        "ВПР 2020 Математика (по программе 5 класса).xlsx",
        vpr_protocols.write_2020,
    ),
    "vpr-protocol-research": ("Результаты.csv", vpr_protocols.write_research),
    **{
        f"own:{name}": (f"{TABLES[name].title}.xlsx", partial(own.write, name))
        for name in own.TEMPLATES
    },
}
"""Layout name → file name, writer."""
