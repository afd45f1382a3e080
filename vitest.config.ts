import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const folders = "{actions,services,simulator,live,lab,cli,scripts,infra-templates,bench,examples}";
const realTests = `${folders}/**/*.real.test.ts`;
const exclude = [...configDefaults.exclude, "**/dist/**"];

/** Real tests of a minute and more. They start first, so that no core is idle while the last of them runs. */
const longest = [
  "lab/src/story.real.test.ts",
  "lab/src/story-in-a-fork.real.test.ts",
  "lab/src/story-in-docker.real.test.ts",
  "services/images.real.test.ts",
  "lab/src/runner/scale-test.real.test.ts",
  "scripts/lab-pages/commands.real.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const first = (file: TestSpecification) => longest.some((name) => file.moduleId.endsWith(`/${name}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(first), ...sorted.filter((file) => !first(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "fast",
          include: [`${folders}/**/*.test.ts`],
          exclude: [...exclude, realTests],
          // Files of one worker share the modules: most of a file's time is loading them.
          isolate: false,
          setupFiles: ["scripts/tests/share-worker.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "real",
          include: [realTests],
          exclude,
          globalSetup: "scripts/tests/preload-aws.ts",
          // Real processes, databases and deployments: the limit only ends what hangs.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Most of them wait for other processes. A percentage would be limited to the number of cores.
          maxWorkers: 2 * availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
