#!/bin/sh
# States in the log, and for the summary of the run, what is left out and why.
what=$1
case $what in *[!A-Za-z0-9\ ._:/@*-]*) what=${what%% *} ;; esac
echo "The rehearsal does not run '$what'. $2" >&2
printf '{"what":"%s","why":"%s"}\n' "$what" "$2" >> "${ECS_DELIVERY_LEFT_OUT:-/dev/null}"
