"""What a user gives beside workbooks: files to take away and pages of their own (``data/``)."""
