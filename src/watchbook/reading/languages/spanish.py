"""Spanish: what runbooks of Spanish-speaking teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Resumen, Descripción general, Visión general, Resumen del servicio, Descripción,
    Descripción del servicio, Introducción, Información general, Propósito
Environments: Entornos, Entorno, Ambientes
Architecture: Arquitectura, Componentes, Arquitectura del sistema
Health Checks: Comprobaciones de salud, Comprobaciones de estado, Chequeos de salud, Verificaciones de salud,
    Verificación de salud, Controles de salud, Estado de salud, Pruebas de salud
Monitoring: Monitoreo, Monitorización, Supervisión, Monitoreo y alertas, Monitorización y alertas
Key Metrics: Métricas, Métricas clave, Indicadores, Indicadores clave, Métricas principales
Alerting: Alertas, Alertas críticas, Reglas de alerta, Umbrales de alerta, Alarmas
Severity Levels: Niveles de severidad, Niveles de gravedad, Severidad, Gravedad, Niveles de prioridad,
    Prioridades
Common Operations: Operaciones, Operaciones comunes, Tareas comunes, Operación diaria, Operaciones diarias,
    Procedimientos operativos
Deployment: Despliegue, Despliegues, Implementación, Puesta en producción, Procedimiento de despliegue,
    Publicación
Rollback: Reversión, Procedimiento de reversión, Vuelta atrás, Marcha atrás
Scaling: Escalado, Escalamiento horizontal, Escalar
Configuration: Configuración, Cambios de configuración
Restart: Reinicio, Reiniciar el servicio, Reinicio del servicio, Arranque y parada
Troubleshooting: Solución de problemas, Resolución de problemas, Problemas comunes, Problemas conocidos,
    Problemas frecuentes, Diagnóstico de problemas, Fallos comunes, Guía de solución de problemas, Averías
Emergency Procedures: Procedimientos de emergencia, Emergencias, Emergencia, Procedimiento de emergencia
Complete Outage: Caída total, Caída completa, Interrupción total, Interrupción completa
Data Corruption: Corrupción de datos, Pérdida de datos
Security Incident: Incidente de seguridad, Incidentes de seguridad
Maintenance Windows: Ventanas de mantenimiento, Ventana de mantenimiento, Mantenimiento,
    Mantenimiento programado
Disaster Recovery: Recuperación ante desastres, Recuperación de desastres, Copias de seguridad,
    Copia de seguridad, Respaldos, Respaldo y recuperación, Respaldo, Recuperación,
    Copias de seguridad y recuperación
Useful Commands: Comandos útiles, Comandos, Órdenes útiles, Referencia rápida
On-Call Handoff: Traspaso, Traspaso de guardia, Relevo, Cambio de turno, Entrega de turno, Entrega de guardia
Escalation: Escalamiento, Escalada, Ruta de escalamiento, Procedimiento de escalamiento,
    Matriz de escalamiento, Escalación
Contacts: Contactos, Contactos de emergencia, Información de contacto, Personas de contacto, Responsables,
    Guardia
Version History: Historial de versiones, Historial, Historial de cambios, Control de versiones,
    Control de cambios
Table of Contents: Índice, Tabla de contenidos, Contenido
Service Level Objectives: Objetivos de nivel de servicio, Objetivos de servicio
Dashboards: Tableros, Paneles, Cuadros de mando
"""

LABELS = """
Service: Servicio, Nombre del servicio, Aplicación, Sistema
Owner: Propietario, Propietaria, Responsable, Equipo responsable, Dueño
Team: Equipo
On-Call: Guardia, De guardia, Persona de guardia, En guardia
Backup: Suplente, Respaldo, Guardia secundaria, Reemplazo, Sustituto
Last Updated: Última actualización, Actualizado, Actualizado el, Última modificación, Última revisión
Next Review: Próxima revisión, Siguiente revisión
Purpose: Propósito, Objetivo, Finalidad
Dependencies: Dependencias, Depende de
Used By: Usado por, Utilizado por, Consumidores, Clientes
Availability: Disponibilidad, Objetivo de disponibilidad
Environment: Entorno, Ambiente
Instances: Instancias
Namespace: Espacio de nombres
Alert: Alerta, Nombre de la alerta
Severity: Severidad, Gravedad, Criticidad
Priority: Prioridad
Threshold: Umbral, Umbrales, Límite
Condition: Condición, Disparador
Duration: Duración, Ventana
Response: Respuesta, Reacción
Action: Acción, Acciones
Metric: Métrica, Indicador
Normal: Valor normal, Rango normal
Warning: Advertencia, Aviso
Critical: Crítico, Crítica
Role: Rol, Función, Cargo
Name: Nombre, Persona
Email: Correo, Correo electrónico
Phone: Teléfono, Móvil, Celular
Channel: Canal, Canal de Slack
Hours: Horario, Horarios
Check: Comprobación, Verificación, Chequeo
Endpoint: Punto de acceso, Destino
Expected: Esperado, Resultado esperado, Respuesta esperada
Interval: Intervalo
Frequency: Frecuencia, Periodicidad
Retention: Retención, Conservación, Periodo de retención
Location: Ubicación, Lugar, Almacenamiento
Testing: Pruebas de restauración, Prueba de restauración, Simulacros
Response Time: Tiempo de respuesta, Plazo de respuesta
Resolution Time: Tiempo de resolución, Plazo de resolución
Update Every: Frecuencia de actualización, Actualizaciones
Description: Significado, Definición
Level: Nivel
Contact: Contacto
After: Después de, Cuándo, Tras
Escalation: Escalamiento, Escalada
Symptoms: Síntomas, Síntoma, Señales
Diagnosis: Diagnóstico
Causes: Causas, Causas posibles, Posibles causas
Cause: Causa
Solution: Solución, Resolución, Remedio
Steps: Pasos, Procedimiento
Notice: Aviso previo, Preaviso
Schedule: Programación, Calendario
What: Qué, Elemento
Scenario: Escenario
Date: Fecha
Author: Autor, Autora
Changes: Cambios, Modificaciones
Issue: Problema, Fallo, Avería
Day: Día
Time: Hora
"""

WORDS = """
Critical: Crítico, Crítica, Muy alta, Urgente
High: Alto, Alta, Mayor, Grave
Medium: Medio, Media, Moderado, Moderada
Low: Bajo, Baja, Menor, Leve
Info: Información, Informativo
Production: Producción
Staging: Preproducción, Pruebas de aceptación
Test: Prueba, Pruebas
Development: Desarrollo
"""

PHRASES = (
    (r"\btasa de errores?\b", "error rate"),
    (r"\btiempo de respuesta\b", "response time"),
    (r"\blatencia\b", "latency"),
    (r"\b(?:uso|utilización) (?:de |del )?(?:la )?cpu\b", "CPU usage"),
    (r"\b(?:uso|utilización) de (?:la )?memoria\b", "memory usage"),
    (r"\b(?:uso|utilización|ocupación) (?:de |del )?disco\b", "disk usage"),
    (
        r"\b(?:ninguna instancia (?:sana|saludable)|0 instancias? (?:sanas?|saludables?))\b",
        "0 healthy instances",
    ),
    (r"\binstancias? (?:sanas?|saludables?)\b", "healthy instances"),
    (r"\b(?:longitud de la |tamaño de la )?cola\b", "queue depth"),
    (r"\bdisponibilidad\b", "availability"),
    (r"\b(?:peticiones|solicitudes)\b", "requests"),
    (r"\b(?:de )?errores\b", "errors"),
    (r"\b(?:en (?:menos de )?|dentro de |antes de )(?=\d)", "within "),
    (r"\b(?:mayor (?:que|a)|más de|superior a|por encima de)\b", ">"),
    (r"\b(?:menor (?:que|a)|menos de|inferior a|por debajo de)\b", "<"),
    (r"\bal menos\b", ">="),
    (r"\bcomo máximo\b", "<="),
    (r"\ben los últimos\s+(?=\d)", "in the last "),
    (r"\ben las últimas\s+(?=\d)", "in the last "),
    (r"\b(?:durante|por)\s+(?=\d)", "for "),
    (r"\bcada\s+(?=\d)", "every "),
    (r"\bsegundos?\b", "seconds"),
    (r"\bminutos?\b", "minutes"),
    (r"\bhoras?\b", "hours"),
    (r"\bdías?\b", "days"),
    (r"\bsemanas?\b", "weeks"),
    (r"\bmes(?:es)?\b", "months"),
    (r"\baños?\b", "years"),
    (r"(?<=\d)\s?seg\b\.?", " s"),
    (r"\b(?:diari[oa]s?|diariamente|cada días?|todos los days)\b", "daily"),
    (r"\bcada noche\b", "nightly"),
    (r"\b(?:semanal\w*)\b", "weekly"),
    (r"\b(?:mensual\w*)\b", "monthly"),
    (r"\b(?:trimestral\w*)\b", "quarterly"),
    (r"\b(?:anual\w*)\b", "yearly"),
    (r"\bcada hours\b", "hourly"),
    (r"\b(?:los )?lunes\b", "Monday"),
    (r"\b(?:los )?martes\b", "Tuesday"),
    (r"\b(?:los )?miércoles\b", "Wednesday"),
    (r"\b(?:los )?jueves\b", "Thursday"),
    (r"\b(?:los )?viernes\b", "Friday"),
    (r"\b(?:los )?sábados?\b", "Saturday"),
    (r"\b(?:los )?domingos?\b", "Sunday"),
    (r"\bde\s+(?=\d\d?:\d\d)", ""),
    (r"(?<=\d\d)\s+a\s+(?=\d)", " to "),
    (
        r"\b(?:llamar|avisar|alertar|despertar|contactar)\s+(?:inmediatamente )?(?:a )?"
        r"(?:la |quien esté de |la persona de )?guardia\b",
        "page on-call",
    ),
    (r"\b(?:inmediatamente|de inmediato)\b", "immediately"),
    (r"\b(?:investigar|analizar)\b", "investigate"),
    (r"\bresponder\b", "respond"),
    (r"\b(?:el )?(?:siguiente|próximo) día (?:hábil|laborable)\b|\bnext business day\b", "next business day"),
    (r"\b(?:siguiente|próximo) days (?:hábil|laborable)\b", "next business day"),
    (r"\bavisar al equipo\b", "notify the team"),
    (r"\banunciar (?:con )?(\d+ \w+) de (?:antelación|anticipación)\b", r"Announce \1 in advance"),
    (r"\b(?:conservad[oa]s?|guardad[oa]s?)\b", "kept"),
    (r"\b(?:copias? de seguridad|respaldos?)\b", "backup"),
    (r"\bpruebas? de restauración\b", "restore tests"),
    (r"\b(?:sin|no hay) respuesta\b", "no response"),
    (r"\bcada un[oa]\b|\bpor nivel\b", "each"),
    (r"\bsi\b", "if"),
    (r"\b(?:después de|tras)\s+(?=\d)", "after "),
    (r"\bescalar a\b", "escalate to"),
    (r"\bel certificado caduca en\b", "certificate expires in"),
)

COMMENTS = (
    (r"verificar(?: que)?|comprobar(?: que)?|verificación", "Verify"),
    (r"(?:resultado |respuesta )?esperad[oa]\s*:", "Expected:"),
    (r"esperar", "Wait"),
    (r"monitorear|vigilar|observar", "Monitor"),
    (r"si", "If"),
    (r"o bien|o|alternativamente|en su defecto", "Or"),
    (r"solo si|sólo si|solamente si", "Only if"),
    (r"emergencia", "Emergency"),
    (r"reversión|revertir", "Rollback"),
    (r"solución\s*:", "Solution:"),
    (r"diagnóstico", "Diagnosis"),
)

LANGUAGE = Language("Spanish", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
