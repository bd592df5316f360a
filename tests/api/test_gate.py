"""Who gets in on loopback (rule 45): hosts, origins, writes, names, headers, and the address that is listened on."""

import aiohttp
import pytest
from starlette.datastructures import Headers
from tests.web.fake_application import FakeApplication

from watchbook.api.gate import clean_name
from watchbook.api.serving import open_socket
from watchbook.api.settings import check_listen
from watchbook.model.errors import RefusedError, UsageError, WatchbookError

ACKNOWLEDGE = "/api/v1/incidents/41/acknowledge"


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "127.0.0.1.evil.test",
        "127.0.0.1@evil.test",
        "10.0.0.1:8090",
        "",
        "[::1",
        "watch.shop.test",
    ],
)
async def test_foreign_hosts_are_refused(client: aiohttp.ClientSession, host: str) -> None:
    """A name that was bound to 127.0.0.1 by someone else (DNS rebinding) reads nothing."""
    async with client.get("/api/v1/services", headers={"Host": host}) as answer:
        assert answer.status == 403
        assert (await answer.json())["error"]["code"] == "refused"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8090", "127.0.0.1", "[::1]:8090", "127.8.8.8:1"])
async def test_names_of_this_machine_are_served(client: aiohttp.ClientSession, host: str) -> None:
    """Every way to say "this machine" works, with any port (a tunnel may change it)."""
    async with client.get("/api/v1/services", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_the_public_name_opens_only_signed_links(client: aiohttp.ClientSession) -> None:
    """Behind a proxy without authentication nothing but the acknowledge page is there."""
    public = {"Host": "watch.shop.test"}
    async with client.get("/acknowledge/good", headers=public) as answer:
        assert answer.status == 200
    async with client.get("/", headers=public) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.test", "null", "http://[::1", "http://127.0.0.1:1", "https://watch.shop.test"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_foreign_origins_are_refused(
    client: aiohttp.ClientSession, application: FakeApplication, method: str, origin: str
) -> None:
    """A page of another origin can neither read nor write, even as JSON."""
    path = ACKNOWLEDGE if method == "POST" else "/api/v1/services"
    async with client.request(method, path, json={}, headers={"Origin": origin}) as answer:
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert application.asked == []


async def test_the_own_origin_writes(
    client: aiohttp.ClientSession, application: FakeApplication, server: str
) -> None:
    """The board's own scripts get through."""
    async with client.post(ACKNOWLEDGE, json={}, headers={"Origin": server}) as answer:
        assert answer.status == 200
    assert len(application.asked) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "application/json", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_the_api_takes_json_only(
    client: aiohttp.ClientSession, application: FakeApplication, headers: dict[str, str]
) -> None:
    """What a foreign page can send without asking (forms, text) never writes."""
    async with client.post(ACKNOWLEDGE, data=b"{}", headers=headers) as answer:
        assert answer.status == 403
    assert application.asked == []


async def test_a_preflight_gives_no_permission(client: aiohttp.ClientSession) -> None:
    """A browser that asks whether a foreign page may send JSON is told nothing that it could take for yes."""
    headers = {"Origin": "http://evil.test", "Access-Control-Request-Method": "POST"}
    async with client.options(ACKNOWLEDGE, headers=headers) as answer:
        assert answer.status == 403
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


async def test_a_form_must_be_the_boards_own(
    client: aiohttp.ClientSession, application: FakeApplication, server: str
) -> None:
    """A form without a sign of where it came from is refused; with the board's origin it acts."""
    form = {"answer": "x"}
    async with client.post("/incidents/41/acknowledge", data=form) as answer:
        assert answer.status == 403
    async with client.post(
        "/incidents/41/acknowledge", data=form, headers={"Origin": server}, allow_redirects=False
    ) as answer:
        assert answer.status == 303
    assert [asked[0] for asked in application.asked] == ["acknowledge"]


async def test_the_name_comes_from_header_cookie_or_user(
    client: aiohttp.ClientSession, application: FakeApplication
) -> None:
    """The header wins over the board's cookie, and without both it is the user of this machine."""
    given = [
        {"Watchbook-Actor": "Ana"},
        {"Cookie": "watchbook_actor=Bo%20L"},
        {},
        {"Watchbook-Actor": "Zoë Müller"},
    ]
    for headers in given:
        async with client.post(ACKNOWLEDGE, json={}, headers=headers) as answer:
            assert answer.status == 200
    assert [asked[2] for asked in application.asked] == ["Ana", "Bo L", "root", "Zoë Müller"]


@pytest.mark.parametrize(
    ("given", "kept"), [("  Ana\n\x1b[31m Ruiz ", "Ana [31m Ruiz"), ("x" * 200, "x" * 80), ("\x00", "")]
)
def test_names_are_fit_for_the_journal(given: str, kept: str) -> None:
    """A name cannot break a line of the journal or a terminal."""
    assert clean_name(given) == kept


async def test_every_answer_carries_the_security_headers(client: aiohttp.ClientSession) -> None:
    """Pages, JSON and errors forbid inline scripts, framing and sniffing."""
    for path in ("/services/shop", "/api/v1/services", "/nothing", "/health"):
        async with client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("127.0.0.1:8090", ("127.0.0.1", 8090)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:8090", ("::1", 8090)),
        ("127.1.2.3:1", ("127.1.2.3", 1)),
        ("0.0.0.0:8090", RefusedError),
        ("[::]:8090", RefusedError),
        ("192.168.1.5:8090", RefusedError),
        ("shop.test:8090", RefusedError),
        (":8090", UsageError),
        ("8090", UsageError),
        ("127.0.0.1:http", UsageError),
        ("127.0.0.1:70000", UsageError),
    ],
)
def test_only_loopback_is_listened_on(listen: str, expected: tuple[str, int] | type[WatchbookError]) -> None:
    """Anything that others could reach is refused with one line that says how else."""
    if isinstance(expected, tuple):
        assert check_listen(listen) == expected
    else:
        with pytest.raises(expected) as refusal:
            check_listen(listen)
        assert refusal.value.mend
        assert "\n" not in str(refusal.value)


def test_a_port_in_use_is_one_line() -> None:
    """A second server on the port is told so, and what to do."""
    first = open_socket("127.0.0.1:0")
    try:
        port = first.getsockname()[1]
        with pytest.raises(RefusedError, match=f"port {port} of 127.0.0.1 is in use"):
            open_socket(f"127.0.0.1:{port}")
    finally:
        first.close()


def test_headers_of_starlette_ignore_case() -> None:
    """The gate relies on it: a header in any spelling is found."""
    assert Headers({"Sec-Fetch-Site": "cross-site"}).get("sec-fetch-site") == "cross-site"
