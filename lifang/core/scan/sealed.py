"""What a photo and its words are bound to, so that no sealed part passes for another."""

from uuid import UUID


def aad(of: UUID, part: str) -> bytes:
    return f"scan.{part}:{of}".encode()
