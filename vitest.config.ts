import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{actions,services,simulator,lab,scripts,infra-templates,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // Real processes, databases and deployments: the limit only ends what hangs.
    testTimeout: 120_000,
    // Most of the time is waiting for them: Vitest's own choice leaves a core to an editor that nobody uses here.
    maxWorkers: "100%",
    hookTimeout: 120_000,
  },
});
