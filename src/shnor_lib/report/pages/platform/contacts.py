"""Contacts: offices with their service telephones and mail (S0 4.6.1, 9)."""

from __future__ import annotations

import re

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page
from shnor_lib.report.pages.platform.common import platform_of
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.items import Item, items
from shnor_lib.report.platform.links import mail_href
from shnor_lib.report.rows import Row, records
from shnor_lib.sources.given.links import link_of


def has_contacts(analysis: Analysis) -> bool:
    """Whether the register has rows."""
    return not platform_of(analysis).contacts.empty


def page_of_contacts(site: Site) -> bytes:
    """``contacts.qmd``."""
    rows = records(platform_of(site.analysis).contacts)
    return page(
        [
            front_matter("Контакты", subtitle="Куда обратиться и по каким вопросам"),
            items((_item(row) for row in rows), level=2, look="grid"),
        ]
    )


def _item(row: Row) -> Item:
    facts = [
        ("По вопросам", fmt.escape(fmt.nice(row["topic"]))),
        ("Должность", fmt.escape(row["position"], "")),
        ("Имя", fmt.escape(row["display_name"], "")),
        ("Телефон", phone(row["phone"])),
        ("Почта", _mail(row["mail"])),
        ("Адрес", fmt.escape(row["address"], "")),
        ("Часы приёма", fmt.escape(row["hours"], "")),
    ]
    return Item(
        title=fmt.escape(fmt.nice(row["organisation"])),
        about=[f'<span class="what-is">{name}:</span> {value}' for name, value in facts if value],
    )


def phone(value: object) -> str:
    """A telephone as a link that calls; what cannot be called stays text.

    Examples
    --------
    >>> phone("8 (000) 00-00-00")
    '<a href="tel:8000000000">8 (000) 00-00-00</a>'
    >>> phone("добавочный 12")
    'добавочный 12'
    """
    shown = fmt.escape(value, "")
    text = fmt.one_line(value, "")
    found = re.match(r"\+?[\d\s()\u2010-\u2015.-]{6,}", text)
    digits = re.sub(r"[^\d+]", "", found.group()) if found else ""
    if len(digits.lstrip("+")) < 6:
        return shown
    return f'<a href="tel:{digits}">{shown}</a>'


def _mail(value: object) -> str:
    shown = fmt.escape(value, "")
    link = link_of(value)
    if link is None or link.kind != "mail":
        return shown
    return f'<a href="{fmt.escape(mail_href(link.target))}">{shown}</a>'
