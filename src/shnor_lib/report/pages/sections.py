"""The pages of the site beside the profiles of schools: which there are and where they stand.

A page is in the menu when there is something to say on it; pages of one group share a drop-down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from shnor_lib.report.analysis import Analysis


@dataclass(frozen=True)
class OwnLink:
    """A page the user wrote: its path below ``reports/``, its title, whether the menu has it."""

    href: str
    title: str
    menu: bool = True
    words: str = ""
    """What finds it beside its title."""


@dataclass(frozen=True)
class Site:
    """What a page may need beside its own numbers.

    Attributes
    ----------
    analysis
        Results of all methods.
    names
        School's id → name shown on pages.
    links
        School's id → address of its profile from a page in ``reports/``.
    years
        Year → names of the monitorings' notebooks there are.
    annual
        Years with an annual report.
    files
        Files of the user, path below ``reports/files`` → bytes.
    own
        Pages of the user, in the order of the menu.
    site_url
        Address at which the site will stand; empty: unknown.
    documented
        Pages (below ``reports/``) that have a PDF and a Word file.
    made
        Files below ``reports/`` made before this page; only for pages that are made last.
    """

    analysis: Analysis
    names: Mapping[str, str]
    links: Mapping[str, str]
    years: Mapping[int, Sequence[str]] = field(default_factory=dict)
    annual: Sequence[int] = ()
    files: Mapping[str, int] = field(default_factory=dict)
    own: Sequence[OwnLink] = ()
    site_url: str = ""
    documented: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Section:
    """One page of the site.

    Parameters
    ----------
    path
        Relative to ``reports/``.
    title
        In the menu.
    make
        ``module:function`` below ``shnor_lib.report.pages``; takes a :class:`Site`, gives the
        page's bytes. Named, not imported: pages are made by the build only.
    group
        Title of the drop-down the page stands in; empty: an entry of its own.
    present
        The same for a function that says whether there is something to show; empty: always.
    last
        Made after all other pages: it is told which files there are (:attr:`Site.made`).
    """

    path: str
    title: str
    make: str
    group: str = ""
    present: str = ""
    last: bool = False


SCHOOLS = "Школы"
ANALYSIS = "Анализ"
SUPPORT = "Поддержка"
PLATFORM = "Платформа"
METHOD = "Методика"

SECTIONS: tuple[Section, ...] = (
    Section("monitorings.qmd", "Мониторинги", "monitorings:page_of_monitorings"),
    Section("schools/index.qmd", "Школы", "schools:page_of_schools", SCHOOLS),
    Section(
        "municipalities/index.qmd",
        "Муниципалитеты",
        "municipalities:page_of_municipalities",
        SCHOOLS,
    ),
    Section("rating.qmd", "Рейтинг и индекс", "rating:page_of_rating", ANALYSIS),
    Section("cycle.qmd", "Управленческий цикл", "cycle:page_of_cycle", SUPPORT),
    Section("risks.qmd", "Реестр рисков", "risks:page_of_risks", SUPPORT, "risks:has_risks"),
    Section(
        "recommendations.qmd",
        "Рекомендации",
        "recommendations:page_of_recommendations",
        SUPPORT,
        "recommendations:has_recommendations",
    ),
    Section(
        "measures.qmd",
        "Меры и дорожная карта",
        "measures:page_of_measures",
        SUPPORT,
        "measures:has_measures",
    ),
    Section(
        "support.qmd",
        "Сопровождение",
        "support:page_of_support",
        SUPPORT,
        "support:has_support",
    ),
    Section("context.qmd", "Результаты с учётом условий", "context:page_of_context", ANALYSIS),
    Section("effect.qmd", "Эффект поддержки", "effect:page_of_effect", ANALYSIS),
    Section(
        "early-warning.qmd", "Раннее предупреждение", "early_warning:page_of_warning", ANALYSIS
    ),
    Section(
        "platform.qmd", "Информационная платформа", "platform.start:page_of_platform", PLATFORM
    ),
    *(
        Section(f"{name}.qmd", title, f"platform.{name}:page_of_{name}", PLATFORM, present, last)
        for name, title, present, last in (
            ("documents", "Нормативные акты", "platform.documents:has_documents", False),
            ("news", "Новости", "platform.news:has_news", False),
            ("events", "Мероприятия", "platform.events:has_events", False),
            ("library", "Библиотека", "platform.library:has_library", False),
            ("requests", "Заявки", "platform.requests:has_requests", False),
            ("reports", "Отчёты", "", True),
            ("questions", "Вопросы и ответы", "platform.questions:has_questions", False),
            ("contacts", "Контакты", "platform.contacts:has_contacts", False),
        )
    ),
    Section("method.qmd", "Методика", "method:page_of_method", METHOD),
    Section(
        "recommendation-rules.qmd",
        "Правила рекомендаций",
        "recommendation_rules:page_of_rules",
        METHOD,
        "recommendation_rules:has_rules",
    ),
    Section("validation.qmd", "Проверка методов", "validation:page_of_validation", METHOD),
    Section("data-quality.qmd", "Качество данных", "quality:page_of_quality", METHOD),
    Section("search.qmd", "Поиск", "search:page_of_search"),
)
"""In the order of the menu; groups stand where their first page stands."""

DOWNLOADS: tuple[str, ...] = (
    "risks:calendar_files",
    "platform.news:news_feed",
    "platform.events:event_files",
    "platform.requests:request_files",
)
"""Functions that make small files to take away, named as in :class:`Section`: each takes a
:class:`Site` and gives address below ``reports/`` → bytes."""


def sections_of(site: Site) -> list[Section]:
    """The pages that have something to say."""
    return [each for each in SECTIONS if not each.present or _function(each.present)(site.analysis)]


def make(section: Section, site: Site) -> bytes:
    """The source of one page."""
    content: bytes = _function(section.make)(site)
    return content


def downloads(site: Site) -> dict[str, bytes]:
    """Address below ``reports/`` → bytes of every file of :data:`DOWNLOADS`."""
    return {path: data for name in DOWNLOADS for path, data in _function(name)(site).items()}


def own_sections(site: Site) -> list[Section]:
    """Pages of the user that have an entry in the menu; they are written elsewhere."""
    return [Section(each.href, each.title, "", PLATFORM) for each in site.own if each.menu]


def navbar(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Entries of the menu, as ``_quarto.yml`` has them.

    Examples
    --------
    >>> navbar([Section("a.qmd", "А", ""), Section("b.qmd", "Б", "", "Г")])[1]
    {'text': 'Г', 'menu': [{'text': 'Б', 'href': 'reports/b.qmd'}]}
    """
    entries: list[dict[str, Any]] = []
    groups: dict[str, list[dict[str, Any]]] = {}
    for section in sections:
        entry = {"text": section.title, "href": f"reports/{section.path}"}
        if not section.group:
            entries.append(entry)
        elif section.group in groups:
            groups[section.group].append(entry)
        else:
            groups[section.group] = [entry]
            entries.append({"text": section.group, "menu": groups[section.group]})
    return entries


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"shnor_lib.report.pages.{module}"), function)
    return found
