import { defineConfig } from "vitest/config";

/** The fast tests of one folder, MUTATE_TESTS. Stryker runs them in worker threads. */
export default defineConfig({
  test: {
    root: process.cwd(),
    include: [`${process.env.MUTATE_TESTS}/**/*.test.ts`],
    // A fault of the clinic plays a whole account for seconds: a change that all tests let pass would take minutes.
    exclude: ["**/*.real.test.ts", "**/check-lab/src/faults/**", "**/node_modules/**", "**/dist/**"],
    setupFiles: ["scripts/mutate/cache-modules.ts", "scripts/tests/share-worker.ts"],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
