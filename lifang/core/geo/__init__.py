"""Where things are: datums, distances, shapes, areas in memory, division codes. No PostGIS."""
