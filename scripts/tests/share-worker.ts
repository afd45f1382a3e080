import { afterAll, vi } from "vitest";

// The fast tests' files share a process: each finds its environment and time as they were at first.
const environment = { ...process.env };

afterAll(() => {
  vi.useRealTimers();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
