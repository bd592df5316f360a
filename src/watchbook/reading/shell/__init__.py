"""Shell text: what it runs, how dangerous that is, what its exit means.

Called by the reading of procedures, troubleshooting, commands and health checks. Pure: it runs nothing and
looks at no machine. The public names are these four:

- `classify(script)`: the class of a script, by its most dangerous part.
- `classes(script)`: every class that occurs in it.
- `syntax_problem(script)`: why the text cannot be a script, or None.
- `exit_meaning(script)`: what a zero or non-zero exit says about health.
"""

from watchbook.reading.shell.classify import classes, classify, programs_of, syntax_problem
from watchbook.reading.shell.exits import ExitMeaning, exit_meaning

__all__ = ["ExitMeaning", "classes", "classify", "exit_meaning", "programs_of", "syntax_problem"]
