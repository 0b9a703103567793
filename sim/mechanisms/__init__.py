"""How people respond: one file per theory, each with equation, source, kernel and rule."""
