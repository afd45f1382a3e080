import { configDefaults, defineConfig } from "vitest/config";

const folders = "{actions,services,simulator,live,lab,cli,scripts,infra-templates,bench,examples}";
const realTests = `${folders}/**/*.real.test.ts`;
const exclude = [...configDefaults.exclude, "**/dist/**"];

export default defineConfig({
  test: {
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
          // Real processes, databases and deployments: the limit only ends what hangs.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: "150%",
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
