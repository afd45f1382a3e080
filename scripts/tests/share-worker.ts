import { afterAll, vi } from "vitest";

// Test files share a process: each starts with the original environment, folder, time and functions.
const environment = { ...process.env };
const folder = process.cwd();

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  // Stryker runs the tests in worker threads, which have no folder of their own to change.
  if (process.cwd() !== folder) process.chdir(folder);
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
