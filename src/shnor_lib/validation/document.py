"""``docs/validation.md``: the figures of the full run for developers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shnor_lib.validation.figures import bin_edges
from shnor_lib.validation.tallies import BANDS

INTERVALS: dict[str, str] = {
    "wilson": "share of low results (Wilson)",
    "shrunk": "shrunk share (beta-binomial)",
    "difference": "change between years (Newcombe)",
    "rank": "rank in the rating",
    "rating": "share of the rating's maximum",
    "residual": "deviation from like schools, one year",
    "residual_shrunk": "the same, shrunk",
    "residual_years": "deviation from like schools, three years together",
    "residual_years_shrunk": "the same, shrunk",
    "residual_lasting": "the same intervals against the deviation that lasts (not a target)",
    "residual_lasting_shrunk": "the same, shrunk (not a target)",
    "effect_nothing": "effect of one school, help does nothing",
    "effect_helps": "effect of one school, help works",
}
PROBABILITIES: dict[str, str] = {
    "share": "true share of the year is beyond the threshold",
    "criterion": "criterion: beyond over its years in at least one subject",
    "low_results": "status of a listed school: the same by any criterion",
    "subject": "status of a listed school: in the very subject it rests on (not a target)",
    "none": "status «no signs»: beyond in no subject",
    "lowest_quarter": "school stands in the lowest quarter of the rating",
    "residual": "school is better than like schools, one year",
    "residual_years": "school is better than like schools, three years together",
    "residual_lasting": "the same, lastingly better (not a target)",
    "early_warning": "school will be on the list next year",
    "newcomers": "the same, schools not on the list now",
}
ESTIMATES = {
    "net": "net of regression to the mean",
    "naive": "before and after",
    "matched": "matched",
}
SCENARIOS = {
    "nothing": "help does nothing",
    "helps": "help takes away 3 of 10 low results",
    "no_tables": "nobody helped, support tables empty (listed schools instead)",
}
READINGS = {
    "formal": "formal rule",
    "certain": "P ≥ 0.95",
    "likely": "P ≥ 0.75",
    "even": "P ≥ 0.5",
    "as_long": "most probable, as many as the formal list",
}
FORECASTS = {
    "model": "early warning",
    "same": "as this year (share that stayed, share that came)",
    "base": "base rate for everybody",
}
KINDS = {
    "coverage": "coverage of the 95 % interval",
    "smallest": "coverage, fewer than 10",
    "error": "part of the squared error (n < 15) taken away by shrinkage",
    "bias": "absolute bias of the effect, nothing to find",
    "naive": "absolute bias of before-and-after, nothing to find",
    "calibration": "largest miss of a tenth of probabilities with ≥ 200 cases",
}


def document(results: dict[str, Any]) -> str:
    """The whole text.

    Parameters
    ----------
    results
        What ``results.json`` holds.
    """
    about = results["about"]
    parts = [
        "# Validation by simulation",
        "Written by `make validate`; do not edit. The same figures, in Russian, stand on the page "
        "«Проверка методов».",
        f"{about['worlds']} worlds × {about['regions']} regions × {about['schools']} schools × "
        f"{len(about['years'])} years; seed {about['seed']}; {about['draws']} draws for ranks. "
        "A region has known true shares; pupils write; only counts reach the product, whose public "
        "functions (`identify`, `school_shares`, `probably_beyond`, `dynamics`, `rate`, `contextual`, "
        "`effect_of_support`, `early_warning`) are then held against the truth. Where a formula has "
        "no simple truth (rating, deviation from like schools) it is what the same function gives "
        "for classes so large that luck plays no part. Sizes of schools, correlations between "
        "years, classes and subjects and the spread of shares are those of a real region.",
        _worlds(results),
        "## Targets",
        "The bounds were set before the first run and have not been changed. After trial runs the "
        "probability of a criterion and of a status was read as «in at least one subject», and the "
        "world of two groups got its gap. After the first full run the deviation over three years "
        "was read as that of those years: what lasts cannot be known from three years. Deviations are tried "
        f"on {about['deviation_times']} times as many regions and statuses on {about['status_times']} times as "
        "many: what a school has once in a region left two or three hundred cases in a tenth of "
        "probabilities, in which chance alone makes as much as the bound. On the regions of the other "
        "measures alone the worst tenths had missed by 0.051 (deviation of one year), 0.071 (of three) and "
        "0.073 (status of a listed school); statuses on three times as many regions by 0.059. Before the "
        "last run the truth of a status left out subjects without results in all of a criterion's years: "
        "they cannot meet it. The other readings are measured too and marked as no targets. Why a target is "
        "missed, if one is, stands on the page and in `report/pages/validation_targets.py::WHY`.",
        _targets(results),
        "## Coverage of 95 % intervals",
        "By number of participants (shares, changes) or of pupils of one age (the others); per cent.",
        _coverage(results),
        "### By world",
        _coverage_by_world(results),
        "## Error of shares",
        _errors(results),
        "## Probabilities",
        "Stated → observed, per cent (cases).",
        _calibration(results),
        "## Words",
        _words(results),
        "## The list by size of school",
        "Truth: the rules applied to the true shares. Precision: listed schools that belong there; "
        "recall: schools that belong there and are listed.",
        _lists(results),
        "## Effect of support",
        "Percentage points of low results; below zero is better. «Covered»: summary intervals that "
        "held the truth.",
        _effects(results),
        "## Early warning",
        "Made a year ahead without any look at the year foretold.",
        _warnings(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _all(results: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for row in results.get(kind, []) if row["world"] == "all"]


def _hundred(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f}"


def _worlds(results: dict[str, Any]) -> str:
    return _table(
        ["world", "what it is"], ([f"`{w['id']}`", w["english"]] for w in results["worlds"])
    )


def _targets(results: dict[str, Any]) -> str:
    names = {**PROBABILITIES, **INTERVALS, **SCENARIOS}
    rows = []
    for check in results["checks"]:
        name = (
            PROBABILITIES[check["what"]] if check["kind"] == "calibration" else names[check["what"]]
        )
        bounds = " – ".join(
            "" if bound is None else f"{bound:g}" for bound in (check["low"], check["high"])
        )
        rows.append(
            [
                KINDS[check["kind"]],
                name,
                f"{check['value']:.4f}",
                bounds,
                "yes" if check["met"] else "**no**",
            ]
        )
    return _table(["target", "of", "found", "bounds", "met"], rows)


def _coverage(results: dict[str, Any]) -> str:
    found = {(row["interval"], row["band"]): row for row in _all(results, "coverage")}
    return _table(
        ["interval", *BANDS, "all", "cases"],
        (
            [
                title,
                *(_hundred(found[name, band]["covered"]) for band in (*BANDS, "all")),
                str(found[name, "all"]["cases"]),
            ]
            for name, title in INTERVALS.items()
            if (name, "all") in found
        ),
    )


def _coverage_by_world(results: dict[str, Any]) -> str:
    worlds = [world["id"] for world in results["worlds"]]
    found = {
        (row["interval"], row["world"]): row for row in results["coverage"] if row["band"] == "all"
    }
    return _table(
        ["interval", *(f"`{world}`" for world in worlds)],
        (
            [title, *(_hundred(found[name, world]["covered"]) for world in worlds)]
            for name, title in INTERVALS.items()
            if (name, "all") in found
        ),
    )


def _errors(results: dict[str, Any]) -> str:
    found = {(row["estimate"], row["band"]): row for row in _all(results, "errors")}
    return _table(
        [
            "n",
            "cases",
            "root mean squared error, counted share",
            "shrunk share",
            "less squared error, %",
        ],
        (
            [
                band,
                str(found["raw", band]["cases"]),
                f"{found['raw', band]['mse'] ** 0.5:.4f}",
                f"{found['shrunk', band]['mse'] ** 0.5:.4f}",
                _hundred(1 - found["shrunk", band]["mse"] / found["raw", band]["mse"], 0),
            ]
            for band in (*BANDS, "all")
        ),
    )


def _calibration(results: dict[str, Any]) -> str:
    rows = _all(results, "calibration")
    bins = sorted({row["bin"] for row in rows})
    found = {(row["what"], row["bin"]): row for row in rows}

    def cell(name: str, number: int) -> str:
        row = found.get((name, number))
        if row is None:
            return "–"
        return f"{_hundred(row['stated'])} → {_hundred(row['observed'])} ({row['cases']})"

    shown = [name for name in PROBABILITIES if any(key[0] == name for key in found)]
    return _table(
        ["probability", *("{:.1f}–{:.1f}".format(*bin_edges(number)) for number in bins)],
        ([PROBABILITIES[name], *(cell(name, number) for number in bins)] for name in shown),
    )


def _words(results: dict[str, Any]) -> str:
    return _table(
        ["status", "word", "cases", "stated, %", "observed, %"],
        (
            [
                row["what"],
                row["word"],
                str(row["cases"]),
                _hundred(row["stated"]),
                _hundred(row["observed"]),
            ]
            for row in _all(results, "words")
        ),
    )


def _lists(results: dict[str, Any]) -> str:
    found = {(row["reading"], row["band"]): row for row in _all(results, "lists")}
    rows = []
    for name, title in READINGS.items():
        for what in ("precision", "recall"):
            cells = [_hundred(found[name, band][what], 0) for band in (*BANDS, "all")]
            rows.append([title, what, *cells, str(found[name, "all"]["listed"])])
    return _table(["reading", "%", *BANDS, "all", "listed"], rows)


def _effects(results: dict[str, Any]) -> str:
    return _table(
        [
            "scenario",
            "estimate",
            "regions",
            "mean estimate",
            "truth",
            "bias",
            "± (95 %)",
            "covered, %",
        ],
        (
            [
                SCENARIOS[row["scenario"]],
                ESTIMATES[row["estimate"]],
                str(row["regions"]),
                _hundred(row["estimated"], 2),
                _hundred(row["truth"], 2),
                _hundred(row["error"], 2),
                _hundred(row["error_reach"], 2),
                _hundred(row["covered"]) if row["estimate"] != "naive" else "–",
            ]
            for row in _all(results, "effects")
        ),
    )


def _warnings(results: dict[str, Any]) -> str:
    return _table(
        ["forecast", "cases", "happened, %", "Brier score"],
        (
            [
                FORECASTS[row["forecast"]],
                str(row["cases"]),
                _hundred(row["happened"]),
                f"{row['brier']:.4f}",
            ]
            for row in _all(results, "warnings")
        ),
    )
