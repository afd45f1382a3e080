import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const publishes = "It would publish to a registry outside of this rehearsal.";
const changes = "It would change what is outside of this rehearsal.";
const administers = "It needs an administrator's rights on this machine.";

/** Subcommands that are left out, by programs: "*" for each, "… word" for one at any place, or those "except" some. */
const table: readonly [programs: string, commands: string, why: string][] = [
  ["npm", "publish,unpublish,deprecate,dist-tag,access,owner,login,adduser,token", publishes],
  ["pnpm", "publish,login", publishes],
  ["yarn", "publish,npm publish,npm login,npm tag,login", publishes],
  ["lerna changeset", "publish", publishes],
  ["semantic-release release-it twine np", "*", publishes],
  ["poetry uv flit hatch", "publish", publishes],
  ["cargo", "publish,yank,login,owner", publishes],
  ["gem", "push,yank,signin,owner", publishes],
  ["mvn", "… deploy,… deploy:deploy,… release:perform", publishes],
  ["gradle", "… publish", publishes],
  ["dotnet", "nuget push,nuget delete", publishes],
  ["nuget", "push,delete", publishes],
  ["goreleaser", "release", publishes],
  ["gh glab hub", "except version,help", changes],
  ["ssh scp sftp ssh-copy-id", "*", changes],
  ["rsync", "… *:*", changes],
  ["ansible ansible-playbook cap fab capistrano fastlane", "*", changes],
  ["kubectl oc", "except version,kustomize,config", changes],
  ["helm", "except version,lint,template,package,dependency,create", changes],
  ["argocd flux eksctl skaffold kustomize-deploy", "*", changes],
  ["terraform tofu terragrunt", "except version,fmt", changes],
  ["pulumi", "except version", changes],
  ["cdk", "deploy,destroy,bootstrap,import,watch,rollback", changes],
  ["sam", "deploy,delete,sync,package,publish", changes],
  ["serverless sls", "deploy,remove,rollback,login", changes],
  ["eb copilot ecs-cli ecspresso ecs-deploy lambroll", "except version,--version,help", changes],
  ["gcloud gsutil bq az flyctl fly heroku vercel netlify wrangler firebase railway doctl", "*", changes],
  ["surge now ibmcloud oci linode-cli hcloud cf", "*", changes],
  ["mail sendmail", "*", changes],
  ["apt apt-get yum dnf apk snap dpkg pacman zypper", "*", administers],
  ["systemctl service shutdown reboot halt poweroff su doas mount umount iptables ufw", "*", administers],
];

/** Options before the subcommand that take the next word as their value. */
const withValue = "-C|-c|-w|--prefix|--workspace|--filter|--cwd|--chdir|--namespace|--context";

/** Programs that need no rights, so that `sudo` in front of them changes nothing. */
const runsUnderSudo =
  "aws|docker|docker-compose|git|jq|make|node|npm|npx|pip|pip3|python|python3|yarn|bash|sh";

/**
 * Writes programs that do nothing except state it, and those given. Each other subcommand runs the real program.
 * @param programs text by name; they replace those of the table
 */
export async function writePrograms(directory: string, programs: Readonly<Record<string, string>>) {
  const stubs = table.flatMap(([names, commands, why]) =>
    names.split(" ").map((name) => [name, stub(directory, name, commands, why)] as const),
  );
  const texts = {
    ...Object.fromEntries(stubs),
    sudo: sudo(),
    "git-remote-left-out": remoteHelper,
    ...programs,
  };
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(directory, name), text);
    await chmod(join(directory, name), 0o755);
  }
}

/** Shell commands that state the work that is left out; \`$what\` has it. */
const state = (why: string) => `case $what in *[!A-Za-z0-9\\ ._:/@-]*) what=\${what%% *} ;; esac
echo "The rehearsal does not run '$what'. ${why}" >&2
printf '{"what":"%s","why":"%s"}\\n' "$what" "${why}" >> "\${ECS_DELIVERY_LEFT_OUT:-/dev/null}"`;

function stub(directory: string, name: string, commands: string, why: string): string {
  const [, except, list = ""] = /^(except )?(.*)$/.exec(commands) ?? [];
  const real = `run_real "$@"`;
  const first = `set -f; set -- $words; what="${name} \${1:-}"; what=\${what% }`;
  const cases = list.split(",").map((each) => {
    if (except) return `" ${each} "*) ${real} ;;`;
    if (each === "*") return `*) ${first} ;;`;
    const word = each.replace("… ", "");
    const pattern = `" "${word.replaceAll(" ", '" "')}" "*`;
    return `${word === each ? "" : "*"}${pattern}) what="${name}${word.includes("*") ? "" : ` ${word}`}" ;;`;
  });
  return `#!/bin/sh
run_real() {
  IFS=:
  for folder in $PATH; do
    [ "$folder" = '${directory}' ] || [ ! -x "$folder/${name}" ] || exec "$folder/${name}" "$@"
  done
  echo "${name}: command not found" >&2; exit 127
}
words=" " value=
for word do
  if [ "$value" ]; then value=; continue; fi
  case $word in
    ${withValue}) value=1 ;;
    -*) ;;
    *) words="$words$word " ;;
  esac
done
case $words in
  ${cases.join("\n  ")}
  *) ${except ? first : real} ;;
esac
${state(why)}
`;
}

function sudo(): string {
  return `#!/bin/sh
while :; do
  case \${1:-} in
    -u|-g|-h|-p|-C|-D|-R|-T) shift ;;
    --) shift; break ;;
    -*|*=*) ;;
    *) break ;;
  esac
  shift
done
case \${1:-} in ${runsUnderSudo}) exec "$@" ;; esac
what="sudo \${1:-}"
${state(administers)}
`;
}

/** Receives what \`git push\` sends to an address outside: see gitremote-helpers(7). */
const remoteHelper = `#!/bin/sh
while read -r verb reference; do
  case $verb in
    capabilities) printf 'push\\n\\n' ;;
    list) echo ;;
    push) pushed=1; echo "ok \${reference#*:}" ;;
    '') [ "\${pushed:-}" ] || exit 0; pushed=; echo
      what="git push $2"
      case $2 in *://*@*) what="git push \${2%%://*}://\${2#*@}" ;; esac
      ${state(changes)} ;;
  esac
done
`;

/** Git settings that lead a push to an address outside to `git-remote-left-out`. The longest matching prefix wins. */
export const gitSettings = `[url "left-out::https://"]
  pushInsteadOf = https://
[url "left-out::http://"]
  pushInsteadOf = http://
[url "left-out::ssh://"]
  pushInsteadOf = ssh://
[url "left-out::git://"]
  pushInsteadOf = git://
[url "left-out::git@"]
  pushInsteadOf = git@
[url "http://127.0.0.1"]
  pushInsteadOf = http://127.0.0.1
[url "http://localhost"]
  pushInsteadOf = http://localhost
`;
