"""Statistics for small groups; knows nothing of schools."""
