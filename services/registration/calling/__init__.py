"""Webhooks on their way: signed, sent to their endpoints, and noted."""
