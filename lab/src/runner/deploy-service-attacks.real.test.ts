import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trustOfTasks } from "@ecs-delivery/actions/delivery/stage.support";
import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { createIdleCluster } from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectCodeApart } from "../story/chapters/expectations.ts";
import { callerOf, filesOfDeployService, menuWith } from "./deploy-service.support.ts";
import { accessTo } from "./project.support.ts";
import { codeOfJob, type JobResult, type RunResult } from "./result.ts";
import { createTestRepository, type TestRepository } from "./test-repository.support.ts";

/** Attacks on credentials by code of the repository: commands that write what they find to the file $LOOT. */
const thefts: Readonly<Record<string, string>> = {
  "leaves a process": `setsid bash -c 'while :; do
  grep -lsz "^LOOT=$LOOT" /proc/[0-9]*/environ | xargs -r grep -ahsz "^[A-Z_]*AWS" >> "$LOOT"
done' > /dev/null 2>&1 &`,
  "writes GITHUB_PATH": `mkdir -p "$RUNNER_TEMP/bin"
for program in bash node git tar sha256sum; do
  printf '#!/bin/sh\nenv >> "$LOOT"\nexec %s "$@"' "$(command -v $program)" > "$RUNNER_TEMP/bin/$program"
done
chmod +x "$RUNNER_TEMP"/bin/*
echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"`,
  "writes GITHUB_ENV": `echo 'env >> "$LOOT"' > "$RUNNER_TEMP/steal.sh"
echo "BASH_ENV=$RUNNER_TEMP/steal.sh" >> "$GITHUB_ENV"`,
  "writes GITHUB_OUTPUT": `printf 'name=other\nsha256=%064d\n' 0 >> "$GITHUB_OUTPUT"`,
  "asks for the identity token": `curl -s "$ACTIONS_ID_TOKEN_REQUEST_URL" -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" >> "$LOOT" || true`,
};

/** A program of the job's later steps that does something else. */
const replace = (program: string, script: string) => `mkdir -p "$RUNNER_TEMP/bin"
printf '#!/bin/sh\n${script}' > "$RUNNER_TEMP/bin/${program}"
chmod +x "$RUNNER_TEMP/bin/${program}"
echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"`;

const [pack, check, push] = ["Pack the files of the image", "Check the digest", "Build and push the image"];
const frauds: readonly (readonly [attack: string, commands: string, step: string, message: RegExp])[] = [
  [
    "replaces the files after their digest",
    replace("sha256sum", '/usr/bin/sha256sum "$@"; echo more >> "$RUNNER_TEMP/artifact/menu.tar"'),
    check,
    /^menu\.tar does not have the digest that the job build computed/,
  ],
  [
    "replaces the digest by lines that list another file",
    `cat > "$RUNNER_TEMP/lines.sh" << 'END'
trap 'printf "sha256<<END\\n%s  /dev/null\\n#\\nEND\\n" "$(/usr/bin/sha256sum < /dev/null | cut -c 1-64)" >> "$GITHUB_OUTPUT"' EXIT
END
echo "BASH_ENV=$RUNNER_TEMP/lines.sh" >> "$GITHUB_ENV"`,
    check,
    /^menu\.tar does not have the digest that the job build computed/,
  ],
  ["adds a symbolic link that leads outside", "ln -s /etc/passwd dist/users", push, /users/],
  ["adds an absolute path", replace("tar", '/usr/bin/tar -Pcf "$3" /etc/hostname'), push, /\/etc\/hostname/],
  ["adds a device", replace("tar", '/usr/bin/tar -cf "$3" -C /dev null'), push, /null/],
  ["adds 10 GB", "truncate --size 10G dist/big", pack, /have 10737 MB.*at most 2,000 MB/],
];

/** Runs a Dockerfile in its own environment, which BuildKit keeps from it, and writes an image without layers. */
const docker = `#!/bin/bash -e
if [ "$1" = info ]; then exec echo io.containerd.snapshotter; fi
while [ $# -gt 1 ]; do
  case "$1" in
    --file) dockerfile=$2 ;;
    --metadata-file) metadata=$2 ;;
    --output) archive=\${2#*dest=} ;;
  esac
  shift
done
sed -n 's/^RUN //p' "$dockerfile" | bash -e
cd "$(mktemp -d)"
mkdir -p blobs/sha256
blob() {
  digest=$(printf %s "$2" | sha256sum | cut -c 1-64)
  printf %s "$2" > "blobs/sha256/$digest"
  printf '{"mediaType":"application/vnd.oci.image.%s.v1+json","digest":"sha256:%s","size":%d}' "$1" "$digest" \${#2}
}
config=$(blob config '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')
manifest=$(blob manifest "{\\"schemaVersion\\":2,\\"config\\":$config,\\"layers\\":[]}")
echo "{\\"manifests\\":[$manifest]}" > index.json
tar -cf "$archive" blobs index.json
echo "{\\"containerimage.digest\\":\\"$(grep -o 'sha256:[0-9a-f]*' index.json)\\"}" > "$metadata"
`;

describe("a test script that", () => {
  const folder = join(tmpdir(), `attacks-${randomUUID()}`);
  const lootFile = join(folder, "loot");
  let secret: string;
  let files: Record<string, string>;
  let simulator: TestSimulator;
  let shop: TestRepository;
  beforeAll(async () => {
    simulator = await startTestSimulator();
    await (await createIdleCluster(simulator)).createService("menu");
    await simulator.aws.ecr.createRepository({ repositoryName: "menu" });
    const role = { RoleName: "execution", AssumeRolePolicyDocument: JSON.stringify(trustOfTasks) };
    await simulator.aws.iam.createRole(role);
    const { environment, secrets } = accessTo(simulator);
    secret = secrets.AWS_SECRET_ACCESS_KEY;
    files = await filesOfDeployService();
    await mkdir(folder);
    await writeFile(join(folder, "docker"), docker, { mode: 0o755 });
    const PATH = `${folder}:${environment.PATH}`;
    shop = await createTestRepository(
      { ...files, "taskdef.json": JSON.stringify(webTaskDefinition("<IMAGE1_NAME>", { name: "menu" })) },
      { environment: { ...environment, PATH, LOOT: lootFile }, secrets },
    );
  });
  afterAll(async () => {
    await shop?.remove();
    await simulator?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const inputs = {
    ...{ cluster: "coffee", "ecs-service": "menu", "deploy-through": "ecs", "wait-until": "registered" },
    ...{ "task-definition": "taskdef.json", values: "{}" },
  };
  const caller = callerOf({ ...inputs, "base-image": "scratch" });
  const loot = () => readFile(lootFile, "utf8").catch(() => "");
  const images = () => simulator.aws.ecr.describeImages({ repositoryName: "menu" });

  const attack = async (commands: string, workflows: Record<string, string> = caller) => {
    const scripts = { test: "bash attack.sh", build: "mkdir -p dist; echo 1 > dist/server.mjs" };
    const attackFile = { "services/menu/attack.sh": `set -e\nmkdir -p dist\n${commands}\n` };
    await rm(lootFile, { force: true });
    await shop.commit({ ...menuWith(scripts), ...attackFile, ...workflows });
    return shop.run();
  };
  const failedSteps = ({ jobs }: RunResult) =>
    jobs.flatMap(({ name, steps, annotations }) => {
      const message = annotations.find(({ level }) => level === "error")?.message;
      return steps.flatMap((step) => (step.conclusion === "failure" ? [[name, step.name, message]] : []));
    });

  const expectNoLoot = async (result: RunResult) => {
    expect(failedSteps(result)).toEqual([]);
    expect(await loot()).not.toContain(secret);
    expect(await loot()).not.toMatch(/ACTIONS_ID_TOKEN|eyJ/);
    expect(result.jobs.at(-1)).toMatchObject({ name: "deploy / deploy", conclusion: "success" });
    expect(codeOfJob(result.jobs.at(-1) as JobResult)).toEqual([]);
  };

  it.each(Object.entries(thefts))(
    "%s gets no key and no token, and its service is registered",
    async (_, commands) => expectNoLoot(await attack(commands)),
  );

  it("a Dockerfile runs in the job's environment gets neither, and its image is pushed", async () => {
    const dockerfile = "services/menu/Dockerfile";
    const result = await attack(Object.values(thefts).join("\n"), {
      ...callerOf({ ...inputs, dockerfile }),
      [dockerfile]: 'FROM scratch\nRUN env >> "$LOOT"\nRUN bash services/menu/attack.sh\n',
    });
    expect(await loot()).toContain("GITHUB_JOB=build");
    await expectNoLoot(result);
    const [build, deploy] = result.jobs.filter(({ conclusion }) => conclusion === "success");
    expect(build?.outputs["image-digest"]).toMatch(/^sha256:/);
    expect(deploy?.outputs["image-digest"]).toBe(build?.outputs["image-digest"]);
  });

  it.each(frauds)("%s deploys nothing", async (_, commands, step, message) => {
    const { imageDetails } = await images();
    const job = step === pack ? "build" : "deploy";
    expect(failedSteps(await attack(commands))).toEqual([
      [`deploy / ${job}`, step, expect.stringMatching(message)],
    ]);
    expect(await images()).toMatchObject({ imageDetails });
  });

  it("does the same in a job with credentials gets both", async () => {
    await attack(Object.values(thefts).join("\n"), {
      ".github/workflows/main.yml": `on: workflow_dispatch
jobs:
  deploy:
    permissions: { contents: read, id-token: write }
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
      - { run: node --run test, working-directory: services/menu }
      - run: until grep -aqz "^AWS_SECRET_ACCESS_KEY=." "$LOOT"; do :; done
        env: { AWS_SECRET_ACCESS_KEY: "\${{ secrets.AWS_SECRET_ACCESS_KEY }}" }
`,
    });
    expect(await loot()).toContain(secret);
    expect(await loot()).toMatch(/"value":"eyJ/);
  });

  it("a step of the job deploy runs makes the story's check fail", async () => {
    const file = ".github/workflows/deploy-service.yml";
    const [head = "", tail = ""] = (files[file] ?? "").split("      - name: Read the stack's outputs\n");
    const step = "      - { run: bash attack.sh, working-directory: services/menu }\n";
    const changed = `${head}${step}      - name: Read the stack's outputs\n${tail}`;
    const result = await attack("while sleep 1; do :; done &", { ...caller, [file]: changed });
    expect(() => expectCodeApart([result])).toThrow(
      /^deploy \/ deploy of run \d+ has credentials and executed run-\d+\/job-\d+\/.*attack\.sh$/,
    );
  });
});
