"""Judges programs that talk to the network: curl, wget, nc, openssl and their like.

Called through `Judge.looks`. A request that can change something there, or carries a variable to another
machine, is not harmless.
"""

import re

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import Arguments, split
from watchbook.reading.shell.judging import Call, Judge, Look, known, most_dangerous, secret_variables
from watchbook.reading.shell.looks_files import changes, read_only, unknown
from watchbook.reading.shell.programs.network import CURL_SWITCHES, CURL_VALUES
from watchbook.reading.shell.secrecy import holds_secret, is_plain_name
from watchbook.reading.shell.syntax import Word
from watchbook.reading.shell.table import Program, words

_CURL = Program(values=CURL_VALUES, only=CURL_SWITCHES)
_SENDS = words(
    "-d --data --data-ascii --data-binary --data-raw --data-urlencode --json -F --form "
    "--form-string -T --upload-file"
)
_WRITES = words(
    "-o --output -D --dump-header -c --cookie-jar --stderr --trace --trace-ascii --etag-save "
    "--hsts --alt-svc --libcurl"
)
_CARRIES = words(
    "-H --header -d --data --data-ascii --data-binary --data-raw --data-urlencode --json -F "
    "--form --form-string -u "
    "--user -A --user-agent -e --referer -b --cookie --oauth2-bearer --url-query -U --proxy-user "
    "--variable --aws-sigv4"
)
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/?]|$)")
_URL = re.compile(r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://)?(?P<host>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_COSTLY_PATH = re.compile(r"/heapdump\b|/debug/pprof/(?:profile|trace|heap\?)|/hprof\b")
_REVEALING_PATH = re.compile(
    r"/actuator/(?:env|configprops)\b|/debug/vars\b.*secret|/latest/meta-data/iam|/latest/user-data|/computeMetadata/|/oauth2?/token|"
    r"/api/v1/.*secrets\b|/\.env\b|/v1/kv/|/v1/secret|/v2/keys/|/api/definitions\b|SystemProperties\b|/config_dump\b|"
    r"/(?:printenv|phpinfo(?:\.php)?|secrets?|credentials?|api-?keys?|passwords?|private-?key|environment|environ|env)(?:[/?]|$)|"
    r"/containers/[^/]+/json\b|/\.git/config\b"
)
_CHANGING_PATH = re.compile(
    r"/(?:shutdown|_shutdown|restart|reload|-/(?:reload|quit)|flush|delete|reset|kill|quitquitquit)(?:[/?]|$)|"
    r"/(?:stop|start|pause|resume|disable|enable|trigger|execute?|purge|clear|invalidate|evict|unlock|promote|failover|"
    r"rotate|reindex|deploy|rollback|terminate|destroy|remove|drop|truncate|drain|build|buildWithParameters|update|"
    r"dataimport|approve|cancel|retry|replay|requeue|rebuild|compact|gc)(?:\?|$)|"
    r"/jolokia/(?:exec|write)/|"
    r"[?&](?:action|cmd|command|op|operation|_method|method)=(?!(?:list|get|show|status|info|read|describe|head|ping)\b)",
    re.IGNORECASE,
)
_IP_READS = words("show list ls get s sh lst l")


def curl(_judge: Judge, call: Call) -> Classification:
    """A GET or HEAD to the terminal is harmless."""
    arguments = split(call.args, _CURL)
    found = [_curl_method(call, arguments), read_only(call, "curl only asks")]
    if arguments.odd or arguments.hazy:
        found.append(unknown(call, "an option of curl is not written out"))
    for option in arguments.options:
        name, value = option.name, option.value
        if name not in CURL_VALUES and name not in CURL_SWITCHES:
            files = name in ("-O", "-J", "--remote-name", "--remote-name-all", "--remote-header-name")
            found.append(
                changes(call, "curl writes a file")
                if files
                else unknown(call, f"the option {name} of curl is not known")
            )
        elif name in _WRITES and (
            value is None or value.value not in ("/dev/null", "-", "/dev/stderr", "/dev/stdout")
        ):
            found.append(changes(call, f"curl {name} writes a file"))
        elif name in ("-K", "--config", "-Q", "--quote", "--variable") or (
            name in CURL_VALUES and value is None
        ):
            found.append(unknown(call, f"the option {name} of curl is not read"))
        elif name in ("-w", "--write-out") and (value is None or re.search(r"%output|^@", value.text)):
            found.append(unknown(call, "curl -w can write files"))
        elif name in _CARRIES and value is not None:
            found.append(_carried(call, value, name == "--data-urlencode"))
    urls = [*arguments.operands, *arguments.values("--url")]
    found += [url(call, word) for word in urls]
    if not urls and not arguments.has("--version", "-V", "--help", "-h"):
        found.append(unknown(call, "curl without an address"))
    return most_dangerous(found)


def _curl_method(call: Call, arguments: Arguments) -> Classification:
    for value in arguments.values("-X", "--request"):
        method = (value.value or "").upper()
        if method == "DELETE":
            return known(Safety.DESTRUCTIVE, "curl sends DELETE", call.part())
        if method in ("POST", "PUT", "PATCH"):
            return changes(call, f"curl sends {method}")
        if method not in ("GET", "HEAD", "OPTIONS"):
            return unknown(call, f"the method {value.text} of curl is not known")
    if any(option.name in _SENDS for option in arguments.options) and not arguments.has("-G", "--get"):
        return changes(call, "curl sends data")
    if arguments.has("-T", "--upload-file", "-F", "--form", "--json"):
        return changes(call, "curl sends data")
    return read_only(call)


def _carried(call: Call, value: Word, file_after_name: bool = False) -> Classification:
    """What a header, a cookie or data carries to the host: a variable's value, or a file."""
    if value.variables or value.substitutions:
        return known(Safety.REVEALS, "curl sends a variable to the host", call.part())
    if value.head.startswith("@") or (file_after_name and "@" in value.text):
        return known(Safety.REVEALS, "curl sends a file to the host", call.part())
    return read_only(call)


def url(call: Call, word: Word) -> Classification:
    """The class of asking for an address."""
    if word.substitutions:
        return unknown(call, "the address is made by another command")
    match = _URL.fullmatch(word.text)
    if match is None or (match["scheme"] or "http").lower() not in ("http", "https"):
        if match and (match["scheme"] or "").lower() == "file":
            if holds_secret(word.text):
                return known(Safety.REVEALS, "the file holds secrets", call.part())
            return read_only(call)
        return unknown(call, f"the address {word.text} is not of http")
    if "@" in match["host"] and word.variables:
        return known(Safety.REVEALS, "the address carries a variable", call.part())
    for pattern, safety, reason in (
        (_COSTLY_PATH, Safety.COSTLY, "the address asks for something heavy"),
        (_REVEALING_PATH, Safety.REVEALS, "the address prints settings"),
        (_CHANGING_PATH, Safety.UNKNOWN, "the address names a change"),
    ):
        if pattern.search(match["rest"]):
            return known(safety, reason, call.part())
    if secret_variables([word]):
        return known(Safety.REVEALS, f"the address carries ${secret_variables([word])[0]}", call.part())
    hidden = [name for name in _VARIABLE.findall(match["rest"]) if not is_plain_name(name) and name.isupper()]
    host = re.sub(r"\$\{\w+\}", "", match["host"])
    mixed = [
        name
        for name in _VARIABLE.findall(match["host"])
        if not is_plain_name(name) and name.isupper() and host.strip(":.")
    ]
    if (hidden or mixed) and not _LOCAL.match(word.text):
        return known(Safety.REVEALS, f"the address carries ${(hidden or mixed)[0]}", call.part())
    return read_only(call)


def wget(_judge: Judge, call: Call) -> Classification:
    """To the terminal or only looking (`--spider`); otherwise a file is written."""
    arguments = split(
        call.args, Program(values=words("-O --output-document -T --timeout -t --tries --header -U -o -w -P"))
    )
    allowed = words(
        "-q --quiet -S --server-response --spider -O --output-document -T --timeout -t --tries "
        "--no-check-certificate "
        "-nv --no-verbose -4 -6 -U --user-agent --header --connect-timeout --max-redirect --no-proxy -n -v"
    )
    strange = [option.name for option in arguments.options if option.name not in allowed]
    if any(name.startswith(("--post", "--method", "--body")) for name in strange):
        return changes(call, "wget sends data")
    to_terminal = arguments.has("--spider") or any(
        word.value in ("-", "/dev/null", "/dev/stdout")
        for word in arguments.values("-O", "--output-document")
    )
    if not to_terminal:
        return changes(call, "wget writes a file")
    if strange or arguments.odd or arguments.hazy:
        return unknown(call, "an option of wget is not known")
    found = [_carried(call, value) for value in arguments.values("--header")]
    return most_dangerous([read_only(call), *found, *(url(call, word) for word in arguments.operands)])


def ping(_judge: Judge, call: Call) -> Classification:
    arguments = split(call.args, Program(values=words("-c -i -I -s -t -W -w -M -p -Q -l")))
    if arguments.has("-f", "-l") or arguments.odd or arguments.hazy:
        return known(Safety.COSTLY, "ping floods the host", call.part())
    if secret_variables(call.args):
        return known(Safety.REVEALS, "it sends a variable to a name server", call.part())
    if arguments.has("-c", "-w"):
        return read_only(call)
    return known(Safety.ENDLESS, "ping without -c never ends", call.part())


def resolver(judge: Judge, call: Call) -> Classification:
    """Looking up a name or a path to it; a secret in the name is told to every server that is asked."""
    hidden = secret_variables(call.args)
    if hidden:
        return known(Safety.REVEALS, f"it sends ${hidden[0]} to a name server", call.part())
    return judge.by_table(call, call.entry)


def mtr(_judge: Judge, call: Call) -> Classification:
    if any((word.value or "").startswith(("-r", "--report", "-c")) for word in call.args):
        return read_only(call)
    return known(Safety.INTERACTIVE, "mtr is a screen for a person", call.part())


def nc(_judge: Judge, call: Call) -> Classification:
    """`nc -z` only tries to connect."""
    arguments = split(call.args, Program(values=words("-w -p -s -i -q -X -x -T -e -c")))
    if arguments.has("-e", "-c", "--exec", "--sh-exec", "-l", "--listen", "-k"):
        return changes(call, "nc listens or runs a program")
    if arguments.has("-z") and not arguments.odd and not arguments.hazy:
        strange = [
            option.name
            for option in arguments.options
            if option.name not in words("-z -v -w -u -n -4 -6 -t -G -d")
        ]
        return unknown(call, f"the option {strange[0]} of nc is not known") if strange else read_only(call)
    if call.piped or call.closed or call.text is not None:
        return unknown(call, "nc sends what it is given")
    return known(Safety.INTERACTIVE, "nc opens a connection for a person", call.part())


def ip(_judge: Judge, call: Call) -> Classification:
    """Showing addresses, links, routes."""
    arguments = split(call.args, Program(values=words("-f -n -netns -b -batch -rc"), single=True))
    if arguments.has("-n", "-netns", "-b", "-batch", "-force") or arguments.odd or arguments.hazy:
        return unknown(call, "this form of ip is not read")
    operands = [word.value or "?" for word in arguments.operands]
    if operands[:1] in (["monitor"], ["mon"]):
        return known(Safety.ENDLESS, "ip monitor never ends", call.part())
    if not operands or operands[0] in ("netns", "exec", "vrf", "?"):
        return (
            read_only(call)
            if operands[1:] == ["list"] or not operands
            else unknown(call, "this form of ip is not read")
        )
    is_set = operands[0].startswith("l") and operands[1:2] == [
        "s"
    ]  # `ip link s` is `set`, elsewhere `s` is `show`
    if len(operands) == 1 or (operands[1] in _IP_READS and not is_set):
        return read_only(call)
    return changes(call, "ip changes the network")


def tcpdump(_judge: Judge, call: Call) -> Classification:
    if any(re.match(r"-\w*[wW]|-z|--write", word.text) for word in call.args):
        return changes(call, f"{call.name} writes a file")
    return known(Safety.REVEALS, f"{call.name} shows what others send", call.part())


def openssl(_judge: Judge, call: Call) -> Classification:
    """Looking at certificates and handshakes."""
    if not call.args or call.args[0].value is None:
        return known(Safety.INTERACTIVE, "openssl opens a prompt", call.part())
    action = call.args[0].value
    options = {word.value or "?" for word in call.args[1:] if word.head.startswith("-") or word.value is None}
    if options & {
        "-out",
        "-keyout",
        "-signkey",
        "-CA",
        "-CAkey",
        "-req",
        "-x509toreq",
        "-writerand",
        "-sess_out",
        "-keylogfile",
        "-sign",
        "-engine",
        "-CAserial",
    }:
        return changes(call, "openssl writes a file")
    if action in (
        "version",
        "ciphers",
        "x509",
        "verify",
        "crl",
        "asn1parse",
        "ocsp",
        "dgst",
        "errstr",
        "list",
        "s_time",
    ):
        if action in ("s_time", "ocsp"):
            return unknown(call, f"openssl {action} is not read")
        if action == "asn1parse" and any(holds_secret(word.text) for word in call.args):
            return known(Safety.REVEALS, "it prints a key", call.part())
        return read_only(call)
    if action == "s_client":
        if call.piped or call.closed or call.text is not None:
            return read_only(call)
        return known(Safety.INTERACTIVE, "openssl s_client waits for input", call.part())
    if action in ("rsa", "pkey", "ec", "pkcs12", "genrsa", "genpkey", "rand", "enc", "pkcs8"):
        public = options <= {"-in", "-noout", "-check", "-pubin", "-pubout", "-modulus"} and options & {
            "-noout",
            "-pubout",
        }
        return (
            read_only(call)
            if public and "-modulus" not in options
            else known(Safety.REVEALS, f"openssl {action} handles keys", call.part())
        )
    return unknown(call, f"openssl {action} is not known")


def grpcurl(_judge: Judge, call: Call) -> Classification:
    arguments = split(
        call.args,
        Program(
            values=words("-H -d -import-path -proto -max-time -cacert -cert -key -authority"), single=True
        ),
    )
    if arguments.has("-H", "-d", "-rpc-header"):
        return unknown(call, "what grpcurl sends is not known")
    last = [word.value or "" for word in arguments.operands]
    if len(last) >= 2 and (last[1] in ("list", "describe") or last[1] == "grpc.health.v1.Health/Check"):
        return read_only(call)
    return unknown(call, "what grpcurl calls is not known")


LOOKS: dict[str, Look] = {
    "curl": curl,
    "wget": wget,
    "ping": ping,
    "mtr": mtr,
    "resolver": resolver,
    "nc": nc,
    "ip": ip,
    "tcpdump": tcpdump,
    "openssl": openssl,
    "grpcurl": grpcurl,
}
