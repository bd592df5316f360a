#!/usr/bin/env bash
# The certificate: ./certificate.sh renew [--days=90]
# Makes a new key and certificate for 127.0.0.1, and has nginx take them where it runs.
set -euo pipefail
source "$(dirname "$0")/programs.sh"
days=90
[ "${1:-}" = renew ] || fail "usage: ./certificate.sh renew [--days=90]"
case "${2:-}" in
"") ;;
--days=*[!0-9]* | --days=) fail "--days needs a whole number" ;;
--days=*) days=${2#--days=} ;;
*) fail "usage: ./certificate.sh renew [--days=90]" ;;
esac
command -v openssl >/dev/null || fail "the program openssl is missing"
(umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "$days" \
  -subj /CN=site.test -addext "subjectAltName=DNS:site.test,DNS:localhost,IP:127.0.0.1" \
  -keyout tls/site.key.new -out tls/site.crt.new 2>logs/openssl.log) || fail "$(tail -n 1 logs/openssl.log)"
chmod 644 tls/site.crt.new
mv tls/site.key.new tls/site.key
mv tls/site.crt.new tls/site.crt
if pid_of nginx >/dev/null; then ./nginx.sh reload; fi
echo "the certificate is good until $(openssl x509 -in tls/site.crt -noout -enddate | cut -d = -f 2)"
