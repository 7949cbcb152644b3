"""Who supports whom, in Russian sentences that hold for 0, 1, 2, 5 and 21 schools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.support_network import UNKNOWN_ROLE, SupportNetwork
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import school_year
from shnor_lib.report.people import supporter_name
from shnor_lib.report.rows import records
from shnor_lib.tables.codes import SUPPORT_ROLES

ROLE: dict[str, str] = {**SUPPORT_ROLES, UNKNOWN_ROLE: "роль не указана"}
"""Role code → name."""
ROLE_FORMS: dict[str, tuple[str, str, str]] = {
    "mentor": ("наставник", "наставника", "наставников"),
    "tutor": ("тьютор", "тьютора", "тьюторов"),
    "curator": ("куратор", "куратора", "кураторов"),
}
"""Role code → forms after 1, 2 and 5."""
STATE: dict[str, str] = {"now": "идёт", "ended": "завершено", "ahead": "впереди"}
"""State of support on the day."""
SUPPORTERS_FORMS = ("сопровождающий", "сопровождающих", "сопровождающих")
SCHOOLS_FORMS = ("школа", "школы", "школ")


def role(code: Any) -> str:
    """Name of a role."""
    return ROLE.get(str(code), str(code))


def period(row: Mapping[str, Any]) -> str:
    """«с 01.12.2025 по 31.05.2026»; «весь учебный год» without dates."""
    first = fmt.date_ru(row["first_date"], missing="")
    last = fmt.date_ru(row["last_date"], missing="")
    if not first and not last:
        return "весь учебный год"
    parts = []
    if first:
        parts.append(f"с{fmt.NBSP}{first}")
    if last:
        parts.append(f"по{fmt.NBSP}{last}")
    return " ".join(parts)


def day_words(network: SupportNetwork) -> str:
    """«На 15.04.2026»."""
    return f"На{fmt.NBSP}{fmt.date_ru(network.day)}"


def has_role(network: SupportNetwork, code: str) -> bool:
    """Whether the data know anybody in a role."""
    return bool((network.supporters["role"] == code).any())


def coverage_sentence(network: SupportNetwork) -> str:
    """How many schools of the list have a mentor, a tutor, anybody."""
    n = len(network.listed)
    if not n:
        return "Школ в списке нет: закреплять сопровождающих не за кем."
    if network.links.empty:
        return (
            f"Сведений о том, кто кого сопровождает в{fmt.NBSP}{school_year(network.year)} учебном "
            f"году, нет; школ в{fmt.NBSP}списке {fmt.number(n)}."
        )
    parts = []
    for code in network.norm.required:
        forms = ROLE_FORMS[code]
        if not has_role(network, code):
            parts.append(f"{forms[2]} в{fmt.NBSP}данных нет")
            continue
        with_role = n - len(network.uncovered(code))
        parts.append(f"{forms[0]} есть у{fmt.NBSP}{fmt.of(with_role, n)}")
    nobody = len(network.uncovered())
    parts.append(
        f"никто не закреплён за {fmt.number(nobody)}"
        if nobody
        else "кто-нибудь закреплён за каждой"
    )
    head = f"{day_words(network)} в{fmt.NBSP}списке {fmt.count_phrase(n, *SCHOOLS_FORMS)}"
    return f"{head}: {', '.join(parts)}."


def load_sentence(network: SupportNetwork) -> str:
    """Who carries more than the norm says."""
    norm = network.norm
    if not norm.schools:
        return "Норма нагрузки не задана: перегруженных сопровождающих программа не называет."
    limits = ", ".join(
        f"{ROLE_FORMS[code][0]} — {fmt.count_phrase(most, *SCHOOLS_FORMS)}"
        for code, most in norm.schools.items()
    )
    said = f"норма одновременно: {limits}; {norm.standing}"
    if network.supporters.empty:
        return f"Сопровождающих в данных нет ({said})."
    heavy = network.overloaded
    if heavy.empty:
        return f"Перегруженных сопровождающих нет ({said})."
    counts = []
    for code, forms in ROLE_FORMS.items():
        n = int((heavy["role"] == code).sum())
        if n:
            counts.append(fmt.count_phrase(n, *forms))
    verb = fmt.plural(len(heavy), "Перегружен", "Перегружены", "Перегружены")
    return f"{verb} {fmt.join_ru(counts)} ({said})."


def paper_sentence(network: SupportNetwork) -> str:
    """Plans and reports of the links that have begun."""
    begun = network.begun
    n = len(begun)
    if not n:
        return ""
    no_plan, no_report = int(begun["no_plan"].sum()), int(begun["no_report"].sum())
    plans = f"без плана {fmt.number(no_plan)}" if no_plan else "план есть у каждого"
    if not network.norm.reports:
        reports = ""
    elif no_report:
        reports = f", отчётов меньше нормы у{fmt.NBSP}{fmt.number(no_report)}"
    else:
        reports = ", отчёты сданы у каждого"
    norm = fmt.count_phrase(network.norm.reports, "отчёт", "отчёта", "отчётов")
    due = f" (норма — {norm} за учебный год, {network.norm.standing})" if reports else ""
    return (
        f"Начатых закреплений {fmt.number(n)}: {plans}{reports}{due}. "
        "Закрепление — строка листа «Кто кого сопровождает» или плана наставника."
    )


def missing_words(codes: str) -> str:
    """«нет наставника и тьютора»; empty when nobody is missing."""
    names = [ROLE_FORMS[code][1] for code in codes.split(", ") if code]
    return f"нет {fmt.join_ru(names)}" if names else ""


def remarks(network: SupportNetwork) -> list[str]:
    """What to look at besides coverage and load; Markdown sentences with supporters named."""
    people = {str(row["supporter"]): row for row in records(network.supporters)}

    def named(codes: object) -> str:
        found = sorted({str(code) for code in codes})  # type: ignore[attr-defined]
        shown = [fmt.escape_md(supporter_name(people[code])) for code in found[:10]]
        if len(found) > len(shown):
            rest = fmt.count_phrase(len(found) - len(shown), *SUPPORTERS_FORMS)
            shown.append(f"ещё {rest}")
        return ", ".join(shown)

    lines = []
    late = network.after_term
    if len(late):
        lines.append(
            "**Освобождены, но закрепления остались:** "
            f"{named(late['supporter'])}. Школу нужно передать другому сопровождающему."
        )
    own = network.begun[network.begun["own_school"]]
    if len(own):
        lines.append(
            f"**Сопровождают школу, в{fmt.NBSP}которой сами работают:** {named(own['supporter'])}. "
            "Положение предполагает помощь коллеги из другой школы (п. 4.2, 4.2.1)."
        )
    active = network.supporters[network.supporters["links"] > 0]
    home = active[active["home_listed"] & active["role"].isin(["mentor", "tutor"])]
    if len(home):
        lines.append(
            f"**Работают в{fmt.NBSP}школах, которые сами в{fmt.NBSP}списке:** "
            f"{named(home['supporter'])}. "
            "Наставники и тьюторы — «эффективно работающие» руководители и учителя (п. 4.2.1)."
        )
    unknown = network.supporters[network.supporters["role"] == UNKNOWN_ROLE]
    if len(unknown):
        lines.append(
            "**Нет в листе «Сопровождающие»:** "
            f"{named(unknown['supporter'])}: роль этих людей неизвестна."
        )
    idle = network.supporters[(network.supporters["links"] == 0) & network.supporters["in_office"]]
    if len(idle) and len(active):
        lines.append(f"**Назначены, но ни за кем не закреплены:** {named(idle['supporter'])}.")
    return lines
