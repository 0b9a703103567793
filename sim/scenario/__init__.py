"""Scenario files: YAML to checked parameters, with every error located."""
