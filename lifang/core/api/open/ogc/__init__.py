"""OGC API Features, Part 1: public layers for maps and GIS. A context declares a `Layer` in `api/layers.py`."""
