"""What looks like a secret: names of variables and of files.

Called by `judging` and the `looks_*` functions. It looks at names only, never at values.
"""

import re

from watchbook.model.safety import Safety
from watchbook.reading.shell.table import words

_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASS|PWD$|KEY|CRED|AUTH|COOKIE|SESSION|PRIVATE|DSN|DATABASE_URL|DB_URL|CONN|"
    r"BEARER|JWT|SIGNATURE|"
    r"WEBHOOK|LICENSE|SALT|CERT|MONGO_URI|REDIS_URL|AMQP_URL|SENTRY",
    re.IGNORECASE,
)
# Names that say where or which, never what is hidden.
_PLAIN_NAME = re.compile(
    r"(?:^|_)(?:ID|NAME|NAMESPACE|NS|HOST|HOSTNAME|PORT|URL|URI|ENDPOINT|ADDR|ADDRESS|IP|ENV|"
    r"ENVIRONMENT|REGION|ZONE|"
    r"SERVICE|APP|VERSION|TAG|RELEASE|CLUSTER|POD|NODE|INDEX|TOPIC|QUEUE|DOMAIN|DATE|TIME|SINCE|"
    r"UNTIL|DEPLOYMENT|"
    r"CONTAINER|INSTANCE|DB|DATABASE|TABLE|BUCKET|GROUP|PATH|DIR|FILE|STATUS|CODE|COUNT|LIMIT|"
    r"USER|SIZE|REPLICAS|"
    r"PID|I|N|X|LINE|BASE|BRANCH|SHA|COMMIT|PROJECT|STACK|TENANT|MILLISECONDS|SECONDS|MINUTES)\d*$",
    re.IGNORECASE,
)
_SECRET_FILE = re.compile(
    r"(?:^|/)\.env(?:\.(?!example|sample|template)[\w.-]+)?$|(?:^|/)\.(?:pgpass|netrc|my\.cnf|"
    r"npmrc|pypirc|vault-token|git-credentials|htpasswd)$|"
    r"(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)$|(?:^|/)\.(?:ssh|aws|kube|gnupg|azure|"
    r"docker)/(?!known_hosts|.*\.pub$)|"
    r"\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$|(?:^|/)g?shadow-?$|secret|credential|passw|"
    r"/environ$|(?:^|/)(?:service-account|sa-key)[\w.-]*\.json$|kubeconfig|/var/run/secrets|(?:^|"
    r"[/_.-])private(?:[/_.-]|$)|"
    r"(?:^|/)\.(?:bash|zsh|psql|mysql)_history$|(?:^|/)sudoers|"
    r"(?:^|/)\.(?:dockercfg|boto|s3cfg|mylogin\.cnf)$|/gh/hosts\.ya?ml$|rclone\.conf$|/\.m2/settings\.xml$|(?:^|/)auth\.json$|"
    r"/system-connections/|/wireguard/|\.ovpn$|\.keytab$|/opasswd$|(?:^|/)wp-config\.php$|(?:^|/)database\.ya?ml$|"
    r"\.tfvars(?:\.json)?$|\.tfstate(?:\.\w+)?$|vault[\w-]*keys|unseal|(?:^|/)(?:k3s|rke2)\.yaml$|"
    r"/etc/kubernetes/(?:super-)?(?:admin|controller-manager|scheduler|kubelet)\.conf$",
    re.IGNORECASE,
)
_NAMES_FILES = words(
    "ls stat test [ [[ md5sum sha1sum sha256sum sha512sum cksum wc du df file readlink realpath "
    "basename dirname "
    "find chmod chown ssh kubectl oc helm redis-cli psql mysql openssl echo printf pgrep ps "
    "systemctl journalctl "
    "docker podman docker-compose namei lsattr getfacl curl wget getent grpcurl aws gcloud az "
    "vault rm cd mount "
    "export ssh-keygen sudo env timeout time nohup watch xargs bash sh git terraform "
    "ansible-playbook mkdir touch"
)


_POINTER = re.compile(
    r"KUBECONFIG|.*_FILE|GOOGLE_APPLICATION_CREDENTIALS|PGPASSFILE|.*_(?:CERT|CA|KEYFILE|PEM|NAME|ID)|NETRC"
)
_SEARCHES = words("grep egrep fgrep zgrep zegrep zfgrep bzgrep xzgrep rg ag")
_PRINTS = words("cat tac nl tail strings base64 base32 grep egrep fgrep cut sort uniq wc rev column zcat")
_SEEKS = re.compile(
    r"[\^\"']?(?:[A-Z][A-Z0-9]*_)+(?:TOKEN|SECRET|PASS(?:WORD|WD)?|PWD|KEY|CREDENTIALS?)[=:\"']?"
)
_ENDLESS_DEVICE = re.compile(r"/dev/(?:zero|u?random|full|kmsg)|/proc/kmsg|/sys/kernel/.*trace_pipe")
_MEMORY = re.compile(r"/dev/k?mem|/proc/kcore|/proc/[^/]+/mem")
_BLOCK_DEVICE = re.compile(r"/dev/(?:sd|nvme|vd|xvd|hd|mapper/|dm-|disk/|md|loop|mmcblk)")


def is_pointer(name: str) -> bool:
    """Whether a variable of that name tells programs where a secret is, which is not the same as to show it."""
    return _POINTER.fullmatch(name) is not None


def searches(program: str) -> bool:
    """Whether a word of the program's may be a pattern, and no file."""
    return program in _SEARCHES


def seeks_secret(pattern: str) -> bool:
    """Whether the pattern is the name of a secret variable, so that its value is in the lines that are found."""
    return _SEEKS.fullmatch(pattern) is not None


def prints_files(program: str) -> bool:
    """Whether the program prints what is in the files that it is given."""
    return program in _PRINTS


def device_class(path: str) -> Safety | None:
    """What reading a special file comes to: memory reveals, a disk is long, `/dev/zero` has no end."""
    if _MEMORY.fullmatch(path):
        return Safety.REVEALS
    if _BLOCK_DEVICE.match(path):
        return Safety.COSTLY
    return Safety.ENDLESS if _ENDLESS_DEVICE.fullmatch(path) else None


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name))


def is_plain_name(name: str) -> bool:
    """Whether a variable of that name only says where or which: a host, a port, an id."""
    return bool(_PLAIN_NAME.search(name)) and not is_secret_name(name)


def holds_secret(path: str) -> bool:
    """Whether a file of that name is likely to hold secrets."""
    return bool(_SECRET_FILE.search(path))


def only_names_files(program: str) -> bool:
    """Whether the program, by its first word, names files without printing what is in them, or has its own rule."""
    return program.split(" ", maxsplit=1)[0] in _NAMES_FILES
