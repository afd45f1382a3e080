import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writePrograms } from "./left-out.ts";

const place = { directory: "" };

beforeAll(async () => {
  place.directory = await mkdtemp(join(tmpdir(), "left-out-"));
  const real = join(place.directory, "real");
  await mkdir(real);
  for (const name of ["npm", "terraform", "mvn", "rsync", "docker"])
    await writeFile(join(real, name), `#!/bin/sh\necho real ${name} "$@"\n`, { mode: 0o755 });
  await writePrograms(join(place.directory, "programs"), { gh: "#!/bin/sh\necho given\n" });
});

afterAll(() => rm(place.directory, { recursive: true, force: true }));

async function run(script: string) {
  const { directory } = place;
  const file = join(directory, "left-out.jsonl");
  await writeFile(file, "");
  const PATH = `${directory}/programs:${directory}/real:${process.env.PATH}`;
  const environment = {
    PATH,
    ECS_DELIVERY_LEFT_OUT: file,
    GIT_CONFIG_GLOBAL: join(directory, "programs/gitconfig"),
  };
  const { stdout } = await promisify(execFile)("sh", ["-ec", script], { cwd: directory, env: environment });
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  return { stdout: stdout.trim(), leftOut: lines.map((line) => JSON.parse(line).what) };
}

it.each([
  ["npm publish --access public", ["npm publish"], ""],
  ["npm --prefix app publish", ["npm publish"], ""],
  ["npm ci --ignore-scripts", [], "real npm ci --ignore-scripts"],
  ["npm run publish", [], "real npm run publish"],
  ["yarn npm publish", ["yarn npm publish"], ""],
  ["terraform -chdir=infra apply -auto-approve", ["terraform apply"], ""],
  ["terraform fmt -check", [], "real terraform fmt -check"],
  ["mvn -B clean deploy", ["mvn deploy"], ""],
  ["mvn -B verify", [], "real mvn -B verify"],
  ["rsync -a dist/ web@example.com:/srv", ["rsync"], ""],
  ["rsync -a dist/ copy/", [], "real rsync -a dist/ copy/"],
  ["sudo apt-get install -y jq", ["sudo apt-get"], ""],
  ["sudo -E -u root docker push a", [], "real docker push a"],
  [`kubectl set image 'x="$(id)\\'`, ["kubectl set"], ""],
  ["gh release create v1", [], "given"],
])("%s", async (script, leftOut, stdout) => {
  expect(await run(script)).toEqual({ stdout, leftOut });
});

it("leaves out a push to an address outside, however git is started, and no other", async () => {
  const { leftOut } = await run(`
    git init -q -b main work && git init -q --bare other.git && cd work
    git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first
    git remote add origin https://user:secret@github.com/octo/coffee
    git push -q origin main --tags
    "$(command -v git)" -C . push -q git@github.com:octo/coffee.git main:other
    git push -q ../other.git main
    git -C ../other.git rev-parse main`);
  expect(leftOut).toEqual([
    "git push https://github.com/octo/coffee",
    "git push git@github.com:octo/coffee.git",
  ]);
});
