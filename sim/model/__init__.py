"""One run: building the world, the order of the day, money and goods, the record, the Mesa face."""
