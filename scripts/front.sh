#!/bin/sh
# Puts nginx in front of a running desk, so that other PCs of the network reach it by HTTPS:
#   sh scripts/front.sh 192.168.1.20
# DESK_URL is the address people type when it is not https://<address>.
# Makes a certificate for that address when DESK_VAR/front holds none (desk.crt, desk.key: put the hospital's own there).
# Stays up; Ctrl-C ends it. The desk itself is started with DESK_URL=https://… DESK_TRUST_PROXY=127.0.0.1.
set -eu
cd "$(dirname "$0")/.."
name=${1:?"用法 usage: sh scripts/front.sh <地址 address>"}
front=${DESK_VAR:-var}/front
mkdir -p "$front/temp"
front=$(cd "$front" && pwd)
PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "缺少 nginx · nginx is missing: apt-get install nginx" >&2; exit 1; }

if [ ! -e "$front/desk.crt" ]; then
  case $name in *[!0-9.]*) san=DNS:$name ;; *) san=IP:$name ;; esac
  (umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
    -subj "/CN=$name" -addext "subjectAltName=$san" -keyout "$front/desk.key" -out "$front/desk.crt" 2>/dev/null)
  echo "· 已生成自签名证书,有效 825 天 · made a self-signed certificate for $name: $front/desk.crt"
fi

# The address people type: the only one whose pages may open a phone, and where port 80 sends them.
origin=${DESK_URL:-https://$name}
origin=${origin%/}
fill() { sed "s|\${$1}|$2|g"; }
fill NGINX_NAME "$name" < asterisk-config/nginx/desk.conf.template |
  fill NGINX_HTTP "${NGINX_HTTP:-80}" | fill NGINX_HTTPS "${NGINX_HTTPS:-443}" |
  fill NGINX_ORIGIN "$origin" |
  fill NGINX_DESK "${NGINX_DESK:-127.0.0.1:${DESK_PORT:-8080}}" |
  fill NGINX_PBX "${NGINX_PBX:-127.0.0.1:${PBX_HTTP_PORT:-8088}}" |
  fill NGINX_CERTIFICATE "$front/desk.crt" | fill NGINX_KEY "$front/desk.key" > "$front/desk.conf"
cp asterisk-config/nginx/nginx.conf "$front/"
echo "· https://$name"
exec nginx -p "$front" -c "$front/nginx.conf" -e stderr
