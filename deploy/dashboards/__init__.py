"""Grafana's dashboards, made by code so that they name what the services count: ``make write``."""
