"""What the explorer says: how long the list is, who moved, and what cannot be concluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shnor_lib.explore.titles import head
from shnor_lib.explore.workbench import CHOSEN, Result
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.ruleset import (
    Criterion,
    IndexBelow,
    RatingBelow,
    ResultsShare,
    SocialShare,
)
from shnor_lib.report import format as fmt
from shnor_lib.report.format import of
from shnor_lib.report.labels import CONFIDENCE, high_absent, low_title, school_year, unit_label
from shnor_lib.report.monitoring.lists import SCHOOLS
from shnor_lib.report.rows import records

MINE = "Ваш вариант"


def summary(result: Result) -> list[str]:
    """The result in a few sentences: length of the list, who moved, how sure it is."""
    found, force = result.counts, result.moves
    was = int((force["move"].isin(["left", "status"])).sum()) + _kept(result)
    year = school_year(result.year)
    first = (
        f"{year} учебный год: в списке {fmt.number(found['n_listed'])} из "
        f"{fmt.count_of(found['n_schools'], 'школы', 'школ')}"
    )
    if is_in_force(result):
        first += " — это действующие правила."
    else:
        first += f" (по действующим правилам — {fmt.number(was)})."
    parts = [first]
    if not is_in_force(result):
        parts.append(_moved({str(k): int(n) for k, n in force["move"].value_counts().items()}))
    parts.append(sureness(found))
    return [part for part in parts if part]


def is_in_force(result: Result) -> bool:
    """Whether nothing was changed in the rules in force."""
    return not result.differences and result.base == result.in_force.ruleset


def _kept(result: Result) -> int:
    """Schools listed by both with the same status."""
    same = result.moves[result.moves["move"] == "same"]["school_id"]
    return int(result.listed["school_id"].isin(same).sum())


def _moved(moved: Mapping[str, int]) -> str:
    entered, left, status = (int(moved.get(name, 0)) for name in ("entered", "left", "status"))
    if not (entered or left or status):
        return "Состав списка тот же, статусы те же."
    parts = [
        f"{fmt.plural(n, *forms)} {fmt.count_phrase(n, *SCHOOLS)}" if n else nobody
        for n, forms, nobody in (
            (entered, ("входит", "входят", "входит"), "никто не входит"),
            (left, ("выходит", "выходят", "выходит"), "никто не выходит"),
        )
    ]
    text = fmt.sentence_case(", ".join(parts))
    if status:
        text += f"; у{fmt.NBSP}{fmt.count_of(status, 'школы', 'школ')} меняется статус"
    return text + "."


def sureness(counts: Mapping[str, int]) -> str:
    """How sure the listed statuses are: «Из них уверенно — 3, вероятно — 1»."""
    parts = [
        f"{title} — {fmt.number(n)}"
        for code, title in CONFIDENCE.items()
        if (n := counts[f"{code}_listed"])
    ]
    return f"Надёжность статусов в списке: {', '.join(parts)}." if parts else ""


def changed_words(result: Result) -> list[str]:
    """What was changed in the rule set chosen, a line each; empty if nothing."""
    return [f"{fmt.sentence_case(change.line())}." for change in result.differences]


def why(found: Identification, year: int, schools: Iterable[str]) -> dict[str, str]:
    """School's id → the figures by which it is listed, in half a line each.

    Parameters
    ----------
    found
        Identification.
    year
        Status year.
    schools
        Ids asked for; a school that meets no counting criterion is left out.
    """
    ruleset = found.ruleset
    counting = {*ruleset.counting("low_results"), *ruleset.counting("difficult")}
    rows = found.criteria
    wanted = set(schools)
    rows = rows[
        (rows["year"] == year)
        & (rows["outcome"] == "met")
        & rows["criterion"].isin(counting)
        & rows["school_id"].isin(wanted)
    ]
    by_id = {criterion.id: criterion for criterion in ruleset.criteria}
    texts: dict[str, list[str]] = {}
    for row in records(rows):
        criterion = by_id[row["criterion"]]
        combine = (
            ruleset.setting(criterion, "combine") if isinstance(criterion, ResultsShare) else ""
        )
        texts.setdefault(row["school_id"], []).append(figure(criterion, row, combine))
    return {school: "; ".join(parts) for school, parts in texts.items()}


def figure(criterion: Criterion, row: Mapping[str, Any], combine: str = "") -> str:
    """A met criterion's figure: «ВПР, математика: доля «2» 34,5 % (10 из 29), нет отметок «5»».

    Parameters
    ----------
    criterion
        The criterion.
    row
        Its row of ``Identification.criteria``.
    combine
        How a results criterion joins its two parts.
    """
    if isinstance(criterion, ResultsShare):
        text = (
            f"{unit_label(row['procedure'], row['grade'], row['subject'])}: "
            f"{low_title(row['procedure'])} {fmt.percent(row['value'])} "
            f"({of(row['numerator'], row['n'])})"
        )
        beyond = (
            row["value"] >= criterion.low.threshold
            if criterion.low.operator == ">="
            else row["value"] > criterion.low.threshold
        )
        # With «or» a share below the threshold leaves only the other ground.
        if combine in {"and", "no_high_only"} or (combine == "or" and not beyond):
            text += f", нет {high_absent(row['procedure'])}"
        return text
    if isinstance(criterion, RatingBelow):
        return f"рейтинг: {fmt.percent(row['value'])} от максимума"
    if isinstance(criterion, IndexBelow):
        return f"индекс: {fmt.decimal(row['value'])} из 100"
    name = head(criterion)
    name = name[:1].lower() + name[1:]
    if isinstance(criterion, SocialShare):
        return f"{name}: {fmt.percent(row['value'])} ({of(row['numerator'], row['n'])})"
    return f"{name}: {fmt.number(row['value'])}"


def titles(result: Result) -> dict[str, str]:
    """Title of every rule set of the comparison; the one in force says so."""
    found = {}
    for key, identification in result.side_by_side.items():
        title = MINE if key == CHOSEN else fmt.nice(identification.ruleset.title)
        if identification is result.in_force or (
            key != CHOSEN and identification.ruleset == result.in_force.ruleset
        ):
            title += " (действуют)"
        found[key] = title
    return found


LIMITS = (
    "Список при других порогах отвечает на вопрос «что, если», но не на вопрос, какой порог "
    "правильный: это решают документ и люди. Порог, подобранный так, чтобы какая-то школа вошла или "
    "вышла, не говорит о её работе."
)
"""What cannot be concluded from the explorer."""

KAPPA = (
    "Каппа Коэна — согласие сверх случайного: 1 — списки совпадают полностью, 0 — не больше, чем "
    "совпали бы случайно, меньше нуля — расходятся. Считаются школы, о которых могут судить оба "
    "свода. Согласие сводов не доказывает, что они правы: они смотрят на одни и те же результаты."
)

CONFIDENCE_NOTE = (
    "Статус — это правило, применённое к числам. Надёжность — насколько вероятно, что истинное "
    f"значение действительно за порогом: уверенно — не меньше 95{fmt.NNBSP}%, вероятно — не "
    f"меньше 75{fmt.NNBSP}%, на границе — меньше."
)

SIZE_NOTE = (
    "Размер школы здесь — число участников по выбранному предмету. Если доля в списке растёт к малым "
    "школам, а «уверенно» среди них мало, список во многом составляет случай: у малой школы доля "
    "низких результатов колеблется сильнее."
)
"""How to read the list by size of school."""
