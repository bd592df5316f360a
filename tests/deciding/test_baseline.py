"""A baseline knows findings by what they say."""

from watchbook.deciding.baseline import count, key, sift
from watchbook.deciding.freshness import freshness
from watchbook.model.findings import finding
from watchbook.reading import read_runbook


def test_text_that_moves_keeps_its_findings() -> None:
    """Other lines, other columns and other spaces are the same finding; other words are not."""
    before = ["| Cache | x |"]
    after = ["", "", "   | Cache  |  x |"]
    one = finding("check-unused", 1, 2, 5, name="Cache")
    assert key(one, before) == key(finding("check-unused", 3, 5, 5, name="Cache"), after)
    assert key(one, before) != key(finding("check-unused", 1, 2, 5, name="Queue"), before)


def test_numbers_of_lines_in_a_sentence_do_not_count() -> None:
    """`already given, on line 12` is the same when it is line 14."""
    names = [finding("alert-repeated", 1, name="Down", first=number) for number in (12, 14)]
    assert key(names[0], ["x"]) == key(names[1], ["x"])


def test_what_is_missing_is_the_same_wherever_it_is_shown() -> None:
    """A missing field is shown at the last line, whose text says nothing about it."""
    one = finding("field-missing", 1, field="Next Review", section="the end", example="2027-01-01")
    assert key(one, ["old last line"]) == key(one, ["new last line"])


def test_days_that_pass_do_not_count() -> None:
    """An overdue review is one finding, today and tomorrow."""
    from datetime import date

    runbook = read_runbook("# Operational Runbook: Till\n\n**Next Review:** 2026-01-01\n")
    keys = [key(freshness(runbook, date(2026, 11, day))[0], ()) for day in (23, 24)]
    assert keys == ["WB704", "WB704"]


def test_no_secret_is_in_a_key() -> None:
    """Two secrets of one kind have one key, so that it says nothing of the text."""
    one = finding("secret-in-text", 1, 0, 5, kind="a password")
    assert key(one, ["aaaaa"]) == key(one, ["bbbbb"])


def test_a_second_finding_of_the_same_words_is_new() -> None:
    """Each is known as often as it was counted; what is left over is mended."""
    source = ["x", "x", "y"]
    findings = [finding("check-unused", line, 0, 1, name="x") for line in (1, 2)]
    known = count(findings[:1], source)
    sifted = sift(findings, source, known)
    assert (sifted.new, sifted.known, sifted.mended) == ((findings[1],), (findings[0],), 0)
    assert sift([], source, known).mended == 1
