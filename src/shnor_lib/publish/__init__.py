"""From executed notebooks and generated pages to a published site.

:func:`shnor_lib.publish.site.publish` is the door; Quarto or the embedded engine does the work.
"""
