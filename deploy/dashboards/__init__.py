"""Grafana's dashboards, made by code so that they name what the services count: ``python -m deploy.dashboards``."""
