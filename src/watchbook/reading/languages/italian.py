"""Italian: what runbooks of Italian teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Panoramica, Panoramica del servizio, Descrizione, Descrizione del servizio, Introduzione,
    Riepilogo
Environments: Ambienti, Ambiente
Architecture: Architettura, Componenti, Architettura del sistema
Health Checks: Controlli di salute, Controllo di salute, Verifiche di stato, Controlli di stato, Stato di salute
Monitoring: Monitoraggio, Monitoraggio e allarmi
Key Metrics: Metriche, Metriche chiave, Indicatori, Metriche principali
Alerting: Allarmi, Avvisi, Allarmi critici, Regole di allarme, Soglie di allarme
Severity Levels: Livelli di gravità, Gravità, Livelli di priorità, Priorità, Livelli di severità
Common Operations: Operazioni, Operazioni comuni, Attività comuni, Procedure operative, Operazioni quotidiane
Deployment: Rilascio, Distribuzione, Messa in produzione, Procedura di rilascio
Rollback: Ripristino della versione, Ritorno alla versione precedente, Annullamento del rilascio
Scaling: Scalabilità, Ridimensionamento
Configuration: Configurazione, Modifiche di configurazione
Restart: Riavvio, Riavvio del servizio, Riavviare il servizio
Troubleshooting: Risoluzione dei problemi, Risoluzione problemi, Problemi comuni, Problemi noti, Guasti
Emergency Procedures: Procedure di emergenza, Emergenze, Emergenza
Complete Outage: Interruzione totale, Interruzione completa
Data Corruption: Corruzione dei dati, Perdita di dati
Security Incident: Incidente di sicurezza, Incidenti di sicurezza
Maintenance Windows: Finestre di manutenzione, Finestra di manutenzione, Manutenzione, Manutenzione programmata
Disaster Recovery: Ripristino di emergenza, Copie di sicurezza, Backup e ripristino, Ripristino
Useful Commands: Comandi utili, Comandi, Comandi comuni
On-Call Handoff: Passaggio di consegne, Consegne, Cambio turno
Escalation: Percorso di escalation, Procedura di escalation
Contacts: Contatti, Contatti di emergenza, Referenti, Reperibilità, Responsabili
Version History: Cronologia delle versioni, Storico delle versioni, Cronologia, Storico delle modifiche
Table of Contents: Indice, Sommario
Service Level Objectives: Obiettivi di servizio, Obiettivi di livello di servizio
Dashboards: Cruscotti
"""

LABELS = """
Service: Servizio, Nome del servizio, Applicazione, Sistema
Owner: Proprietario, Responsabile, Team responsabile
Team: Squadra, Gruppo
On-Call: Reperibile, Reperibilità, Di turno
Backup: Sostituto, Vice, Secondo reperibile
Last Updated: Ultimo aggiornamento, Aggiornato il, Ultima modifica, Ultima revisione
Next Review: Prossima revisione
Purpose: Scopo, Finalità
Dependencies: Dipendenze, Dipende da
Used By: Usato da, Utilizzato da
Availability: Disponibilità
Environment: Ambiente
Instances: Istanze
Alert: Allarme, Avviso
Severity: Gravità, Severità
Priority: Priorità
Threshold: Soglia, Soglie
Condition: Condizione
Duration: Durata
Response: Risposta, Reazione
Action: Azione, Azioni
Metric: Metrica, Indicatore
Normal: Valore normale
Warning: Avvertimento, Attenzione
Critical: Critico
Role: Ruolo, Funzione
Name: Nome, Persona
Email: Posta elettronica
Phone: Telefono, Cellulare
Channel: Canale, Canale Slack
Hours: Orario, Orari
Check: Controllo, Verifica
Expected: Atteso, Risultato atteso, Risposta attesa
Interval: Intervallo
Frequency: Frequenza
Retention: Conservazione, Periodo di conservazione, Ritenzione
Location: Posizione, Luogo
Testing: Prove di ripristino, Test di ripristino
Response Time: Tempo di risposta
Resolution Time: Tempo di risoluzione
Update Every: Frequenza di aggiornamento
Description: Significato, Definizione
Level: Livello
Contact: Contatto, Referente
After: Dopo, Quando
Symptoms: Sintomi, Sintomo
Diagnosis: Diagnosi
Causes: Cause, Cause possibili
Solution: Soluzione, Rimedio
Steps: Passi, Procedura
Notice: Preavviso
Date: Data
Author: Autore, Autrice
Changes: Modifiche
Issue: Problema, Guasto
"""

WORDS = """
Critical: Critico, Critica, Urgente
High: Alto, Alta, Elevato, Elevata
Medium: Medio, Media
Low: Basso, Bassa
Info: Informazione
Production: Produzione
Staging: Collaudo
Test: Prova
Development: Sviluppo
"""

PHRASES = (
    (r"\btasso di errori?\b", "error rate"),
    (r"\btempo di risposta\b", "response time"),
    (r"\blatenza\b", "latency"),
    (r"\b(?:uso|utilizzo) (?:della |di )?cpu\b", "CPU usage"),
    (r"\b(?:uso|utilizzo) (?:della |di )?memoria\b", "memory usage"),
    (r"\b(?:uso|utilizzo) (?:del |di )?disco\b", "disk usage"),
    (r"\b(?:nessuna istanza sana|0 istanze sane)\b", "0 healthy instances"),
    (r"\bistanze sane\b", "healthy instances"),
    (r"\bcoda\b", "queue depth"),
    (r"\bdisponibilità\b", "availability"),
    (r"\brichieste\b", "requests"),
    (r"\b(?:di )?errori\b", "errors"),
    (r"\b(?:entro|in meno di)\s+(?=\d)", "within "),
    (r"\b(?:maggiore di|più di|oltre|superiore a)\b", ">"),
    (r"\b(?:minore di|meno di|inferiore a)\b", "<"),
    (r"\balmeno\b", ">="),
    (r"\bal massimo\b", "<="),
    (r"\bnegli ultimi\s+(?=\d)", "in the last "),
    (r"\b(?:per|durante)\s+(?=\d)", "for "),
    (r"\bogni\s+(?=\d)", "every "),
    (r"\bsecond[oi]\b", "seconds"),
    (r"\bminut[oi]\b", "minutes"),
    (r"\bor[ae]\b", "hours"),
    (r"\bgiorn[oi]\b", "days"),
    (r"\bsettiman[ae]\b", "weeks"),
    (r"\bmes[ei]\b", "months"),
    (r"\bann[oi]\b", "years"),
    (r"\b(?:giornalier\w+|quotidian\w+|ogni days)\b", "daily"),
    (r"\bsettimanal\w+\b", "weekly"),
    (r"\bmensil\w+\b", "monthly"),
    (r"\btrimestral\w+\b", "quarterly"),
    (r"\bannual\w+\b", "yearly"),
    (r"\blunedì\b", "Monday"),
    (r"\bmartedì\b", "Tuesday"),
    (r"\bmercoledì\b", "Wednesday"),
    (r"\bgiovedì\b", "Thursday"),
    (r"\bvenerdì\b", "Friday"),
    (r"\bsabato\b", "Saturday"),
    (r"\b(?:la )?domenica\b", "Sunday"),
    (r"\bdalle\s+(?=\d)", ""),
    (r"(?<=\d\d)\s+alle\s+(?=\d)", " to "),
    (r"\b(?:chiamare|avvisare|svegliare)\s+(?:subito |immediatamente )?(?:il )?reperibile\b", "page on-call"),
    (r"\b(?:immediatamente|subito)\b", "immediately"),
    (r"\b(?:indagare|analizzare)\b", "investigate"),
    (r"\brispondere\b", "respond"),
    (r"\b(?:il )?(?:prossimo days lavorativo|days lavorativo successivo)\b", "next business day"),
    (r"\b(?:annunciare|avvisare) (\d+ \w+) prima\b", r"Announce \1 in advance"),
    (r"\bconservat[oaie]\b", "kept"),
    (r"\bcopi[ae] di sicurezza\b", "backup"),
    (r"\b(?:prove|test) di ripristino\b", "restore tests"),
    (r"\bnessuna risposta\b", "no response"),
    (r"\bciascun[oa]\b", "each"),
    (r"\bse\b", "if"),
    (r"\bdopo\s+(?=\d)", "after "),
)

COMMENTS = (
    (r"verificare(?: che)?|controllare|verifica", "Verify"),
    (r"(?:risultato )?attes[oa]\s*:", "Expected:"),
    (r"attendere|aspettare", "Wait"),
    (r"monitorare|osservare", "Monitor"),
    (r"se", "If"),
    (r"oppure|in alternativa", "Or"),
    (r"solo se", "Only if"),
    (r"emergenza", "Emergency"),
    (r"ripristino|ripristinare", "Rollback"),
    (r"soluzione\s*:", "Solution:"),
    (r"diagnosi", "Diagnosis"),
)

LANGUAGE = Language("Italian", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
