"""Methods: tables in, tables out; nothing here reads data files or draws."""
