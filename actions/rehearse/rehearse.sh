# Rehearses the commit of the workspace, as if it were pushed to the base branch.
set -euo pipefail

fail() {
  echo "::error title=Rehearse::$1"
  exit 1
}
[ "$GITHUB_EVENT_NAME" != pull_request_target ] ||
  fail "pull_request_target gives secrets and a token that writes to a job of a fork's code. Fix: on: pull_request"
git rev-parse --verify --quiet HEAD > /dev/null ||
  fail "The workspace has no commit. Fix: add actions/checkout before this step."

folder=$(mktemp -d "$RUNNER_TEMP/rehearse-XXXXXX")
# npm reads no settings of the repository here.
(cd "$folder" && npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-update-notifier "$PACKAGE")
program=$folder/node_modules/ecs-delivery/bin.cjs

options=(--once --yes --network "$NETWORK" --port 0 --listener-offset $((20000 + $$ % 4000)))
options+=(--json "$folder/rehearsal.json" --summary "$folder/summary.md")
[ -z "$WORKFLOW" ] || options+=(--workflow "$WORKFLOW")
[ -z "$EVENT" ] || options+=(--event "$EVENT")
[ -z "$VALUES" ] || options+=(--values "$(realpath "$VALUES")")
[ -z "$ACCOUNT" ] || options+=(--account "$(realpath "$ACCOUNT")")

# The clone has a branch, and not the credentials that actions/checkout may leave.
git clone --quiet . "$folder/clone" 2> /dev/null
cd "$folder/clone"
[ "$GITHUB_REF_TYPE" = tag ] || git checkout --quiet -B "${GITHUB_BASE_REF:-$GITHUB_REF_NAME}"
git remote set-url origin "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"

# The log of the rehearsed steps gives no commands to this runner.
stop=$(node -p 'crypto.randomUUID()')
echo "::stop-commands::$stop"
code=0
node "$program" lab "${options[@]}" 2> "$folder/errors.txt" || code=$?
cat "$folder/errors.txt"
echo "::$stop::"

json=$folder/rehearsal.json
if [ -e "$json" ]; then
  cause=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).cause ?? ""' "$json")
else
  json=
  cause=$(tr -s '\r\n ' ' ' < "$folder/errors.txt")
  printf '## ✗ The rehearsal did not start\n\n    %s\n' "${cause:=the log shows why}" > "$folder/summary.md"
fi
cat "$folder/summary.md" >> "$GITHUB_STEP_SUMMARY"
{
  echo "result=$([ "$code" = 0 ] && echo success || echo failure)"
  echo "cause=$cause"
  echo "json=$json"
  echo "program=$program"
  echo "summary=$folder/summary.md"
} >> "$GITHUB_OUTPUT"
exit "$code"
