"""Words and tables of the support of schools: the page, the profiles and the notebooks say the same."""
