"""Korean: what runbooks of Korean teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: 개요, 서비스 개요, 시스템 개요, 소개
Environments: 환경, 환경 정보
Architecture: 아키텍처, 시스템 구성, 구성 요소
Health Checks: 헬스 체크, 헬스체크, 상태 점검, 상태 확인
Monitoring: 모니터링, 모니터링 및 알림
Key Metrics: 지표, 주요 지표, 핵심 지표, 메트릭
Alerting: 알림, 경보, 알람, 알림 규칙
Severity Levels: 심각도, 심각도 수준, 우선순위, 장애 등급
Common Operations: 운영, 일상 운영, 운영 작업, 운영 절차
Deployment: 배포, 배포 절차, 릴리스
Rollback: 롤백, 롤백 절차
Scaling: 스케일링, 확장
Configuration: 설정, 설정 변경, 구성 변경
Restart: 재시작, 서비스 재시작
Troubleshooting: 문제 해결, 장애 대응, 트러블슈팅, 알려진 문제, 자주 발생하는 문제
Emergency Procedures: 긴급 대응, 비상 절차, 긴급 절차
Complete Outage: 전체 장애, 서비스 중단
Data Corruption: 데이터 손상, 데이터 손실
Security Incident: 보안 사고
Maintenance Windows: 유지보수, 점검 시간, 정기 점검, 점검 시간대
Disaster Recovery: 재해 복구, 백업, 백업 및 복구, 복구
Useful Commands: 유용한 명령어, 명령어, 자주 쓰는 명령어
On-Call Handoff: 인수인계, 당직 인수인계
Escalation: 에스컬레이션, 에스컬레이션 경로
Contacts: 연락처, 담당자, 비상 연락처, 비상 연락망
Version History: 변경 이력, 개정 이력
Table of Contents: 목차
"""

LABELS = """
Service: 서비스, 서비스명, 시스템명
Owner: 소유자, 책임자, 담당 팀
Team: 팀
On-Call: 당직, 당직자, 온콜
Backup: 부당직, 대리, 예비 당직
Last Updated: 최종 수정일, 마지막 업데이트, 최근 수정일, 수정일
Next Review: 다음 검토일, 다음 검토
Purpose: 목적, 용도
Dependencies: 의존성, 의존 서비스
Used By: 사용 주체, 사용처
Availability: 가용성
Environment: 환경
Instances: 인스턴스
Namespace: 네임스페이스
Alert: 알림, 경보
Severity: 심각도
Priority: 우선순위
Threshold: 임계값, 임계치
Condition: 조건
Duration: 지속 시간
Response: 대응, 대응 방법
Action: 조치
Metric: 지표
Normal: 정상 범위
Warning: 경고
Critical: 심각
Role: 역할
Name: 이름
Email: 이메일, 메일
Phone: 전화, 전화번호
Channel: 채널
Expected: 예상 결과, 기대값
Frequency: 주기, 빈도
Retention: 보관 기간, 보존 기간
Location: 위치, 저장 위치
Response Time: 응답 시간, 대응 시간
Resolution Time: 해결 시간, 복구 시간
Description: 설명
Level: 등급, 단계
After: 경과 시간
Escalation: 에스컬레이션
Symptoms: 증상
Diagnosis: 진단
Causes: 원인
Solution: 해결 방법, 해결책
Steps: 절차
Date: 날짜
Version: 버전
Author: 작성자
Changes: 변경 내용
Issue: 문제, 장애
"""

WORDS = """
Critical: 심각, 긴급, 치명적
High: 높음, 중요
Medium: 중간, 보통, 경고
Low: 낮음, 경미
Info: 정보
Production: 운영, 운영 환경
Staging: 스테이징
Test: 테스트
Development: 개발
"""

PHRASES = (
    (r"(?:에러율|오류율)", "error rate "),
    (r"응답\s?시간", "response time "),
    (r"지연\s?시간", "latency "),
    (r"cpu\s?사용률", "CPU usage "),
    (r"메모리\s?사용률", "memory usage "),
    (r"디스크\s?사용률", "disk usage "),
    (r"정상\s?인스턴스\s?0(?:개)?", "0 healthy instances"),
    (r"정상\s?인스턴스", "healthy instances "),
    (r"(?:에러|오류)", " errors "),
    (r"요청", " requests "),
    (r"(\d+(?:\.\d+)?\s?%?)\s?초과", r"> \1"),
    (r"(\d+(?:\.\d+)?\s?%?)\s?이상", r">= \1"),
    (r"(\d+(?:\.\d+)?\s?%?)\s?미만", r"< \1"),
    (r"(?:이|가)?\s?(\d+)\s?초(?:간|\s?동안)\s?(?:지속)?", r" for \1 seconds"),
    (r"(?:이|가)?\s?(\d+)\s?분(?:간|\s?동안)\s?(?:지속)?", r" for \1 minutes"),
    (r"(?:이|가)?\s?(\d+)\s?시간\s?동안\s?(?:지속)?", r" for \1 hours"),
    (r"(\d+)\s?초마다", r"every \1 seconds"),
    (r"(\d+)\s?분마다", r"every \1 minutes"),
    (r"(\d+)\s?시간마다", r"every \1 hours"),
    (r"(\d+)\s?분\s?(?:이내|내)(?:에)?\s?(?:대응|확인|조사)?", r"investigate within \1 minutes"),
    (r"(\d+)\s?시간\s?(?:이내|내)(?:에)?\s?(?:대응|확인|조사)?", r"investigate within \1 hours"),
    (r"(\d+)\s?시간\s?전(?:에)?\s?(?:공지|안내)", r"Announce \1 hours in advance"),
    (r"(\d+)\s?일\s?전(?:에)?\s?(?:공지|안내)", r"Announce \1 days in advance"),
    (r"(\d+)\s?밀리초", r"\1 ms"),
    (r"(\d+)\s?초", r"\1 seconds"),
    (r"(\d+)\s?분", r"\1 minutes"),
    (r"(\d+)\s?시간", r"\1 hours"),
    (r"(\d+)\s?일(?:간)?", r"\1 days"),
    (r"(\d+)\s?주", r"\1 weeks"),
    (r"(\d+)\s?개월", r"\1 months"),
    (r"매일", "daily "),
    (r"매시간", "hourly "),
    (r"매주(?=\s?[월화수목금토일]요일)", ""),
    (r"매주", "weekly "),
    (r"매월", "monthly "),
    (r"분기별|분기마다", "quarterly "),
    (r"월요일", "Monday"),
    (r"화요일", "Tuesday"),
    (r"수요일", "Wednesday"),
    (r"목요일", "Thursday"),
    (r"금요일", "Friday"),
    (r"토요일", "Saturday"),
    (r"일요일", "Sunday"),
    (r"당직자?(?:에게|를)?\s?(?:즉시\s?)?(?:호출|전화|연락)", "page on-call"),
    (r"즉시", "immediately"),
    (r"다음\s?영업일(?:에)?(?:\s?처리)?", "next business day"),
    (r"티켓(?:\s?(?:생성|등록))?", "ticket"),
    (r"보관|보존", " kept "),
    (r"백업", " backup "),
    (r"응답\s?없음", "no response "),
)

COMMENTS = (
    (r"확인\s*:?|검증\s*:?", "Verify"),
    (r"(?:예상 결과|기대값)\s*[:：]", "Expected:"),
    (r"대기", "Wait"),
    (r"모니터링", "Monitor"),
    (r"만약", "If"),
    (r"또는", "Or"),
    (r"긴급", "Emergency"),
    (r"롤백", "Rollback"),
)

LANGUAGE = Language("Korean", TITLES, LABELS, WORDS, PHRASES, COMMENTS, decimal_comma=False, spaced=False)
