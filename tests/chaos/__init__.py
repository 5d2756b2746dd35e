"""`kill -9` under load: acknowledged = present, nothing happens twice, back in service within ten seconds.

Owns its processes: a temp home, ports of its own, exact pids checked by their birth; nothing is matched by name.
"""
