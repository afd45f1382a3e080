import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { folder, type Profile, profiles, readProfile, templateNames } from "./profiles.support.ts";

const work = useFolder();

/** Example values in the format that an account would return. */
const looksLike: { readonly [kind: string]: string } = {
  vpc: "vpc-0123456789abcdef0",
  subnet: "subnet-0123456789abcdef0",
  "instance-endpoint": "supplierdb.abcdefghijkl.us-east-1.rds.amazonaws.com",
  "instance-port": "3306",
};

test("cfn-lint reports nothing, not even a hint", async () => {
  const files = templateNames.map((name) => join(folder, `${name}.yaml`));
  expect(await lint(["--", ...files])).toBe("");
});

test.each(profiles)("cfn-lint reports nothing with the values of profile %s", async (profile) => {
  expect(await lint(["--deployment-files", ...deploymentFiles(profile)])).toBe("");
});

test("cfn-lint reports values that a template does not accept", async () => {
  const files = [
    deploymentFile("wrong", "network", { ExistingVpcId: "LabVPC" }),
    deploymentFile("wrong", "services", { Subnets: "Publik" }),
    deploymentFile("wrong", "registry", { Images: 3 }),
  ];
  const findings = await lint(["--deployment-files", ...files]);
  expect(findings).toMatch(/W1030 .*'LabVPC'/);
  expect(findings).toMatch(/E2900 'Publik' is not one of \['Private', 'Public'\]/);
  expect(findings).toMatch(/E2900 Additional properties are not allowed \('Images' was unexpected\)/);
});

/** cfn-lint takes the value of a CommaDelimitedList as a list, CloudFormation as a text. */
const lists = ["AdminSourceIps", "TestSourceIps"];

/** Returns CloudFormation's files of template and parameters, one for each template of the profile. */
function deploymentFiles(profile: Profile): string[] {
  return Object.entries(readProfile(profile)).map(([name, given]) => {
    const values = Object.entries(given).map(([parameter, value]) => {
      if (lists.includes(parameter)) return [parameter, String(value).split(",")];
      const [kind] = typeof value === "object" ? Object.keys(value as object) : [];
      return [parameter, kind === undefined ? value : looksLike[kind]];
    });
    return deploymentFile(profile, name, Object.fromEntries(values));
  });
}

function deploymentFile(profile: string, name: string, parameters: object): string {
  const file = join(work, `${profile}-${name}.yaml`);
  writeFileSync(file, stringify({ "template-file-path": join(folder, `${name}.yaml`), parameters }));
  return file;
}

/** Returns the output of cfn-lint. */
async function lint(args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("cfn-lint", ["-c", "I", "--regions", "us-east-1", ...args]);
    return stdout;
  } catch (error) {
    const { code, stdout = "" } = error as { code: string | number; stdout?: string };
    if (code === "ENOENT") throw error;
    return stdout;
  }
}
