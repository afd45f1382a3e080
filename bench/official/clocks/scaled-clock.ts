import { type AwsTime, awsTimeVariable, toAwsTime } from "./aws-time.ts";
import { replaceDate } from "./replace-date.ts";

// Loaded before an action, ours or the official one: its minutes then pass as fast as those of the simulated AWS, so
// that 15 s between two looks are as long for it as they are beside the real AWS.
const time = JSON.parse(process.env[awsTimeVariable] ?? "") as AwsTime;
const wallNow = Date.now;
replaceDate(() => toAwsTime(time, wallNow()));

const { setTimeout: setWallTimeout, setInterval: setWallInterval } = globalThis;
type Callback = (...args: unknown[]) => void;
globalThis.setTimeout = ((callback: Callback, ms = 0, ...args: unknown[]) =>
  setWallTimeout(callback, ms / time.scale, ...args)) as typeof setTimeout;
globalThis.setInterval = ((callback: Callback, ms = 0, ...args: unknown[]) =>
  setWallInterval(callback, ms / time.scale, ...args)) as typeof setInterval;
