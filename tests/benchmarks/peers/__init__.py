"""The same word of mouth on the same graph in our model and in other people's frameworks; see `__main__`."""
