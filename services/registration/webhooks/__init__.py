"""Webhooks: what customers' own tools are told of events, and what has become of it."""
