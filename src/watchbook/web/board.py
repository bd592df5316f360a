"""Renders the pages. Called by `web.routes` with views; it asks nothing and keeps nothing but compiled templates.

A page is made of *parts* (an id and its HTML): rendered into the page once, and again alone when something has happened,
for the browser to swap. Templates escape everything; only `prose` and `spark` give HTML of their own.
"""

import html
import re
import secrets
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from watchbook.app.views.own import AcknowledgeLinkView, HealthView, JournalPage
from watchbook.app.views.runs import PlanView, RunView
from watchbook.app.views.watched import AcknowledgementView, IncidentView, ServiceSummary, ServiceView
from watchbook.model.ids import slug
from watchbook.model.quantities import say_bytes, say_duration
from watchbook.web import assets, spark, wording
from watchbook.web.arrangement import Arrangement, arrange
from watchbook.web.forms import Reader
from watchbook.web.prose import LIGHT, passages
from watchbook.web.wording import Light

MARKS = {"good": "●", "warn": "◐", "bad": "▲", "idle": "○", "live": "◌"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a page that changes. `tone` is the class of a mark inside a drawing, where no style reaches."""

    html: Markup
    tone: str = ""


Parts = dict[str, Part]
_ANSWERS = {
    "confirm": "Yes, run it",
    "reject": "No",
    "done": "It is done",
    "retry": "Try again",
    "rollback": "Roll back",
}


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters |= {
        "clock": wording.clock,
        "day_clock": wording.day_clock,
        "lasting": wording.lasting,
        "ago": wording.ago,
        "until": wording.until,
        "light": wording.light,
        "alert_light": wording.alert_light,
        "safety_light": wording.safety_light,
        "service_light": wording.service_light,
        "run_says": wording.run_says,
        "metric_value": wording.metric_value,
        "upper_first": wording.upper_first,
        "codes": wording.codes,
        "milestones": lambda entries: [(one, said) for one in entries if (said := wording.milestone(one))],
        "plural": wording.plural,
        "duration": _duration,
        "size": say_bytes,
        "spark": spark.draw,
        "last_lines": last_lines,
        "urlencode": urlencode,
        "answer_label": lambda option: _ANSWERS.get(option, wording.upper_first(option)),
    }
    made.globals["static"] = assets.address
    return made


def prepare() -> None:
    """Compiles what the first page needs (a tenth of a second), so that no viewer and no page to a person waits for it."""
    for name in _templates().list_templates():
        _templates().get_template(name)
    passages("# Warm\n")


def _duration(seconds: float) -> str:
    """As `say_duration`, in the three figures that a glance can use."""
    return say_duration(float(f"{seconds:.3g}") if seconds < 10 else seconds)


def last_lines(text: str, most: int) -> str:
    """The end of an output, saying how much stands above it."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= most:
        return "\n".join(lines)
    return "\n".join([f"… {len(lines) - most} lines above", *lines[-most:]])


def _page(template: str, here: str, reader: Reader, parts: Parts | None = None, **values: Any) -> str:
    place = partial(_place, parts or {})
    shown = _templates().get_template(template).render(here=here, reader=reader, part=place, **values)
    return re.sub(r"\n\s*\n+", "\n", shown) if "<pre" not in shown else shown


def _place(parts: Parts, name: str, tag: str = "div") -> Markup:
    """A part inside its element, which scripts find again by id; an empty one where there is nothing to say."""
    part = parts.get(name, Part(Markup("")))
    tone = Markup(' class="tone {}"').format(part.tone) if part.tone else ""
    return Markup('<{0} id="part-{1}"{2}>{3}</{0}>').format(Markup(tag), name, tone, part.html)


def as_fragment(parts: Parts) -> str:
    """All parts alone, for the browser to swap."""
    return "\n".join(str(_place(parts, name)) for name in parts)


def _macro(template: str) -> Callable[..., Part]:
    module: Any = _templates().get_template(template).module

    def call(name: str, *arguments: object) -> Part:
        text = str(getattr(module, name)(*arguments))
        return Part(Markup(_SPACES.sub("\n", text).strip()))

    return call


_SPACES = re.compile(r"\n\s*\n+(?![^<]*</pre>)")


def service_parts(view: ServiceView, own: HealthView, here: str) -> Parts:
    """Everything on a service's page that changes."""
    return _service_parts(view, own, here, arrange(view))


def _service_parts(view: ServiceView, own: HealthView, here: str, arranged: Arrangement) -> Parts:
    render = _macro("live.html")
    parts: Parts = {
        "header": render("header", view, here),
        "own": render("own_problems", own),
        "incident": render("incident", view),
        "questions": render("questions", view, here),
        "runs": render("runs", view),
        "notices": render("notices", view, here),
        "overview": render("overview", view, here),
    }
    for section in arranged.sections:
        parts[section.part] = render("section_light", section)
    for row in arranged.rows:
        if not row.beside.empty:
            parts[row.part] = render("beside", row.beside, view, here)
        for bar in (bar for piece in row.pieces for bar in piece.bars):
            parts[bar.part] = render("bar", bar, view, here)
    for line, one in arranged.lights.items():
        parts[f"line-{line}"] = _lit(one)
    drawn = _components_drawn(arranged)
    for name, one in arranged.components.items():
        if name in drawn:
            parts[f"component-{name}"] = Part(Markup("{} ").format(MARKS[one.tone]), one.tone)
    return parts


def _components_drawn(arranged: Arrangement) -> set[str]:
    """Slugs of the components that a diagram of this document shows."""
    blocks = (piece.block.html for row in arranged.rows for piece in row.pieces)
    labels = {place for block in blocks for place in LIGHT.findall(block) if not place.isdigit()}
    return {_component(label, arranged.components) for label in labels}


def _lit(light: Light) -> Part:
    """A light beside the words themselves. What it says stands beside the passage, so readers' software skips it."""
    shown = Markup('<b class="state {0}" title="{1}" aria-hidden="true"></b>')
    return Part(shown.format(light.tone, light.word))


def service_page(view: ServiceView, own: HealthView, here: str, reader: Reader) -> str:
    """The runbook with what is alive beside it."""
    arranged = arrange(view)
    parts = _service_parts(view, own, here, arranged)

    return _page(
        "service.html",
        here,
        reader,
        parts,
        view=view,
        arrangement=arranged,
        facts=_facts(view),
        lit=partial(_with_lights, parts, arranged.components),
    )


def _component(label: str, known: Container[str]) -> str:
    """Slug of the component that a node's label names: `Front Door, nginx` is Front Door where that is known."""
    whole = slug(html.unescape(label))
    return whole if whole in known else slug(re.split(r"[,(:/]", html.unescape(label), maxsplit=1)[0])


def _with_lights(parts: Parts, components: Container[str], block: str) -> Markup:
    """A block's HTML with a light at every place whose line, or component, has one."""

    def place(found: re.Match[str]) -> str:
        where = found.group(1)
        if where.isdigit():
            return str(_place(parts, f"line-{where}", "span")) if f"line-{where}" in parts else ""
        name = f"component-{_component(where, components)}"
        return str(_place(parts, name, "tspan")) if name in parts else ""

    return Markup(LIGHT.sub(place, block))


def _facts(view: ServiceView) -> Markup:
    """What kind of document this is, in one line."""
    said: list[object] = [view.summary.owner] if view.summary.owner else []
    if view.review.last_updated:
        said.append(f"last updated {view.review.last_updated}")
    if view.review.next_review:
        said.append(f"next review {view.review.next_review}")
    coverage = view.coverage
    if coverage.lines:
        whole = coverage.faulted == 0
        said.append("read whole" if whole else f"{coverage.faulted} of {coverage.lines} lines not understood")
        said.append(f"{wording.plural(coverage.read, 'line')} alive")
    said.append(wording.plural(len(view.findings), "finding"))
    if view.objective:
        said.append(f"promises {view.objective * 100:g}%")
    return Markup(" · ").join(escape(str(part)) for part in said)


def services_page(all_: Iterable[ServiceSummary], own: HealthView, now: float, reader: Reader) -> str:
    """The list of services."""
    return _page("services.html", "/", reader, services_parts(all_, own, now))


def services_parts(all_: Iterable[ServiceSummary], own: HealthView, now: float) -> Parts:
    return {"services": _macro("pages.html")("services", list(all_), own, now)}


def run_page(view: RunView, now: float, reader: Reader) -> str:
    """One run: its steps, attempts, output and questions."""
    summary = view.summary
    return _page(
        "small.html",
        f"/runs/{summary.id}",
        reader,
        run_parts(view, now),
        title=summary.procedure,
        service=summary.service,
        crumb=f"run {summary.id[:8]}",
        under_way=summary.ended_at is None,
    )


def run_parts(view: RunView, now: float) -> Parts:
    return {"main": _macro("pages.html")("run", view, now, f"/runs/{view.summary.id}")}


def incident_page(view: IncidentView, now: float, reader: Reader) -> str:
    """One incident: cause, evidence, who was told, timeline."""
    return _page(
        "small.html",
        f"/incidents/{view.number}",
        reader,
        incident_parts(view, now),
        title=view.title,
        service=view.service,
        crumb=f"incident {view.number}",
        under_way=view.resolved_at is None,
    )


def incident_parts(view: IncidentView, now: float) -> Parts:
    return {"main": _macro("pages.html")("incident", view, now, f"/incidents/{view.number}")}


def plan_page(plan: PlanView, here: str, reader: Reader) -> str:
    """What a run would do, and the button that confirms exactly that."""
    return _page("plan.html", here, reader, plan=plan, key=secrets.token_hex(16))


def accept_page(view: ServiceView, here: str, reader: Reader) -> str:
    """What a text changes in words, and the button that accepts exactly that."""
    return _page("accept.html", here, reader, view=view)


def journal_page(page: JournalPage, service: str | None, here: str, reader: Reader) -> str:
    return _page("journal.html", here, reader, page=page, service=service)


def acknowledge_page(link: AcknowledgeLinkView, done: AcknowledgementView | None) -> str:
    return _page("acknowledge.html", "/", Reader("", named=True), link=link, done=done)


def message_page(title: str, mend: str, back: str, reader: Reader) -> str:
    """One sentence that says what is wrong, and one that says what to do."""
    return _page("message.html", "/", reader, title=wording.upper_first(title), mend=mend, back=back)
