import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { asTable, describeRun, listMissed, markdownTable } from "../measurement.ts";
import { measureBuild, reportBuild } from "./build/measure-build.ts";
import { prepareBundles } from "./bundles.ts";
import { measurePolling } from "./polling/measure-polling.ts";
import { untilTrafficShifted } from "./rehearsal/cases.ts";
import { rehearse } from "./rehearsal/rehearse.ts";
import type { Report } from "./report.ts";
import { measureStart } from "./start/measure-start.ts";

const usage = `npm run bench:official -- --bundles FOLDER

Brings the same releases out with AWS's own actions and with ours, side by side, and says what each did.
FOLDER holds deploy/, render/ and login/: the files of dist/ of aws-actions/amazon-ecs-deploy-task-definition,
aws-actions/amazon-ecs-render-task-definition and aws-actions/amazon-ecr-login. They are run as they are and never
changed.
`;

const say = (line: string) => console.error(line);

async function main(): Promise<void> {
  const given = parseArguments();
  const folder = await mkdtemp(join(tmpdir(), "bench-official-"));
  try {
    const bundles = await prepareBundles(given, folder, say);
    say("bundles and start …");
    const start = await measureStart(bundles, folder);
    say("following under a virtual clock …");
    const polling = await measurePolling(bundles, folder);
    say("login, build and push …");
    const build = await measureBuild(bundles.login, folder, say);
    say("deployments on the simulated AWS …");
    const rehearsal = await rehearse(bundles, say);
    const deployment = rehearsal.figures.find(({ metric }) => metric === untilTrafficShifted);
    const whole = build && deployment ? [reportBuild(build, deployment)] : [];
    await tell([rehearsal, ...whole, polling, start]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function parseArguments(): string {
  const { values } = parseArgs({ options: { bundles: { type: "string" } } });
  if (!values.bundles) throw new Error(`--bundles FOLDER is missing\n\n${usage}`);
  return values.bundles;
}

async function tell(reports: readonly Report[]): Promise<void> {
  console.log(await describeRun());
  for (const { title, table } of reports)
    if (table.length > 0) console.log(`\n${title}\n\n${markdownTable(table)}`);
  const figures = reports.flatMap((report) => report.figures);
  console.log(`\n${asTable(figures)}\n\n${listMissed(figures).join("\n")}`);
  if (figures.some(({ held }) => !held)) process.exitCode = 1;
  const output = join(import.meta.dirname, "../..", ".bench");
  await mkdir(output, { recursive: true });
  await writeFile(join(output, "official.json"), `${JSON.stringify(reports, null, 2)}\n`);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
