"""Whom git may ask, and how: the environment of a call that goes to a remote, and what its complaints mean.

Called by `world.mirrors`. Nobody is ever prompted: credentials come from the user's own git helpers and ssh keys, or from a
secret, which goes to git in its environment and stands in no argument, file or message. It starts nothing.
"""

import base64
import os
import re
from dataclasses import dataclass, field

_LEFT_OUT = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_TRACE",
    "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_CURL_VERBOSE", "GIT_SHALLOW_FILE",
)  # fmt: skip
_STALLED = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "30"}


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository elsewhere. `shown` is what people are told, `address` what git is given; only one of them is a secret.

    `password` is for https: a token, or `name:password`.
    """

    shown: str
    address: str = field(repr=False)
    password: str = field(default="", repr=False)

    @property
    def protocol(self) -> str:
        """`https`, `ssh`, `file`, or `http`: the one that git may use here, also when it is sent elsewhere."""
        scheme, separator, _ = self.address.partition("://")
        if separator:
            return scheme.casefold()
        before, colon, _ = self.address.partition(":")
        return "ssh" if colon and "/" not in before else "file"

    def environment(self, offline: bool = False, ssh: str = "") -> dict[str, str]:
        """What git is started with. `offline`: it must not fetch what is missing by itself.

        `ssh` is what the user's settings of git call for it, if anything (`core.sshCommand`).
        """
        found = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        found |= {
            "GIT_ALLOW_PROTOCOL": "none" if offline else self.protocol,
            "GIT_NO_LAZY_FETCH": "1" if offline else "0",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS_REQUIRE": "never",
            "GCM_INTERACTIVE": "never",
        }
        if "GIT_SSH" not in found or "GIT_SSH_COMMAND" in found:
            command = found.get("GIT_SSH_COMMAND") or ssh or "ssh"
            found["GIT_SSH_COMMAND"] = f"{command} -o BatchMode=yes -o ConnectTimeout=15"
        settings = {
            "remote.origin.url": self.address,
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "blob:none",
            "core.hooksPath": "/dev/null",
            "core.symlinks": "false",
            "gc.auto": "0",
            "maintenance.auto": "false",
            "transfer.fsckObjects": "false",  # trees are looked through here; old histories fail on trifles
            "advice.fetchShowForcedUpdates": "false",
        } | _STALLED  # fmt: skip
        if self.password and not offline:
            pair = self.password if ":" in self.password else f"x-access-token:{self.password}"
            basic = base64.b64encode(pair.encode()).decode()
            settings[f"http.{self.address}.extraHeader"] = f"Authorization: Basic {basic}"
            settings["http.followRedirects"] = "false"  # the header would go along
        return found | _as_settings(settings, found.get("GIT_CONFIG_COUNT", ""))

    def hidden(self, text: str) -> str:
        """A text without the address where that is a secret, and without any password."""
        secrets = [self.password, *(re.findall(r"://([^/@\s]+)@", self.address))]
        if self.shown != self.address:
            secrets.append(self.address)
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            for one in (secret, *(secret.split(":") if "/" not in secret else ())):
                text = text.replace(one, "…") if len(one) > 3 else text
        return re.sub(r"://[^/@\s]+@", "://", text)


def _as_settings(settings: dict[str, str], count: str) -> dict[str, str]:
    """Settings of git as variables, after those that the environment has already."""
    first = int(count) if count.isdecimal() else 0
    found = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings.items(), first):
        found[f"GIT_CONFIG_KEY_{number}"], found[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return found


_CREDENTIALS = 'Give it secret = "env:NAME", or this user\'s git a credential helper or key.'
_KNOWN = (
    (r"could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|HTTP Basic: Access denied|"
     r"returned error: 40[13]|Permission denied \(publickey",
     "git was not let in", _CREDENTIALS),
    (r"Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED",
     "ssh does not know this host", "Connect once by hand as this user, and look at its key."),
    (r"dubious ownership", "the repository belongs to another user",
     "Let its owner say git config --global --add safe.directory."),
    (r"transport '[^']*' not allowed", "it sends git elsewhere by a protocol that is not allowed",
     "Write the address that it sends to."),
    (r"does not appear to be a git repository|does not exist|[Rr]epository .{0,300}not found|returned error: 404",
     "there is no repository, or none that git is let into", "Check repo."),
    (r"couldn't find remote ref|not our ref|no such remote ref|unadvertised object",
     "the ref is not there any more", "Check ref."),
    (r"Could not resolve host|Name or service not known|Temporary failure in name resolution",
     "its host is not known here", "Check repo, and the name service."),
    (r"Connection refused|Failed to connect|[Cc]onnection timed out|Couldn't connect|Operation timed out|"
     r"Network is unreachable|No route to host|Operation too slow|Connection reset|remote end hung up|early EOF",
     "it cannot be reached", "It is tried again."),
    (r"certificate|SSL|TLS", "its certificate is not trusted here", "See what git says to it."),
    (r"No space left on device", "the disk is full", "Free some space."),
)  # fmt: skip


def complaint(error: str, remote: Remote) -> tuple[str, str]:
    """What git complained of, in words, and what to do. Nothing of it is a secret."""
    for pattern, what, mend in _KNOWN:
        if re.search(pattern, error):
            return what, mend
    lines = [line for line in error.splitlines() if line.strip() and not line.startswith("warning:")]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
    said = re.sub(r"^(?:fatal|error): ", "", said) or "it gave no reason"
    return f"git failed: {remote.hidden(said)[:300]}", "See what git says to it."
