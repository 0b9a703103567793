"""The verification book: the shipped kernels held to closed forms, in markets reduced to what is solvable."""
