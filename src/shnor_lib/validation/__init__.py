"""Are the product's numbers right? Simulated regions whose truth is known.

``python -m shnor_lib.validation`` (``make validate``) draws regions, lets the product's own public
functions judge them, compares what they say with the truth and stores the figures in
``results.json`` beside this file (shown on the site's page «Проверка методов») and in
``docs/validation.md``.
"""
