"""Polish: what runbooks of Polish teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Przegląd, Opis, Opis usługi, Wprowadzenie, Podsumowanie, Informacje ogólne
Environments: Środowiska, Środowisko
Architecture: Architektura, Komponenty, Architektura systemu
Health Checks: Sprawdzanie stanu, Kontrola stanu, Sprawdzenie stanu, Testy stanu
Monitoring: Monitorowanie, Monitoring i alerty
Key Metrics: Metryki, Kluczowe metryki, Wskaźniki, Kluczowe wskaźniki
Alerting: Alerty, Alarmy, Alerty krytyczne, Progi alarmowe
Severity Levels: Poziomy ważności, Priorytety, Poziomy krytyczności, Poziomy priorytetów
Common Operations: Operacje, Codzienne operacje, Typowe operacje, Zadania operacyjne
Deployment: Wdrożenie, Wdrażanie, Procedura wdrożenia, Wdrożenia
Rollback: Wycofanie, Wycofanie zmian, Procedura wycofania, Cofnięcie wdrożenia
Scaling: Skalowanie
Configuration: Konfiguracja, Zmiany konfiguracji
Restart: Ponowne uruchomienie, Restart usługi
Troubleshooting: Rozwiązywanie problemów, Typowe problemy, Znane problemy, Usterki, Awarie
Emergency Procedures: Procedury awaryjne, Sytuacje awaryjne
Complete Outage: Całkowita awaria, Pełna awaria
Data Corruption: Uszkodzenie danych, Utrata danych
Security Incident: Incydent bezpieczeństwa, Incydenty bezpieczeństwa
Maintenance Windows: Okna serwisowe, Okno serwisowe, Konserwacja, Prace serwisowe
Disaster Recovery: Odtwarzanie po awarii, Kopie zapasowe, Kopia zapasowa, Kopie zapasowe i odtwarzanie
Useful Commands: Przydatne polecenia, Polecenia, Przydatne komendy, Komendy
On-Call Handoff: Przekazanie dyżuru, Przekazanie zmiany
Escalation: Eskalacja, Ścieżka eskalacji, Procedura eskalacji
Contacts: Kontakty, Osoby kontaktowe, Dane kontaktowe, Dyżur, Kontakty awaryjne
Version History: Historia zmian, Historia wersji
Table of Contents: Spis treści
"""

LABELS = """
Service: Usługa, Nazwa usługi, Aplikacja
Owner: Właściciel, Odpowiedzialny, Zespół odpowiedzialny
Team: Zespół
On-Call: Dyżur, Dyżurny, Osoba dyżurna
Backup: Zastępca, Zastępstwo
Last Updated: Ostatnia aktualizacja, Zaktualizowano, Ostatnia zmiana
Next Review: Następny przegląd, Kolejny przegląd
Purpose: Cel, Przeznaczenie
Dependencies: Zależności, Zależy od
Used By: Używane przez, Odbiorcy
Availability: Dostępność
Environment: Środowisko
Instances: Instancje
Namespace: Przestrzeń nazw
Severity: Ważność, Krytyczność
Priority: Priorytet
Threshold: Próg, Wartość progowa
Condition: Warunek
Duration: Czas trwania
Response: Reakcja, Odpowiedź
Action: Działanie, Działania
Metric: Metryka, Wskaźnik
Normal: Norma, Wartość normalna
Warning: Ostrzeżenie
Critical: Krytyczny
Role: Rola, Funkcja
Name: Imię i nazwisko, Osoba, Nazwisko
Phone: Telefon
Channel: Kanał, Kanał Slack
Check: Sprawdzenie
Expected: Oczekiwane, Oczekiwany wynik
Frequency: Częstotliwość
Retention: Retencja, Okres przechowywania, Przechowywanie
Location: Lokalizacja, Miejsce
Testing: Testy odtwarzania
Response Time: Czas reakcji
Resolution Time: Czas rozwiązania, Czas naprawy
Description: Znaczenie
Level: Poziom
Contact: Kontakt
After: Po
Escalation: Eskalacja
Symptoms: Objawy
Diagnosis: Diagnoza, Diagnostyka
Causes: Przyczyny, Możliwe przyczyny
Cause: Przyczyna
Solution: Rozwiązanie
Steps: Kroki
Notice: Powiadomienie
Date: Data
Author: Autor
Changes: Zmiany
Issue: Usterka, Awaria
"""

WORDS = """
Critical: Krytyczny, Krytyczna, Bardzo wysoki
High: Wysoki, Wysoka
Medium: Średni, Średnia
Low: Niski, Niska
Production: Produkcja, Produkcyjne
Test: Testowe
Development: Deweloperskie
"""

PHRASES = (
    (r"\b(?:odsetek|wskaźnik|poziom) błędów\b", "error rate"),
    (r"\bczas odpowiedzi\b", "response time"),
    (r"\bopóźnieni\w+\b", "latency"),
    (r"\b(?:użycie|zużycie) (?:cpu|procesora)\b", "CPU usage"),
    (r"\b(?:użycie|zużycie) pamięci\b", "memory usage"),
    (r"\b(?:użycie|zajętość) dysku\b", "disk usage"),
    (r"\bbrak (?:zdrowych|sprawnych) instancji\b", "0 healthy instances"),
    (r"\b(?:zdrowych|sprawnych) instancji\b", "healthy instances"),
    (r"\bbłędów\b|\bbłędy\b", "errors"),
    (r"\b(?:w ciągu|do)\s+(?=\d)", "within "),
    (r"\b(?:powyżej|więcej niż)\b", ">"),
    (r"\b(?:poniżej|mniej niż)\b", "<"),
    (r"\bprzez\s+(?=\d)", "for "),
    (r"\bco\s+(?=\d)", "every "),
    (r"\bsekund\w*\b", "seconds"),
    (r"\bminut\w*\b", "minutes"),
    (r"\bgodzin\w*\b", "hours"),
    (r"\b(?:dzień|dni)\b", "days"),
    (r"\btygod\w*\b|\btydzień\b", "weeks"),
    (r"\bmiesi\w+\b", "months"),
    (r"\b(?:codziennie|codzienn\w+)\b", "daily"),
    (r"\bco tydzień\b|\btygodniowo\b|\bco weeks\b", "weekly"),
    (r"\bco miesiąc\b|\bmiesięcznie\b|\bco months\b", "monthly"),
    (r"\bkwartaln\w+\b|\bco kwartał\b", "quarterly"),
    (r"\bponiedział\w+\b", "Monday"),
    (r"\bwtor\w+\b", "Tuesday"),
    (r"\bśrod\w+\b|\bśroda\b", "Wednesday"),
    (r"\bczwart\w+\b", "Thursday"),
    (r"\bpiąt\w+\b", "Friday"),
    (r"\bsobot\w+\b", "Saturday"),
    (r"\bniedziel\w+\b", "Sunday"),
    (r"\b(?:zadzwonić do|wezwać|powiadomić) (?:natychmiast )?dyżurn\w+\b", "page on-call"),
    (r"\bnatychmiast\b", "immediately"),
    (r"\b(?:zbadać|analiza)\b", "investigate"),
    (r"\bnastępn\w+ (?:days|dzień) robocz\w+\b", "next business day"),
    (r"\bprzechowywan\w+\b", "kept"),
    (r"\bkopi\w+ zapasow\w+\b", "backup"),
    (r"\bbrak (?:odpowiedzi|reakcji)\b", "no response"),
    (r"\bpo\s+(?=\d)", "after "),
    (r"\bogłosić (\d+ \w+) wcześniej\b", r"Announce \1 in advance"),
)

COMMENTS = (
    (r"sprawdź(?: czy)?|zweryfikuj|sprawdzenie", "Verify"),
    (r"oczekiwan\w+\s*:", "Expected:"),
    (r"poczekaj|czekaj|odczekaj", "Wait"),
    (r"monitoruj|obserwuj", "Monitor"),
    (r"jeśli|jeżeli", "If"),
    (r"lub|albo|alternatywnie", "Or"),
    (r"tylko jeśli", "Only if"),
    (r"awaryjnie", "Emergency"),
    (r"wycofanie|wycofaj", "Rollback"),
    (r"rozwiązanie\s*:", "Solution:"),
)

LANGUAGE = Language("Polish", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
