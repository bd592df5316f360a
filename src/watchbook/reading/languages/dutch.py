"""Dutch: what runbooks of Dutch-speaking teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Overzicht, Dienstoverzicht, Beschrijving, Inleiding, Samenvatting, Serviceoverzicht
Environments: Omgevingen, Omgeving
Architecture: Architectuur, Componenten, Onderdelen, Systeemarchitectuur
Health Checks: Gezondheidscontroles, Gezondheidscontrole, Statuscontroles, Controles
Monitoring: Bewaking, Monitoring en alarmering, Bewaking en alarmering
Key Metrics: Meetwaarden, Belangrijke meetwaarden, Kengetallen
Alerting: Alarmering, Alarmen, Waarschuwingen, Meldingen, Kritieke alarmen
Severity Levels: Ernstniveaus, Prioriteiten, Ernst, Prioriteitsniveaus
Common Operations: Beheer, Dagelijks beheer, Werkzaamheden, Beheertaken
Deployment: Uitrol, Uitrollen, Uitrolprocedure, In productie nemen
Rollback: Terugdraaien, Terugrollen, Terugdraaiprocedure
Scaling: Schalen, Opschalen en afschalen
Configuration: Configuratie, Configuratiewijzigingen, Instellingen
Restart: Herstarten, Herstart, Dienst herstarten
Troubleshooting: Probleemoplossing, Problemen oplossen, Bekende problemen, Veelvoorkomende problemen, Storingen
Emergency Procedures: Noodprocedures, Noodgevallen, Noodprocedure
Complete Outage: Volledige uitval, Totale uitval
Data Corruption: Gegevensverlies, Beschadigde gegevens
Security Incident: Beveiligingsincident, Beveiligingsincidenten
Maintenance Windows: Onderhoudsvensters, Onderhoudsvenster, Onderhoud, Gepland onderhoud
Disaster Recovery: Herstel, Herstel na calamiteiten, Reservekopieën, Back-up en herstel, Calamiteitenherstel
Useful Commands: Handige commando's, Nuttige commando's, Handige opdrachten, Opdrachten
On-Call Handoff: Overdracht, Dienstoverdracht, Overdracht van dienst
Escalation: Escalatie, Escalatiepad, Escalatieprocedure
Contacts: Contactpersonen, Contacten, Contactgegevens, Noodcontacten, Bereikbaarheid
Version History: Versiegeschiedenis, Wijzigingsgeschiedenis, Documenthistorie
Table of Contents: Inhoudsopgave, Inhoud
Service Level Objectives: Servicedoelen, Dienstverleningsdoelen
"""

LABELS = """
Service: Dienst, Applicatie, Systeem
Owner: Eigenaar, Verantwoordelijke, Verantwoordelijk team
On-Call: Piketdienst, Bereikbaarheidsdienst, Piket, Wachtdienst, Oproepdienst
Backup: Vervanger, Plaatsvervanger, Reserve
Last Updated: Laatst bijgewerkt, Bijgewerkt op, Laatste wijziging, Laatst gewijzigd
Next Review: Volgende herziening, Volgende controle, Volgende beoordeling
Purpose: Doel, Omschrijving
Dependencies: Afhankelijkheden, Afhankelijk van
Used By: Gebruikt door, Afnemers
Availability: Beschikbaarheid
Environment: Omgeving
Instances: Instanties
Alert: Melding, Waarschuwing
Severity: Ernst
Priority: Prioriteit
Threshold: Drempel, Drempelwaarde, Grenswaarde
Condition: Voorwaarde
Duration: Duur
Response: Reactie, Respons
Action: Actie, Maatregel
Metric: Meetwaarde, Kengetal
Normal: Normaal, Normale waarde
Critical: Kritiek
Role: Rol, Functie
Name: Naam, Persoon
Phone: Telefoon, Mobiel, Telefoonnummer
Channel: Kanaal, Slack-kanaal
Hours: Bereikbaar
Check: Controle
Expected: Verwacht, Verwacht resultaat
Frequency: Frequentie, Hoe vaak
Retention: Bewaartermijn, Bewaard, Bewaarperiode
Location: Locatie, Plaats, Opslaglocatie
Testing: Hersteltest, Hersteltests
Response Time: Reactietijd, Responstijd
Resolution Time: Oplostijd, Hersteltijd
Description: Betekenis, Beschrijving
Level: Niveau
Contact: Contactpersoon
After: Na, Wanneer
Escalation: Escalatie
Symptoms: Symptomen, Symptoom, Verschijnselen
Diagnosis: Diagnose
Causes: Oorzaken, Mogelijke oorzaken
Cause: Oorzaak
Solution: Oplossing
Steps: Stappen
Notice: Aankondiging
Date: Datum
Author: Auteur
Changes: Wijzigingen
Issue: Probleem, Storing
"""

WORDS = """
Critical: Kritiek, Kritisch, Zeer hoog
High: Hoog, Ernstig
Medium: Middel, Gemiddeld, Matig
Low: Laag, Gering
Production: Productie
Staging: Acceptatie
Development: Ontwikkeling
"""

PHRASES = (
    (r"\bfoutpercentage\b", "error rate"),
    (r"\b(?:reactietijd|responstijd)\b", "response time"),
    (r"\blatentie\b|\bvertraging\b", "latency"),
    (r"\bcpu-?(?:gebruik|belasting)\b", "CPU usage"),
    (r"\bgeheugengebruik\b", "memory usage"),
    (r"\bschijfgebruik\b", "disk usage"),
    (r"\bgeen gezonde instanties\b", "0 healthy instances"),
    (r"\bgezonde instanties\b", "healthy instances"),
    (r"\bwachtrij\b", "queue depth"),
    (r"\bbeschikbaarheid\b", "availability"),
    (r"\bverzoeken\b", "requests"),
    (r"\bfouten\b", "errors"),
    (r"\bbinnen\s+(?=\d)", "within "),
    (r"\b(?:meer|groter|hoger) dan\b", ">"),
    (r"\b(?:minder|kleiner|lager) dan\b", "<"),
    (r"\bminstens\b", ">="),
    (r"\bhoogstens\b", "<="),
    (r"\bin de laatste\s+(?=\d)", "in the last "),
    (r"\b(?:gedurende|voor)\s+(?=\d)", "for "),
    (r"\b(?:elke|iedere)\s+(?=\d)", "every "),
    (r"\bseconden?\b", "seconds"),
    (r"\bminuut\b|\bminuten\b", "minutes"),
    (r"\bu(?:ur|ren)\b", "hours"),
    (r"\bdag(?:en)?\b", "days"),
    (r"\bwe(?:ek|ken)\b", "weeks"),
    (r"\bmaand(?:en)?\b", "months"),
    (r"\bja(?:ar|ren)\b", "years"),
    (r"\bdagelijkse?\b", "daily"),
    (r"\bwekelijkse?\b", "weekly"),
    (r"\bmaandelijkse?\b", "monthly"),
    (r"\b(?:per kwartaal|elk kwartaal)\b", "quarterly"),
    (r"\bjaarlijkse?\b", "yearly"),
    (r"\bmaandags?\b", "Monday"),
    (r"\bdinsdags?\b", "Tuesday"),
    (r"\bwoensdags?\b", "Wednesday"),
    (r"\bdonderdags?\b", "Thursday"),
    (r"\bvrijdags?\b", "Friday"),
    (r"\bzaterdags?\b", "Saturday"),
    (r"\bzondags?\b", "Sunday"),
    (r"\bvan\s+(?=\d\d?:\d\d)", ""),
    (r"(?<=\d\d)\s+tot\s+(?=\d)", " to "),
    (
        r"\b(?:piketdienst|piket|bereikbaarheidsdienst|oproepdienst) (?:direct |onmiddellijk )?(?:bellen|oproepen)\b",
        "page on-call",
    ),
    (r"\b(?:onmiddellijk|direct|meteen)\b", "immediately"),
    (r"\b(?:onderzoeken|onderzoek)\b", "investigate"),
    (r"\breageren\b", "respond"),
    (r"\bvolgende werkdag\b", "next business day"),
    (r"\b(\d+ \w+) (?:van tevoren|vooraf) aankondigen\b", r"Announce \1 in advance"),
    (r"\bbewaard\b", "kept"),
    (r"\bgeen (?:antwoord|reactie)\b", "no response"),
    (r"\bals\b", "if"),
    (r"\bna\s+(?=\d)", "after "),
    (r"\bescaleren naar\b", "escalate to"),
)

COMMENTS = (
    (r"controleer(?: of)?|controleren|verifieer", "Verify"),
    (r"verwacht\s*:", "Expected:"),
    (r"wacht|wachten", "Wait"),
    (r"observeer|houd in de gaten", "Monitor"),
    (r"als|indien", "If"),
    (r"of|anders", "Or"),
    (r"alleen als", "Only if"),
    (r"noodgeval", "Emergency"),
    (r"terugdraaien", "Rollback"),
    (r"oplossing\s*:", "Solution:"),
)

LANGUAGE = Language("Dutch", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
