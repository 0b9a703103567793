"""What a result looks like: figures, the strip, sentences, one page, the terminal table."""
