"""Which files make one runbook, and reading them as one text. Called by `documents.loading` and the sources.

What counts as a part, and how parts are joined, is `reading.parts` and `reading.composing`; here files are read.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from watchbook.app.documents.loading import AbsentError, Found, find, read_text
from watchbook.model.errors import DocumentError
from watchbook.model.ids import slug
from watchbook.reading.composing import MOST_FILES, Composed, compose, in_order, shared_section, wanted
from watchbook.reading.parts import named_service

Read = Callable[
    [str], str
]  # a file's name, relative to the main file's folder → its text; raises DocumentError


def reader_of(main: Path) -> Read:
    """Reads files on disk beside `main` and below. A link that leads out of the folder is not followed."""
    folder = main.parent

    def read(name: str) -> str:
        path = folder / name
        if name != main.name and not path.resolve().is_relative_to(folder.resolve()):
            raise AbsentError("this leads out of the runbook's folder", where=str(path), mend="Copy it.")
        return read_text(path)

    return read


def join(main: str, also: Sequence[str], read: Read) -> Composed:
    """The runbook that begins with `main`, with what it includes and with `also`.

    Raises `DocumentError` where one of them cannot be read; an included file that is not there is a finding.
    """
    texts = {name: read(name) for name in (main, *also)}
    waiting = [name for one in (main, *also) for name in wanted(one, texts[one])]
    while waiting and len(texts) <= MOST_FILES:
        name = waiting.pop()
        if name in texts:
            continue
        try:
            texts[name] = read(name)
        except AbsentError:
            continue
        waiting += wanted(name, texts[name])
    return compose(main, texts, also)


def gather(paths: Sequence[Path]) -> list[Found]:
    """The runbooks under `paths`, files that make one together. Raises `DocumentError` as `loading.find` does."""
    return gather_files(find(list(paths)))


def gather_files(files: Sequence[Path]) -> list[Found]:
    """The runbooks that files make."""
    if len(files) < 2:
        return [Found(path) for path in files]
    groups = group([str(path) for path in files], lambda name: _text(Path(name)))
    return [Found(Path(main), tuple(map(Path, also))) for main, also in groups]


def _text(path: Path) -> str:
    """The text as far as it can be read: what is wrong with the file is told when it is loaded."""
    try:
        return read_text(path)
    except DocumentError:
        return ""


def group(files: Sequence[str], read: Read) -> list[tuple[str, tuple[str, ...]]]:
    """Main files, each with the files beside it that name the same service; files that another includes are left out.

    `files` are paths, in order; `read` takes one of them. Files that both have a section of one title are no parts of one
    runbook.
    """
    crowded = {folder for folder, count in Counter(map(_folder, files)).items() if count > 1}
    service: dict[str, str] = {}
    includes: dict[str, tuple[str, ...]] = {}
    for name in files:
        text = read(name)
        folder = _folder(name)
        start = f"{folder}/" if "/" in name else ""
        named = tuple(f"{start}{one}" for one in wanted(name[len(start) :], text))
        if named or folder in crowded:
            said = named_service(text)
            service[name] = slug(said) if said else ""
        if named:
            includes[name] = named
    services: dict[tuple[str, str], list[str]] = {}
    for name in _mains(files, includes, service):
        services.setdefault((_folder(name), service.get(name) or f"\0{name}"), []).append(name)
    found: list[tuple[str, tuple[str, ...]]] = []
    for names in services.values():
        if len(names) > 1 and shared_section({name: read(name) for name in names}) is None:
            main, *also = in_order(names)
            found.append((main, tuple(also)))
        else:
            found += [(name, ()) for name in names]
    at = {name: number for number, name in enumerate(files)}
    return sorted(found, key=lambda one: at[one[0]])


def _mains(
    files: Sequence[str], includes: Mapping[str, tuple[str, ...]], service: Mapping[str, str]
) -> list[str]:
    """The files that no other includes; of files that include each other in turn, the first."""
    known = set(files)

    def inside(name: str) -> set[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for one in includes.get(waiting.pop(), ()):
                alike = not service.get(one) or not service.get(name) or service[one] == service[name]
                if one in known and one != name and one not in found and alike:
                    found.add(one)
                    waiting.append(one)
        return found

    held = {one for name in includes for one in inside(name)}
    mains = [name for name in files if name not in held]
    covered = {one for name in mains for one in (name, *inside(name))}
    for name in files:
        if name not in covered:
            mains.append(name)
            covered |= {name, *inside(name)}
    return mains


def _folder(name: str) -> str:
    return name.rpartition("/")[0]
