"""Redaction: no declared secret and no known credential is seen, however the stream is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.deciding.redaction import MARK, Redactor, looks_secret, redact, without_controls

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nq9x7\n-----END RSA PRIVATE KEY-----"

CREDENTIALS = [
    ("export AWS=AKIAIOSFODNN7EXAMPLE ok", "AKIAIOSFODNN7EXAMPLE"),
    ("git clone https://ana:hunter22@git.test/x.git", "hunter22"),
    ("postgres://shop:s3cr3t-word@db.test:5432/shop", "s3cr3t-word"),
    ("Authorization: Bearer abcdef.123456", "abcdef.123456"),
    ("curl -H 'Authorization: Basic YW5hOmh1bnRlcjI='", "YW5hOmh1bnRlcjI="),
    ("PASSWORD=correct-horse", "correct-horse"),
    ('{"api_key": "abc123def456"}', "abc123def456"),
    ("ghp_" + "a1B2" * 9, "ghp_" + "a1B2" * 9),
    ("xoxb-1234567890-abcdefghij", "xoxb-1234567890-abcdefghij"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "dozjgNryP4J3jVmNHl0w5N"),
    (f"before\n{KEY}\nafter", "q9x7"),
]

ORDINARY = [
    '{"status": "healthy"}',
    "token: null",
    "password: true",
    "http://127.0.0.1:8100/health",
    "p95 0.250 s, 1,204 requests, secret santa at noon",
    "PASSWORD=$DB_PASSWORD",
    "the keys of the database were counted: KEYS *",
]


@pytest.mark.parametrize(("text", "credential"), CREDENTIALS)
def test_known_credentials_are_taken_out(text: str, credential: str) -> None:
    """What has the published form of a credential, or follows a name that announces one, is not shown."""
    shown = redact(text)
    assert credential not in shown
    assert "[redacted]" in shown


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_output_is_left_alone(text: str) -> None:
    """Output without credentials comes through unchanged."""
    assert redact(text) == text


def test_a_secret_of_several_lines_is_hidden_line_by_line() -> None:
    """A declared secret that spans lines is hidden even when only one of its lines is printed."""
    assert "second-line-of-it" not in redact(
        "see: second-line-of-it", ["first-line-of-it\nsecond-line-of-it\n"]
    )


def in_chunks(raw: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(raw) + 1) for cut in cuts} | {0, len(raw)})
    return [raw[first:last] for first, last in pairwise(places)]


@given(
    secrets=st.lists(
        st.text(alphabet="abcX\n-", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=4
    ),
    words=st.lists(st.text(alphabet="abcX\n- ", max_size=15), max_size=12),
    picks=st.lists(st.integers(0, 3), max_size=12),
    cuts=st.lists(st.integers(0, 10_000), max_size=30),
)
def test_no_cut_lets_a_declared_secret_through(
    secrets: list[str], words: list[str], picks: list[int], cuts: list[int]
) -> None:
    """However a stream is split, every byte of every occurrence of a secret is replaced, and nothing else is lost."""
    parts = [word + secrets[pick % len(secrets)] for word, pick in zip(words, picks, strict=False)]
    raw = "".join(parts).encode()
    redactor = Redactor(secrets)
    streamed = b"".join(redactor.feed(chunk) for chunk in in_chunks(raw, cuts)) + redactor.flush()
    assert streamed == Redactor(secrets).cut(raw, 0)
    for piece in streamed.split(MARK):
        for secret in secrets:
            assert secret.encode() not in piece


@given(pick=st.integers(0, len(CREDENTIALS) - 1), cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_no_cut_lets_a_credential_through(pick: int, cuts: list[int]) -> None:
    """A credential is recognised also when it arrives in pieces."""
    text, credential = CREDENTIALS[pick]
    redactor = Redactor()
    streamed = b"".join(redactor.feed(chunk) for chunk in in_chunks(text.encode(), cuts)) + redactor.flush()
    assert credential.encode() not in streamed


@given(cuts=st.lists(st.integers(0, 10_000), max_size=20), repeated=st.integers(1, 40))
def test_long_secrets_with_repetitions_are_hidden(cuts: list[int], repeated: int) -> None:
    """A secret longer than any anchor, whose beginning recurs in it and right before it, is found whole."""
    unit = "-=abc=-\n"  # lines too short to be hidden one by one
    secret = unit * repeated + "it ends"
    raw = (unit * 3 + secret + unit * 2 + "-=ab").encode()
    redactor = Redactor([secret])
    streamed = b"".join(redactor.feed(chunk) for chunk in in_chunks(raw, cuts)) + redactor.flush()
    assert streamed == Redactor([secret]).cut(raw, 0)
    assert streamed == MARK.join([unit.encode() * 3, unit.encode() * 2 + b"-=ab"])


def test_a_whole_key_file_as_a_secret_costs_little() -> None:
    """Thousands of small writes beside a secret of 64 KB are done in well under a second."""
    secret = "\n".join(f"{n:064d}" for n in range(1000))
    redactor = Redactor([secret])
    shown = (
        b"".join(redactor.feed(b"an ordinary line of output %d\n" % n) for n in range(3000))
        + redactor.flush()
    )
    assert shown.count(b"\n") == 3000


def test_the_margin_covers_the_longest_secret() -> None:
    """Before a cut at least twice the longest secret is kept."""
    assert Redactor(["x" * 100_000]).margin == 200_000


@given(start=st.integers(0, 400), place=st.integers(0, 380))
def test_a_cut_through_a_secret_shows_no_part_of_it(start: int, place: int) -> None:
    """Where the kept end of a long output begins inside a secret, the rest of that secret is not shown."""
    secret = "correct-horse-battery"
    raw = b"." * place + secret.encode() + b"." * (400 - place)
    shown = Redactor([secret]).cut(raw, start)
    assert set(shown.replace(MARK, b"")) <= {ord(".")}


def test_long_lines_are_released_in_parts_without_splitting_what_is_secret() -> None:
    """A line without an end is released as it grows, and a secret behind its name stays hidden at every place in it."""
    for offset in range(0, 9000, 611):
        raw = b"x" * (24_000 + offset) + b" password=correct-horse-battery " + b"y" * 30_000
        redactor = Redactor()
        chunks = [raw[at : at + 4096] for at in range(0, len(raw), 4096)]
        shown = [redactor.feed(chunk) for chunk in chunks]
        assert sum(map(len, shown)) > 20_000
        assert b"horse" not in b"".join(shown) + redactor.flush()


def test_a_private_key_is_hidden_while_its_end_is_awaited() -> None:
    """From the beginning of a private key nothing is shown until its end comes; then the output goes on."""
    redactor = Redactor()
    shown = redactor.feed(b"start\n-----BEGIN PRIVATE KEY-----\n")
    for _ in range(10):
        shown += redactor.feed(b"QUJD" * 1000 + b"\n")
    assert shown == b"start\n"
    shown += redactor.feed(b"QUJD\n-----END PRIVATE KEY-----\nafter\n") + redactor.flush()
    assert shown == b"start\n" + MARK + b"\nafter\n"


def test_the_beginning_of_a_key_does_not_hide_the_rest_of_the_output() -> None:
    """What never closes within 64 KiB was no key: output behind it is shown again."""
    redactor = Redactor()
    shown = b"".join(
        redactor.feed(b"-----BEGIN PRIVATE KEY-----\n" if n == 0 else b"line\n" * 200) for n in range(200)
    )
    assert shown.startswith(MARK)
    assert 100_000 < len(shown) < 200 * 1000 - 64_000


def test_names_that_hold_secrets() -> None:
    """A variable's name tells whether its value may be written down."""
    assert all(map(looks_secret, ("DB_PASSWORD", "api_token", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD")))
    assert not any(map(looks_secret, ("version", "HOST", "milliseconds", "keyboard")))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m plain", "red plain"),
        ("\x1b]0;title\x07text", "text"),
        ("10 %\r50 %\r100 %\ndone", "100 %\ndone"),
        ("windows\r\nline", "windows\nline"),
        ("bell\x07 back\x08 tab\tstays", "bell back tab\tstays"),
        ("cut off \x1b[", "cut off "),
    ],
)
def test_pages_show_no_control_sequences(raw: str, shown: str) -> None:
    """Colours, titles, bells and redrawn lines do not reach a page."""
    assert without_controls(raw) == shown
