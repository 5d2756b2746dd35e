"""OGC SensorThings API 1.1 over the register: `/sta/v1.1`."""
