"""The command line: one file a command, each a parse, a call and a print."""

from sim.cli.app import main

__all__ = ["main"]
