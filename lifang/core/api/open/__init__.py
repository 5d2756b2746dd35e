"""Open standards, as mechanism: the door, one tree for XML and JSON, feeds, maps. Contexts fill them."""
