#!/bin/sh
# Receives what `git push` sends to an address outside: see gitremote-helpers(7).
pushed=
while read -r verb reference; do
  case $verb in
    capabilities) printf 'push\n\n' ;;
    list) echo ;;
    push) pushed=1; echo "ok ${reference#*:}" ;;
    '')
      [ "$pushed" ] || exit 0
      pushed=
      echo
      address=$2
      case $2 in *://*@*) address="${2%%://*}://${2#*@}" ;; esac
      "${0%/*}/state-left-out" "git push $address" "It would change what is outside of this rehearsal." ;;
  esac
done
