"""РИС ГИА, «Протокол проверки результатов»: ОГЭ, ЕГЭ, ГВЭ and appeals.

The layouts (dense and sparse prints, several exams on a sheet, csv with English headings, appeals)
are those four independent public programs read, and one real sheet.
"""

from shnor_lib.sources.layouts.gia_protocols.forms import APPEALS, FORM
from shnor_lib.sources.layouts.gia_protocols.reading import read

__all__ = ["APPEALS", "FORM", "read"]
