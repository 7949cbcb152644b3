"""The method page's words on directions over years and on results given the conditions."""

from __future__ import annotations

from shnor_lib.methods.context_model import ContextRule
from shnor_lib.methods.resilient import ResilientRule
from shnor_lib.methods.trends import TrendRule
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import bullets
from shnor_lib.report.context_words import third


def conditions_and_directions() -> list[str]:
    """How directions and contextual results are computed, with the rules in force."""
    trend, context, resilient = TrendRule(), ContextRule(), ResilientRule()
    percent = f"{fmt.number(context.certain * 100)}{fmt.NNBSP}%"
    return [
        "## Направление за несколько лет и результаты с учётом условий",
        bullets(
            [
                "**Направление.** Проверяется ряд результатов одной школы, процедуры, предмета, класса "
                f"и времени года, в котором не меньше {fmt.number(trend.min_years)} сопоставимых лет "
                f"(берутся последние {fmt.number(trend.max_years)}). Проверка Кокрана — Армитиджа, при "
                "малом числе учеников точная; все ряды школы складываются (проверка Мантеля). "
                "Погрешность увеличена на столько, на сколько доли в этих данных прыгают от года к "
                "году сверх случайности между учениками. Поправка на число проверок — Бенджамини — "
                f"Хохберга, ложных находок не больше {fmt.percent(trend.alpha, 0)}. Через смену шкалы и "
                "длинный пропуск не проверяется ничего.",
                "**Результаты с учётом условий.** Взвешенная регрессия результатов (показатели рейтинга "
                "по одному году) на индекс благополучия и тип населённого пункта; вес школы — число "
                f"участий в работах; последние {fmt.number(context.pool_years)} года вместе, "
                "погрешности коэффициентов — с учётом того, что годы одной школы похожи. Меньше "
                f"{fmt.number(context.min_schools)} школ — отказ с причиной. Разница относится к этим годам и "
                "к школам этого региона: её погрешность — только случайность между учениками (своими и, через "
                "линию, других школ); о следующих годах она не говорит. Разница школы с ожидаемым "
                "притянута к нулю тем сильнее, чем больше в ней может быть случайного; «уверенно» — "
                f"вероятность знака не меньше {percent}.",
                "**Резильентная школа.** Индекс в нижней "
                f"{third(resilient.index_share)}, результаты в верхней {third(resilient.result_share)} "
                f"не меньше чем в{fmt.NBSP}{fmt.number(resilient.min_years)} годах из{fmt.NBSP}"
                f"{fmt.number(resilient.window)}; рядом — вероятность, что истинные результаты были "
                "высокими в стольких годах.",
                "Ни одно из этих чисел не входит в статус школы. Пороги — решение пользователя.",
            ]
        ),
        "Подробно — на странице [«Результаты с учётом условий»](context.qmd) и в мониторинге 2.",
    ]
