"""Uploads."""

import io


def file(content: bytes, name: str = "list.csv") -> io.BytesIO:
    made = io.BytesIO(content)
    made.name = name
    return made
