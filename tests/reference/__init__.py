"""The slow oracle: a whole day told person by person in plain Python, against which the fast one is held."""
