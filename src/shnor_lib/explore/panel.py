"""The explorer in a notebook: widgets around the workbench, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ipywidgets as widgets

from shnor_lib.explore import words
from shnor_lib.explore.charts import agreement_chart
from shnor_lib.explore.choice import Choice
from shnor_lib.explore.controls import Controls, make_controls
from shnor_lib.explore.funnel import Unit, by_size
from shnor_lib.explore.pieces import chart_widget, label, note, paragraphs, problem, text_field
from shnor_lib.explore.saving import free_name, save, saved_words
from shnor_lib.explore.style import CSS
from shnor_lib.explore.tables import agreement_table, list_table, moves_table, size_table
from shnor_lib.explore.workbench import Result, Workbench
from shnor_lib.faults import ShnorError
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.small_schools import funnel_chart
from shnor_lib.report.labels import CONFIDENCE, PROCEDURE, school_year
from shnor_lib.report.monitoring.lists import school_names

VIEWS: tuple[str, ...] = (
    "Список",
    "Входят и выходят",
    "Согласие сводов",
    "Размер школ",
    "Сохранить",
)

_COMPARING = ("Согласие сводов", "Размер школ")
"""Views that look at all rule sets."""


class Explorer:
    """What-if explorer: move a threshold and see the list change.

    Shown by being the last expression of a cell. :attr:`result` holds everything for code.

    Parameters
    ----------
    bench
        The project's data and rules.
    start
        Rule set and year to begin with; nothing is changed in it.

    Attributes
    ----------
    controls
        Widgets of the rule set chosen, by name.
    rulesets, years, view
        Buttons: rule set, status year, what is shown.
    root
        The widget with everything in it.
    """

    def __init__(self, bench: Workbench, start: Choice) -> None:
        self.bench = bench
        self.names = school_names(bench.dataset.schools)
        self._result: Result | None = None
        self._problem = ""
        self._quiet = False
        self.unread = widgets.HTML()
        self.rulesets = widgets.ToggleButtons(
            options=self._titles(), value=start.ruleset, style={"button_width": "auto"}
        )
        self.years = widgets.ToggleButtons(
            options=[(school_year(year), year) for year in bench.years],
            value=start.year,
            style={"button_width": "auto"},
        )
        self.view = widgets.ToggleButtons(options=VIEWS, style={"button_width": "auto"})
        self.section = widgets.ToggleButtons(style={"button_width": "auto"})
        self.reset = widgets.Button(
            description="Вернуть, как в своде",
            layout=widgets.Layout(width="auto", align_self="flex-start", margin="1em 0"),
        )
        self.summary, self.content = widgets.HTML(), widgets.VBox()
        self._side = widgets.VBox()
        self.confidence = widgets.ToggleButtons(
            options=[("все", ""), *((title, code) for code, title in CONFIDENCE.items())],
            style={"button_width": "auto"},
        )
        self.procedure = widgets.ToggleButtons(style={"button_width": "auto"})
        self.subject = widgets.ToggleButtons(style={"button_width": "auto"})
        self.name, self.title = text_field("Имя файла"), text_field("Название")
        self.replace = widgets.Checkbox(
            value=False, description="заменить файл, если он уже есть", indent=False
        )
        self.save = widgets.Button(
            description="Сохранить свод правил",
            button_style="primary",
            layout=widgets.Layout(width="auto", align_self="flex-start"),
        )
        self.message = widgets.HTML()
        self.controls: Controls = make_controls(bench.ruleset(start.ruleset), self._on_change)
        self.root = self._layout()
        self._connect()
        self._show_controls()
        self._update()

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        return self.controls.choice(self.rulesets.value, self.years.value)

    @property
    def result(self) -> Result:
        """What the present choice comes to.

        Raises
        ------
        ShnorError
            The choice is impossible; the message is the one shown.
        """
        if self._result is None:
            raise ShnorError(self._problem)
        return self._result

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.root._repr_mimebundle_(**options)

    def _layout(self) -> Any:
        column = widgets.Layout(flex="1 1 280px", min_width="260px", max_width="420px")
        side = widgets.VBox(
            [self.section, self._side, self.reset], layout=column, _dom_classes=["shnor-side"]
        )
        main = widgets.VBox(
            [self.summary, self.view, self.content],
            layout=widgets.Layout(flex="3 1 460px", min_width="280px"),
            _dom_classes=["shnor-main"],
        )
        both = widgets.Box([side, main], layout=widgets.Layout(flex_flow="row wrap", width="100%"))
        choose = widgets.VBox(
            [label("Свод правил"), self.rulesets, self.unread, label("Год"), self.years]
        )
        root = widgets.VBox([widgets.HTML(CSS), choose, both])
        root.add_class("shnor-explore")
        return root

    def _connect(self) -> None:
        self.rulesets.observe(self._on_ruleset, names="value")
        self.years.observe(self._on_change, names="value")
        self.section.observe(self._on_section, names="value")
        self.view.observe(self._on_view, names="value")
        self.confidence.observe(self._on_view, names="value")
        self.procedure.observe(self._on_procedure, names="value")
        self.subject.observe(self._on_view, names="value")
        self.reset.on_click(lambda _: self._on_ruleset(None))
        self.save.on_click(self._on_save)

    def _titles(self) -> list[tuple[str, str]]:
        """Rule sets that can be read, with the one in force first; the others say why not."""
        found, unread = [], []
        for name in self.bench.names():
            try:
                title = fmt.nice(self.bench.ruleset(name).title)
            except ShnorError as error:
                unread.append(f"Свод «{name}» не читается. {error}")
                continue
            if name == self.bench.project.settings.ruleset:
                title += " (действует)"
            found.append((title, name))
        self.unread.value = problem("\n".join(unread)) if unread else ""
        return found

    def _show_controls(self) -> None:
        with self._silently():
            self.section.options = list(self.controls.sections)
            self.section.index = 0
            name = free_name(self.bench.project, self.rulesets.value)
            self.name.value = name
            self.title.value = f"{self.controls.base.title}, вариант"
            self.replace.value = False
            self.message.value = ""
        self._on_section(None)

    @contextmanager
    def _silently(self) -> Iterator[None]:
        """Move widgets without computing anything."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def _on_section(self, _: Any) -> None:
        if not self._quiet:
            self._side.children = [self.controls.sections[self.section.value]]

    def _on_ruleset(self, _: Any) -> None:
        if not self._quiet:
            base = self.bench.ruleset(self.rulesets.value)
            self.controls = make_controls(base, self._on_change)
            self._show_controls()
            self._update()

    def _on_change(self, _: Any) -> None:
        if not self._quiet:
            self._update()

    def _on_view(self, _: Any) -> None:
        if not self._quiet:
            self._show()

    def _on_procedure(self, _: Any) -> None:
        if not self._quiet:
            self._offer_subjects()
            self._show()

    def _update(self) -> None:
        self.message.value = ""
        try:
            self._result, self._problem = self.bench.result(self.choice), ""
        except ShnorError as error:
            # The former list is not left standing: it would be taken for this choice's.
            self._result, self._problem = None, str(error)
        self._show_summary()
        self._show()

    def _show_summary(self) -> None:
        if self._result is None:
            self.summary.value = problem(self._problem)
            return
        told = words.summary(self._result)
        changed = words.changed_words(self._result)
        self.summary.value = (
            '<div class="shnor-summary" role="status" aria-live="polite">'
            + paragraphs(told)
            + "</div>"
            + (note(["Изменено в правилах:", *changed]) if changed else "")
        )

    def _show(self) -> None:
        if self._result is None:
            self.content.children = []
            return
        show: dict[str, Callable[[Result], list[Any]]] = dict(
            zip(
                VIEWS,
                (
                    self._list_view, self._moves_view, self._agreement_view, self._size_view,
                    self._save_view,
                ),
                strict=True,
            )
        )  # fmt: skip
        if self.view.value in _COMPARING and not self._result.compared:
            # The former view must not be taken for this one while the others are computed.
            self.content.children = [widgets.HTML(note(["Считаются остальные своды правил…"]))]
        try:
            self.content.children = show[self.view.value](self._result)
        except ShnorError as error:
            self.content.children = [widgets.HTML(problem(str(error)))]

    def _list_view(self, result: Result) -> list[Any]:
        table = list_table(result, self.bench.dataset.schools, sure=self.confidence.value)
        return [
            widgets.HTML(note([words.CONFIDENCE_NOTE])),
            widgets.HBox([label("Надёжность:"), self.confidence]),
            widgets.HTML(table.html()),
            widgets.HTML(note([words.LIMITS])),
        ]

    def _moves_view(self, result: Result) -> list[Any]:
        schools = self.bench.dataset.schools
        if words.is_in_force(result):
            text = "Это действующие правила: измените порог или выберите другой свод."
            return [widgets.HTML(note([text]))]
        tables = [moves_table(result, schools, move) for move in ("entered", "left", "status")]
        return [
            widgets.HTML(note(["Сравнение с действующим сводом правил."])),
            *(widgets.HTML(table.html()) for table in tables),
        ]

    def _agreement_view(self, result: Result) -> list[Any]:
        titles = words.titles(result)
        chart = agreement_chart(result.comparison, titles)
        refused = [
            f"Свод «{name}» не сравнивается: {reason}"
            for name, reason in self.bench.refusals.items()
        ]
        return [
            chart_widget(chart),
            widgets.HTML(agreement_table(result.comparison.agreement, titles).html()),
            widgets.HTML(note([chart.caption, words.KAPPA, *refused])),
        ]

    def _size_view(self, result: Result) -> list[Any]:
        units = result.units
        if not units:
            text = "Ни один из сводов не смотрит на доли низких результатов: воронку строить не по чему."
            return [widgets.HTML(note([text]))]
        self._offer_procedures(units)
        unit = self._unit()
        buttons = [
            widgets.HBox([label("Процедура:"), self.procedure]),
            widgets.HBox([label("Предмет:"), self.subject]),
        ]
        try:
            data = result.funnel(unit)
        except ShnorError as error:
            return [*buttons, widgets.HTML(problem(str(error)))]
        listed = result.listed
        sure = listed[listed["confidence"] == "certain"]["school_id"]
        sizes = by_size(data.schools, set(listed["school_id"]), set(sure))
        chart = funnel_chart(data, self.names)
        what = f"{PROCEDURE[unit.procedure]}, {unit.label}"
        return [
            *buttons,
            chart_widget(chart),
            widgets.HTML(note([chart.alt, chart.caption])),
            widgets.HTML(size_table(sizes, what).html()),
            widgets.HTML(note([words.SIZE_NOTE])),
        ]

    def _offer_procedures(self, units: list[Unit]) -> None:
        there = list(dict.fromkeys(unit.procedure for unit in units))
        with self._silently():
            chosen = self.procedure.value
            self.procedure.options = [(PROCEDURE[code], code) for code in there]
            self.procedure.value = chosen if chosen in there else there[0]
        self._offer_subjects()

    def _offer_subjects(self) -> None:
        units = self.result.units
        there = [unit.label for unit in units if unit.procedure == self.procedure.value]
        with self._silently():
            chosen = self.subject.value
            self.subject.options = there
            self.subject.value = chosen if chosen in there else there[0]

    def _unit(self) -> Unit:
        wanted = (self.procedure.value, self.subject.value)
        return next(u for u in self.result.units if (u.procedure, u.label) == wanted)

    def _save_view(self, result: Result) -> list[Any]:
        changed = words.changed_words(result)
        text = (
            ["В файл попадёт:", *changed]
            if changed
            else ["Ничего не изменено: сохранится копия свода под новым именем."]
        )
        hint = (
            "Имя файла — строчные латинские буквы, цифры и дефис, например raion-2026. У всего, что "
            "изменено, в файле будет стоять «решение пользователя» и прежнее значение."
        )
        return [
            widgets.HTML(note(text)),
            self.name,
            self.title,
            self.replace,
            self.save,
            widgets.HTML(note([hint])),
            self.message,
        ]

    def _on_save(self, _: Any) -> None:
        try:
            saved = save(
                self.result,
                self.bench.project,
                self.name.value.strip(),
                self.title.value,
                replace=self.replace.value,
            )
        except (ShnorError, OSError) as error:
            self.message.value = problem(f"Не сохранено. {error}")
            return
        chosen, name = self.rulesets.value, saved.ruleset.id
        self.bench.forget(name)
        with self._silently():
            self.rulesets.options = self._titles()
            self.rulesets.value = chosen
        if name == chosen:
            self._on_ruleset(None)
        elif name == self.bench.project.settings.ruleset:
            self._update()
        self.replace.value = False
        self.message.value = f'<div class="shnor-done" role="status">{fmt.escape(saved_words(saved, self.bench.project))}</div>'
