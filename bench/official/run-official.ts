import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { asTable, describeRun, listMissed, markdownTable } from "../measurement.ts";
import { prepareBundles } from "./bundles.ts";
import { measureBuild } from "./chain/measure-build.ts";
import { figuresOf, measureDeployment } from "./chain/measure-deployment.ts";
import { measureFleet, measureFollowing } from "./following/measure-following.ts";

const usage = `npm run bench:official -- --bundles FOLDER

Deploys the same releases with AWS's own actions and with ours, next to each other.
FOLDER holds deploy/, render/ and login/: the files of dist/ of aws-actions/amazon-ecs-deploy-task-definition,
aws-actions/amazon-ecs-render-task-definition and aws-actions/amazon-ecr-login. They are run as they are and never
changed.
`;

const say = (line: string) => console.error(line);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { bundles: { type: "string" } } });
  if (!values.bundles) throw new Error(`--bundles FOLDER is missing\n\n${usage}`);
  const folder = await mkdtemp(join(tmpdir(), "bench-official-"));
  try {
    const bundles = await prepareBundles(values.bundles, folder, say);
    say("login, build and push …");
    const build = await measureBuild(bundles.login, folder, say);
    say("following under a virtual clock, and deployments at AWS's own speed: about a quarter of an hour …");
    const deploy = { ours: bundles.ours.deploy, peer: bundles.peer.deploy };
    // The deployments mostly wait.
    const [following, deployment] = await Promise.all([
      measureFollowing(deploy, folder),
      measureDeployment(bundles),
    ]);
    const fleet = await measureFleet(deploy, folder);
    const figures = [...figuresOf(build, deployment), ...following.figures, ...fleet.figures];
    const tables = [following.table, fleet.table].map(markdownTable);
    console.log([await describeRun(), ...tables, asTable(figures), ""].join("\n\n"));
    console.log(listMissed(figures).join("\n"));
    if (figures.some(({ held }) => !held)) process.exitCode = 1;
    const output = join(import.meta.dirname, "../..", ".bench");
    await mkdir(output, { recursive: true });
    const results = { figures, following: following.table, fleet: fleet.table, build, deployment };
    await writeFile(join(output, "official.json"), `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
