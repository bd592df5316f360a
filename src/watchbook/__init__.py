"""Watchbook runs the operational runbook: probes, alerts, paging, diagnosis and procedures from one Markdown file."""

__version__ = "0.1.0"
