"""Reading and writing workbooks: from people's files to tidy tables and back."""
