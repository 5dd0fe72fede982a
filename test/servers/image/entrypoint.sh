#!/bin/sh
# Entrypoint of an image made by import-image.sh. Like the official images' entrypoints it fills an empty data
# folder and then runs the server with the given options. The image has a shell but no other tools.
set -eu

server=/usr/sbin/mysqld
share=
if [ -x /opt/mysql-5.6/mysqld ]; then
  export LD_LIBRARY_PATH=/opt/mysql-5.6
  server=/opt/mysql-5.6/mysqld
  share=/opt/mysql-5.6/share
  set -- --basedir=/opt/mysql-5.6 --lc-messages-dir=$share "$@"
fi
set -- --no-defaults --user=root "$@"

data=
for option in "$@"; do
  case $option in
    --datadir=*) data=${option#--datadir=} ;;
  esac
done

bootstrap_sql() {
  echo 'CREATE DATABASE mysql;'
  echo 'USE mysql;'
  echo 'SET @auth_root_socket=NULL;'
  for part in system_tables performance_tables system_tables_data; do
    for file in "$share"/mysql_$part.sql "$share"/mariadb_$part.sql; do
      [ -f "$file" ] || continue
      while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done <"$file"
    done
  done
}

if [ ! -d "$data/mysql" ]; then
  for folder in /usr/share/mysql /usr/share/mariadb; do
    for file in "$folder"/m*_system_tables.sql; do
      [ ! -f "$file" ] || share=$folder
    done
  done
  if [ -n "$share" ]; then
    bootstrap_sql | "$server" "$@" --skip-log-bin --bootstrap
  else
    echo "CREATE USER root@'127.0.0.1'; GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;" >"$data.sql"
    "$server" "$@" --skip-log-bin --initialize-insecure --init-file="$data.sql"
  fi
fi
exec "$server" "$@"
