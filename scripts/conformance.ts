// npm run conformance -- --account ID --limit 2USD   asks AWS what the set-ups of the simulator claim

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { STS } from "@aws-sdk/client-sts";
import {
  defineOptions,
  parseCommandLine,
  Refusal,
  refused,
  textOf,
} from "@ecs-delivery/program/command-line";
import { findLeft, playAll, removeAll } from "@ecs-delivery/simulator/conformance/play";
import type { SetUp } from "@ecs-delivery/simulator/conformance/set-ups";

const data = join(import.meta.dirname, "../simulator/src/conformance/set-ups.json");

/** A secret of a month, tasks of some seconds, and some requests; everything is removed within minutes. Source: AWS's price pages. */
const mostUsd = 0.5;

const options = defineOptions({
  account: { value: "ID", help: "the account that the credentials must be of (required)", parse: accountId },
  limit: { value: "NUSD", help: "the most that a run may cost, such as 2USD (required)", parse: dollars },
  settle: { value: "SECONDS", help: "time for IAM to know new roles (default 15)", parse: Number },
  answers: { value: "FILE", help: "where the answers go (default: the set-ups themselves)" },
  remove: { help: "only remove what an earlier run has left" },
});

const command = {
  name: "conformance",
  about: `Plays the set-ups of the simulated permissions against AWS, or against AWS_ENDPOINT_URL, with the credentials of
the environment. Creates roles, functions, tasks that stop, a cluster, a repository, a secret and a bucket whose names
begin with conformance-, removes them all, and writes AWS's answers without the account and with their date into the set-ups.`,
  options,
};

function accountId(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new Error("is not an account of twelve digits");
}

function dollars(text: string): number {
  const value = /^(\d+(?:\.\d+)?)USD$/.exec(text)?.[1];
  if (value === undefined) throw new Error("is not an amount such as 2USD");
  return Number(value);
}

/** Resolves to the exit code: 1 if AWS answers something else. */
async function main(argv: readonly string[]): Promise<number> {
  const values = parseCommandLine(command, argv);
  const text = textOf(command, values, process.stdout.columns);
  if (text !== undefined) {
    console.log(text);
    return 0;
  }
  const { account, limit, settle = 15, answers = data } = values;
  if (account === undefined || limit === undefined)
    throw new Refusal(
      `--${account ? "limit" : "account"} is missing. Fix: npm run conformance -- --account ID --limit 2USD`,
    );
  if (limit < mostUsd)
    throw new Refusal(`a run may cost ${mostUsd} USD, above --limit. Fix: --limit ${mostUsd}USD`);
  if (process.env.AWS_ENDPOINT_URL && answers === data)
    throw new Refusal("AWS_ENDPOINT_URL is set, and the set-ups only record AWS itself. Fix: --answers FILE");
  const config = { region: process.env.AWS_REGION ?? "us-east-1", forcePathStyle: true };
  await requireAccount(account, config);
  if (values.remove) await removeAll(config);
  const left = await findLeft(config);
  if (left.length > 0)
    throw new Refusal(
      `the account has resources of an earlier run: ${left.join(", ")}. Fix: --remove removes them`,
    );
  if (values.remove) return 0;
  const all = JSON.parse(await readFile(data, "utf8")) as SetUp[];
  const setUps = all.filter(({ notPlayed }) => notPlayed === undefined);
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => ending.abort(new Error(`ended by ${signal}; everything was removed`)));
  const played = await playAll(setUps, {
    ...{ config, account, settleMs: settle * 1000, signal: ending.signal },
    // A fifth of the time that IAM needs.
    pause: () => sleep(settle * 200, undefined, { signal: ending.signal }),
    onPlayed: ({ setUp, answer, isAsExpected }) =>
      console.log(
        `${isAsExpected ? "✓" : "✗"} a role that ${setUp.that}: ${isAsExpected ? setUp.expected : answer}`,
      ),
  });
  const date = new Date().toISOString().slice(0, 10);
  const answered = new Map(played.map(({ setUp, answer }) => [setUp, answer]));
  const recorded = all.map((setUp) => {
    const answer = answered.get(setUp);
    return answer === undefined ? setUp : { ...setUp, state: "recorded", answer, date };
  });
  await writeFile(answers, `${JSON.stringify(recorded, null, 2)}\n`);
  for (const [why, those] of Map.groupBy(all, ({ notPlayed }) => notPlayed))
    if (why !== undefined) console.log(`not played, ${those.length} set-ups: ${why}`);
  const others = played.filter(({ isAsExpected }) => !isAsExpected).length;
  console.log(
    `${played.length - others} of ${played.length} set-ups as expected; nothing is left. Answers: ${answers}`,
  );
  return others === 0 ? 0 : 1;
}

async function requireAccount(account: string, config: object): Promise<void> {
  const { Account } = await new STS(config).getCallerIdentity({}).catch((cause: Error) => {
    throw new Refusal(`the account of the credentials is not known: ${cause.message}`, { cause });
  });
  if (Account !== account)
    throw new Refusal(`the credentials are of account ${Account}, not ${account}. Nothing was done`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`conformance: ${(error as Error).message}`);
  process.exitCode = error instanceof Refusal ? refused : 1;
}
