"""From protocols in a folder to results of schools in the register."""

import pandas as pd
import pytest

from shnor_lib.faults import has_errors
from shnor_lib.sources.assemble import read_folder
from tests.sources.books import CALENDAR, write_register
from tests.sources.layouts.vpr_protocols.builders import (
    WORK_2022,
    row_2022,
    row_form,
    write_2022,
    write_form,
)

NOTHING = [None] * 10


@pytest.fixture
def data(tmp_path):
    write_register(tmp_path)
    scores = [0, 6, 7, 11, 15, 20]
    journal = [3, 2, 3, 4, 4, 5]
    rows = [
        row_2022(i, NOTHING, total=score, journal=mark)
        for i, (score, mark) in enumerate(zip(scores, journal, strict=True))
        if score
    ]
    rows.append(row_2022(50, [0] * 10, total=0, journal=3))
    rows += [row_2022(i, NOTHING, total=0, variant="отсутствовал") for i in (60, 61)]
    rows.append(row_2022(1, login="edu000002", school="СОШ № 2"))
    write_2022(tmp_path / WORK_2022, rows)
    absent = [row_form(i, NOTHING, total=0, variant="отсутствовал") for i in (1, 2)]
    write_form(tmp_path / "ООШ с. Дальнее/Математика 5 класс ВПР 2026.xlsx", absent)
    return read_folder(tmp_path, calendar=CALENDAR)


def test_results_of_schools(data):
    assert not has_errors(data.faults), [fault.sentence() for fault in data.faults]
    results = data.results.set_index(["school_id", "year"])
    first = results.loc[("ШК-01", 2022)]
    assert first[["n", "n2", "n3", "n4", "n5", "n_absent"]].tolist() == [6, 2, 1, 1, 2, 2]
    assert (first["grade"], first["subject"], first["season"]) == (5, "математика", "spring")
    # One writer, nobody absent in this school, but the protocol lists absent ones.
    second = results.loc[("ШК-02", 2022)]
    assert second[["n", "n2", "n3", "n4", "n5"]].tolist() == [1, 0, 0, 1, 0]
    # Only absent pupils: no zero of nobody.
    third = results.loc[("ШК-03", 2026)]
    assert (third["n"], third["n_absent"]) == (0, 2) and pd.isna(third["n2"])


def test_journal_and_scores(data):
    journal = data.journal_comparison.set_index(["school_id", "year"]).loc[("ШК-01", 2022)]
    # Marks 2 2 3 4 5 5 against 3 2 3 4 4 5 in the journal.
    assert journal[["n", "n_lower", "n_equal", "n_higher"]].tolist() == [6, 1, 4, 1]
    scores = data.score_distribution
    scores = scores[scores["school_id"] == "ШК-01"]
    assert scores["score"].tolist() == [0, 6, 7, 11, 15, 20]
    assert set(scores["n_score"]) == {1} and set(scores["max_score"]) == {20}


def test_cells_lead_back_to_the_protocol(data):
    row = data.results[data.results["school_id"] == "ШК-01"].iloc[0]
    place = (row["source_file"], row["source_sheet"], int(row["source_row"]))
    assert place[:2] == ("2022/5/Математика.xlsx", "Протокол")
    cells = data.cell(*place, "n2", "n_absent", source_rows=row["source_rows"])
    assert cells == "V2:V9, H2:H9"
