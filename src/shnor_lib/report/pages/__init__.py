"""Page texts (``.qmd``) as strings; nothing is computed here."""
