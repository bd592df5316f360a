"""French: what runbooks of French teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Vue d'ensemble, Présentation, Présentation du service, Aperçu, Description,
    Description du service, Objet, Généralités
Environments: Environnements, Environnement
Architecture: Composants, Architecture du système, Architecture technique
Health Checks: Contrôles de santé, Contrôle de santé, Vérifications de santé, Vérification de santé,
    Bilans de santé, Sondes, État de santé, Tests de santé
Monitoring: Surveillance, Supervision, Surveillance et alertes, Supervision et alertes
Key Metrics: Métriques, Métriques clés, Indicateurs, Indicateurs clés, Mesures clés
Alerting: Alertes, Alertes critiques, Règles d'alerte, Seuils d'alerte, Alarmes
Severity Levels: Niveaux de gravité, Niveaux de sévérité, Gravité, Sévérité, Niveaux de priorité, Priorités
Common Operations: Exploitation, Opérations courantes, Opérations, Tâches courantes,
    Procédures d'exploitation, Opérations quotidiennes
Deployment: Déploiement, Mise en production, Procédure de déploiement, Livraison, Déploiements
Rollback: Retour arrière, Retour en arrière, Procédure de retour arrière, Restauration de version
Scaling: Mise à l'échelle, Montée en charge, Dimensionnement
Configuration: Changements de configuration, Paramétrage
Restart: Redémarrage, Redémarrer le service, Arrêt et démarrage, Redémarrage du service
Troubleshooting: Dépannage, Résolution de problèmes, Résolution des problèmes, Problèmes courants,
    Problèmes connus, Pannes, Incidents courants, Guide de dépannage, Résolution des incidents
Emergency Procedures: Procédures d'urgence, Urgences, Procédure d'urgence, Urgence
Complete Outage: Panne totale, Panne complète, Indisponibilité totale
Data Corruption: Corruption de données, Corruption des données, Perte de données
Security Incident: Incident de sécurité, Incidents de sécurité
Maintenance Windows: Fenêtres de maintenance, Fenêtre de maintenance, Maintenance planifiée,
    Plages de maintenance, Entretien
Disaster Recovery: Reprise après sinistre, Plan de reprise, Plan de reprise d'activité, Sauvegardes,
    Sauvegarde, Sauvegarde et restauration, Sauvegardes et restauration, Restauration
Useful Commands: Commandes utiles, Commandes, Commandes courantes, Aide-mémoire
On-Call Handoff: Passation, Passation d'astreinte, Relève, Passage de relais
Escalation: Escalade, Procédure d'escalade, Chaîne d'escalade, Matrice d'escalade
Contacts: Contacts, Personnes à contacter, Coordonnées, Contacts d'urgence, Interlocuteurs, Responsables,
    Astreinte
Version History: Historique des versions, Historique, Historique du document, Révisions,
    Historique des modifications
Table of Contents: Table des matières, Sommaire
Service Level Objectives: Objectifs de niveau de service, Objectifs de service
Dashboards: Tableaux de bord, Tableau de bord
"""

LABELS = """
Service: Nom du service, Application
Owner: Propriétaire, Responsable, Équipe responsable, Équipe propriétaire
Team: Équipe
On-Call: Astreinte, D'astreinte, De garde, Personne d'astreinte
Backup: Suppléant, Remplaçant, Remplaçante, Astreinte secondaire, Adjoint
Last Updated: Dernière mise à jour, Mis à jour le, Mise à jour, Dernière modification, Modifié le
Next Review: Prochaine révision, Prochaine revue, Prochain examen
Purpose: Objectif, But, Rôle du service, Finalité
Dependencies: Dépendances, Dépend de
Used By: Utilisé par, Consommateurs, Clients
Availability: Disponibilité, Objectif de disponibilité
Environment: Environnement
Instances: Instances
Namespace: Espace de noms
Alert: Alerte, Nom de l'alerte
Severity: Gravité, Sévérité, Criticité
Priority: Priorité
Threshold: Seuil, Seuils, Seuil d'alerte
Condition: Condition, Déclencheur
Duration: Durée, Fenêtre
Response: Réponse, Réaction, Conduite à tenir
Action: Action, Actions, Mesure
Metric: Métrique, Indicateur
Normal: Valeur normale, Plage normale, Normale
Warning: Avertissement, Attention
Critical: Critique
Role: Rôle, Fonction
Name: Nom, Personne
Email: Courriel, Adresse électronique, Mél
Phone: Téléphone, Tél, Portable, Numéro de téléphone
Channel: Canal, Salon, Canal Slack
Hours: Horaires, Disponibilités
Check: Contrôle, Vérification, Sonde
Endpoint: Point d'accès, Cible
Expected: Attendu, Résultat attendu, Réponse attendue
Interval: Intervalle, Périodicité
Frequency: Fréquence
Retention: Rétention, Conservation, Durée de conservation, Durée de rétention
Location: Emplacement, Lieu, Stockage, Lieu de stockage
Testing: Tests de restauration, Test de restauration, Exercices
Response Time: Délai de réponse, Temps de réponse, Délai de prise en charge, Délai d'intervention
Resolution Time: Délai de résolution, Temps de résolution, Délai de rétablissement
Update Every: Fréquence des mises à jour, Point de situation
Description: Signification, Définition
Level: Niveau
Contact: Contact, Interlocuteur
After: Après, Quand, Délai
Escalation: Escalade
Symptoms: Symptômes, Symptôme, Signes
Diagnosis: Diagnostic, Diagnostics
Causes: Causes possibles, Causes probables
Cause: Cause
Solution: Résolution, Correctif, Remède
Steps: Étapes, Marche à suivre
Notice: Préavis
Schedule: Planification, Calendrier
What: Quoi, Élément
Scenario: Scénario
Date: Date
Author: Auteur, Autrice
Changes: Modifications, Changements
Issue: Problème, Panne
Day: Jour
Time: Heure, Horaire
"""

WORDS = """
Critical: Critique, Très élevée, Bloquant, Bloquante
High: Élevé, Élevée, Haute, Haut, Majeur, Majeure
Medium: Moyen, Moyenne, Modéré, Modérée
Low: Faible, Basse, Bas, Mineur, Mineure
Info: Information
Production: Prod
Staging: Préproduction, Recette
Test: Essai
Development: Développement
"""

PHRASES = (
    (r"\btaux d['’]erreurs?\b", "error rate"),
    (r"\btemps de réponse\b", "response time"),
    (r"\blatence\b", "latency"),
    (r"\butilisation (?:du |de la |de )?(?:cpu|processeur)\b|\bcharge cpu\b|\bcpu\b", "CPU usage"),
    (r"\butilisation (?:de la |de )?mémoire\b", "memory usage"),
    (r"\b(?:utilisation|occupation) (?:du |de )?disque\b", "disk usage"),
    (r"\b(?:aucune instance saine|0 instances? saines?)\b", "0 healthy instances"),
    (r"\binstances? saines?\b", "healthy instances"),
    (r"\b(?:longueur de la )?file d['’]attente\b", "queue depth"),
    (r"\bdisponibilité\b", "availability"),
    (r"\brequêtes\b", "requests"),
    (r"\bd['’]erreurs?\b|\berreurs?\b", "errors"),
    (r"\b(?:sous|dans les|dans un délai de|en moins de)\s+(?=\d)", "within "),
    (r"\b(?:supérieure?s? à|plus de|au-dessus de)\b", ">"),
    (r"\b(?:inférieure?s? à|moins de|en dessous de)\b", "<"),
    (r"\bau moins\b", ">="),
    (r"\bau plus\b", "<="),
    (r"\bpendant\s+(?=\d)", "for "),
    (r"\bdepuis\s+(?=\d)", "for "),
    (r"\bau cours des\s+(?=\d)", "in the last "),
    (r"\btoutes les\s+(?=\d)|\btous les\s+(?=\d)", "every "),
    (r"\bsecondes?\b", "seconds"),
    (r"\bminutes?\b", "minutes"),
    (r"\bheures?\b", "hours"),
    (r"\bjours?\b", "days"),
    (r"\bsemaines?\b", "weeks"),
    (r"\bmois\b", "months"),
    (r"\b(?:ans?|années?)\b", "years"),
    (r"(?<=\d)\s?j\b", " days"),
    (r"\b(?:quotidien\w*|chaque jour|tous les jours)\b", "daily"),
    (r"\bchaque nuit\b", "nightly"),
    (r"\bhebdomadaires?\b", "weekly"),
    (r"\bmensuel\w*\b", "monthly"),
    (r"\btrimestriel\w*\b", "quarterly"),
    (r"\bannuel\w*\b", "yearly"),
    (r"\b(?:horaires?|chaque heure)\b", "hourly"),
    (r"\b(?:le )?lundis?\b", "Monday"),
    (r"\b(?:le )?mardis?\b", "Tuesday"),
    (r"\b(?:le )?mercredis?\b", "Wednesday"),
    (r"\b(?:le )?jeudis?\b", "Thursday"),
    (r"\b(?:le )?vendredis?\b", "Friday"),
    (r"\b(?:le )?samedis?\b", "Saturday"),
    (r"\b(?:le )?dimanches?\b", "Sunday"),
    (r"(?<=\d)\s*h\s*(?=\d\d\b)", ":"),
    (r"\bde\s+(?=\d\d?:\d\d)", ""),
    (r"(?<=\d\d)\s+à\s+(?=\d)", " to "),
    (
        r"\b(?:appeler|prévenir|alerter|contacter|réveiller)\s+(?:immédiatement )?(?:l['’]|la personne d['’])?astreinte\b",
        "page on-call",
    ),
    (r"\bimmédiatement\b|\bsans délai\b|\btout de suite\b", "immediately"),
    (r"\b(?:analyser|enquêter|investiguer)\b|\banalyse\b", "investigate"),
    (r"\brépondre\b", "respond"),
    (r"\b(?:le )?(?:prochain jour ouvré|jour ouvré suivant|lendemain ouvré)\b", "next business day"),
    (r"\bprévenir l['’]équipe\b", "notify the team"),
    (r"\bannoncer (\d+ \w+) à l['’]avance\b", r"Announce \1 in advance"),
    (r"\bconservée?s?\b", "kept"),
    (r"\bsauvegardes?\b", "backup"),
    (r"\btests? de restauration\b", "restore tests"),
    (r"\b(?:sans|pas de|aucune) réponse\b", "no response"),
    (r"\bchacune?\b|\bpar niveau\b", "each"),
    (r"\bsi\b", "if"),
    (r"\baprès\s+(?=\d)", "after "),
    (r"\bescalader (?:à|vers)\b", "escalate to"),
    (r"\ble certificat expire dans\b", "certificate expires in"),
)

COMMENTS = (
    (r"vérifier(?: que)?|contrôler|vérification", "Verify"),
    (r"(?:résultat |réponse )?attendue?\s*:", "Expected:"),
    (r"attendre", "Wait"),
    (r"surveiller|observer", "Monitor"),
    (r"si", "If"),
    (r"ou bien|ou|sinon|alternativement", "Or"),
    (r"seulement si|uniquement si", "Only if"),
    (r"urgence", "Emergency"),
    (r"retour arrière|revenir en arrière", "Rollback"),
    (r"(?:solution|résolution)\s*:", "Solution:"),
    (r"diagnostic", "Diagnosis"),
)

LANGUAGE = Language("French", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
