"""Figures of the page, one file each; every function returns a plotly figure in the light colours."""
