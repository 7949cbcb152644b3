"""Publishing: only what changed, never a half, never over somebody's files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.publish import swap
from shnor_lib.publish.site import BrokenLinksError, publish

from .conftest import read, write


def snapshot(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def rendered(project: Path) -> list[str]:
    return publish(project, engine="embedded").rendered


def test_output_mirrors_the_sources(project: Path, site: Path) -> None:
    assert {p.relative_to(site).as_posix() for p in site.rglob("*.html")} == {
        "index.html",
        "reports/2024/01_identification.html",
        "reports/data-quality.html",
        "reports/method.html",
        "reports/monitorings.html",
        "reports/schools/a.html",
        "reports/schools/index.html",
    }
    assert (site / "reports/assets/style.css").is_file()
    assert not (project / "_site.new").exists()
    assert not (project / "_site.old").exists()


def test_nothing_changed_nothing_done(project: Path, site: Path) -> None:
    times = {p: p.stat().st_mtime_ns for p in site.rglob("*")}
    result = publish(project, engine="embedded")
    assert not result.changed
    assert result.rendered == []
    assert result.pages == 7
    assert {p: p.stat().st_mtime_ns for p in site.rglob("*")} == times


def test_only_the_changed_page_is_rendered(project: Path, site: Path) -> None:
    before = snapshot(site)
    write(project, "reports/method.qmd", "---\ntitle: Методика\n---\n\n## Раздел\n\nНовое.\n")
    assert rendered(project) == ["reports/method.qmd"]
    after = snapshot(site)
    assert [name for name in after if after[name] != before.get(name)] == ["reports/method.html"]
    assert "Новое." in read(site, "reports/method.html")


def test_included_file_renders_its_page(project: Path, site: Path) -> None:
    write(project, "reports/_home.md", "Другое.\n")
    assert rendered(project) == ["index.qmd"]
    assert "Другое." in read(site, "index.html")


def test_menu_renders_the_pages_that_show_it(project: Path, site: Path) -> None:
    file = project / "reports/_website.yml"
    text = file.read_text("utf-8").replace("1. Выявление", "1. Выявление школ")
    file.write_text(text, "utf-8")
    assert rendered(project) == ["reports/2024/01_identification.ipynb", "reports/monitorings.qmd"]


def test_site_title_and_filter_render_everything(project: Path, site: Path) -> None:
    file = project / "reports/_website.yml"
    file.write_text(file.read_text("utf-8").replace("Ольховский", "Берёзовский"), "utf-8")
    assert len(rendered(project)) == 7


def test_page_touched_in_the_site_is_rendered_again(project: Path, site: Path) -> None:
    (site / "reports/method.html").write_text("испорчено", "utf-8")
    assert rendered(project) == ["reports/method.qmd"]
    assert "испорчено" not in read(site, "reports/method.html")


def test_lost_memory_is_no_harm(project: Path, site: Path) -> None:
    before = snapshot(site)
    shutil.rmtree(project / ".shnor")
    assert len(rendered(project)) == 7
    assert snapshot(site) == before


def test_pages_that_are_gone_leave_the_site(project: Path, site: Path) -> None:
    write(project, "reports/old.qmd", "# Старая\n")
    publish(project, engine="embedded")
    assert (site / "reports/old.html").is_file()
    (project / "reports/old.qmd").unlink()
    result = publish(project, engine="embedded")
    assert result.removed == ["reports/old.html"]
    assert not (site / "reports/old.html").exists()


def test_failure_leaves_the_old_site(project: Path, site: Path) -> None:
    before = snapshot(site)
    write(project, "reports/method.qmd", "---\ntitle: [\n---\n")
    with pytest.raises(ShnorError):
        publish(project, engine="embedded")
    assert snapshot(site) == before
    assert not (project / "_site.new").exists()


def test_broken_link_leaves_the_old_site_and_names_page_and_link(project: Path, site: Path) -> None:
    before = snapshot(site)
    write(project, "reports/method.qmd", "[а](нет.qmd) [б](monitorings.qmd#нет) [в](x.xlsx)\n")
    with pytest.raises(BrokenLinksError) as caught:
        publish(project, engine="embedded")
    assert {item.page for item in caught.value.broken} >= {"reports/method.qmd"}
    found = {item.link for item in caught.value.broken if item.page == "reports/method.qmd"}
    assert found == {"%D0%BD%D0%B5%D1%82.qmd", "monitorings.html#%D0%BD%D0%B5%D1%82", "x.xlsx"} or (
        found == {"нет.qmd", "monitorings.html#нет", "x.xlsx"}
    )
    assert "прежний сайт не изменён" in str(caught.value)
    assert snapshot(site) == before


def test_link_from_an_unchanged_page_is_checked_too(project: Path, site: Path) -> None:
    """School A points at a section of the method page; the section goes."""
    write(project, "reports/method.qmd", "---\ntitle: Методика\n---\n\n## Иначе\n")
    with pytest.raises(BrokenLinksError, match=r"reports/schools/a\.qmd"):
        publish(project, engine="embedded")


def test_linked_files_come_along(project: Path, site: Path) -> None:
    write(project, "reports/files/list.xlsx", "данные")
    write(project, "reports/monitorings.qmd", "[список](files/list.xlsx)\n")
    assert rendered(project) == ["reports/monitorings.qmd"]
    assert read(site, "reports/files/list.xlsx") == "данные"
    # and when only the file changes, it comes again
    write(project, "reports/files/list.xlsx", "новые данные")
    result = publish(project, engine="embedded")
    assert result.rendered == []
    assert read(site, "reports/files/list.xlsx") == "новые данные"


def test_progress_counts_up(project: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    publish(project, engine="embedded", progress=lambda *args: seen.append(args))
    assert [done for done, _, _ in seen] == list(range(1, 8))
    assert {total for _, total, _ in seen} == {7}


def test_somebodys_folder_is_never_replaced(project: Path, tmp_path: Path) -> None:
    mine = tmp_path / "Документы"
    write(mine, "диплом.docx", "важно")
    with pytest.raises(ShnorError, match="не сайт"):
        publish(project, engine="embedded", output=mine)
    assert read(mine, "диплом.docx") == "важно"
    with pytest.raises(ShnorError, match="сам проект"):
        publish(project, engine="embedded", output=project.parent)


def test_interrupted_swap_is_repaired(project: Path, site: Path) -> None:
    site.rename(site.with_name("_site.old"))
    result = publish(project, engine="embedded")
    assert result.index.is_file()
    assert not site.with_name("_site.old").exists()


def test_second_rename_failing_brings_the_old_site_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "_site/index.html", "старый")
    write(tmp_path, "_site.new/index.html", "новый")
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "_site.new":
            raise PermissionError(13, "занято", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(ShnorError, match="Прежний сайт не изменён"):
        swap.swap_in(tmp_path / "_site.new", tmp_path / "_site")
    assert read(tmp_path, "_site/index.html") == "старый"


def test_folder_held_open_is_updated_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where a folder that is open cannot be renamed."""
    write(tmp_path, "_site/index.html", "старый")
    write(tmp_path, "_site/gone.html", "лишний")
    write(tmp_path, "_site.new/index.html", "новый")
    write(tmp_path, "_site.new/reports/a.html", "ещё")

    def rename(self: Path, target: Path) -> Path:
        raise PermissionError(13, "занято", str(self))

    monkeypatch.setattr(Path, "rename", rename)
    swap.swap_in(tmp_path / "_site.new", tmp_path / "_site")
    assert {name: data.decode() for name, data in snapshot(tmp_path / "_site").items()} == {
        "index.html": "новый",
        "reports/a.html": "ещё",
    }
    assert not (tmp_path / "_site.new").exists()


def test_without_hard_links_files_are_copied(
    project: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*args: object, **kwargs: object) -> None:
        raise OSError("not on this disk")

    monkeypatch.setattr(os, "link", no_links)
    before = snapshot(site)
    write(project, "reports/monitorings.qmd", "# Мониторинги\n\nНовое.\n")
    assert rendered(project) == ["reports/monitorings.qmd"]
    after = snapshot(site)
    assert set(after) == set(before)
    assert rendered(project) == []
