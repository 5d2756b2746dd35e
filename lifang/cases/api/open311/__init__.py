"""Open311 GeoReport v2: the same reports and public cases for programs of other cities. See README of cases."""
