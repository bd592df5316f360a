"""Documents of any size in every shape that could be slow to read: many of one thing, one huge thing, things left open.

Used by the tests of linear time. Each shape is a function from a number of characters to a text of about that length.
"""

from collections.abc import Callable

Shape = Callable[[int], str]


def many(head: str, unit: str, tail: str = "") -> Shape:
    """The unit again and again between head and tail; `%d` in it is its number."""

    def made(size: int) -> str:
        parts, length, number = [head], len(head) + len(tail), 0
        while length < size:
            parts.append(unit.replace("%d", str(number)))
            length += len(parts[-1])
            number += 1
        return "".join(parts) + tail

    return made


def line(before: str, unit: str) -> Shape:
    """One line that holds the unit again and again."""
    return many(before, unit, "\n")


_ALERTS = "# X\n\n## Alerting\n\n| Alert | Threshold | Severity |\n|---|---|---|\n"
_ISSUE = "### Service is down\n\n**Diagnosis:**\n\n```bash\ncurl -f http://a/\n```\n\n**Fix:** restart it\n\n"

MANY: dict[str, Shape] = {
    "headings": many("", "## Section %d\n\n"),
    "headings of one kind": many("", "## Alerting\n\n- **Slow %d:** > 5%\n\n"),
    "procedures": many("# X\n\n## Deployment\n\n", "### Deploy %d\n\n1. Run `kubectl get pods`\n2. Wait\n\n"),
    "procedures of one name": many("# X\n\n## Deployment\n\n", "### Deploy\n\n1. Run `kubectl get pods`\n2. Wait\n\n"),
    "code blocks": many("# X\n\n", "```bash\nkubectl get pod p%d\n```\n\n"),
    "labelled blocks": many("# X\n\n## Operations\n\n", "**Do %d:**\n\n```bash\nsystemctl restart x%d\n```\n\n"),
    "issues": many("# X\n\n## Troubleshooting\n\n", "### Trouble %d\n\n**Check:**\n\n```bash\ndf -h %d\n```\n\n"),
    "issues of one name": many("# X\n\n## Troubleshooting\n\n", _ISSUE),
    "causes": many("# X\n\n## Troubleshooting\n\n### Down\n\n",
                   "**Cause: disk is full**\n\n```bash\ndf -h\n```\n\n**Fix:**\n\n```bash\nrm -rf /tmp/x\n```\n\n"),
    "blocks of one diagnosis": many("# X\n\n## Troubleshooting\n\n### A\n\n", "```bash\nkubectl get pod p%d\n```\n\n"),
    "commands of a block": many("# X\n\n## Useful Commands\n\n```bash\n", "# what %d does\nls p%d\n\n", "```\n"),
    "steps of a block": many("# X\n\n## Deployment\n\n```bash\n", "# Step %d\nkubectl get pods\n\n", "```\n"),
    "rows of alerts": many(_ALERTS, "| High error rate %d | > 5% for 5 min | critical |\n"),
    "rows of one alert": many(_ALERTS, "| High error rate | > 5% for 5 min | critical |\n"),
    "rows of nothing": many("# X\n\n## Foo\n\n| A | B |\n|---|---|\n", "| a%d | b |\n"),
    "rows of contacts": many("# X\n\n## Contacts\n\n| Role | Name | Phone |\n|---|---|---|\n",
                             "| Dev %d | Ana %d | +41 79 000 %d |\n"),
    "rows of causes": many("# X\n\n## Troubleshooting\n\n| Symptom | Cause | Fix |\n|---|---|---|\n",
                           "| High %d | disk | `systemctl restart x` |\n"),
    "tables": many("# X\n\n## Alerting\n\n", "| Alert | Threshold |\n|---|---|\n| a%d | > 5% |\n\n"),
    "rules": many("# X\n\n## Alerting\n\n```yaml\ngroups:\n- name: a\n  rules:\n",
                  "  - alert: A%d\n    expr: up == 0\n    for: 5m\n", "```\n"),
    "rules of one name": many("# X\n\n## Alerting\n\n```yaml\ngroups:\n- name: a\n  rules:\n",
                              "  - alert: A\n    expr: up == 0\n    for: 5m\n", "```\n"),
    "items": many("# X\n\n## Key Metrics\n\n", "- **Error rate %d:** < 1%\n"),
    "tasks": many("# X\n\n## Handoff\n\n", "- [ ] look at %d\n"),
    "fields": many("# X\n\n## Overview\n\n", "- **Key %d:** value\n"),
    "dependencies": many("# X\n\n## Overview\n\n- **Dependencies:** ", "dep%d, ", "db\n"),
    "comments": many("# X\n\n", "<!-- c %d -->\n\ntext\n\n"),
    "links": many("# X\n\n", "[a%d](http://b/%d) and **that** `code`\n"),
    "references": many("# X\n\n", "[r%d]: http://e/%d\n\n[r%d]\n\n"),
    "placeholders": many("# X\n\n## Deployment\n\n", "```bash\nkubectl get <pod-%d>\n```\n\n"),
    "secrets": many("# X\n\n", "password=hunter%dAbC token: abcdef%d\n"),
    "here-documents": many("# X\n\n## Deployment\n\n```bash\n", "cat <<E%d\nfoo\nE%d\n", "```\n"),
}  # fmt: skip

HUGE: dict[str, Shape] = {
    "block of one command": many("# X\n\n## Deployment\n\n```bash\n", "kubectl get pods\n", "```\n"),
    "block left open": many("# X\n\n## Deployment\n\n```bash\n", "kubectl get pods p%d\n"),
    "pipeline": many("# X\n\n## Deployment\n\n```bash\ncat x ", "| grep a ", "\n```\n"),
    "continued command": many("# X\n\n## Deployment\n\n```bash\nls ", "\\\n -a ", "\n```\n"),
    "substitutions": line("# X\n\n## Deployment\n\n```bash\necho ", "$(echo "),
    "quotation left open": many("# X\n\n## Deployment\n\n```bash\necho '", "foo\n"),
    "paragraph": many("# X\n\n", "some **text** of `a` paragraph\n"),
    "quote in quote": lambda size: "# X\n\n" + ("> " * 400 + "a\n") * (size // 800),
    "list in list": lambda size: "# X\n\n" + "".join("  " * depth + "- a\n" for depth in range(int(size**0.5))),
    "brackets": many("# X\n\n", "[a](b [a](b [a](b\n"),
    "asterisks": many("# X\n\n", "**a *b **c *d **e\n"),
    "backticks": many("# X\n\n", "`a ``b ```c `d\n"),
    "angles": many("# X\n\n", "<a <b <!-- <? <![CDATA[\n"),
    "comment left open": many("# X\n\n<!-- ", "text\n\n"),
    "line of spaces": line("# X\n\na ", " "),
    "line of digits": line("# X\n\n## Key Metrics\n\n- **Rate:** > ", "1"),
    "line of figures": line("# X\n\n## Key Metrics\n\n- **Rate:** > ", "1, 5 min "),
    "line of dashes": line("# X\n\n## Alerting\n\n- **Slow:** ", "-"),
    "line of underscores": line("# X\n\n## Contacts\n\n- **Escalation:** ", "_"),
    "lines of digits": many("# X\n\n## Contacts\n\n", "- **Escalation:** " + "1" * 4_000 + "\n"),
    "lines of brackets": many("# X\n\n## Troubleshooting\n\n", "### Down " + "(" * 4_000 + "\n\n"),
    "lines of words": many("# X\n\n## Maintenance\n\n", "- **Window:** " + "Sunday 02:00-04:00 " * 200 + "\n"),
}  # fmt: skip
