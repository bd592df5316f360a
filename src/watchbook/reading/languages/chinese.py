"""Chinese (simplified): what runbooks of Chinese teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: 概述, 服务概述, 系统概述, 简介, 概览, 服务介绍
Environments: 环境, 环境信息, 部署环境
Architecture: 架构, 系统架构, 组件, 架构图
Health Checks: 健康检查, 健康检测, 状态检查
Monitoring: 监控, 监控与告警, 监控告警, 监控和告警
Key Metrics: 指标, 关键指标, 核心指标, 监控指标
Alerting: 告警, 报警, 告警规则, 告警列表, 警报
Severity Levels: 严重级别, 告警级别, 优先级, 故障等级, 严重程度
Common Operations: 日常运维, 运维操作, 常用操作, 日常操作, 常见操作
Deployment: 部署, 发布, 部署流程, 发布流程, 上线
Rollback: 回滚, 回滚流程, 回滚步骤
Scaling: 扩容, 扩缩容, 伸缩
Configuration: 配置, 配置变更, 配置管理
Restart: 重启, 重启服务, 服务重启
Troubleshooting: 故障排查, 故障处理, 常见问题, 问题排查, 故障排除, 已知问题
Emergency Procedures: 应急预案, 紧急处理, 应急流程, 应急响应
Complete Outage: 服务完全不可用, 全面故障
Data Corruption: 数据损坏, 数据丢失
Security Incident: 安全事件
Maintenance Windows: 维护窗口, 维护, 计划维护, 例行维护
Disaster Recovery: 灾难恢复, 备份, 备份与恢复, 备份恢复, 容灾
Useful Commands: 常用命令, 命令, 实用命令
On-Call Handoff: 值班交接, 交接, 交接班
Escalation: 升级, 升级流程, 升级路径, 升级机制
Contacts: 联系人, 联系方式, 紧急联系人, 值班, 值班信息
Version History: 变更记录, 修订历史, 版本历史, 更新记录
Table of Contents: 目录
Dashboards: 仪表盘, 监控面板
"""

LABELS = """
Service: 服务, 服务名称, 系统, 系统名称
Owner: 负责人, 所有者, 负责团队
Team: 团队
On-Call: 值班, 值班人员, 值班人
Backup: 备份人员, 后备, 副值班
Last Updated: 最后更新, 更新时间, 最近更新, 更新日期
Next Review: 下次评审, 下次审核, 下次复审
Purpose: 目的, 用途
Dependencies: 依赖, 依赖服务, 上游依赖
Used By: 使用方, 调用方, 下游
Availability: 可用性, 可用性目标
Environment: 环境
Instances: 实例
Namespace: 命名空间
Alert: 告警, 告警名称, 报警
Severity: 级别, 严重程度, 严重级别
Priority: 优先级
Threshold: 阈值, 告警阈值
Condition: 条件, 触发条件
Duration: 持续时间
Response: 响应, 处理方式, 响应方式
Action: 操作, 处理
Metric: 指标
Normal: 正常值, 正常范围
Warning: 警告
Critical: 严重
Role: 角色, 职责
Name: 姓名, 名称
Email: 邮箱, 邮件
Phone: 电话, 手机
Channel: 频道
Check: 检查项
Expected: 预期, 预期结果
Interval: 间隔
Frequency: 频率
Retention: 保留时间, 保留期, 保留
Location: 位置, 存储位置
Testing: 恢复演练, 恢复测试
Response Time: 响应时间
Resolution Time: 解决时间, 恢复时间
Description: 说明, 描述
Level: 等级
Contact: 联系方式
After: 超时
Escalation: 升级
Symptoms: 现象, 症状
Diagnosis: 诊断, 排查步骤
Causes: 原因
Solution: 解决方案, 解决方法
Steps: 步骤
Date: 日期
Version: 版本
Author: 作者
Changes: 变更内容
Issue: 问题, 故障
"""

WORDS = """
Critical: 严重, 紧急, 致命
High: 高, 重要
Medium: 中, 警告, 一般
Low: 低, 轻微
Info: 信息, 提示
Production: 生产, 生产环境
Staging: 预发, 预发布
Test: 测试, 测试环境
Development: 开发, 开发环境
"""

PHRASES = (
    (r"错误率", "error rate "),
    (r"响应时间", "response time "),
    (r"延迟", "latency "),
    (r"cpu\s?(?:使用率|利用率)", "CPU usage "),
    (r"内存\s?(?:使用率|利用率)", "memory usage "),
    (r"磁盘\s?(?:使用率|利用率)", "disk usage "),
    (r"健康实例(?:数)?(?:为)?\s?0", "0 healthy instances"),
    (r"健康实例(?:数)?", "healthy instances "),
    (r"错误", " errors "),
    (r"请求", " requests "),
    (r"(?:大于等于|不低于)", ">="),
    (r"(?:大于|超过|高于)", "> "),
    (r"(?:小于|低于)", "< "),
    (r"[,，]?\s?(?:持续|并持续)\s?(\d+)\s?秒钟?", r" for \1 seconds"),
    (r"[,，]?\s?(?:持续|并持续)\s?(\d+)\s?分钟?", r" for \1 minutes"),
    (r"[,，]?\s?(?:持续|并持续)\s?(\d+)\s?(?:个)?小时", r" for \1 hours"),
    (r"每隔?\s?(\d+)\s?秒钟?", r"every \1 seconds"),
    (r"每隔?\s?(\d+)\s?分钟?", r"every \1 minutes"),
    (r"每隔?\s?(\d+)\s?(?:个)?小时", r"every \1 hours"),
    (r"(\d+)\s?分钟内(?:响应|处理|排查)?", r"investigate within \1 minutes"),
    (r"(\d+)\s?(?:个)?小时内(?:响应|处理|排查)?", r"investigate within \1 hours"),
    (r"提前\s?(\d+)\s?(?:个)?小时(?:通知|公告)", r"Announce \1 hours in advance"),
    (r"提前\s?(\d+)\s?天(?:通知|公告)", r"Announce \1 days in advance"),
    (r"(\d+)\s?毫秒", r"\1 ms"),
    (r"(\d+)\s?秒钟?", r"\1 seconds"),
    (r"(\d+)\s?分钟", r"\1 minutes"),
    (r"(\d+)\s?(?:个)?小时", r"\1 hours"),
    (r"(\d+)\s?天", r"\1 days"),
    (r"(\d+)\s?周", r"\1 weeks"),
    (r"(\d+)\s?个月", r"\1 months"),
    (r"每天|每日", "daily "),
    (r"每小时", "hourly "),
    (r"每(?:周|星期)(?=[一二三四五六日天])", "周"),
    (r"每周", "weekly "),
    (r"每月", "monthly "),
    (r"每季度", "quarterly "),
    (r"(?:周|星期)一", "Monday "),
    (r"(?:周|星期)二", "Tuesday "),
    (r"(?:周|星期)三", "Wednesday "),
    (r"(?:周|星期)四", "Thursday "),
    (r"(?:周|星期)五", "Friday "),
    (r"(?:周|星期)六", "Saturday "),
    (r"(?:周|星期)[日天]", "Sunday "),
    (r"(?<=\d)\s?(?:至|到)\s?(?=\d)", " to "),
    (r"(?:立即|马上)?(?:呼叫|电话通知|通知|联系)值班(?:人员)?", "page on-call"),
    (r"立即|马上", "immediately "),
    (r"下一?个?工作日(?:处理)?", "next business day"),
    (r"(?:提交|创建)?工单", "ticket"),
    (r"保留", " kept "),
    (r"备份", " backup "),
    (r"(?:无响应|未响应)", "no response "),
)

COMMENTS = (
    (r"验证\s*[:：]?|检查\s*[:：]?|确认\s*[:：]?", "Verify"),
    (r"预期(?:结果|输出)?\s*[:：]", "Expected:"),
    (r"等待", "Wait"),
    (r"观察|监控", "Monitor"),
    (r"如果|若", "If"),
    (r"或者|或", "Or"),
    (r"紧急", "Emergency"),
    (r"回滚", "Rollback"),
    (r"解决(?:方案|方法)\s*[:：]", "Solution:"),
)

LANGUAGE = Language("Chinese", TITLES, LABELS, WORDS, PHRASES, COMMENTS, decimal_comma=False, spaced=False)
