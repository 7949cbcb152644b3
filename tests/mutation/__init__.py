"""Damaged workbooks: thousands of small harms to a correct one, over all readers.

``python -m tests.mutation`` makes the whole run and writes ``docs/reliability.md``;
``test_readers.py`` makes a small one with every test run.
"""
