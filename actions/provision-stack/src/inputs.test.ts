import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { readProvisionInputs } from "./inputs.ts";

const folder = useFolder();
writeFileSync(join(folder, "academy.json"), "{}");

const read = (given: Record<string, string>) => readProvisionInputs((name) => given[name] ?? "");

test.each<[Record<string, string>, string]>([
  [{ mode: "destroy" }, "allowed: apply, plan, outputs, delete"],
  [{ "stack-prefix": "my prefix" }, 'Input stack-prefix is "my prefix"'],
  [{ parameters: "none.json" }, "file none.json does not exist"],
  [{ parameters: `${folder}/standard.json` }, `standard.json does not exist; ${folder} has academy.json`],
  [{ parameters: `${folder}/acadmy.json` }, 'has academy.json; did you mean "academy.json"?'],
  [{ templates: "none" }, "folder none does not exist"],
  [{ force: "true" }, "Input force works with mode delete only, and mode is apply"],
  [{ unprotect: "db" }, "Input unprotect works with mode delete only, and mode is apply"],
  [{ "comment-on-pull-request": "true" }, "Input github-token is required with comment-on-pull-request"],
  [{ "on-failure": "stop" }, "allowed: rollback, keep"],
  [{ "existing-resources": "registry: take" }, 'has "registry: take"; expected fail, adopt or skip'],
])("refuses the inputs %j", (given, message) => {
  expect(() => read(given)).toThrow(message);
});

test("reads the treatment of existing resources, for all templates and for one", () => {
  expect(read({ "existing-resources": "skip\nregistry: adopt" }).existing).toEqual({
    others: "skip",
    byTemplate: new Map([["registry", "adopt"]]),
  });
});
