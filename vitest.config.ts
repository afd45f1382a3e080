import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const folders = "{actions,services,simulator,live,lab,cli,program,scripts,infra-templates,bench,examples}";
const realTests = `${folders}/**/*.real.test.ts`;
const exclude = [...configDefaults.exclude, "**/dist/**"];
const browserTests = [
  "services/suppliers/src/browser/*.real.test.ts",
  "live/src/account.real.test.ts",
  "live/src/browser.real.test.ts",
  "lab/src/page/operate.real.test.ts",
];

/**
 * Real tests that take long. They start first, so that no core is idle while the last of them runs. Those that mostly
 * wait are between the stories, which do not wait.
 */
const longest = [
  "lab/src/page/operate.real.test.ts",
  "services/suppliers/src/browser/edit-suppliers.real.test.ts",
  "lab/src/story.real.test.ts",
  "lab/src/story-in-docker.real.test.ts",
  "scripts/pack-cli-repositories.real.test.ts",
  "scripts/lab-pages/commands.real.test.ts",
  "scripts/lab-pages/big-data.real.test.ts",
  "simulator/src/runtime/tasks/cpu-limit.real.test.ts",
  "lab/src/story-in-academy.real.test.ts",
  "services/images.real.test.ts",
  "simulator/src/outside-clients/cdk.real.test.ts",
  "lab/src/runner/scale-test.real.test.ts",
  "actions/delivery/fault-matrix/codedeploy.real.test.ts",
  "actions/delivery/fault-matrix/ecs-native.real.test.ts",
  "actions/delivery/fault-matrix/ecs-rolling.real.test.ts",
  "actions/delivery/fault-matrix/in-docker.real.test.ts",
  "actions/scale-service/src/scale.real.test.ts",
  "scripts/test.real.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      longest.findIndex((name) => moduleId.endsWith(`/${name}`)) + 1 || longest.length + 1;
    // The sort keeps the order of equals.
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

/** Real processes, databases and deployments: the limits only end what hangs. Vitest polls for a second by default. */
const realLimits = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 300_000 } } };

const sharedWorkers = {
  // Files of one worker share the modules: most of a short file's time is loading them.
  isolate: false,
  setupFiles: ["scripts/tests/share-worker.ts"],
  // Fewer collections of young objects: measured on the tests of `actions/delivery`, a tenth less processor time.
  execArgv: ["--max-semi-space-size=64"],
};

export default defineConfig({
  test: {
    // A sequencer of the configuration would win over --sequence.shuffle.files.
    sequence: process.argv.some((argument) => argument.startsWith("--sequence.shuffle"))
      ? {}
      : { sequencer: LongestFirst },
    // Node can load TypeScript. Vite would transform each module first, for `vi.mock`, which no test uses.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    projects: [
      {
        test: {
          name: "fast",
          include: [`${folders}/**/*.test.ts`],
          exclude: [...exclude, realTests],
          ...sharedWorkers,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "real",
          include: [realTests],
          exclude: [...exclude, ...browserTests],
          ...sharedWorkers,
          ...realLimits,
          // They wait for other processes now and then. A percentage would be limited to the number of cores.
          maxWorkers: 2 * availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "browser",
          include: browserTests,
          ...sharedWorkers,
          ...realLimits,
          // At the time of the fast tests, not of those with containers: each container changes the machine's network
          // when it starts or ends, and Chrome then stops what it loads (net::ERR_NETWORK_CHANGED).
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
