"""Recommendations on a school's page: what is proposed to it and why, what was issued."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.blocks import show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.profile import Frames
from shnor_lib.report.recommendation_rows import Proposals, proposals_of
from shnor_lib.report.recommendation_tables import issued_words, register_table
from shnor_lib.report.rows import Row

UP = "../"
"""From a profile in ``schools/`` to ``reports/``."""


def recommendations_section(frames: Frames, school_id: str) -> list[str]:
    """Blocks of the section; empty when nothing is proposed and nothing was issued."""
    found = proposals_of(frames.analysis)
    own, issued = found.of_school(school_id), found.issued_to(school_id)
    if not own and not issued:
        return []
    blocks = [_summary(own, issued, frames)]
    if own:
        blocks.append(show(_table(own, found)))
    if issued:
        blocks.append(show(register_table(found, issued, {}, {}, brief=True)))
    path = letter_paths(found).schools.get(school_id)
    if path:
        blocks.append(
            f"[Письмо школе с рекомендациями (Word)]({UP}{path}). Его просматривают и правят до "
            f"отправки. Все правила — на странице [«Рекомендации»]({UP}recommendations.qmd)."
        )
    else:
        blocks.append(f"Все правила — на странице [«Рекомендации»]({UP}recommendations.qmd).")
    return blocks


def _summary(own: list[Row], issued: list[Row], frames: Frames) -> str:
    day = f"По данным на{fmt.NBSP}{fmt.date_ru(frames.analysis.day)}"
    if own:
        text = f"{day} школе и её педагогам {proposed(len(own))}."
    else:
        text = f"{day} новых рекомендаций из правил не следует."
    if issued:
        late = sum(bool(row["overdue"]) for row in issued)
        verb = fmt.plural(len(issued), "Выдана", "Выданы", "Выдано")
        text += f" {verb} {say.counted(len(issued))}"
        text += f", просрочено: {fmt.number(late)}." if late else ", просроченных нет."
    return text


def proposed(n: int) -> str:
    """«предлагается 21 рекомендация»."""
    verb = fmt.plural(n, "предлагается", "предлагаются", "предлагается")
    return f"{verb} {say.counted(n)}"


def _table(own: list[Row], found: Proposals) -> DataTable:
    lines = [
        {
            "text": f"<strong>{fmt.escape(row['title'])}.</strong> "
            f"{fmt.escape(fmt.nice(row['text']))}",
            "plain": f"{row['title']}. {fmt.nice(row['text'])}",
            "whom": fmt.sentence_case(say.to_whom(row["addressee"])),
            "ground": found.grounds(row),
            "standing": found.rule(row).ground.standing,
            "deadline": fmt.date_ru(row["deadline"]),
            "controller": row["controller"],
            "issued": issued_words(row),
        }
        for row in own
    ]
    return DataTable(
        lines,
        [
            Col("text", "Рекомендация", "html", order="plain"),
            Col("whom", "Кому"),
            Col("ground", "Основание"),
            Col("standing", "Правило", help="Происхождение правила; что это значит — «Методика»"),
            Col("deadline", "Срок"),
            Col("controller", "Кто контролирует"),
            Col("issued", "Выдана"),
        ],
        caption="Предлагаемые рекомендации",
    )
