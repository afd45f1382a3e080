import { defineConfig } from "vitest/config";

/**
 * Tests that play whole deployments, or check whole accounts. A change that none of them notices would take a minute, and
 * the thousands of a folder hours: a score counts what the smaller tests notice, unless MUTATE_ALL is set.
 */
const wholePlays = [
  "actions/check-lab/src/faults/**",
  "actions/check-lab/src/{accounts,delivery-mistakes,mistakes,read-page,running-mistakes,trouble}.test.ts",
  "actions/delivery/{deploy,fault-matrix/*,gate/gate,schedules/schedules,several/{several,speed}}.test.ts",
];

/** The fast tests of one folder, MUTATE_TESTS. Stryker runs them in worker threads. */
export default defineConfig({
  test: {
    root: process.cwd(),
    include: [`${process.env.MUTATE_TESTS}/**/*.test.ts`],
    exclude: [
      "**/*.real.test.ts",
      "**/node_modules/**",
      "**/dist/**",
      ...(process.env.MUTATE_ALL ? [] : wholePlays),
    ],
    setupFiles: ["scripts/mutate/cache-modules.ts", "scripts/tests/share-worker.ts"],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
