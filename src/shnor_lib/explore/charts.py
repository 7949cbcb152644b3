"""The map of agreement between methodologies."""

from __future__ import annotations

from collections.abc import Mapping

from shnor_lib.methods.compare import Comparison
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import Spec, safe, spec, wrapped
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.rows import records
from shnor_lib.report.theme import ACCENT


def agreement_chart(comparison: Comparison, titles: Mapping[str, str]) -> Chart:
    """Pairs of rule sets as a map: colour and κ for agreement, counts in each cell.

    On the diagonal stands the length of each list.

    Parameters
    ----------
    comparison
        From :func:`~shnor_lib.methods.compare.compare_rulesets`.
    titles
        Rule set → title.
    """
    pairs = records(comparison.agreement)
    names = list(dict.fromkeys(name for row in pairs for name in (row["first"], row["second"])))
    listed = {name: int(comparison.schools[name].isin(LISTED).sum()) for name in names}
    place = {name: i for i, name in enumerate(names)}
    size = len(names)
    z: list[list[float | None]] = [[None] * size for _ in names]
    text = [[""] * size for _ in names]
    hover = [[""] * size for _ in names]
    for name, i in place.items():
        text[i][i] = f"<b>{fmt.number(listed[name])}</b><br>в списке"
        hover[i][i] = f"{safe(titles[name])}<br>в списке {_schools(listed[name])}"
    said = []
    for row in pairs:
        # Below the diagonal: the first stands above the second.
        i, j = place[row["second"]], place[row["first"]]
        kappa = row["kappa"]
        z[i][j] = None if fmt.is_missing(kappa) else max(float(kappa), 0.0)
        shown = fmt.decimal(kappa, 2, missing="не определена")
        text[i][j] = f"<b>κ {shown}</b><br>вместе {fmt.number(row['n_both'])}"
        hover[i][j] = (
            f"{safe(titles[row['first']])}<br>{safe(titles[row['second']])}<br>"
            f"в обоих списках {fmt.number(row['n_both'])}, только в первом "
            f"{fmt.number(row['n_only_first'])}, только во втором "
            f"{fmt.number(row['n_only_second'])}, ни в одном {fmt.number(row['n_neither'])}<br>"
            f"судят оба: {_schools(row['n_schools'])}; каппа {shown}"
        )
        said.append(
            f"{titles[row['first']]} и {titles[row['second']]}: вместе "
            f"{fmt.number(row['n_both'])}, только первый {fmt.number(row['n_only_first'])}, только "
            f"второй {fmt.number(row['n_only_second'])}, каппа {shown}"
        )
    ticks: Spec = {
        "tickvals": list(range(size)),
        "ticktext": [wrapped(titles[name], 17, 5) for name in names],
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 11},
    }
    data: list[Spec] = [
        {
            "type": "heatmap",
            "x": list(range(size)),
            "y": list(range(size)),
            "z": z,
            "zmin": 0,
            "zmax": 1,
            "colorscale": [[0, "#EEF3FA"], [1, ACCENT]],
            "showscale": False,
            "hoverongaps": False,
            "hoverinfo": "skip",
            "xgap": 3,
            "ygap": 3,
        },
        {
            # Gaps of a heat map have neither text nor hover; these points have both.
            "type": "scatter",
            "mode": "text",
            "x": [j for i in range(size) for j in range(i + 1)],
            "y": [i for i in range(size) for j in range(i + 1)],
            "text": [text[i][j] for i in range(size) for j in range(i + 1)],
            "textfont": {"size": 12},
            "hoverinfo": "text",
            "hovertext": [hover[i][j] for i in range(size) for j in range(i + 1)],
        },
    ]
    layout = {
        "xaxis": {**ticks, "range": [-0.5, size - 0.5], "tickangle": 0},
        "yaxis": {**ticks, "range": [size - 0.5, -0.5]},
        "showlegend": False,
    }
    alt = f"Согласие сводов правил, {school_year(comparison.year)}: {'; '.join(said)}."
    caption = (
        "На диагонали — сколько школ в списке по каждому своду; в клетках — каппа и сколько школ в "
        "обоих списках, чем темнее, тем согласнее. Кто только в одном из списков — в подсказке и в "
        "таблице."
    )
    return Chart(spec(data, layout, 150 + 78 * size), alt, caption)


def _schools(n: int) -> str:
    return fmt.count_phrase(n, "школа", "школы", "школ")
