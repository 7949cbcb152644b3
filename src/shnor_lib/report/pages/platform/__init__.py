"""Pages of the information platform (S0 4.6.1), one module each."""
