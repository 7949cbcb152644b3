"""What stands around a page: menus, breadcrumbs, footer, as HTML with relative addresses."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote

from shnor_lib.publish.links import _EXTERNAL
from shnor_lib.publish.quarto_config import (
    PAGE_SUFFIXES,
    NavItem,
    Sidebar,
    SiteConfig,
    output_path,
)

HOME = "index.qmd"


@dataclass(frozen=True)
class Chrome:
    """HTML around one page; empty strings where there is nothing."""

    navbar: str
    sidebar: str
    sidebar_title: str
    breadcrumbs: str
    footer: dict[str, str]
    home: str


def relative(target: str, page: str) -> str:
    """Address of a source path or of an output file as seen from the page's output.

    Examples
    --------
    >>> relative("reports/method.qmd", "reports/schools/a.qmd")
    '../method.html'
    """
    if _EXTERNAL.match(target):
        return target
    path, mark, anchor = target.partition("#")
    if path.endswith(PAGE_SUFFIXES):
        path = output_path(path)
    here = posixpath.dirname(page)
    return quote(posixpath.relpath(path, here or ".")) + mark + anchor


def chrome(config: SiteConfig, page: str) -> Chrome:
    """Menus, breadcrumbs and footer of one page.

    Parameters
    ----------
    config
        The site.
    page
        Source path of the page.
    """
    sidebar = sidebar_of(config, page)
    active = active_item(config, page, sidebar)
    return Chrome(
        navbar="".join(_nav_item(item, page, active) for item in config.navbar),
        sidebar=_sidebar_list(sidebar.items, page) if sidebar else "",
        sidebar_title=escape(sidebar.title) if sidebar else "",
        breadcrumbs=_breadcrumbs(config, page, sidebar, active),
        footer={side: text for side, text in config.footer.items() if text},
        home=escape(relative(HOME, page)),
    )


def sidebar_of(config: SiteConfig, page: str) -> Sidebar | None:
    """The side menu of a page: the one that names it, else one without an ``id``."""
    for sidebar in config.sidebars:
        if page in sidebar.hrefs():
            return sidebar
    return next((sidebar for sidebar in config.sidebars if not sidebar.id), None)


def active_item(config: SiteConfig, page: str, sidebar: Sidebar | None) -> NavItem | None:
    """The menu entry a page belongs to.

    The entry of the page itself; else one the page's side menu shares; else the index of the
    page's folder or of a folder above it.
    """
    for item in config.navbar:
        if page in item.hrefs():
            return item
    if sidebar is not None and page in sidebar.hrefs():
        shared = set(sidebar.hrefs())
        for item in config.navbar:
            if shared & set(item.hrefs()):
                return item
    for folder in PurePosixPath(page).parents:
        if str(folder) == ".":
            break
        index = f"{folder}/index.qmd"
        for item in config.navbar:
            if index in item.hrefs():
                return item
    return None


def _label(item: NavItem) -> str:
    return escape(item.text or PurePosixPath(item.href).stem)


def _nav_item(item: NavItem, page: str, active: NavItem | None) -> str:
    if item.children:
        state = ' class="active"' if item is active else ""
        below = "".join(_nav_item(child, page, None) for child in item.children)
        return (
            f"<li{state}><details><summary>{_label(item)}</summary><ul>{below}</ul></details></li>"
        )
    current = ' aria-current="page"' if item.href == page else ""
    state = ' class="active"' if item is active else ""
    return (
        f'<li><a href="{escape(relative(item.href, page))}"{state}{current}>{_label(item)}</a></li>'
    )


def _sidebar_list(items: tuple[NavItem, ...], page: str) -> str:
    parts = []
    for item in items:
        if item.children:
            is_open = " open" if page in item.hrefs() or len(items) <= 3 else ""
            parts.append(
                f"<li><details{is_open}><summary>{_label(item)}</summary>"
                f"{_sidebar_list(item.children, page)}</details></li>"
            )
        elif item.href:
            current = ' aria-current="page"' if item.href == page else ""
            parts.append(
                f'<li><a href="{escape(relative(item.href, page))}"{current}>{_label(item)}</a></li>'
            )
        elif item.text.strip("-"):
            parts.append(f'<li class="heading">{_label(item)}</li>')
    return f"<ul>{''.join(parts)}</ul>"


def _breadcrumbs(
    config: SiteConfig, page: str, sidebar: Sidebar | None, active: NavItem | None
) -> str:
    """Way from the home page down to the page's parent; the page itself is its heading."""
    if page == HOME:
        return ""
    home = next((item for item in config.navbar if item.href == HOME), NavItem("Главная", HOME))
    parts = [f'<li><a href="{escape(relative(HOME, page))}">{_label(home)}</a></li>']
    above = None if active is None else _above(active, page)
    if above is not None and above.href != page:
        parts.append(f'<li><a href="{escape(relative(above.href, page))}">{_label(above)}</a></li>')
    if sidebar is not None:
        parts += [f"<li>{_label(item)}</li>" for item in _way(sidebar.items, page)]
    return "".join(parts)


def _above(active: NavItem, page: str) -> NavItem | None:
    """The menu entry itself; of a drop-down the index of the page's folder."""
    if active.href:
        return active
    index = f"{PurePosixPath(page).parent}/index.qmd"
    return next((child for child in active.children if child.href == index), None)


def _way(items: tuple[NavItem, ...], page: str) -> list[NavItem]:
    """Headings of the side menu above a page, outermost first."""
    for item in items:
        if item.children and page in item.hrefs():
            return [item, *_way(item.children, page)]
    return []
