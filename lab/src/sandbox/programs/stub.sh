#!/bin/sh
# Stands for a program of left-out.yaml: `NAME`, `CASES` and so on are filled in.
folder=${0%/*} words=" " value=
for word do
  if [ "$value" ]; then value=; continue; fi
  case $word in
    # Options before the subcommand that take the next word as their value.
    -C | -c | -w | --prefix | --workspace | --filter | --cwd | --chdir | --namespace | --context) value=1 ;;
    -*) ;;
    *) words="$words$word " ;;
  esac
done
run_real() {
  IFS=:
  for each in $PATH; do
    [ "$each" = "$folder" ] || [ ! -x "$each/NAME" ] || exec "$each/NAME" "$@"
  done
  echo "NAME: command not found" >&2
  exit 127
}
first_word() {
  first=${words# } first=${first%% *} what="NAME ${first}"
  what=${what% }
}
case $words in
  CASES
esac
exec "$folder/state-left-out" "$what" "WHY"
