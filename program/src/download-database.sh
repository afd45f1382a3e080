#!/bin/sh
# Unpacks MariaDB's server from the packages of Debian or Ubuntu into $1/database-server, without the rights of root.
# apt finds what the server needs that this system lacks, and checks every package against the signed lists.
set -eu
cache=$1
mkdir -p "$cache"
# Those of killed downloads.
find "$cache" -maxdepth 1 -name 'download-*' -mmin +60 -exec rm -rf {} +
folder=$(mktemp -d "$cache/download-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT TERM
cd "$folder"

# The server without the system's service, and the client's package, which has a program for the installation. Older
# releases have the version in the names.
wanted='^mariadb-(server|client)-core(-[0-9.]+)?$'

# Takes options of apt-get.
download() {
  apt-get "$@" -qq install --reinstall --no-install-recommends --print-uris "$wanted" >uris || return
  sed -n "s/^'[^']*' \([^_ ]*\)_[^ ]* \([0-9]*\) .*/\1 \2/p" uris >packages
  [ -s packages ] || return
  awk '{ bytes += $2 } END { printf "downloading a database server (MariaDB, %.1f MB)\n", bytes / 1e6 }' packages >&3
  # shellcheck disable=SC2046 # Names of packages have no blanks.
  apt-get "$@" -qq download $(cut -d ' ' -f 1 packages)
}
exec 3>&2
# The system's lists may be missing, or older than the mirror.
if ! download 2>problem; then
  mkdir -p lists/partial archives/partial
  set -- -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder" -o APT::Sandbox::User=root
  apt-get "$@" -qq update
  download "$@"
fi
for package in *.deb; do dpkg-deb --extract "$package" server; done

# Only the server gets the libraries. A folder that does not exist is ignored.
mkdir server/bin
for program in usr/sbin/mariadbd usr/bin/mariadb-install-db; do
  cat >"server/bin/${program##*/}" <<END
#!/bin/sh
root=\$(cd "\$(dirname "\$0")/.." && pwd)
libraries=\$(printf '%s:' "\$root"/lib/*-linux-* "\$root"/usr/lib/*-linux-*)
exec env LD_LIBRARY_PATH="\${libraries%:}" "\$root/$program" "\$@" --basedir="\$root/usr"
END
done
chmod +x server/bin/*
works() { "$1/bin/mariadbd" --no-defaults --version >/dev/null; }
works server
# Another start may have been faster.
mv -T server "$cache/database-server" 2>/dev/null || works "$cache/database-server" || {
  rm -rf "$cache/database-server"
  mv -T server "$cache/database-server"
}
