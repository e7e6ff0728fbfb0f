#!/bin/sh
# Copies a virtualenv into an image as it is, with one COPY. Arguments: the virtualenv, the base image.
set -eu
work=$(mktemp --directory)
trap 'rm -r "$work"' EXIT
printf 'FROM %s\nCOPY venv /usr/local/lib/bench-copy\n' "$2" > "$work/Dockerfile"
tar --create --directory="$work" Dockerfile --directory="$(dirname "$1")" --transform="s,^$(basename "$1"),venv," "$(basename "$1")" |
  DOCKER_BUILDKIT=1 /usr/bin/docker build --quiet --tag bench-copy -
