import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { type Needs, readNeeds } from "./needs.ts";

interface Case {
  readonly files?: Readonly<Record<string, string>>;
  readonly on?: string;
  readonly deploy: string;
  readonly needs: Partial<Needs>;
  readonly placeholders?: Readonly<Record<string, string>>;
}

const cases: Record<string, Case> = parse(readFileSync(new URL("needs.yaml", import.meta.url), "utf8"));

it.each(Object.entries(cases))(
  "finds what is needed: %s",
  async (_, { files, on = "on: push", deploy, needs, placeholders }) => {
    const folder = await mkdtemp(join(tmpdir(), "needs-"));
    const workflow = `${on}\njobs:\n${deploy.replace(/^(?=.)/gm, "  ")}`;
    for (const [path, text] of Object.entries({ ...files, ".github/workflows/deploy.yml": workflow })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const found = await readNeeds(folder, { secrets: {}, variables: {} });
    expect(found).toMatchObject({ tasks: [], ...needs });
    if (placeholders)
      expect(Object.fromEntries(found.values.map(({ name, placeholder }) => [name, placeholder]))).toEqual(
        placeholders,
      );
    await rm(folder, { recursive: true });
  },
);
