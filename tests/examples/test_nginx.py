"""The site behind nginx: each fault breaks what it says, and the written remedy mends it, without Watchbook."""

import subprocess
from collections.abc import Callable, Iterator

import pytest
from tests.programs import require_program

from .conftest import Copy, make_copy, until
from .remedies import causes_of, confirmed, meets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A site that runs, for all tests of this module."""
    require_program("nginx")
    require_program("openssl")
    copy = make_copy("02-nginx", tmp_path_factory.mktemp("site"))
    copy.do("./site.sh start")
    try:
        yield copy
    finally:
        copy.do("./site.sh stop")


@pytest.fixture(autouse=True)
def healthy(site: Copy) -> Iterator[None]:
    """Every test begins with a healthy site and leaves one behind."""
    assert site.do("./faults.sh status").split() == ["none"]
    yield
    site.do("./faults.sh reset")


def status(site: Copy) -> int:
    """What a customer gets, as a status; 0 when nobody answers."""
    return site.ask(0, "GET", "/health")[0]


def days_left(site: Copy) -> str:
    """The end of the certificate that nginx really serves."""
    address = f"127.0.0.1:{site.base + 10}"
    return site.do(
        f"openssl s_client -connect {address} </dev/null 2>/dev/null | openssl x509 -noout -enddate"
    )


FAULTS: dict[str, tuple[str, Callable[[Copy], bool]]] = {
    "nginx": ("nginx stopped", lambda site: status(site) == 0),
    "one-upstream": ("Upstream 2 stopped", lambda site: status(site) == 200 and not site.text(2, "/health")),
    "both-upstreams": ("Both upstreams stopped", lambda site: status(site) == 502),
    "certificate": ("Certificate near its end", lambda site: status(site) == 200),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_breaks_and_its_remedy_mends(site: Copy, fault: str) -> None:
    """A fault is seen from outside, its own cause alone is confirmed in its issue, and the remedy ends it."""
    name, broken = FAULTS[fault]
    causes = causes_of((site.folder / "RUNBOOK.md").read_text())
    cause = next(cause for cause in causes if cause.name == name)
    assert not any(confirmed(site, other) for other in causes), "a cause is confirmed in a healthy site"
    served = days_left(site)

    site.do(f"./faults.sh {fault}")
    until(lambda: broken(site), 5, f"{fault} is broken")
    assert site.do("./faults.sh status").split() == [fault]
    assert [other.name for other in causes if other.issue == cause.issue and confirmed(site, other)] == [name]
    if fault == "certificate":
        until(lambda: days_left(site) != served, 5, "nginx serves the certificate that is about to end")

    site.do(cause.remedy)
    until(lambda: meets(site.run(cause.verify).stdout, cause.verified), 10, f"the verification of {name}")
    until(
        lambda: status(site) == 200 and site.do("./faults.sh status").split() == ["none"],
        5,
        f"{fault} is mended",
    )


def test_a_refused_configuration_changes_nothing(site: Copy) -> None:
    """A reload of a configuration that nginx refuses says so, and the site goes on with the old one."""
    good = (site.folder / "nginx.conf").read_text()
    (site.folder / "nginx.conf").write_text(good.replace("listen", "lisssten", 1))
    done = site.run("./nginx.sh reload")
    (site.folder / "nginx.conf").write_text(good)
    assert done.returncode == 1
    assert 'unknown directive "lisssten"' in done.stderr
    assert status(site) == 200


def test_stopping_ends_everything(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A second site starts beside the first, and after its stop none of its processes is left."""
    require_program("nginx")
    other = make_copy("02-nginx", tmp_path_factory.mktemp("second"))
    other.do("./site.sh start")
    assert len(other.pids()) == 4, "nginx, its worker and two servers"
    other.do("./site.sh stop")
    assert other.pids() == []


def test_a_wrong_command_says_why(site: Copy) -> None:
    """The scripts refuse what they do not understand, with a sentence."""
    for command, says in (
        ("./upstream.sh start 3", "there is no upstream 3"),
        ("./upstream.sh explode 1", "usage: ./upstream.sh"),
        ("./certificate.sh renew --days=soon", "--days needs a whole number"),
        ("./nginx.sh explode", "usage: ./nginx.sh"),
        ("./faults.sh flood", "there is no fault flood: choose from nginx one-upstream"),
    ):
        done: subprocess.CompletedProcess[str] = site.run(command)
        assert done.returncode != 0, command
        assert says in done.stderr, command
