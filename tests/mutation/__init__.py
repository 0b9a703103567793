"""Mutants: small faults put into copies of the code, one at a time, to see that the tests notice. See `__main__`."""
