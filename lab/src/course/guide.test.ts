import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { phases } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import { describe, expect, it } from "vitest";
import { type GuideWay, onlyWay, readGuide, wayHeadings } from "./guide.ts";

const folder = join(import.meta.dirname, "../../../docs/lab");
const ways = Object.keys(wayHeadings) as GuideWay[];
const languages = ["en", "fr"] as const;

describe.each(languages)("the guide (%s)", (language) => {
  it.each(ways)(
    "has each item of check-lab in one step of its phase, in the same step as every way (%s)",
    async (way) => {
      const guide = await readGuide(folder, language, way);
      const reference = await readGuide(folder, "en", "cli");
      expect(guide.map(outline)).toEqual(reference.map(outline));
      for (const { number, steps } of guide) {
        const items = phases.find((phase) => phase.number === number)?.items.map(({ id }) => id) ?? [];
        expect(steps.flatMap(({ items }) => items).toSorted()).toEqual(items.toSorted());
        expect(steps.map(({ id }) => id)).toEqual(steps.map((_, index) => `${number}.${index + 1}`));
      }
    },
  );
});

it.each(ways)("each step sets the variables of its commands (%s)", async (way) => {
  for (const { number, steps } of await readGuide(folder, "en", way))
    for (const { id, commands } of number < 10 ? steps : []) {
      const text = commands.join("\n");
      const names = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);
      const set = names(/(?:^|[\s;(])(\w+)=/g).concat(names(/\bfor (\w+) in /g));
      expect(
        names(/\$\{?([a-z]\w*)/gi).filter((name) => !set.includes(name)),
        id,
      ).toEqual([]);
    }
});

/** Words outside of comments and diagrams: a word has a letter or a digit. */
function wordsOf(page: string): number {
  const read = page.replace(/<!--.*?-->/gs, "").replace(/^```mermaid\n.*?^```$/gms, "");
  return read.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Words of all ways on each page before the ways were separated, in English and in French. */
const wordsBefore: readonly (readonly [page: string, en: number, fr: number])[] = [
  ["README", 714, 799],
  ["phase-1-plan-and-cost", 997, 1079],
  ["phase-2-analyse-the-monolith", 1077, 1151],
  ["phase-3-development-environment", 817, 863],
  ["phase-4-microservices-in-docker", 1154, 1197],
  ["phase-5-registry-and-cluster", 1255, 1316],
  ["phase-6-load-balancer", 1209, 1259],
  ["phase-7-services", 1054, 1128],
  ["phase-8-pipelines", 2216, 2293],
  ["phase-9-adjust-and-scale", 1346, 1432],
  ["split-the-monolith", 596, 649],
  ["check-lab", 806, 861],
];

it.each(wordsBefore)("%s has in each way at most half of the words that all ways had", (page, ...before) => {
  for (const [index, language] of languages.entries())
    for (const way of ways) {
      const file = page === "README" && language === "en" ? "README.md" : `${page}.${language}.md`;
      const text = onlyWay(readFileSync(join(folder, file), "utf8"), way);
      expect(wordsOf(text), `${language}, ${way}`).toBeLessThanOrEqual((before[index] ?? 0) / 2);
    }
});

const page = `# Phase 3: a title

## Goal

Text.

## With the CLI

### Step 3.1: first
<!-- items: 3.one 3.two -->

Do it:

\`\`\`sh
cat > file <<END
## In the console
END
\`\`\`

### Step 3.2: second

No item.

## In the console

### Step 3.1: first
<!-- items: 3.one 3.two -->

Click.

## Check

Look.
`;

async function read(text: string, way: GuideWay) {
  const folder = mkdtempSync(join(tmpdir(), "guide-"));
  writeFileSync(join(folder, "phase-3-title.en.md"), text);
  writeFileSync(join(folder, "check-lab.en.md"), "# Another page\n");
  return (await readGuide(folder, "en", way))[0];
}

it("divides a page into introduction, steps and check", async () => {
  expect(await read(page, "cli")).toEqual({
    number: 3,
    title: "Phase 3: a title",
    introduction: "# Phase 3: a title\n\n## Goal\n\nText.\n\n",
    steps: [
      {
        id: "3.1",
        title: "First",
        items: ["3.one", "3.two"],
        text: "Do it:\n\n```sh\ncat > file <<END\n## In the console\nEND\n```",
        commands: ["cat > file <<END\n## In the console\nEND"],
      },
      { id: "3.2", title: "Second", items: [], text: "No item.", commands: [] },
    ],
    check: "## Check\n\nLook.\n",
  });
  expect((await read(page, "console"))?.steps).toMatchObject([{ id: "3.1", text: "Click.", commands: [] }]);
});

it.each([
  ["no step", page.replaceAll("### Step", "### Part"), "has no heading such as"],
  ["text before the first step", page.replace("CLI\n", "CLI\n\nFirst of all\n"), "First of all"],
  ["text between steps", page.replace("### Step 3.2", "## Other\n\nHere\n\n### Step 3.2"), "Here"],
])("rejects a page with %s", async (_, text, message) => {
  await expect(read(text, "cli")).rejects.toThrow(message);
});

function outline({ number, steps }: Awaited<ReturnType<typeof readGuide>>[number]) {
  return { number, steps: steps.map(({ id, items }) => ({ id, items })) };
}
