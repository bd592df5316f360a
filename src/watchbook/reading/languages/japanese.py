"""Japanese: what runbooks of Japanese teams call things. Pure data."""

from watchbook.reading.languages.language import Language

TITLES = """
Service Overview: 概要, サービス概要, システム概要, はじめに, 目的, サービスの概要
Environments: 環境, 環境一覧
Architecture: アーキテクチャ, 構成, システム構成, 構成図, コンポーネント
Health Checks: ヘルスチェック, 死活監視, 正常性確認, 稼働確認, 動作確認
Monitoring: 監視, モニタリング, 監視とアラート, 監視・アラート
Key Metrics: メトリクス, 主要メトリクス, 主要指標, 指標, 重要な指標
Alerting: アラート, 警報, アラート一覧, アラート条件, アラート設定, アラートルール
Severity Levels: 重大度, 深刻度, 重要度, 優先度, 障害レベル, 重大度レベル
Common Operations: 運用, 運用手順, 日常運用, 定常作業, 通常運用
Deployment: デプロイ, デプロイ手順, リリース, リリース手順, 展開
Rollback: ロールバック, 切り戻し, ロールバック手順, 切り戻し手順
Scaling: スケーリング, スケール, スケールアウト
Configuration: 設定, 設定変更, 構成変更
Restart: 再起動, 再起動手順, 起動と停止
Troubleshooting: トラブルシューティング, 障害対応, よくある問題, 既知の問題, 問題解決, 障害対応手順
Emergency Procedures: 緊急時対応, 緊急対応, 緊急時の手順, 緊急手順
Complete Outage: 全面障害, 全停止, サービス停止
Data Corruption: データ破損, データ損失
Security Incident: セキュリティインシデント
Maintenance Windows: メンテナンス, メンテナンスウィンドウ, 定期メンテナンス, 計画メンテナンス, メンテナンス時間
Disaster Recovery: 災害復旧, バックアップ, バックアップと復旧, バックアップとリストア, 復旧,
    ディザスタリカバリ, リストア
Useful Commands: よく使うコマンド, コマンド, 便利なコマンド, コマンド一覧
On-Call Handoff: 引き継ぎ, オンコール引き継ぎ, 引継ぎ, シフト引き継ぎ
Escalation: エスカレーション, エスカレーションフロー, エスカレーション先, エスカレーション手順
Contacts: 連絡先, 緊急連絡先, 担当者, 連絡先一覧, 体制
Version History: 変更履歴, 改訂履歴, 更新履歴
Table of Contents: 目次
Service Level Objectives: サービスレベル目標, サービス目標
Dashboards: ダッシュボード
"""

LABELS = """
Service: サービス, サービス名, システム名, システム
Owner: 所有者, オーナー, 責任者, 担当チーム, 管理者
Team: チーム
On-Call: オンコール, 当番, オンコール担当, 待機担当
Backup: 副担当, 代理, バックアップ担当
Last Updated: 最終更新, 最終更新日, 更新日
Next Review: 次回レビュー, 次回見直し, 次回レビュー日
Purpose: 目的, 用途
Dependencies: 依存関係, 依存サービス, 依存先, 依存
Used By: 利用者, 利用元, 依存元, 利用サービス
Availability: 可用性, 可用性目標, 稼働率
Environment: 環境
Instances: インスタンス
Namespace: 名前空間, ネームスペース
Alert: アラート, アラート名
Severity: 重大度, 深刻度, 重要度
Priority: 優先度
Threshold: しきい値, 閾値
Condition: 条件, 発報条件
Duration: 継続時間, 期間
Response: 対応, 対応方法, 初動
Action: アクション, 対処
Metric: メトリクス, 指標
Normal: 正常値, 正常範囲, 正常
Warning: 警告
Critical: 重大, 緊急
Role: 役割, 役職, 担当
Name: 名前, 氏名
Email: メール, メールアドレス
Phone: 電話, 電話番号, 携帯
Channel: チャンネル, チャネル, Slackチャンネル
Hours: 対応時間
Check: 確認, チェック
Endpoint: エンドポイント, 対象
Expected: 期待値, 期待する結果, 期待結果
Interval: 間隔
Frequency: 頻度
Retention: 保持期間, 保存期間, 保管期間
Location: 保存先, 保管場所, 場所
Testing: 復元テスト, リストアテスト, 訓練
Response Time: 応答時間, 対応時間目標, 初動時間, 応答目標
Resolution Time: 解決時間, 復旧時間
Update Every: 更新間隔, 報告間隔
Description: 説明, 内容, 定義
Level: レベル
Contact: 連絡先
After: 経過時間, タイミング
Escalation: エスカレーション
Symptoms: 症状, 事象
Diagnosis: 診断, 切り分け, 調査
Causes: 原因
Solution: 解決策, 対処法, 対策, 解決方法
Steps: 手順
Notice: 事前通知
Schedule: スケジュール
Scenario: シナリオ
Date: 日付, 日時
Version: バージョン, 版
Author: 作成者, 更新者, 著者
Changes: 変更内容, 変更点
Issue: 問題, 障害
Day: 曜日
Time: 時刻, 時間
"""

WORDS = """
Critical: 重大, 緊急, 致命的, クリティカル
High: 高, 高い, 重要
Medium: 中, 警告, 中程度
Low: 低, 低い, 軽微
Info: 情報
Production: 本番, 本番環境
Staging: ステージング, 検証, 検証環境
Test: テスト, テスト環境
Development: 開発, 開発環境
"""

PHRASES = (
    (r"エラー率", "error rate "),
    (r"レイテンシー?", "latency "),
    (r"(?:レスポンスタイム|応答時間)", "response time "),
    (r"cpu\s?使用率", "CPU usage "),
    (r"メモリー?\s?使用率", "memory usage "),
    (r"ディスク\s?使用率", "disk usage "),
    (r"正常な?インスタンス(?:数)?(?:が)?\s?[0０ゼロ]+(?:台)?", "0 healthy instances"),
    (r"正常な?インスタンス(?:数)?", "healthy instances "),
    (r"エラー", " errors "),
    (r"リクエスト", " requests "),
    (r"キュー(?:長|の長さ)", "queue depth "),
    (r"(\d+(?:\.\d+)?\s?%?)\s?(?:を超える|超え|超過|より大きい|超)", r"> \1"),
    (r"(\d+(?:\.\d+)?\s?%?)\s?以上", r">= \1"),
    (r"(\d+(?:\.\d+)?\s?%?)\s?(?:未満|を下回る)", r"< \1"),
    (r"(?:が|で|、)?\s?(\d+)\s?秒(?:間)?(?:以上)?\s?(?:継続|続く|続いた場合|持続)", r" for \1 seconds"),
    (r"(?:が|で|、)?\s?(\d+)\s?分(?:間)?(?:以上)?\s?(?:継続|続く|続いた場合|持続)", r" for \1 minutes"),
    (r"(?:が|で|、)?\s?(\d+)\s?時間(?:以上)?\s?(?:継続|続く|続いた場合|持続)", r" for \1 hours"),
    (r"(\d+)\s?秒(?:ごと|毎|おき)に?", r"every \1 seconds"),
    (r"(\d+)\s?分(?:ごと|毎|おき)に?", r"every \1 minutes"),
    (r"(\d+)\s?時間(?:ごと|毎|おき)に?", r"every \1 hours"),
    (r"(\d+)\s?分以内に?(?:対応|調査|応答|確認|初動)", r"investigate within \1 minutes"),
    (r"(\d+)\s?時間以内に?(?:対応|調査|応答|確認|初動)", r"investigate within \1 hours"),
    (r"(\d+)\s?分以内", r"within \1 minutes"),
    (r"(\d+)\s?時間以内", r"within \1 hours"),
    (r"(\d+)\s?分(?:間)?後", r"after \1 minutes"),
    (r"(\d+)\s?時間前に?(?:告知|通知|連絡|アナウンス)", r"Announce \1 hours in advance"),
    (r"(\d+)\s?日前に?(?:告知|通知|連絡|アナウンス)", r"Announce \1 days in advance"),
    (r"(\d+)\s?ミリ秒", r"\1 ms"),
    (r"(\d+)\s?秒(?:間)?", r"\1 seconds"),
    (r"(\d+)\s?分(?:間)?", r"\1 minutes"),
    (r"(\d+)\s?時間", r"\1 hours"),
    (r"(\d+)\s?日(?:間)?(?!\s?[-/年月])", r"\1 days"),
    (r"(\d+)\s?週間?", r"\1 weeks"),
    (r"(\d+)\s?(?:か月|ヶ月|カ月|ケ月)", r"\1 months"),
    (r"毎日", "daily "),
    (r"毎時", "hourly "),
    (r"毎週(?=[月火水木金土日])", ""),
    (r"毎週", "weekly "),
    (r"毎月", "monthly "),
    (r"四半期(?:ごと|毎)?", "quarterly "),
    (r"毎年|年次", "yearly "),
    (r"月曜日?", "Monday "),
    (r"火曜日?", "Tuesday "),
    (r"水曜日?", "Wednesday "),
    (r"木曜日?", "Thursday "),
    (r"金曜日?", "Friday "),
    (r"土曜日?", "Saturday "),
    (r"日曜日?", "Sunday "),
    (r"(?<=\d)\s?(?:〜|から|~)\s?(?=\d)", " to "),
    (
        r"オンコール(?:担当)?(?:者)?(?:を|に|へ)(?:直ちに|即座に|すぐに)?(?:呼び出す|呼び出し|連絡|通知|電話)(?:する)?",
        "page on-call",
    ),
    (r"直ちに|即座に|すぐに|即時", "immediately "),
    (r"翌営業日(?:に)?(?:対応)?", "next business day"),
    (r"チケット(?:を)?(?:起票|作成)?(?:する)?", "ticket"),
    (r"保持|保管|保存", " kept "),
    (r"バックアップ", " backup "),
    (r"(?:応答|返答|反応)(?:が)?(?:ない|なし)(?:場合)?", "no response "),
    (r"ずつ", " each"),
)

COMMENTS = (
    (r"確認(?:する)?\s*:?|検証(?:する)?\s*:?", "Verify"),
    (r"期待(?:値|する結果|結果)?\s*[:：]", "Expected:"),
    (r"待機|待つ", "Wait"),
    (r"監視|観察", "Monitor"),
    (r"もし", "If"),
    (r"または|もしくは|代わりに", "Or"),
    (r"緊急(?:時)?", "Emergency"),
    (r"ロールバック|切り戻し", "Rollback"),
    (r"(?:解決策|対処)\s*[:：]", "Solution:"),
)

LANGUAGE = Language("Japanese", TITLES, LABELS, WORDS, PHRASES, COMMENTS, decimal_comma=False, spaced=False)
