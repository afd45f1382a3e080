import { afterAll, vi } from "vitest";

// Test files share a process: each starts with the original environment and time.
const environment = { ...process.env };

afterAll(() => {
  vi.useRealTimers();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
