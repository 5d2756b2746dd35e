"""The engines the platform stands on: PostgreSQL and NATS, embedded here or outside by URL."""
