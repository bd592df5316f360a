"""Processes, services, disks, packages and the machine itself. Data only."""

from watchbook.reading.shell.table import (
    ASK,
    CHANGE,
    COST,
    DESTROY,
    ENDLESS,
    READ,
    REVEAL,
    UNKNOWN,
    Program,
    each,
    flags,
    looks,
    plain,
    words,
)

_SYSTEMCTL_VALUES = words("-H --host -M --machine -t --type -p --property -n --lines -o --output --state -P")
_UNIT = Program(READ, values=_SYSTEMCTL_VALUES)
_STATUS_ONLY = {"status": Program(READ), "show": Program(READ), "list": Program(READ)}
_LOGS = Program(READ, flags=flags(endless="-f --follow"), values=words("-n --lines"))

_PACKAGES = {
    **each(
        "apt apt-get aptitude",
        Program(commands=plain("list show search policy depends rdepends", READ), rest=CHANGE),
    ),
    "apt-cache": Program(READ),
    "apt-mark": Program(commands=plain("showhold showmanual showauto", READ), rest=CHANGE),
    "dpkg": Program(
        CHANGE,
        only=words("-l --list -s --status -L --listfiles -S --search -p --print-avail -V --verify"),
        flags=flags(destroys="-P --purge"),
        look="listing",
    ),
    "dpkg-query": Program(READ),
    "rpm": Program(CHANGE, only=words("-q --query -a -i -l -f -V --verify -R -c -d --qf --last"), look="rpm"),
    **each(
        "yum dnf",
        Program(commands=plain("list info search repolist check-update provides", READ), rest=CHANGE),
    ),
    "apk": Program(commands=plain("info list search policy version stats audit", READ), rest=CHANGE),
    "brew": Program(commands=plain("list info search outdated deps", READ), rest=CHANGE),
    "snap": Program(commands=plain("list info find services changes version", READ), rest=CHANGE),
}

_DISKS = {
    **plain("lsblk findmnt lvs vgs pvs lvdisplay vgdisplay pvdisplay dmidecode lshw", READ),
    **each("lvscan vgscan pvscan", Program(READ, flags=flags(changes="-a --activate --cache --mknodes"))),
    "sensors": Program(READ, flags=flags(changes="-s --set")),
    **plain("blkid lsscsi multipath-list iscsi-ls repquota quota", READ),
    "fdisk": Program(ASK, flags=flags(), look="listing", only=words("-l --list")),
    "sfdisk": Program(CHANGE, look="listing", only=words("-l --list -d --dump")),
    "parted": Program(DESTROY, look="listing", only=words("-l --list")),
    "mdadm": Program(CHANGE, look="listing", only=words("-D --detail -Q --query -E --examine")),
    "smartctl": Program(
        READ,
        flags=flags(changes="-t --test -s --smart -o --offlineauto -S --saveauto -X --abort --set"),
        values=words("-d --device -l --log -n"),
    ),
    "zpool": Program(
        commands={
            **plain("list get history", READ),
            **each("iostat status", Program(READ, look="interval")),
            "events": Program(READ, flags=flags(changes="-c", endless="-f")),
            "destroy": Program(DESTROY),
        },
        rest=CHANGE,
    ),
    "zfs": Program(
        commands={**plain("list get diff", READ), **plain("destroy rollback", DESTROY)}, rest=CHANGE
    ),
    "btrfs": Program(UNKNOWN),
    "mount": Program(READ, most=0, flags=flags(changes="-a --all -o --options --bind --move -B -M")),
    "swapon": Program(READ, most=0, flags=flags(changes="-a --all")),
    **plain(
        "umount swapoff lvcreate lvextend lvresize vgextend resize2fs xfs_growfs tune2fs fsck e2fsck", CHANGE
    ),
    **plain("mkfs mkfs.ext4 mkfs.xfs mkswap lvremove vgremove pvremove blkdiscard sgdisk", DESTROY),
    **plain("badblocks fio iozone bonnie++ sysbench stress stress-ng", COST),
    "hdparm": Program(UNKNOWN),
}

_PROCESSES = {
    "ps": Program(look="ps"),
    **plain("pstree pmap pwdx fuser-list peekfd uptime lscpu lsmem lspci lsusb lsmod modinfo numastat", READ),
    "lsof": Program(READ, flags=flags(endless="-r")),
    "fuser": Program(READ, flags=flags(changes="-k --kill")),
    "free": Program(READ, flags=flags(endless="-s --seconds")),
    "top": Program(look="top"),
    **plain("htop atop btop glances nmon iftop nethogs powertop bashtop ctop lazydocker k9s", ASK),
    "iotop": Program(look="top"),
    **each("vmstat iostat mpstat pidstat", Program(READ, look="interval")),
    "sar": Program(READ, look="interval", flags=flags(changes="-o"), values=words("-f -s -e -n -I -P -m")),
    "dstat": Program(ENDLESS, flags=flags(changes="--output")),
    **plain(
        "strace ltrace perf bpftrace gcore gdb pstack rbspy py-spy async-profiler heaptrack valgrind", COST
    ),
    **plain("renice chcpu pkill killall skill snice prlimit oom-adjust", CHANGE),
    **plain("reboot shutdown halt poweroff init telinit kexec", DESTROY),
    "nsenter": Program(UNKNOWN),
    "getconf": Program(READ),
    "getent": Program(look="getent"),
    "hostname": Program(READ, most=0, flags=flags(changes="-F --file -b --boot")),
    "domainname": Program(READ, most=0),
    "dnsdomainname": Program(READ, most=0),
    "hostid": Program(READ),
    "dmesg": Program(
        READ,
        flags=flags(
            changes="-C -c --clear --read-clear -D -E -n --console-off --console-on --console-level",
            endless="-w -W --follow --follow-new",
        ),
        values=words("-l --level -f --facility -s"),
    ),
    "sysctl": Program(look="sysctl"),
    "printenv": Program(REVEAL),
    "locale": Program(READ),
    **plain("modprobe insmod rmmod depmod fallocate iptables-restore ip6tables-restore ipset", CHANGE),
    **plain("iptables-save ip6tables-save nstat", READ),
    "getenforce": Program(READ),
    "sestatus": Program(READ),
    "aa-status": Program(READ),
    "ausearch": Program(READ),
    "faillock": Program(READ, flags=flags(changes="--reset")),
}

_SERVICES = {
    "systemctl": Program(
        READ,
        values=_SYSTEMCTL_VALUES,
        only=words(
            "--no-pager --all -a --failed --user --system --quiet -q --full -l --plain --no-legend "
            "--version --now"
        ),
        flags=flags(),
        commands={
            **each(
                "status is-active is-enabled is-failed is-system-running list-units list-timers "
                "list-unit-files "
                "list-sockets list-dependencies list-jobs list-machines get-default",
                _UNIT,
            ),
            "show": Program(READ, values=_SYSTEMCTL_VALUES, look="systemctl_show"),
            **plain("show-environment cat", REVEAL),
            **plain("edit help", ASK),
            **plain("reboot poweroff halt kexec emergency rescue", DESTROY),
        },
        rest=CHANGE,
        bare=READ,
    ),
    "journalctl": Program(
        READ,
        flags=flags(
            endless="-f --follow",
            changes="--vacuum-size --vacuum-time --vacuum-files --rotate --flush --sync --relinquish-var "
            "--smart-relinquish-var --setup-keys --update-catalog --cursor-file",
        ),
        values=words(
            "-u --unit -n --lines -S --since -U --until -p --priority -g --grep -o --output -t -b -M -D"
        ),
    ),
    "service": Program(look="service"),
    "rc-service": Program(look="service"),
    "invoke-rc.d": Program(look="service"),
    "supervisorctl": Program(
        commands={**plain("status pid avail version help", READ), "tail": _LOGS, "maintail": _LOGS},
        rest=CHANGE,
        bare=ASK,
        values=words("-c -s -u -p"),
    ),
    "pm2": Program(
        commands={
            **plain("list ls l status ps id pid ping --version", READ),
            **plain("show describe info desc env jlist prettylist report", REVEAL),
            "logs": Program(ENDLESS, look="pm2_logs"),
            "monit": Program(ASK),
            **plain("delete kill", DESTROY),
        },
        rest=CHANGE,
        bare=READ,
    ),
    "monit": Program(commands=plain("status summary report procmatch", READ), rest=CHANGE),
    "launchctl": Program(commands={**plain("list blame", READ), "print": Program(REVEAL)}, rest=CHANGE),
    "initctl": Program(commands=plain("status list version", READ), rest=CHANGE),
    "sv": Program(commands={"status": Program(READ)}, rest=CHANGE),
    "svstat": Program(READ),
    **each(
        "timedatectl hostnamectl localectl loginctl",
        Program(
            READ,
            commands={
                **_STATUS_ONLY,
                **plain(
                    "show-timesync timesync-status list-timezones list-sessions list-users list-seats "
                    "session-status user-status",
                    READ,
                ),
            },
            rest=CHANGE,
            bare=READ,
        ),
    ),
    "resolvectl": Program(
        commands=plain("status query statistics dns domain show-cache", READ), rest=CHANGE, bare=READ
    ),
    "chronyc": Program(
        commands=plain("tracking sources sourcestats activity ntpdata clients", READ), rest=CHANGE, bare=ASK
    ),
    "ntpq": Program(READ, flags=flags(unknown="-c")),
    "ntpstat": Program(READ),
    "systemd-analyze": Program(
        READ,
        commands=plain(
            "blame critical-chain time security verify calendar timespan timestamp unit-paths", READ
        ),
        rest=CHANGE,
        bare=READ,
    ),
    "systemd-cgls": Program(READ),
    "systemd-cgtop": Program(ENDLESS),
    "coredumpctl": Program(commands={**plain("list info", READ)}, rest=UNKNOWN),
    "crontab": Program(CHANGE, look="crontab"),
    "at": Program(CHANGE),
    "atq": Program(READ),
    "logrotate": Program(CHANGE),
    "update-rc.d": Program(CHANGE),
    "chkconfig": Program(CHANGE, look="listing", only=words("--list")),
    "nginx": Program(CHANGE, look="listing", only=words("-t -T -v -V"), beside=words("-q")),
    **each(
        "apachectl apache2ctl httpd",
        Program(
            CHANGE,
            look="listing",
            only=words("-t -v -V -S -M -l"),
            commands=plain("configtest status", READ),
            rest=CHANGE,
        ),
    ),
    "haproxy": Program(CHANGE, look="haproxy"),
    "caddy": Program(commands=plain("validate version list-modules", READ), rest=CHANGE),
    "php-fpm": Program(CHANGE, look="listing", only=words("-t -v -m")),
    "postfix": Program(commands={"status": Program(READ)}, rest=CHANGE),
    **plain("mailq qshape", READ),
    "postqueue": Program(CHANGE, look="listing", only=words("-p -j")),
    "postsuper": Program(CHANGE),
    **plain("useradd usermod groupadd groupmod chpasswd adduser wall write", CHANGE),
    **plain("userdel deluser groupdel", DESTROY),
    **plain("passwd visudo vipw vigr chsh chfn", ASK),
    "fail2ban-client": Program(commands={"status": Program(READ), "ping": Program(READ)}, rest=CHANGE),
    "certbot": Program(commands={"certificates": Program(READ), "delete": Program(DESTROY)}, rest=CHANGE),
}

_JAVA = {
    "jps": Program(READ, flags=flags(reveals="-v -m -l")),
    "jstack": Program(READ, flags=flags(costs="-F")),
    "jstat": Program(look="jstat"),
    "jmap": Program(COST),
    "jinfo": Program(REVEAL),
    "jcmd": Program(look="jcmd"),
}

_LOAD_TESTS = plain("ab wrk wrk2 hey k6 locust vegeta siege artillery jmeter oha bombardier gatling", COST)

_WATCHBOOK = Program(
    values=words("--data --format"),
    commands={
        **plain("check explain status alerts commands diagnose backtest test", READ),
        "journal": Program(READ),
        "incident": Program(commands={"list": Program(READ), "show": Program(READ)}, rest=CHANGE, bare=READ),
        "questions": Program(READ, commands=plain("list", READ), rest=CHANGE, bare=READ),
        "demo": Program(commands={"status": Program(READ)}, rest=CHANGE),
        "up": Program(ENDLESS),
        "respond": Program(ENDLESS),
    },
    rest=CHANGE,
)

PROGRAMS = {
    "watchbook": _WATCHBOOK,
    **_PACKAGES,
    **_DISKS,
    **_PROCESSES,
    **_SERVICES,
    **_JAVA,
    **_LOAD_TESTS,
    **plain("tmux screen dialog whiptail", ASK),
    **looks("iptables ip6tables", "iptables"),
    "ufw": Program(commands={"status": Program(READ), "version": Program(READ)}, rest=CHANGE),
    "nft": Program(commands={"list": Program(READ), "flush": Program(DESTROY)}, rest=CHANGE),
    "chroot": Program(UNKNOWN, most=1, over=UNKNOWN, look="chroot"),
    "firewall-cmd": Program(
        CHANGE,
        look="listing",
        only=words("--list-all --state --get-active-zones --list-ports --list-services"),
        beside=words("--zone --permanent"),
    ),
}
