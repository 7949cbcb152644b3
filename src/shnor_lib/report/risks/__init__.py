"""Risks on pages: words, tables, calendar; nothing is computed here."""
