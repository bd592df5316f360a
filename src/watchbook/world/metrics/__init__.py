"""Metrics of a service: its instances' `/metrics` pages, scraped into a sample window.

Called by `app.watching` through `Scraper`. Queries over the window are `measuring.promql`.
"""

from watchbook.world.metrics.scraper import Scrape, Scraper

__all__ = ["Scrape", "Scraper"]
