"""The annual report for the Ministry: one document per year, put together from the monitorings.

:data:`~shnor_lib.report.annual.parts.PARTS` says what every monitoring gives to which chapter; a
new monitoring joins the report by a line there. The page is ``<year>/annual.qmd``; its PDF and
Word are made from it like those of every other page.
"""
