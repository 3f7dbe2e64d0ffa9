#!/bin/sh
# Serve one empty repository over HTTP, to read and to push. Usage: start.sh
set -eu
repository=/srv/git/fleet.git
if [ ! -d "$repository" ]; then
  git init --quiet --bare --initial-branch main "$repository"
  git -C "$repository" config http.receivepack true
fi
exec lighttpd -D -f /etc/lighttpd/git.conf
