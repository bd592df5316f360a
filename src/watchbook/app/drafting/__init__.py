"""Drafts a runbook from what was found and what a person answered. Pure: facts in, text out.

Called by the `init` command. `choosing` decides what the facts say of the one service, `commands` what a platform is told to
do, `alerting` and `sections` write. It looks at no files and knows no date but the one it is given.
"""

from watchbook.app.drafting.choosing import Answers, Subject, choose
from watchbook.app.drafting.sections import write_runbook, write_wiring

__all__ = ["Answers", "Subject", "choose", "write_runbook", "write_wiring"]
