"""Network clients and instruments. Data only."""

from watchbook.reading.shell.table import (
    ASK,
    CHANGE,
    COST,
    ENDLESS,
    READ,
    UNKNOWN,
    Program,
    each,
    flags,
    looks,
    plain,
    words,
)

# Every option of curl that only shapes a request, its output on the terminal, or the connection.
CURL_SWITCHES = words(
    "-s --silent -S --show-error -f --fail --fail-with-body -L --location -k --insecure -I "
    "--head -i --include "
    "-v --verbose -4 --ipv4 -6 --ipv6 -N --no-buffer -g --globoff -G --get --compressed -q --disable -a "
    "--http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --tlsv1 --tlsv1.0 --tlsv1.1 "
    "--tlsv1.2 --tlsv1.3 "
    "-# --progress-bar --retry-connrefused --retry-all-errors --no-progress-meter --path-as-is "
    "--raw --tcp-nodelay "
    "--fail-early --no-keepalive --styled-output --no-styled-output -Z --parallel -V --version "
    "-h --help --ssl-reqd "
    "-0 -1 -2 -3 --next -: --anyauth --basic --digest --negotiate --no-location --no-sessionid "
    "--location-trusted"
)
CURL_VALUES = words(
    "-H --header -m --max-time --connect-timeout -w --write-out -o --output -X --request -d "
    "--data --data-ascii "
    "--data-binary --data-raw --data-urlencode --json -F --form --form-string -T --upload-file -u --user -A "
    "--user-agent -e --referer -b --cookie -c --cookie-jar -D --dump-header --resolve --connect-to --cacert "
    "--capath -E --cert --key --cert-type --key-type --retry --retry-delay --retry-max-time -x "
    "--proxy --noproxy "
    "--interface --unix-socket --abstract-unix-socket --max-redirs --url -r --range --limit-rate -y -Y "
    "--oauth2-bearer --ciphers --tls-max --stderr --trace --trace-ascii --etag-save --etag-compare --hsts "
    "--alt-svc --libcurl -K --config -Q --quote --max-filesize --keepalive-time --aws-sigv4 --doh-url "
    "--dns-servers --proto --proto-default -z --time-cond --expect100-timeout --url-query "
    "--variable -U --proxy-user"
)

_IP = Program(look="ip")

PROGRAMS = {
    "curl": Program(look="curl", values=CURL_VALUES, only=CURL_SWITCHES),
    "wget": Program(look="wget"),
    **each(
        "dig host whois drill delv kdig traceroute traceroute6 tracepath tracepath6",
        Program(READ, look="resolver"),
    ),
    "fping": Program(READ, flags=flags(endless="-l --loop"), look="resolver"),
    **plain("ipcalc getmac nbtscan", READ),
    "nslookup": Program(READ, bare=ASK, look="resolver"),
    **each("ping ping6", Program(look="ping")),
    "mtr": Program(ASK, look="mtr"),
    **each("nc ncat netcat", Program(look="nc")),
    "telnet": Program(ASK),
    "ftp": Program(ASK),
    "sftp": Program(ASK),
    "nmap": Program(COST),
    **plain("hping3 masscan", COST),
    **each("iperf iperf3", Program(COST, flags=flags(changes="-s --server"))),
    "socat": Program(UNKNOWN),
    "ss": Program(
        READ,
        flags=flags(changes="-K --kill -D --diag", endless="-E --events"),
        values=words("-A --query -f --family -F --filter -N --net"),
    ),
    "netstat": Program(READ, flags=flags(endless="-c --continuous")),
    "ip": _IP,
    "ifconfig": Program(READ, most=1),
    "route": Program(READ, most=0),
    "arp": Program(READ, flags=flags(changes="-d -s -f --delete --set --file")),
    "ethtool": Program(
        READ, only=words("-S --statistics -i --driver -k --show-features -g --show-ring -a -c -l"), most=1
    ),
    "iwconfig": Program(READ, most=1),
    "brctl": Program(commands={"show": Program(READ), "showmacs": Program(READ)}, rest=CHANGE),
    "bridge": Program(UNKNOWN),
    "conntrack": Program(
        CHANGE, look="listing", only=words("-L --dump -C --count -S --stats -n -p --proto -s -d")
    ),
    "ipvsadm": Program(
        CHANGE, look="listing", only=words("-L -l --list -n --numeric --stats --rate -Ln -ln")
    ),
    "tcpdump": Program(look="tcpdump"),
    **looks("tshark ngrep", "tcpdump"),
    "openssl": Program(look="openssl"),
    "grpcurl": Program(look="grpcurl"),
    "grpc_health_probe": Program(READ),
    "websocat": Program(ASK),
    "http": Program(UNKNOWN),
    "testssl.sh": Program(COST),
    "sslscan": Program(READ),
    "speedtest": Program(COST),
    "wg": Program(UNKNOWN),
    "tailscale": Program(commands=plain("status ip netcheck version", READ), rest=CHANGE),
    "vtysh": Program(UNKNOWN),
    **looks("nsupdate", "unknown"),
    "tc": Program(look="ip"),
    "nmcli": Program(
        READ,
        commands={
            **each(
                "con connection dev device c d",
                Program(
                    commands={**plain("show status", READ), **plain("delete", CHANGE)}, rest=CHANGE, bare=READ
                ),
            ),
            **each("g general", Program(commands=plain("status hostname", READ), rest=CHANGE, bare=READ)),
            "monitor": Program(ENDLESS),
        },
        rest=CHANGE,
        bare=READ,
        values=words("-f --fields -m --mode -g --get-values"),
        only=words("-t --terse -p --pretty"),
        flags=flags(reveals="-s --show-secrets"),
    ),
    "snmpwalk": Program(READ),
    "snmpget": Program(READ),
    "snmpset": Program(CHANGE),
    "dnstop": Program(ENDLESS),
}
