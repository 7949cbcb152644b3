"""How the list changes when the document is read otherwise."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, text
from shnor_lib.report.charts import readings_bars
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import (
    school_year,
)
from shnor_lib.report.rule_words import quoted

READING_HEIGHT = 68
"""Pixels of one bar with a question in two lines and its answer above it."""


def readings_text(readings: pd.DataFrame, year: int) -> Text:
    """How much the list depends on how the document is read."""
    if readings.empty:
        return text("Открытых вопросов действующие правила не содержат.")
    low, high = int(readings["n_listed"].min()), int(readings["n_listed"].max())
    default = readings.loc[readings["is_default"].astype(bool), "n_listed"]
    now = int(default.iloc[0]) if len(default) else low
    total = int(readings["n_schools"].max())
    head = (
        f"При принятых ответах на открытые вопросы в списке за {school_year(year)} учебный год "
        f"{fmt.number(now)} из{fmt.NBSP}{fmt.count_of(total, 'школы', 'школ')}. "
    )
    if low == high:
        return text(head + "Ни одно другое прочтение этого числа не меняет.")
    far = readings.iloc[int((readings["n_listed"] - now).abs().to_numpy().argmax())]
    return text(
        head
        + f"Если менять ответы по одному, в списке окажется {fmt.number_range(low, high)}. "
        + f"Сильнее всего список меняет вопрос {fmt.escape_md(quoted(str(far['question'])))}: при ответе "
        + f"{fmt.escape_md(quoted(str(far['label'])))} — {fmt.of(far['n_listed'], total)}."
    )


def readings_chart(readings: pd.DataFrame) -> Chart | None:
    """Every reading as a bar; rows stand far enough apart for a question in two lines."""
    if readings.empty:
        return None
    chart = readings_bars(readings)
    figure = chart.spec()
    figure["layout"]["height"] = max(
        int(figure["layout"]["height"]), READING_HEIGHT * len(readings) + 104
    )
    return Chart(figure, chart.alt, chart.caption)


def readings_table(readings: pd.DataFrame, year: int) -> DataTable:
    """Every reading of the open questions with the number of schools it lists.

    Parameters
    ----------
    readings
        Result of ``count_readings``.
    year
        Its status year.
    """
    total = readings["n_schools"].where(readings["n_schools"] > 0)
    return DataTable(
        readings.assign(
            share=readings["n_listed"] / total,
            chosen=readings["is_default"].map({True: "принят", False: ""}),
        ),
        [
            Col("question", "Вопрос"),
            Col("label", "Ответ"),
            Col("chosen", "Принят", missing="нет"),
            Col("n_low_results", "ШНОР", "int"),
            Col("n_difficult", "ШССУ", "int"),
            Col("n_listed", "Всего в списке", "int"),
            Col("share", "Доля школ", "percent"),
            Col("n_schools", "Всего школ", "int"),
        ],
        caption=f"Прочтения правил, {school_year(year)} учебный год",
        empty="Открытых вопросов нет.",
    )
