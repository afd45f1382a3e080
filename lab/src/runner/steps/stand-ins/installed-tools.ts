import { mkdir, realpath, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StandIn, StandInStep } from "./stand-in.ts";
import { isSatisfiedBy, wantedVersions } from "./versions.ts";

interface Tool {
  program: string;
  /** Prints the version; `--version` by default. */
  ask?: string;
  /** Input with the wanted version, and output with that of the program, if they are not named `PROGRAM-version`. */
  wanted?: string;
  version?: string;
  /** Output with the program's file. */
  file?: string;
  /** Variable with the folder around the program's `bin`. */
  home?: string;
  /** Commands that exist on GitHub, and what they are called elsewhere. */
  aliases?: Readonly<Record<string, string>>;
  /** Input that asks for the repository's packages, and the command that installs them. */
  install?: readonly [string, ...string[]];
}

const tools: Record<string, Tool> = {
  "actions/setup-dotnet": { program: "dotnet" },
  "actions/setup-go": { program: "go", ask: "version" },
  "actions/setup-java": { program: "java", ask: "-version", version: "version", home: "JAVA_HOME" },
  "actions/setup-python": {
    ...{ program: "python3", wanted: "python-version", version: "python-version", file: "python-path" },
    aliases: { python: "python3", pip: "pip3" },
  },
  "astral-sh/setup-uv": { program: "uv", wanted: "version", file: "uv-path" },
  "aws-actions/setup-sam": { program: "sam", wanted: "version" },
  "denoland/setup-deno": { program: "deno" },
  "gradle/actions/setup-gradle": { program: "gradle" },
  "hashicorp/setup-terraform": { program: "terraform", wanted: "terraform_version" },
  "opentofu/setup-opentofu": { program: "tofu", wanted: "tofu_version" },
  "oven-sh/setup-bun": { program: "bun", file: "bun-path" },
  "pnpm/action-setup": { program: "pnpm", wanted: "version", install: ["run_install", "pnpm", "install"] },
  "ruby/setup-ruby": { program: "ruby", install: ["bundler-cache", "bundle", "install"] },
  "shivammathur/setup-php": { program: "php" },
};

/** Actions that install a program, which the machine may have. A step that needs a missing one says so itself. */
export const installedTools: Record<string, StandIn> = Object.fromEntries(
  Object.entries(tools).map(([action, tool]) => [action, { run: (step) => setUp(step, tool) }]),
);

async function setUp(step: StandInStep, tool: Tool): Promise<void> {
  const { program, home, install, ask = "--version" } = tool;
  const { wanted: input = `${program}-version`, version: output = `${program}-version` } = tool;
  const wanted = await wantedVersions(step, input);
  step.setOutput(output, wanted[0] ?? "");
  const file = step.find(program);
  const what = (versions: string[]) => [program, ...versions].join(" ");
  // A question leaves nothing out.
  const asked = { quiet: true, environment: { ECS_DELIVERY_LEFT_OUT: "/dev/null" } };
  const text = file ? (await step.run([program, ask], asked)).output : "";
  const numbers = text.split(/[^\d.]+/);
  const have = numbers.find((each) => /^\d+\.\d/.test(each)) ?? numbers.find((each) => /\d/.test(each));
  // The file may be the rehearsal's own, in front of a program that is missing.
  if (!file || !have)
    return step.leaveOut(what(wanted), "It is not installed here, and a step that runs it fails.");
  const others = wanted.filter((each) => !isSatisfiedBy(each, have));
  if (others.length > 0) step.leaveOut(what(others), `The rehearsal runs this machine's ${have}.`);
  step.setOutput(output, have);
  if (tool.file) step.setOutput(tool.file, file);
  if (home) {
    const folder = dirname(dirname(await realpath(file)));
    step.exportVariable(home, folder);
    step.setOutput("path", folder);
  }
  await addAliases(step, tool.aliases ?? {});
  if (!install || /^(|false|null)$/.test(step.input(install[0]))) return;
  const { code } = await step.run(install.slice(1));
  if (code !== 0) throw new Error(`Process completed with exit code ${code}.`);
}

async function addAliases(step: StandInStep, aliases: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(step.directory, "bin");
  for (const [name, other] of Object.entries(aliases)) {
    const file = step.find(other);
    if (!file || step.find(name)) continue;
    await mkdir(folder, { recursive: true });
    await symlink(file, join(folder, name));
    step.addPath(folder);
  }
}
