import { type AwsTime, awsTimeVariable, replaceDate, toAwsTime } from "./aws-time.ts";

// Loaded before an action, ours or the official one. The action's minutes then pass as fast as the simulated AWS's, so
// that 15 s between two polls are as long for it as with the real AWS.
const time = JSON.parse(process.env[awsTimeVariable] ?? "") as AwsTime;
const wallNow = Date.now;
replaceDate(() => toAwsTime(time, wallNow()));

const { setTimeout: setWallTimeout, setInterval: setWallInterval } = globalThis;
type Callback = (...args: unknown[]) => void;
globalThis.setTimeout = ((callback: Callback, ms = 0, ...args: unknown[]) =>
  setWallTimeout(callback, ms / time.scale, ...args)) as typeof setTimeout;
globalThis.setInterval = ((callback: Callback, ms = 0, ...args: unknown[]) =>
  setWallInterval(callback, ms / time.scale, ...args)) as typeof setInterval;
