"""Portuguese: what runbooks of Portuguese-speaking teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: Visão geral, Resumo, Visão geral do serviço, Descrição, Descrição do serviço, Introdução
Environments: Ambientes, Ambiente
Architecture: Arquitetura, Componentes, Arquitetura do sistema
Health Checks: Verificações de saúde, Verificação de saúde, Verificações de integridade, Checagens de saúde,
    Estado de saúde
Monitoring: Monitoramento, Monitorização, Monitoramento e alertas
Key Metrics: Métricas, Métricas principais, Métricas chave, Indicadores
Alerting: Alertas, Alertas críticos, Regras de alerta, Limites de alerta, Alarmes
Severity Levels: Níveis de severidade, Níveis de gravidade, Severidade, Gravidade, Prioridades,
    Níveis de prioridade
Common Operations: Operações, Operações comuns, Tarefas comuns, Operação diária, Procedimentos operacionais
Deployment: Implantação, Implantações, Publicação, Entrega, Procedimento de implantação
Rollback: Reversão, Procedimento de reversão, Retorno de versão
Scaling: Escalonamento horizontal, Dimensionamento
Configuration: Configuração, Mudanças de configuração
Restart: Reinício, Reinicialização, Reiniciar o serviço
Troubleshooting: Solução de problemas, Resolução de problemas, Problemas comuns, Problemas conhecidos,
    Falhas comuns
Emergency Procedures: Procedimentos de emergência, Emergências, Emergência
Complete Outage: Indisponibilidade total, Queda total, Interrupção total
Data Corruption: Corrupção de dados, Perda de dados
Security Incident: Incidente de segurança, Incidentes de segurança
Maintenance Windows: Janelas de manutenção, Janela de manutenção, Manutenção, Manutenção programada
Disaster Recovery: Recuperação de desastres, Cópias de segurança, Cópia de segurança, Backup e recuperação,
    Recuperação
Useful Commands: Comandos úteis, Comandos, Referência rápida
On-Call Handoff: Passagem de plantão, Passagem de turno, Troca de turno
Escalation: Escalonamento, Escalação, Matriz de escalonamento, Caminho de escalonamento
Contacts: Contatos, Contactos, Contatos de emergência, Responsáveis, Plantão, Informações de contato
Version History: Histórico de versões, Histórico, Histórico de alterações, Controle de versões
Table of Contents: Índice, Sumário, Conteúdo
Service Level Objectives: Objetivos de nível de serviço
Dashboards: Painéis
"""

LABELS = """
Service: Serviço, Nome do serviço, Aplicação, Sistema
Owner: Proprietário, Responsável, Equipe responsável, Dono
Team: Equipe, Equipa, Time
On-Call: Plantão, De plantão, Plantonista
Backup: Suplente, Substituto, Plantão secundário
Last Updated: Última atualização, Atualizado em, Última modificação, Última revisão
Next Review: Próxima revisão
Purpose: Propósito, Objetivo, Finalidade
Dependencies: Dependências, Depende de
Used By: Usado por, Utilizado por, Consumidores
Availability: Disponibilidade
Environment: Ambiente
Instances: Instâncias
Alert: Alerta, Nome do alerta
Severity: Severidade, Gravidade, Criticidade
Priority: Prioridade
Threshold: Limite, Limiar
Condition: Condição, Gatilho
Duration: Duração, Janela
Response: Resposta, Reação
Action: Ação, Ações
Metric: Métrica, Indicador
Normal: Valor normal, Faixa normal
Warning: Aviso, Advertência
Critical: Crítico
Role: Função, Papel, Cargo
Name: Nome, Pessoa
Email: E-mail, Correio eletrônico
Phone: Telefone, Celular, Telemóvel
Channel: Canal, Canal do Slack
Hours: Horário
Check: Verificação, Checagem
Endpoint: Ponto de acesso, Destino
Expected: Esperado, Resultado esperado, Resposta esperada
Interval: Intervalo
Frequency: Frequência, Periodicidade
Retention: Retenção, Período de retenção
Location: Localização, Local, Armazenamento
Testing: Testes de restauração, Teste de restauração
Response Time: Tempo de resposta, Prazo de resposta
Resolution Time: Tempo de resolução, Prazo de resolução
Update Every: Frequência de atualização
Description: Significado, Definição
Level: Nível
Contact: Contato, Contacto
After: Após, Quando
Escalation: Escalonamento
Symptoms: Sintomas, Sintoma
Diagnosis: Diagnóstico
Causes: Causas, Possíveis causas
Cause: Causa
Solution: Solução, Resolução
Steps: Passos, Procedimento
Notice: Aviso prévio, Antecedência
Date: Data
Author: Autor, Autora
Changes: Alterações, Mudanças
Issue: Problema, Falha
"""

WORDS = """
Critical: Crítico, Crítica, Urgente
High: Alto, Alta, Grave
Medium: Médio, Média, Moderado
Low: Baixo, Baixa
Info: Informação, Informativo
Production: Produção
Staging: Homologação
Test: Teste, Testes
Development: Desenvolvimento
"""

PHRASES = (
    (r"\btaxa de erros?\b", "error rate"),
    (r"\btempo de resposta\b", "response time"),
    (r"\blatência\b", "latency"),
    (r"\b(?:uso|utilização) (?:de |da )?cpu\b", "CPU usage"),
    (r"\b(?:uso|utilização) de memória\b", "memory usage"),
    (r"\b(?:uso|utilização) (?:de |do )?disco\b", "disk usage"),
    (r"\b(?:nenhuma instância saudável|0 instâncias? saudáve(?:l|is))\b", "0 healthy instances"),
    (r"\binstâncias? saudáve(?:l|is)\b", "healthy instances"),
    (r"\bfila\b", "queue depth"),
    (r"\bdisponibilidade\b", "availability"),
    (r"\b(?:requisições|pedidos)\b", "requests"),
    (r"\b(?:de )?erros\b", "errors"),
    (r"\b(?:em (?:menos de |até )?|dentro de )(?=\d)", "within "),
    (r"\b(?:maior (?:que|do que)|mais de|acima de)\b", ">"),
    (r"\b(?:menor (?:que|do que)|menos de|abaixo de)\b", "<"),
    (r"\bpelo menos\b", ">="),
    (r"\bno máximo\b", "<="),
    (r"\bn[oa]s últim[oa]s\s+(?=\d)", "in the last "),
    (r"\b(?:durante|por)\s+(?=\d)", "for "),
    (r"\ba cada\s+(?=\d)", "every "),
    (r"\bsegundos?\b", "seconds"),
    (r"\bminutos?\b", "minutes"),
    (r"\bhoras?\b", "hours"),
    (r"\bdias?\b", "days"),
    (r"\bsemanas?\b", "weeks"),
    (r"\bm[eê]s(?:es)?\b", "months"),
    (r"\banos?\b", "years"),
    (r"\bdiári[oa]s?\b|\bdiariamente\b|\btodos os days\b", "daily"),
    (r"\bsemana(?:l|is|lmente)\b", "weekly"),
    (r"\bmensa(?:l|is|lmente)\b", "monthly"),
    (r"\btrimestra(?:l|is|lmente)\b", "quarterly"),
    (r"\banua(?:l|is|lmente)\b", "yearly"),
    (r"\b(?:às )?segundas?(?:-feiras?)?\b", "Monday"),
    (r"\b(?:às )?terças?(?:-feiras?)?\b", "Tuesday"),
    (r"\b(?:às )?quartas?(?:-feiras?)?\b", "Wednesday"),
    (r"\b(?:às )?quintas?(?:-feiras?)?\b", "Thursday"),
    (r"\b(?:às )?sextas?(?:-feiras?)?\b", "Friday"),
    (r"\b(?:aos )?sábados?\b", "Saturday"),
    (r"\b(?:aos )?domingos?\b", "Sunday"),
    (r"\bd(?:e|as)\s+(?=\d\d?:\d\d)", ""),
    (r"(?<=\d\d)\s+(?:a|às|até)\s+(?=\d)", " to "),
    (
        r"\b(?:ligar para|acionar|chamar|avisar)\s+(?:imediatamente )?(?:o )?(?:plantão|plantonista)\b",
        "page on-call",
    ),
    (r"\b(?:imediatamente|de imediato)\b", "immediately"),
    (r"\b(?:investigar|analisar)\b", "investigate"),
    (r"\bresponder\b", "respond"),
    (r"\bpróximo days útil\b", "next business day"),
    (r"\b(?:avisar|anunciar) com (\d+ \w+) de antecedência\b", r"Announce \1 in advance"),
    (r"\b(?:mantid[oa]s?|guardad[oa]s?)\b", "kept"),
    (r"\bcópias? de segurança\b", "backup"),
    (r"\btestes? de restauração\b", "restore tests"),
    (r"\bsem resposta\b", "no response"),
    (r"\bcada um\b", "each"),
    (r"\bse\b", "if"),
    (r"\bapós\s+(?=\d)", "after "),
    (r"\bescalar para\b", "escalate to"),
)

COMMENTS = (
    (r"verificar(?: se)?|conferir|verificação", "Verify"),
    (r"(?:resultado )?esperad[oa]\s*:", "Expected:"),
    (r"aguardar|esperar", "Wait"),
    (r"monitorar|observar", "Monitor"),
    (r"se", "If"),
    (r"ou|alternativamente", "Or"),
    (r"(?:somente|apenas) se", "Only if"),
    (r"emergência", "Emergency"),
    (r"reversão|reverter", "Rollback"),
    (r"solução\s*:", "Solution:"),
    (r"diagnóstico", "Diagnosis"),
)

LANGUAGE = Language("Portuguese", TITLES, LABELS, WORDS, PHRASES, COMMENTS)
