"""Runbooks in other languages: the same contract as their English twin, and nothing guessed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbook.reading import read_runbook, read_runbooks
from watchbook.reading.contract import contract
from watchbook.reading.document import parse_document
from watchbook.reading.languages import NAMES, languages
from watchbook.reading.languages.translating import language_of, translated

DOCUMENTS = Path(__file__).parent
TWINS = sorted(path for path in DOCUMENTS.glob("*.txt") if path.stem != "english")
ROOT = Path(__file__).resolve().parents[3]
STRANGERS = sorted((ROOT.parent / "shared").glob("corpus/service/*.md"))
# Words as the author wrote them, and counts of them.
_WORDS = frozenset({"text", "severity_text", "says", "content_hash", "id", "ack_deadline_from"})
_ABOUT_TEXT = ("readings", "findings", "coverage", "digest")


def _read(path: Path) -> dict[str, Any]:
    read = json.loads(json.dumps(contract(read_runbook(path.read_text(encoding="utf-8")))))
    return {key: _bare(value) for key, value in read.items() if key not in _ABOUT_TEXT}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(one) for key, one in value.items() if key not in _WORDS}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def test_there_are_twins_of_the_languages_most_asked_for() -> None:
    """German, French, Spanish and Japanese have a whole runbook each."""
    assert {"german", "french", "spanish", "japanese"} <= {path.stem for path in TWINS}


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.stem)
def test_runbook_gives_the_contract_of_its_english_twin(path: Path) -> None:
    """Alerts, windows, deadlines, people, promises, steps: everything but the words is the same."""
    assert _read(path) == _read(DOCUMENTS / "english.txt")


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.stem)
def test_what_is_not_read_is_told_once(path: Path) -> None:
    """One note says that the document is in another language; readings show the lines as they are written."""
    text = path.read_text(encoding="utf-8")
    runbook = read_runbook(text)
    assert [one.line for one in runbook.findings if one.code == "WB012"] == [1]
    assert not [one for one in runbook.findings if one.code == "WB007"]
    source = text.splitlines()
    assert all(one.text.splitlines()[0] in source[one.line - 1] for one in runbook.readings)


def _alert(title: str, header: str, row: str) -> Any:
    """The only alert of a document in that language: a title known to nobody else makes it so."""
    head = "|---" * (header.count("|") + 1) + "|"
    (rule,) = read_runbook(f"# X\n\n{title}\n\n| {header} |\n{head}\n| {row} |\n").alerts
    return rule


CONDITIONS = {
    "portuguese": (
        "## Visão geral\n\nX.\n\n## Alertas\n\n### Níveis de gravidade\n\nX.\n\n## Alertas críticos",
        "Alerta | Severidade | Limite | Resposta",
        "A | Alta | > 1,5 % de erros por 5 minutos | Investigar em até 15 minutos",
    ),
    "italian": (
        "## Panoramica\n\nX.\n\n## Allarmi",
        "Allarme | Gravità | Soglia | Risposta",
        "A | Alta | > 1,5 % di errori per 5 minuti | Analizzare entro 15 minuti",
    ),
    "dutch": (
        "## Overzicht\n\nX.\n\n## Alarmering",
        "Melding | Ernst | Drempel | Reactie",
        "A | Hoog | > 1,5 % fouten gedurende 5 minuten | Onderzoeken binnen 15 minuten",
    ),
    "polish": (
        "## Przegląd\n\nX.\n\n## Alerty",
        "Alert | Ważność | Próg | Reakcja",
        "A | Wysoki | > 1,5 % błędów przez 5 minut | Zbadać w ciągu 15 minut",
    ),
    "russian": (
        "## Обзор\n\nX.\n\n## Оповещения",
        "Алерт | Критичность | Порог | Реакция",
        "A | Высокий | > 1,5 % ошибок в течение 5 минут | Разобраться за 15 минут",
    ),
    "chinese": (
        "## 概述\n\nX。\n\n## 告警",
        "告警 | 严重级别 | 阈值 | 响应",
        "A | 高 | 错误率 > 1.5%，持续5分钟 | 15分钟内响应",
    ),
    "korean": (
        "## 개요\n\nX.\n\n## 알림",
        "알림 | 심각도 | 임계값 | 대응",
        "A | 높음 | 에러 1.5% 초과 5분간 지속 | 15분 이내 대응",
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_alert_is_read_in_every_language(name: str) -> None:
    """Severity, threshold, decimals, window and deadline of one row."""
    rule = _alert(*CONDITIONS[name])
    assert (rule.severity.value, rule.condition.signal, rule.condition.value) == (
        "high",
        "error_ratio",
        0.015,
    )
    assert (rule.window_s, rule.response.page, rule.response.ack_deadline_s) == (300.0, True, 900.0)


def test_every_language_has_a_test() -> None:
    """A language is added with a twin, or with a row of its own."""
    assert set(NAMES) == {path.stem for path in TWINS} | set(CONDITIONS)


GERMAN = "# X\n\n## Überblick\n\nX.\n\n## Störungen\n\nX.\n\n## Wartungsfenster\n\nX.\n\n"


@pytest.mark.parametrize(
    ("written", "value"), [("10 000", 10_000), ("1.500.000", 1_500_000), ("1.500,5", 1500.5), ("2,5", 2.5)]
)
def test_number_is_read_as_the_country_writes_it(written: str, value: float) -> None:
    """Spaces and several dots are thousands, a comma with other than three digits behind it is a fraction."""
    rule = _alert(
        f"{GERMAN}## Alarmierung",
        "Alarm | Schweregrad | Schwellwert",
        f"A | Hoch | Warteschlange > {written}",
    )
    assert rule.condition.value == value


@pytest.mark.parametrize("written", ["10.000", "1,500"])
def test_number_that_is_two_is_not_read(written: str) -> None:
    """Ten thousand here is ten there: the row is no alert, and the finding marks the number."""
    text = (
        f"{GERMAN}## Alarmierung\n\n| Alarm | Schweregrad | Schwellwert |\n|---|---|---|\n| A | Hoch "
        f"| Warteschlange > {written} |\n"
    )
    runbook = read_runbook(text)
    assert runbook.alerts == ()
    (found,) = [one for one in runbook.findings if one.code == "WB013"]
    line = text.splitlines()[found.line - 1]
    assert line[found.column : found.column + found.length] == written


def test_alternatives_in_code_are_never_run_in_sequence() -> None:
    """`# Oder` and `# Falls` in a German document are what `# Or` and `# If` are in an English one."""
    fence = "```bash\n# Neu starten\nsystemctl restart a\n# {}\nsystemctl restart b\n```\n"
    pairs = (
        ("Oder den anderen", "Or the other one"),
        ("Falls das nicht hilft", "If that fails"),
        ("Alternativ", "Or"),
    )
    for words, twin in pairs:
        german = read_runbook(f"{GERMAN}## Neustart\n\n{fence.format(words)}").procedures[0]
        english = read_runbook(f"# X\n\n## Restart\n\n{fence.format(twin)}").procedures[0]
        assert [step.kind for step in german.steps] == [step.kind for step in english.steps]
        assert "choice" in {step.kind.value for step in german.steps}


def test_names_and_code_stay_as_they_are_written() -> None:
    """An owner whose name holds known words, commands and code spans are not touched."""
    text = GERMAN.replace("# X\n", "# X\n\n**Verantwortlich:** Team für Fehler\n", 1)
    text += "## Gesundheitsprüfungen\n\n- **Fehler für 5 Minuten:** `GET /alle-5-minuten` → `Fehler`\n"
    runbook = read_runbook(text)
    assert runbook.service.owner == "Team für Fehler"
    assert [(one.name, one.target, one.expect.text) for one in runbook.health_checks] == [
        ("Fehler für 5 Minuten", "/alle-5-minuten", "Fehler")
    ]


def test_language_that_nobody_knows_is_told() -> None:
    """A document in a language without a table is prose, and says so."""
    titles = ("Mitä tämä on", "Viat", "Yhteystiedot", "Varmistus")
    words = "Palvelu kirjaa jokaisen maksun ja tulostaa kuitin asiakkaalle aina samalla tavalla ilman poikkeuksia. "
    runbook = read_runbook("# Kassa\n\n" + "".join(f"## {title}\n\n{words}\n\n" for title in titles))
    assert [one.line for one in runbook.findings if one.code == "WB007"] == [1]
    assert not [one for one in runbook.findings if one.code == "WB012"]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Betriebshandbuch Kasse", "Kasse"),
        ("Manuel d'exploitation de Caisse", "Caisse"),
        ("決済サービスの運用手順書", "決済サービス"),
    ],
)
def test_name_stands_in_the_title(title: str, name: str) -> None:
    """What every runbook is called is no part of the service's name."""
    assert read_runbook(f"# {title}\n\nX.\n").service.name == name


def test_few_words_make_no_language() -> None:
    """One foreign title in an English document changes nothing."""
    assert language_of(parse_document("# T\n\n## Overview\n\nText.\n\n## Wartung\n\nText.\n")) is None


if STRANGERS:

    @pytest.mark.parametrize("path", STRANGERS, ids=lambda path: path.stem)
    def test_english_documents_are_english(path: Path) -> None:
        """No stranger's English runbook is taken for another language."""
        assert language_of(parse_document(path.read_text())) is None


def test_tables_hold_no_title_that_means_two_things_in_english() -> None:
    """Every English side of a table is something that the reader knows."""
    from watchbook.reading.synonyms import section_kind

    for language in languages():
        unknown = {title for title in language.by_title.values() if not section_kind(title)}
        assert not unknown, (language.name, unknown)


def test_several_services_are_divided_in_any_language() -> None:
    """`Dienst: Kasse` begins a service as `Service: Kasse` does."""
    part = "## Dienst: {}\n\n### Alarmierung\n\nX.\n\n### Störungen\n\nX.\n\n### Wartungsfenster\n\nX.\n\n"
    runbooks = read_runbooks("# Alle\n\n" + part.format("Kasse") + part.format("Lager"))
    assert [one.service.name for one in runbooks] == ["Kasse", "Lager"]


_WORD = st.sampled_from(
    [
        "## Überblick",
        "## Störungen",
        "## 概要",
        "**Bereitschaft:** `x` *y*",
        "| Alarm | Schwellwert |",
        "|---|---|",
        "| **a** `b|c` | 1.000 |",
        "- **監視：** 5分",
        "# Oder",
        "```",
        "1,5 s für",
        "",
        "> **Stand:** 1.1.2026",
        "：",
        "**：**",
        "[x](y)：",
    ]
)


@given(st.lists(_WORD, max_size=25).map("\n".join))
def test_any_document_is_translated(text: str) -> None:
    """Nothing raises, lines keep their numbers, and spans lie inside their lines."""
    done = translated(parse_document("## Überblick\n\n## Wartungsfenster\n\n## Störungen\n\n" + text))
    assert done.language is not None
    for section in done.document.walk():
        for block in section.blocks:
            for line in getattr(block, "lines", ()):
                if not isinstance(line, str):
                    assert all(0 <= span.start <= span.end <= len(line.text) for span in line.spans)
