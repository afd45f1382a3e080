import { defineConfig } from "vitest/config";

/** The fast tests of one folder, MUTATE_TESTS. Stryker runs them in worker threads. */
export default defineConfig({
  test: {
    root: process.cwd(),
    include: [`${process.env.MUTATE_TESTS}/**/*.test.ts`],
    exclude: ["**/*.real.test.ts", "**/node_modules/**", "**/dist/**"],
    setupFiles: ["scripts/tests/share-worker.ts"],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
