"""`watchbook fix`: which edits are safe, and that they touch nothing else."""

import difflib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.model.findings import FIXABLE, catalogue
from watchbook.reading import read_runbook
from watchbook.reading.fixes import Known, apply_edits, find_fixes, mend

DAY = Known("2026-11-01")
HEAD = "# Operational Runbook: Till\n\n**Service:** Till\n**Owner:** Shop team\n**On-Call:** Ana\n"
TAIL = "\n## Contacts\n\n- **On-Call:** Ana <ana@till.test>\n\n**Last Updated:** 2026-10-01\n**Next Review:** 2027-02-23\n"


def _deployment(verification: str) -> str:
    return (
        f"{HEAD}\n## Common Operations\n\n### Deployment\n\n"
        f"```bash\n# Deploy\n./deploy.sh\n\n# Verify\n{verification}\n```\n\n"
        f"**Rollback:**\n```bash\n# Back\n./deploy.sh rollback\n\n# Verify\ncurl -f http://till.test/health\n```\n{TAIL}"
    )


def _alerts(table: str) -> str:
    return f"{HEAD}\n## Alerting\n\n{table}\n{TAIL}"


def _changed(before: str, after: str) -> list[str]:
    """Lines that a diff takes out or puts in, without context."""
    shown = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in list(shown)[2:] if not line.startswith("@@")]


def _codes(text: str) -> Counter[str]:
    return Counter(finding.code for finding in read_runbook(text).findings)


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("curl http://till.test/health", "curl --fail http://till.test/health"),
        ("curl -sS http://till.test/health", "curl -fsS http://till.test/health"),
        ("curl -s -o /dev/null http://till.test/", "curl -fs -o /dev/null http://till.test/"),
        ("curl --silent http://till.test/health", "curl --fail --silent http://till.test/health"),
        (
            "curl -H 'Accept: text/plain' http://till.test/",
            "curl --fail -H 'Accept: text/plain' http://till.test/",
        ),
        ("timeout 5 curl http://till.test/health", "timeout 5 curl --fail http://till.test/health"),
        ("sleep 1 && curl http://till.test/health", "sleep 1 && curl --fail http://till.test/health"),
        (
            "curl \\\n  --max-time 2 \\\n  http://till.test/health",
            "curl --fail \\\n  --max-time 2 \\\n  http://till.test/health",
        ),
    ],
)
def test_a_curl_in_a_verification_learns_to_fail(written: str, mended: str) -> None:
    """Every other flag stays where it is, and the finding is gone."""
    text = _deployment(written)
    assert "WB408" in _codes(text)
    after = mend(text, Known()).text
    assert after == _deployment(mended)
    assert "WB408" not in _codes(after)


@pytest.mark.parametrize(
    "written",
    [
        'echo "now curl it" && curl http://till.test/health',
        "echo curl http://till.test/health",
        "curl http://till.test/health  # Expected: ok",
        "curl -fsS http://till.test/health",
        "curl http://till.test/health | grep ok",
    ],
)
def test_a_curl_that_is_right_or_unclear_is_left_alone(written: str) -> None:
    """Nothing is changed in quotes, in another program's arguments, or where the answer is judged already."""
    text = _deployment(written)
    assert mend(text, DAY).text == text


def test_last_updated_is_filled_in() -> None:
    """In place of a gap and behind a bare label, with git's day, or with the day that the document says elsewhere."""
    gap = HEAD + "**Last Updated:** [Date]\n" + TAIL.replace("**Last Updated:** 2026-10-01\n", "")
    assert _changed(gap, mend(gap, DAY).text) == [
        "-**Last Updated:** [Date]",
        "+**Last Updated:** 2026-11-01",
    ]
    assert mend(gap, Known()).text == gap
    bare = gap.replace("[Date]", "").replace("Updated:** ", "Updated:**")
    assert "+**Last Updated:** 2026-11-01" in _changed(bare, mend(bare, DAY).text)
    known = HEAD + "**Last Updated:** [Date]\n" + TAIL
    assert "+**Last Updated:** 2026-10-01" in _changed(known, mend(known, DAY).text)


def test_a_missing_last_updated_is_put_in() -> None:
    """Before Next Review in its spelling, else behind the fields of the head; without git, not at all."""
    text = HEAD + TAIL.replace("**Last Updated:** 2026-10-01\n", "")
    mended = mend(text, DAY).text
    assert mended == HEAD + TAIL.replace("2026-10-01", "2026-11-01")
    assert mend(text, Known()).text == text
    headless = HEAD + "\n## Contacts\n\n- **On-Call:** Ana <ana@till.test>\n"
    assert mend(headless, DAY).text == headless.replace("Ana\n\n", "Ana\n**Last Updated:** 2026-11-01\n\n")


def test_gaps_whose_value_stands_elsewhere_are_filled() -> None:
    """The service's and the owner's name; a gap that nobody has a value for stays."""
    text = HEAD.replace("Service:** Till", "Service:** [Service Name]") + TAIL.replace(
        "- **On-Call", "**Team:** [Team name]\n**Escalation:** [Manager]\n\n- **On-Call"
    )
    assert sorted(_changed(text, mend(text, DAY).text)) == sorted(
        [
            "-**Service:** [Service Name]",
            "+**Service:** Till",
            "-**Team:** [Team name]",
            "+**Team:** Shop team",
        ]
    )


def test_nothing_is_known_of_a_template() -> None:
    """A gap is never filled from a gap."""
    text = "# Operational Runbook: [Service Name]\n\n**Service:** [Service Name]\n**Owner:** [Team Name]\n"
    assert mend(text, Known()).text == text
    undecided = HEAD.replace("Owner:** Shop team", "Owner:** TBD") + "**Team:** [Team Name]\n"
    assert mend(undecided, Known()).text == undecided


def test_a_severity_column_says_what_the_rows_say() -> None:
    """Every row spells one severity: the column is added; one row does not, or spells two: it is not."""
    text = _alerts(
        "| Alert | Threshold | Response |\n|---|---|---|\n| Down | 0 healthy instances | Page on-call (P1) |\n"
        "| [SEV-3] Errors | > 1% errors for 5min | Page on-call |"
    )
    mended = mend(text, DAY)
    assert [(fix.code, fix.mends) for fix in mended.fixes] == [("WB305", 2)]
    assert [rule.severity.value for rule in read_runbook(mended.text).alerts] == ["critical", "medium"]
    assert "| Alert | Threshold | Response | Severity |\n|---|---|---|---|\n" in mended.text
    assert mend(text.replace("[SEV-3] ", ""), DAY).text == text.replace("[SEV-3] ", "")
    assert mend(text.replace("(P1)", "(P1 or P2)"), DAY).text == text.replace("(P1)", "(P1 or P2)")


def test_a_fix_that_would_bring_a_finding_is_not_made() -> None:
    """The column would make an alert critical that only reaches a room; what else can be mended is mended."""
    table = "| Alert | Threshold | Response |\n|---|---|---|\n| [P1] Down | 0 healthy instances | #shop |"
    text = (
        _alerts(table).replace("Service:** Till", "Service:** [Service Name]").replace("2026-10-01", "[Date]")
    )
    mended = mend(text, DAY)
    assert [fix.code for fix in mended.fixes] == ["WB001", "WB001"]
    assert mended.text == _alerts(table).replace("2026-10-01", "2026-11-01")


def test_two_gaps_of_one_line_are_both_filled() -> None:
    """One after the other: the second is found again when the first is written."""
    text = HEAD + "\n## Service Overview\n\n**Purpose:** [Service Name] for the [Team Name]\n" + TAIL
    assert mend(text, DAY).text == text.replace("[Service Name]", "Till").replace("[Team Name]", "Shop team")


def test_a_last_updated_is_put_in_only_where_it_plainly_belongs() -> None:
    """Not behind the last line of a file, not without a head; a line that breaks with two spaces is answered by one."""
    bare = "# Operational Runbook: Till\n\n**Service:** Till\n**Owner:** Shop team"
    assert mend(bare, DAY).text == bare
    assert (
        mend("# Operational Runbook: Till\n\nWords.\n", DAY).text == "# Operational Runbook: Till\n\nWords.\n"
    )
    broken = "# Operational Runbook: Till\n\n**Service:** Till  \n**Owner:** Shop team  \n\nWords.\n"
    assert mend(broken, DAY).text == broken.replace("team  \n", "team  \n**Last Updated:** 2026-11-01  \n")


def test_other_gaps_stay() -> None:
    """A pointed gap, a template's wording that nothing answers, a date that is there but not understood."""
    text = (
        HEAD
        + "**Last Updated:** soon\n\nAsk <service name>, or [Service Name of the other team].\n"
        + TAIL.replace("**Last Updated:** 2026-10-01\n", "")
    )
    assert mend(text, DAY).text == text


def test_an_ignored_finding_is_left_alone() -> None:
    """A comment says that the team lives with it."""
    text = _deployment("curl http://till.test/health").replace(
        "```bash\n# Deploy\n",
        "<!-- watchbook: ignore WB408 it answers 500 by design -->\n```bash\n# Deploy\n",
    )
    assert mend(text, DAY).text == text


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    """CRLF and a mark at the start are the author's; an inserted line ends as its neighbours do."""
    text = (HEAD + TAIL.replace("**Last Updated:** 2026-10-01\n", "")).replace("\n", "\r\n")
    mended = mend("\ufeff" + text, DAY).text
    assert mended == "\ufeff" + (HEAD + TAIL.replace("2026-10-01", "2026-11-01")).replace("\n", "\r\n")


def test_what_says_it_can_be_fixed_is_in_the_catalogue() -> None:
    """The reference names the fixes; each names a finding that exists."""
    assert set(catalogue()) > FIXABLE


_LINES = st.sampled_from(
    [
        "**Last Updated:** [Date]", "**Last Updated:**", "**Service:** [Service Name]", "**Owner:** [Team Name]",
        "**Owner:** Shop team", "# Runbook: Till", "## Alerting", "## Deployment", "```bash", "```", "# Verify",
        "curl http://till.test/", "$ curl -sS http://till.test/ && curl http://b.test", "./deploy.sh",
        "| Alert | Threshold |", "|---|---|", "| [P1] Down | 0 healthy instances |", "| Errors | > 1% errors |",
        "**Next Review:** 2027-01-01", "1. Verify: `curl http://till.test/`", "", "Some words of [Service Name].",
        "<!-- watchbook: ignore WB408 -->", "**Rollback:**",
    ]
)  # fmt: skip


@given(
    lines=st.lists(_LINES, max_size=20),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    closed=st.booleans(),
    day=st.sampled_from([None, "2026-11-01"]),
)
def test_any_document_is_mended_once_and_only_where_it_must(
    lines: list[str], end: str, closed: bool, day: str | None
) -> None:
    """Mending again changes nothing; each fix takes a finding away and brings none; other lines stay byte for byte."""
    text = end.join(lines) + (end if closed else "")
    mended = mend(text, Known(day))
    assert mend(mended.text, Known(day)).text == mended.text
    before, after = _codes(text), _codes(mended.text)
    assert all(after[code] <= before[code] for code in after)
    assert sum(before.values()) - sum(after.values()) >= sum(fix.mends for fix in mended.fixes)
    fixes = find_fixes(text, Known(day))
    edits = [edit for fix in fixes for edit in fix.edits]
    touched = {edit.line for edit in edits if not edit.inserted}
    changed = apply_edits(text, edits)
    end = end if end in text else "\n"  # a document of one open line has no line end of its own
    kept = [line for number, line in enumerate(text.split(end), start=1) if number not in touched]
    left = iter(changed.split(end))
    assert all(line in left for line in kept), "a line that no fix touches is gone or moved"
