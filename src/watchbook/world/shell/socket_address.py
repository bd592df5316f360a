"""Unix sockets in folders of any depth: the kernel takes at most 108 bytes of path.

Called by the run's supervisor process and by the server. Standard library only. It opens no files but the folder itself.
"""
# ruff: noqa: PTH104, PTH118

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def short_address(folder: str, name: str) -> Iterator[str]:
    """A short address of the socket `name` in `folder`, valid inside the `with` block."""
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{name}"
    finally:
        os.close(directory)


def listen_in(folder: str, name: str) -> socket.socket:
    """A socket that listens as `name` in `folder`, in place of any that was left there."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    draft = f"{name}.{os.getpid()}"
    with short_address(folder, draft) as address:
        listener.bind(address)
    listener.listen(8)
    os.rename(os.path.join(folder, draft), os.path.join(folder, name))
    return listener
