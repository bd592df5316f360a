"""Figures that the probes know stand on the board without any series: healthy instances, for example."""

import asyncio
from pathlib import Path

import pytest
from tests.app.stage import RUNBOOK, staged

from watchbook.app.views.watched import MetricView

pytestmark = pytest.mark.slow


async def test_healthy_instances_are_a_figure(tmp_path: Path) -> None:
    """Three of three are within the range; when all are down the figure is 0, and below it."""
    error_rate = "- **Error Rate:** < 1%"
    async with staged(tmp_path) as made:
        made.write(RUNBOOK.replace(error_rate, f"{error_rate}\n- **Healthy Instances:** 3"))
        async with made.watching() as faces:

            async def figure(wanted: float) -> MetricView:
                """The figure, once it is what is wanted; the test fails when that takes longer than 15 s."""
                async with asyncio.timeout(15):
                    while True:
                        shown = {metric.name: metric for metric in (await faces.service("till")).metrics}
                        if "Healthy Instances" in shown and shown["Healthy Instances"].value == wanted:
                            return shown["Healthy Instances"]
                        await asyncio.sleep(0.02)

            assert str((await figure(3.0)).state) == "within"
            made.till.healthy = False
            shown = await figure(0.0)
            assert str(shown.state) == "below"
            assert shown.points[-1][1] == 0
