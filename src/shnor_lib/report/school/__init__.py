"""Sections of a school's profile, one file each; every function returns blocks of a page.

A section without data says so in one sentence and draws nothing.
"""
