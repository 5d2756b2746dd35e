"""Carries events from the outbox to listeners, and on to JetStream."""
