"""Makes permissions hold for root as well. Imported by the programs that meet files which may not be written.

Root may write everywhere by two capabilities; without them it is an owner like any other. See capabilities(7).
"""

import ctypes
import struct

_VERSION_3 = 0x20080522


def obey_permissions() -> None:
    """Drop every capability of this thread, and of the threads that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _VERSION_3, 0))
    nothing = ctypes.create_string_buffer(bytes(2 * 3 * 4))
    if libc.capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")
