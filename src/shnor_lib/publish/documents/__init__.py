"""PDF and Word of notebooks and pages: the same sources as the site's, printed.

``pictures`` draws charts, ``source`` makes the Markdown that is printed, ``engine`` turns all of
it into Typst and Word in one Pandoc process, ``reference`` makes the Word styles.
"""
