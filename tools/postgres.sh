#!/usr/bin/env bash
# A throw-away Postgres for tests, on loopback and without a password:
#   tools/postgres.sh start DIR PORT   prints its URL
#   tools/postgres.sh stop DIR
# The server's programs are Debian's; as root it runs as their user postgres.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")
dir=$2

as_server() {
    if [ "$(id -u)" = 0 ]; then su postgres -c "$1"; else bash -c "$1"; fi
}

case $1 in
start)
    port=$3
    mkdir -p "$dir"
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
    as_server "'$bin/initdb' -D '$dir/data' -A trust -U leeboard -E UTF8 --no-sync >'$dir/initdb.log'"
    options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$dir'"
    options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    as_server "'$bin/pg_ctl' -D '$dir/data' -w -l '$dir/log' -o \"$options\" start >/dev/null"
    echo "postgresql://leeboard@127.0.0.1:$port/postgres"
    ;;
stop)
    as_server "'$bin/pg_ctl' -D '$dir/data' -m immediate stop >/dev/null"
    ;;
esac
