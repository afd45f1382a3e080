import { expect, it } from "vitest";
import { chapterList, describeChapters } from "./chapter-list.mjs";
import { checkChanges, runChapters } from "./run-chapters.ts";

const all = chapterList.map(({ name }) => name);

/** Runs chapters that end when the test says so; returns what has begun so far. */
function start(names: typeof all) {
  const begun: string[] = [];
  const ends = new Map<string, { end(): void; fail(): void }>();
  const story = runChapters(names, ({ name }) => {
    begun.push(name);
    return new Promise((resolve, reject) => {
      ends.set(name, { end: resolve, fail: () => reject(new Error(`${name} failed`)) });
    });
  });
  story.catch(() => {});
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    story,
    begun,
    async end(name: string) {
      await settle();
      ends.get(name)?.end();
      await settle();
    },
    async fail(name: string) {
      await settle();
      ends.get(name)?.fail();
      await settle();
    },
  };
}

it("runs the chapters of the two services in parallel, those of one in turn", async () => {
  const { begun, end } = start(all);
  await end("provision");
  await end("first-release");
  expect(begun).toEqual(["provision", "first-release", "blue-green", "broken-release"]);
  await end("broken-release");
  expect(begun.at(-1)).toBe("pipeline");
  for (const name of ["blue-green", "rollback", "canary", "cancel", "pipeline"]) await end(name);
  expect(begun).not.toContain("scaling");
  await end("source-ip");
  expect(begun.at(-1)).toBe("scaling");
});

it("runs no more chapters of a service after a failure, and those of the other to their end", async () => {
  const { story, begun, end, fail } = start(all);
  await end("provision");
  await end("first-release");
  await fail("blue-green");
  for (const name of ["broken-release", "pipeline", "source-ip"]) await end(name);
  await expect(story).rejects.toThrow("blue-green failed");
  expect(begun).not.toContain("rollback");
  expect(begun).not.toContain("scaling");
});

it("every chapter needs only earlier ones, and has one line", () => {
  for (const [index, { needs }] of chapterList.entries())
    for (const name of needs) expect(all.indexOf(name)).toBeLessThan(index);
  expect(describeChapters().split("\n")).toHaveLength(chapterList.length);
});

it("refuses a fork whose services lack the code that a chapter changes", async () => {
  await expect(checkChanges(["provision", "blue-green"], async () => "export {};\n")).rejects.toThrow(
    'chapter blue-green: services/customer/src/app.ts: the story needs a line such as const heading = "…" to change',
  );
});
