"""For tests of every context: the cast, `deliver()`, `published()`."""
