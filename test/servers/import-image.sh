#!/bin/sh
# Makes the container image binflash-test/<id> from a server that `npx tsx test/servers/provision.ts` has put
# into the cache, for machines whose docker cannot pull images: import-image.sh mariadb-11.8
set -eu

id=$1
here=$(dirname "$0")
root=${XDG_CACHE_HOME:-$HOME/.cache}/binflash/servers/$id/root
[ -d "$root" ] || { echo "$root is missing: provision $id first" >&2; exit 1; }

extra=$(mktemp -d)
trap 'rm -r "$extra"' EXIT
mkdir "$extra/etc" "$extra/tmp"
chmod 1777 "$extra/tmp"
# The server looks up the user it shall run as.
echo 'root:x:0:0:root:/:/bin/sh' >"$extra/etc/passwd"
cp "$here/image/entrypoint.sh" "$extra/entrypoint.sh"
chmod 755 "$extra" "$extra/entrypoint.sh"

# An import takes no path twice: what the image has of these folders is what was written above.
tar --create --exclude=./etc --exclude=./tmp --directory "$root" . --directory "$extra" etc tmp entrypoint.sh |
  docker import --change 'ENTRYPOINT ["/bin/dash", "/entrypoint.sh"]' --change 'ENV PATH=/usr/sbin:/usr/bin' \
    - "binflash-test/$id"
