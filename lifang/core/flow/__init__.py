"""State machines declared as data, their clocks, their timeline, and ONE to-do list.

`shape.flow()` declares, `engine.start/move` run, `clocks` keep time, `selectors.todos/steps` read.
"""
