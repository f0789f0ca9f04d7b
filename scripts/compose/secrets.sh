#!/bin/sh
# Writes `.env` for docker compose, with secrets of its own making. Never overwrites one that is there.
set -eu
cd "$(dirname "$0")/../.."
if [ -e .env ]; then
  echo ".env 已存在,未改动 · .env is there already; nothing was changed" >&2
  exit 1
fi
umask 077
secret() { head -c 24 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
url=${DESK_URL:-https://$(hostname)}
{
  echo "DESK_URL=${url%/}"
  for name in POSTGRES_PASSWORD S3_ACCESS_KEY S3_SECRET_KEY AMI_READER_SECRET AMI_ACTOR_SECRET ARI_SECRET; do
    echo "$name=$(secret)"
  done
} > .env
echo "已写入 .env;请核对 DESK_URL · .env is written; see that DESK_URL is the address people will type"
