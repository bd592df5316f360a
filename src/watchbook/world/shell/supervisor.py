"""The supervisor of one run: it holds the run's shell state in memory and runs one step at a time, as it is told.

The program behind `shim.py`, one process a run, started by `world.shell.runner`. It finishes the step under way when
the server is gone, and never starts the next by itself. It writes its own record; it never sees the database.
Standard library only.
"""
# ruff: noqa: PTH100, PTH108, PTH110, PTH112, PTH118

import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping

from watchbook.world.shell.carrying import DIRECTORY_GONE, Carried, from_disk
from watchbook.world.shell.processes import place, start_time
from watchbook.world.shell.record import LOCK, SOCKET, SUPERVISOR, Record, take_gate
from watchbook.world.shell.socket_address import listen_in
from watchbook.world.shell.step import StepProcess, given_environment, secrets_of

SET_CHILD_SUBREAPER = 36  # prctl(2): what a step leaves behind becomes a child of this process
PROTOCOL = 1  # of the messages: a supervisor may outlive an upgrade of the server
IDLE_LIMIT_S = 24 * 3600.0  # without a step and without a server for this long, it ends
LOOK_AROUND_S = 60.0
UNSENT_LIMIT_BYTES = 1024 * 1024  # output for a server that does not read is dropped: the file has it

Message = dict[str, object]


class Client:
    """One connection of a server: bytes not yet understood, and bytes not yet sent."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.received = b""
        self.unsent = b""

    def send(self, kind: str, event: Mapping[str, object]) -> None:
        """Queues the event and sends what goes; output is dropped where the server does not keep up."""
        if kind == "output" and len(self.unsent) > UNSENT_LIMIT_BYTES:
            return
        self.unsent += json.dumps({"event": kind, **event}, separators=(",", ":")).encode("ascii") + b"\n"
        self.flush()

    def flush(self) -> None:
        try:
            while self.unsent:
                self.unsent = self.unsent[self.connection.send(self.unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self.unsent = b""

    def messages(self) -> list[Message] | None:
        """Complete messages that have arrived; None when the server is gone."""
        try:
            chunk = self.connection.recv(1024 * 1024)
        except BlockingIOError:
            return []
        except OSError:
            return None
        if not chunk:
            return None
        *lines, self.received = (self.received + chunk).split(b"\n")
        try:
            return [json.loads(line) for line in lines]
        except ValueError:
            return None  # whoever this is, it is no server of ours


class Supervisor:
    """State of the run's shell, the step under way, and the loop over everything that can happen."""

    def __init__(self, folder: str, listener: socket.socket, lock: int) -> None:
        self.folder, self.listener, self.lock = folder, listener, lock
        self.record = Record(folder)
        self.clients: dict[int, Client] = {}
        self.carried: Carried | None = None
        self.given: dict[str, str] = {}
        self.secrets: set[str] = set()  # all that this run was ever given: carried state may hold them
        self.step: StepProcess | None = None
        self.outcomes: dict[str, Message] = {}
        self.draining: list[int] = []  # pipes that background processes of ended steps hold open
        self.ending = False
        self.idle_since = time.monotonic()
        self._output_file = -1
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._poll = select.poll()

    def run(self) -> None:
        """Serves until the run is over and nothing it started still writes to it."""
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(ignored, signal.SIG_IGN)
        self._poll.register(self.listener, select.POLLIN)
        self._poll.register(self._wake_read, select.POLLIN)
        self.record.write(
            "supervisor", {"pid": os.getpid(), "started": start_time(os.getpid()), "place": place()}
        )
        while not (self.ending and self.step is None and not self.draining):
            for descriptor, events in self._poll.poll(self._timeout_ms()):
                self._happened(descriptor, events)
            self._reap()
            if self.step is not None:
                self.step.enforce()
            elif self._forgotten():
                break
        self.record.write("end", {})

    def _timeout_ms(self) -> float:
        if self.step is not None:
            return 1000.0 * min(LOOK_AROUND_S, self.step.wait_s()) + 1
        return 1000.0 * LOOK_AROUND_S

    def _happened(self, descriptor: int, events: int) -> None:
        if descriptor == self.listener.fileno():
            self._accept()
        elif descriptor == self._wake_read:
            os.read(self._wake_read, 4096)
        elif descriptor in self.clients:
            self._serve(descriptor, events)
        elif self.step is not None and descriptor in self.step.open_pipes():
            self.step.read(descriptor)
            if descriptor not in self.step.open_pipes():
                self._poll.unregister(descriptor)
        elif descriptor in self.draining:
            self._discard(descriptor)

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        client = Client(connection)
        self.clients[connection.fileno()] = client
        self._poll.register(connection, select.POLLIN)
        running = self.step.attempt if self.step else None
        client.send("hello", {"protocol": PROTOCOL, "pid": os.getpid(), "running": running})

    def _serve(self, descriptor: int, events: int) -> None:
        client = self.clients[descriptor]
        if events & select.POLLOUT:
            client.flush()
        messages: list[Message] | None = []
        if events & (select.POLLIN | select.POLLHUP | select.POLLERR):
            messages = client.messages()
        for message in messages or []:
            self._obey(client, message)
        if messages is None:
            self._poll.unregister(descriptor)
            client.connection.close()
            del self.clients[descriptor]
            self.idle_since = time.monotonic()
        else:
            self._poll.modify(descriptor, select.POLLIN | (select.POLLOUT if client.unsent else 0))

    def _obey(self, client: Client, message: Message) -> None:
        order, attempt = message.get("order"), str(message.get("attempt", ""))
        if order == "step":
            self._start(client, attempt, message)
        elif order == "look":
            client.send("state", self._state_of(attempt))
        elif order == "stop" and self.step is not None and self.step.attempt == attempt:
            self.step.end("stopped")
        elif order == "end":
            self._end()

    def _end(self) -> None:
        """Forgets the run's state and hears nobody new; what background processes still write is drained."""
        self.ending = True
        self.carried, self.given, self.secrets = None, {}, set()
        if self.listener.fileno() >= 0:
            self._poll.unregister(self.listener)
            self.listener.close()
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.folder, SOCKET))
            os.close(self.lock)

    def _state_of(self, attempt: str) -> Message:
        if self.step is not None and self.step.attempt == attempt:
            return {"attempt": attempt, "state": "running"}
        if attempt in self.outcomes:
            return {**self.outcomes[attempt], "state": "ended"}
        return {"attempt": attempt, "state": "never"}

    def _start(self, client: Client, attempt: str, order: Message) -> None:
        """Starts an attempt that never was: takes its gate, lets the shell wait, writes the start down, lets it go."""
        if self.step is not None or self.ending or attempt in self.outcomes:
            client.send(
                "refused", {"attempt": attempt, "why": "another attempt is under way or this one is over"}
            )
            return
        self.secrets.update(secrets_of(order))
        carried = self._state_for(order)
        if not _can_enter(carried.directory):
            self._end_without_shell(order, DIRECTORY_GONE, f"directory gone: {carried.directory}")
            return
        try:
            if take_gate(self.folder, attempt, SUPERVISOR) != SUPERVISOR:
                client.send("refused", {"attempt": attempt, "why": "recovery took its gate"})
                return
            self._output_file = os.open(
                os.path.join(self.folder, f"{attempt}.out"),
                os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC,
                0o600,
            )
            step = StepProcess(order, carried, self.secrets, self._show)
        except OSError as problem:
            self._end_without_shell(order, 126, f"not started: {problem.strerror}")
            return
        self.step = step
        try:
            self.record.write(
                "started", {"attempt": attempt, "pid": step.pid, "started": step.started, "mark": step.mark}
            )
        except OSError as problem:  # what cannot be written down does not begin
            step.refuse()
            step.end(f"not recorded: {problem.strerror}")
        else:
            step.go()
        for pipe in step.open_pipes():
            self._poll.register(pipe, select.POLLIN)
        self._tell("started", {"attempt": attempt, "pid": step.pid})

    def _state_for(self, order: Message) -> Carried:
        """The state to start from: carried in memory, or brought back from disk. Values given anew replace carried ones."""
        given = given_environment(order)
        if self.carried is None:
            state = order.get("state")
            self.carried = from_disk(state) if isinstance(state, dict) else Carried()
            self.carried.directory = self.carried.directory or str(order.get("directory") or "/")
        else:
            changed = [name for name, value in given.items() if self.given.get(name) != value]
            self.carried = self.carried.without(changed)
        self.given = given
        return self.carried

    def _end_without_shell(self, order: Message, exit_code: int, why: str) -> None:
        attempt = str(order["attempt"])
        outcome: Message = {"attempt": attempt, "exit": exit_code, "why": why, "carried": False}
        self._tell("started", {"attempt": attempt})
        self._close_step(attempt, outcome)

    def _reap(self) -> None:
        """Takes the exit of the step's shell, and of whatever its steps left behind."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if self.step is not None and pid == self.step.pid:
                self.step.exited(status)
        if self.step is not None and self.step.over:
            self._finish(self.step)

    def _finish(self, step: StepProcess) -> None:
        registered = step.open_pipes()
        outcome, carried = step.finish()
        if carried is not None and not self.ending:
            self.carried = carried
        for pipe in registered:
            if pipe == step.output_pipe:
                self.draining.append(pipe)
            else:
                self._poll.unregister(pipe)
                if pipe == step.carry_pipe:
                    os.close(pipe)
        self.step = None
        self._close_step(step.attempt, outcome)

    def _close_step(self, attempt: str, outcome: Message) -> None:
        """Writes the outcome down and tells it."""
        if self._output_file >= 0:
            os.close(self._output_file)
            self._output_file = -1
        self.outcomes[attempt] = {key: value for key, value in outcome.items() if key != "state"}
        self.idle_since = time.monotonic()
        with contextlib.suppress(OSError):  # a full disk: the server is told, and this process remembers
            self.record.write("ended", outcome)
        self._tell("ended", outcome)
        with contextlib.suppress(OSError):
            self.record.sync()

    def _show(self, shown: bytes) -> None:
        """Keeps redacted output and tells it; where the disk is full, it is only told."""
        attempt = self.step.attempt if self.step else ""
        with contextlib.suppress(OSError):
            written = 0
            while written < len(shown):
                written += os.write(self._output_file, shown[written:])
        self._tell("output", {"attempt": attempt, "text": shown.decode("utf-8", "replace")})

    def _tell(self, kind: str, event: Mapping[str, object]) -> None:
        for descriptor, client in self.clients.items():
            client.send(kind, event)
            if client.unsent:
                self._poll.modify(descriptor, select.POLLIN | select.POLLOUT)

    def _discard(self, pipe: int) -> None:
        """Keeps a background process from being stopped by a full or closed pipe; what it says is not kept."""
        try:
            if os.read(pipe, 1024 * 1024):
                return
        except BlockingIOError:
            return
        self._poll.unregister(pipe)
        os.close(pipe)
        self.draining.remove(pipe)

    def _forgotten(self) -> bool:
        """Whether nobody will come back: no server for a day, or the run's folder is gone."""
        if self.clients:
            return False
        idle = time.monotonic() - self.idle_since > IDLE_LIMIT_S
        return idle or not os.path.exists(os.path.join(self.folder, SOCKET))


def main(arguments: list[str]) -> int:
    """Detaches and serves the run in the folder named by the one argument. Returns at once, when the socket is there.

    A folder has one supervisor: where another holds the lock, nothing is started.
    """
    os.umask(0o077)
    folder = os.path.abspath(arguments[0])
    lock = _lock(folder)
    if lock is None:
        return 0
    listener = listen_in(folder, SOCKET)
    if os.fork():
        return 0
    os.setsid()
    os.umask(0o022)
    os.chdir("/")
    for descriptor in (0, 1, 2):
        os.dup2(os.open("/dev/null", os.O_RDWR), descriptor)
    os.closerange(listener.fileno() + 1, 64)
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    supervisor = Supervisor(folder, listener, lock)
    try:
        supervisor.run()
    except Exception as problem:  # nobody sees this process: it leaves a trace, without values
        trace = sys.exc_info()[2]
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        line = trace.tb_lineno if trace else 0
        supervisor.record.write("broken", {"kind": type(problem).__name__, "line": line})
        os._exit(1)
    os._exit(0)


def _lock(folder: str) -> int | None:
    """The folder's lock, held until this process ends; None where another process has it."""
    lock = os.open(os.path.join(folder, LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _can_enter(directory: str) -> bool:
    return os.path.isdir(directory) and os.access(directory, os.X_OK)
