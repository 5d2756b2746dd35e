"""What import-linter cannot see: each check is a function from a source tree to a list of faults."""
