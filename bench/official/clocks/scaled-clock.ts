import promises from "node:timers/promises";
import { type AwsTime, awsTimeVariable, replaceDate, toAwsTime } from "./aws-time.ts";
import { replaceTimers } from "./replace-timers.ts";

// Loaded before an action, ours or the official one. The action's minutes then pass as fast as the simulated AWS's, so
// that 15 s between two polls are as long for it as with the real AWS. `AbortSignal.timeout` stays: it limits requests,
// whose time is this machine's.
const time = JSON.parse(process.env[awsTimeVariable] ?? "") as AwsTime;
const wallNow = Date.now;
replaceDate(() => toAwsTime(time, wallNow()));
const { setTimeout: wait } = promises;
replaceTimers((ms, signal) => wait(ms / time.scale, undefined, { signal }));
