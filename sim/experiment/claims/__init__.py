"""Claims of the field as data, and the engine that puts them to the test."""
