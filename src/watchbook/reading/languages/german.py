"""German: what runbooks of German teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Überblick, Dienstübersicht, Übersicht, Systemübersicht, Dienstbeschreibung, Beschreibung,
    Zweck, Allgemeines, Serviceübersicht, Kurzbeschreibung, Einleitung, Servicebeschreibung
Environments: Umgebungen, Umgebung, Systemumgebungen
Architecture: Architektur, Systemarchitektur, Aufbau, Komponenten, Systemaufbau
Health Checks: Gesundheitsprüfungen, Gesundheitsprüfung, Zustandsprüfungen, Zustandsprüfung, Zustand prüfen,
    Funktionsprüfung, Funktionsprüfungen, Gesundheitschecks, Betriebsprüfungen
Monitoring: Überwachung, Überwachung und Alarmierung, Monitoring und Alarmierung
Key Metrics: Kennzahlen, Wichtige Kennzahlen, Metriken, Wichtige Metriken, Messwerte
Alerting: Alarmierung, Alarme, Warnungen, Alarmregeln, Kritische Alarme, Meldungen, Alarmschwellen
Severity Levels: Schweregrade, Prioritäten, Prioritätsstufen, Störungsklassen, Dringlichkeitsstufen
Common Operations: Betrieb, Regelbetrieb, Betriebsaufgaben, Tägliche Aufgaben, Betriebsabläufe, Routineaufgaben
Deployment: Bereitstellung, Auslieferung, Ausrollen, Inbetriebnahme, Veröffentlichung
Rollback: Zurückrollen, Rücksetzen, Rückfall
Scaling: Skalierung, Skalieren
Configuration: Konfiguration, Konfigurationsänderungen, Einstellungen
Restart: Neustart, Dienst neu starten, Neustarten, Starten und Stoppen
Troubleshooting: Fehlerbehebung, Fehlersuche, Störungen, Störungsbehebung, Bekannte Probleme,
    Häufige Probleme, Probleme, Fehlerbilder, Problembehebung, Bekannte Fehler
Emergency Procedures: Notfallverfahren, Notfall, Notfälle, Notfallmaßnahmen, Notfallprozeduren, Störfall
Complete Outage: Totalausfall, Ausfall, Kompletter Ausfall, Vollständiger Ausfall
Data Corruption: Datenverlust, Datenkorruption, Beschädigte Daten
Security Incident: Sicherheitsvorfall, Sicherheitsvorfälle
Maintenance Windows: Wartungsfenster, Wartung, Geplante Wartung, Wartungsarbeiten
Disaster Recovery: Wiederherstellung, Notfallwiederherstellung, Datensicherung, Sicherung, Sicherungen,
    Datensicherung und Wiederherstellung, Sicherung und Wiederherstellung
Useful Commands: Nützliche Befehle, Befehle, Wichtige Befehle, Kommandos, Befehlsübersicht
On-Call Handoff: Übergabe, Schichtübergabe, Bereitschaftsübergabe, Dienstübergabe
Escalation: Eskalation, Eskalationspfad, Eskalationsstufen, Eskalationsweg
Contacts: Kontakte, Ansprechpartner, Kontakt, Ansprechpersonen, Zuständigkeiten, Wichtige Kontakte,
    Kontaktdaten, Bereitschaft, Notfallkontakte
Version History: Änderungshistorie, Versionshistorie, Änderungsverlauf, Dokumenthistorie, Änderungen
Table of Contents: Inhaltsverzeichnis, Inhalt
Service Level Objectives: Dienstgüteziele, Serviceziele
Dashboards: Übersichtsseiten, Anzeigetafeln
"""

LABELS = """
Service: Dienst, Dienstname, Anwendung, Systemname
Owner: Verantwortlich, Verantwortlicher, Verantwortliche, Eigentümer, Besitzer, Zuständig, Zuständiges Team,
    Produktverantwortlicher
Team: Mannschaft
On-Call: Bereitschaft, Rufbereitschaft, Bereitschaftsdienst, Diensthabender, Diensthabende
Backup: Vertretung, Stellvertretung, Stellvertreter, Vertreter
Last Updated: Zuletzt aktualisiert, Letzte Aktualisierung, Stand, Aktualisiert am, Zuletzt geändert,
    Letzte Änderung, Geändert am
Next Review: Nächste Prüfung, Nächste Überprüfung, Nächste Durchsicht
Purpose: Zweck, Aufgabe, Beschreibung
Dependencies: Abhängigkeiten, Abhängig von, Hängt ab von, Benötigt
Used By: Genutzt von, Verwendet von, Nutzer, Abnehmer
Availability: Verfügbarkeit, Verfügbarkeitsziel
Environment: Umgebung
Instances: Instanzen
Namespace: Namensraum
Alert: Alarm, Alarmname, Meldung, Warnung
Severity: Schweregrad, Dringlichkeit, Schwere
Priority: Priorität
Threshold: Schwelle, Schwellwert, Schwellenwert, Grenzwert
Condition: Bedingung, Auslöser
Duration: Dauer, Zeitfenster
Response: Reaktion, Maßnahme, Massnahme, Maßnahmen, Handlung, Antwort
Metric: Kennzahl, Metrik, Messwert, Messgröße
Normal: Normalbereich, Normalwert, Sollwert
Warning: Warnschwelle
Critical: Kritisch
Role: Rolle, Funktion
Name: Person, Ansprechpartner
Email: E-Mail-Adresse, Mailadresse
Phone: Telefon, Telefonnummer, Rufnummer, Handy, Mobil
Channel: Kanal, Slack-Kanal
Hours: Erreichbarkeit, Zeiten, Arbeitszeit
Check: Prüfung
Endpoint: Endpunkt, Ziel, Adresse
Expected: Erwartet, Erwartetes Ergebnis, Erwartete Antwort
Interval: Intervall, Abstand
Frequency: Häufigkeit, Turnus, Rhythmus
Retention: Aufbewahrung, Aufbewahrungsdauer, Aufbewahrungsfrist, Vorhaltezeit
Location: Ort, Speicherort, Ablageort, Ablage
Testing: Wiederherstellungstest, Wiederherstellungstests, Übung, Übungen
Response Time: Reaktionszeit, Antwortzeit
Resolution Time: Lösungszeit, Behebungszeit, Entstörzeit
Update Every: Aktualisierung, Zwischenstand, Statusmeldung, Zwischenmeldung
Description: Bedeutung, Erklärung
Level: Stufe, Ebene
Contact: Kontakt
After: Nach, Wann, Eskalation nach
Escalation: Eskalation, Eskalationspfad
Symptoms: Symptome, Anzeichen, Symptom, Erkennbar an
Diagnosis: Diagnose, Prüfschritte
Causes: Ursachen, Mögliche Ursachen
Cause: Ursache
Solution: Lösung, Behebung, Abhilfe
Steps: Schritte, Vorgehen, Ablauf
Notice: Ankündigung, Vorankündigung
Schedule: Zeitplan, Termin
What: Was
System: System
Scenario: Szenario
Date: Datum
Author: Autor, Autorin, Verfasser
Changes: Änderungen, Änderung
Issue: Problem, Störung, Fehlerbild, Fehler
Day: Tag
Time: Uhrzeit, Zeit
"""

WORDS = """
Critical: Kritisch, Sehr hoch, Katastrophal
High: Hoch, Schwerwiegend
Medium: Mittel, Mäßig
Low: Niedrig, Gering
Info: Hinweis
Production: Produktion, Produktiv
Staging: Abnahme, Vorproduktion
Test: Testumgebung
Development: Entwicklung
"""

PHRASES = (
    (r"\bfehler(?:rate|quote)\b", "error rate"),
    (r"\bantwortzeit(?:en)?\b", "response time"),
    (r"\blatenz(?:en)?\b", "latency"),
    (r"\bcpu-?\s?(?:auslastung|last)\b", "CPU usage"),
    (r"\b(?:arbeits)?speicher-?(?:auslastung|nutzung|verbrauch)\b", "memory usage"),
    (r"\b(?:fest)?platten-?(?:auslastung|belegung|nutzung)\b", "disk usage"),
    (r"\bkeine gesunden? instanz(?:en)?\b", "0 healthy instances"),
    (r"\bgesunden? instanz(?:en)?\b", "healthy instances"),
    (r"\bwarteschlange(?:nlänge)?\b", "queue depth"),
    (r"\bverfügbarkeit\b", "availability"),
    (r"\bneustarts?\b", "restarts"),
    (r"\banfragen\b", "requests"),
    (r"\bfehler\b", "errors"),
    (r"\bzertifikat läuft ab in\b", "certificate expires in"),
    (r"\bgesundheitsprüfung schlägt fehl\b", "health check fails"),
    (r"\b(?:größer|groesser|höher|mehr) als\b", ">"),
    (r"\b(?:kleiner|weniger|niedriger) als\b", "<"),
    (r"\b(?:über|oberhalb von)\s+(?=\d)", "> "),
    (r"\bunter(?:halb von)?\s+(?=\d)", "< "),
    (r"\bmindestens\b", ">="),
    (r"\bhöchstens\b", "<="),
    (r"\bin den letzten\b", "in the last"),
    (r"\binnerhalb(?: von)?\b|\bbinnen\b", "within"),
    (r"\b(?:für|seit|während|über)\s+(?=\d)", "for "),
    (r"\balle\s+(?=\d)", "every "),
    (r"\bjede (stunde|woche)\b", r"every \1"),
    (r"\bjeden (tag|monat)\b", r"every \1"),
    (r"\bsekunden?\b", "seconds"),
    (r"\bminuten?\b", "minutes"),
    (r"\bstunden?\b", "hours"),
    (r"\btage?n?\b", "days"),
    (r"\bwochen?\b", "weeks"),
    (r"\bmonate?n?\b", "months"),
    (r"\bjahre?n?\b", "years"),
    (r"(?<=\d)\s?std\b\.?", " h"),
    (r"(?<=\d)\s?sek\b\.?", " s"),
    (r"\bstündlich\w*\b", "hourly"),
    (r"\btäglich\w*\b", "daily"),
    (r"\bnächtlich\w*\b", "nightly"),
    (r"\bwöchentlich\w*\b", "weekly"),
    (r"\bmonatlich\w*\b", "monthly"),
    (r"\bvierteljährlich\w*\b|\bquartalsweise\b", "quarterly"),
    (r"\bjährlich\w*\b", "yearly"),
    (r"\bmontags?\b", "Monday"),
    (r"\bdienstags?\b", "Tuesday"),
    (r"\bmittwochs?\b", "Wednesday"),
    (r"\bdonnerstags?\b", "Thursday"),
    (r"\bfreitags?\b", "Friday"),
    (r"\b(?:samstags?|sonnabends?)\b", "Saturday"),
    (r"\bsonntags?\b", "Sunday"),
    (r"\bwerktags?\b", "weekdays"),
    (r"(?<=\d)\s+bis\s+(?=\d)", " to "),
    (r"\s+bis\s+(?=[MTWFS]\w+day)", " to "),
    (r"(?<=\d)\s*uhr\b", ""),
    (
        r"\b(?:die )?(?:ruf)?bereitschaft (?:sofort |umgehend )?(?:anrufen|alarmieren|rufen|wecken|benachrichtigen)\b",
        "page on-call",
    ),
    (r"\b(?:sofort|umgehend|unverzüglich)\b", "immediately"),
    (r"\buntersuchen\b|\buntersuchung\b", "investigate"),
    (r"\breagieren\b", "respond"),
    (r"\bnächster (?:arbeits|werk)tag\b|\bam nächsten (?:arbeits|werk)tag\b", "next business day"),
    (r"\bteam benachrichtigen\b", "notify the team"),
    (r"\b(\d+ \w+) (?:vorher|im voraus|vorab) (?:ankündigen|bekannt geben)\b", r"Announce \1 in advance"),
    (r"\bankündigen\b", "announce"),
    (r"\baufbewahrt\b", "kept"),
    (r"\bsicherung(?:en)?\b", "backup"),
    (r"\bwiederherstellungstests?\b", "restore tests"),
    (r"\bkeine (?:antwort|rückmeldung|reaktion)\b", "no response"),
    (r"\bgeschieht\b", ""),
    (r"\bwenn\b", "if"),
    (r"\bnach\s+(?=\d)", "after "),
    (r"\beskalier(?:en|e)? an\b", "escalate to"),
)

COMMENTS = (
    (r"(?:über)?prüfen(?: ob)?|kontrollieren|verifizieren", "Verify"),
    (r"erwartet(?:e (?:ausgabe|antwort))?\s*:", "Expected:"),
    (r"warten?", "Wait"),
    (r"beobachten", "Monitor"),
    (r"(?:falls|wenn)", "If"),
    (r"oder|alternativ", "Or"),
    (r"nur (?:falls|wenn)", "Only if"),
    (r"notfall", "Emergency"),
    (r"zurückrollen|rücksetzen", "Rollback"),
    (r"lösung\s*:", "Solution:"),
    (r"diagnose", "Diagnose"),
)

LANGUAGE = Language("German", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
