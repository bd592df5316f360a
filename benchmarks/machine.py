"""What the figures were measured on. Names the machine's kind, never the machine."""

import os
import platform
from pathlib import Path


def describe() -> list[tuple[str, str]]:
    """CPU, cores, memory, kernel, Python, and how busy the machine was at this moment."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return [
        ("CPU", _field(Path("/proc/cpuinfo"), "model name") or platform.machine()),
        ("Cores", str(len(os.sched_getaffinity(0)))),
        ("Memory", f"{_kilobytes(Path('/proc/meminfo'), 'MemTotal') / 1024**2:.1f} GiB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("Load before (1, 5, 15 min)", load),
    ]


def resident_mib(pid: int) -> float:
    """Resident memory of a process, in MiB."""
    return _kilobytes(Path(f"/proc/{pid}/status"), "VmRSS") / 1024


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, user and system, without its children."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _field(path: Path, name: str) -> str:
    for line in path.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _kilobytes(path: Path, name: str) -> float:
    return float((_field(path, name) or "0").split()[0])
