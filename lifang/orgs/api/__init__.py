"""What programs may read of places and units: see `layers.py`."""
