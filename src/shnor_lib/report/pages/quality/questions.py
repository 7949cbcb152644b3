"""Questions that only several tables together raise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.report.blocks import capped, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.fault_kinds import CROSSCHECKS
from shnor_lib.report.pages.quality.faults import FULL_LIST, todo

QUESTIONS_SHOWN = 120
"""Questions listed on the page; all of them are in the workbook."""


def question_blocks(faults: Sequence[Fault]) -> list[str]:
    """The section: what the cross-checks noticed."""
    found = [fault for fault in faults if fault.code in CROSSCHECKS]
    what = (
        "Программа сравнила таблицы между собой: результаты с численностью школы, год с годом, "
        "школу со школой, формы с реестром. "
    )
    if not found:
        return [what + "Вопросов не возникло."]
    order = list(CROSSCHECKS)
    found.sort(key=lambda fault: (order.index(fault.code), fault))
    rows = pd.DataFrame(
        [
            {
                "kind": CROSSCHECKS[fault.code],
                "message": fault.message,
                "place": fault.place,
            }
            for fault in found
        ]
    )
    blocks = [
        what + "Вопрос — не ошибка: школы сливаются, параллели болеют. Строки прочитаны и в расчёт "
        "вошли; проверьте числа, и если они верны, делать ничего не нужно.",
        _kinds(found),
        show(
            capped(
                rows,
                [
                    Col("kind", "О чём вопрос", filter=True),
                    Col("message", "Что замечено"),
                    Col("place", "Где"),
                ],
                caption="Вопросы по одному",
                most=QUESTIONS_SHOWN,
                nouns=("вопроса", "вопросов"),
                sortable=True,
            )
        ),
    ]
    if len(found) > QUESTIONS_SHOWN:
        blocks.append(FULL_LIST)
    return blocks


def _kinds(found: Sequence[Fault]) -> str:
    """How many questions of each kind; what to check is the same for all of a kind."""
    counts = Counter(fault.code for fault in found)
    first = {fault.code: fault for fault in reversed(found)}
    return show(
        DataTable(
            [
                {"kind": CROSSCHECKS[code], "n": n, "todo": todo(first[code])}
                for code, n in counts.items()
            ],
            [Col("kind", "О чём вопрос"), Col("n", "Сколько", "int"), Col("todo", "Что проверить")],
            caption="О чём эти вопросы и что проверить",
        )
    )
