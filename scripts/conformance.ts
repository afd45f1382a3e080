// npm run conformance -- --account ID --limit 2USD   asks AWS what the set-ups of the simulator claim

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { STS } from "@aws-sdk/client-sts";
import { type ImageName, parseImageName } from "@ecs-delivery/actions/registry/image-name";
import {
  defineOptions,
  parseCommandLine,
  Refusal,
  refused,
  textOf,
} from "@ecs-delivery/program/command-line";
import { files, type Item } from "@ecs-delivery/simulator/conformance/items";
import { playAll } from "@ecs-delivery/simulator/conformance/play";
import { findLeft, removeAll } from "@ecs-delivery/simulator/conformance/remove";
import { copyImage } from "./copy-image.ts";

const data = join(import.meta.dirname, "../simulator/src");

/** A secret of a month, an image, tasks of some seconds, and some requests. Source: AWS's price pages. */
const leastUsd = 0.5;

const options = defineOptions({
  account: { value: "ID", help: "the account that the credentials must be of (required)", parse: accountId },
  limit: { value: "NUSD", help: "the most that a run may cost, such as 2USD (required)", parse: dollars },
  only: { value: "TEXT", help: "play the set-ups whose line contains TEXT, such as 'a task with nat'" },
  settle: {
    value: "SECONDS",
    help: "time for IAM to know new roles, and for a load balancer to respond (default 15)",
    parse: Number,
  },
  "node-image": {
    value: "NAME",
    help: "public image that is copied for the tasks (default public.ecr.aws/docker/library/node:24-alpine)",
    parse: imageName,
  },
  "listener-offset": {
    value: "N",
    help: "request load balancers at this port plus theirs of 127.0.0.1, where the simulator has them",
    parse: Number,
  },
  answers: { value: "FILE", help: "where the answers go (default: the set-ups themselves)" },
  remove: { help: "only remove what an earlier run has left" },
});

const command = {
  name: "conformance",
  about: `Plays the set-ups of the simulated permissions and networks against AWS, or against AWS_ENDPOINT_URL, with the
credentials of the environment, in us-east-1. Creates roles, functions, tasks, a cluster, a repository, a secret, a bucket,
stacks with a load balancer, and VPCs with NAT gateways and endpoints: all with the tag ecs-delivery-conformance or a name
that begins with conformance-. Removes them all, and writes AWS's answers without the account and with their date into the
set-ups. A network takes five to fifteen minutes: all of them half a day. Those that do not fit into the limit are left out.`,
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

function imageName(text: string): ImageName {
  const name = parseImageName(text);
  if (!name) throw new Error("is not the name of an image");
  return name;
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
  if (limit < leastUsd)
    throw new Refusal(`a run may cost ${leastUsd} USD, above --limit. Fix: --limit ${leastUsd}USD`);
  if (process.env.AWS_ENDPOINT_URL && answers === data)
    throw new Refusal("AWS_ENDPOINT_URL is set, and the set-ups only record AWS itself. Fix: --answers FILE");
  // The set-ups name it.
  const config = { region: "us-east-1", forcePathStyle: true };
  await requireAccount(account, config);
  // A fifth of the time that IAM needs; the signal does not end the removal.
  const pause = (signal?: AbortSignal) =>
    sleep(Math.max(settle * 200, 10), undefined, { signal }).catch((error) => {
      throw signal?.reason ?? error;
    });
  if (values.remove) await removeAll(config, pause);
  const left = await findLeft(config);
  if (left.length > 0)
    throw new Refusal(
      `the account has resources of an earlier run: ${left.join(", ")}. Fix: --remove removes them`,
    );
  if (values.remove) return 0;
  const { chosen, leftOut } = choose(values.only ?? "", limit - leastUsd);
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => ending.abort(new Error(`ended by ${signal}; everything was removed`)));
  const { signal } = ending;
  const image = values["node-image"] ?? imageName("public.ecr.aws/docker/library/node:24-alpine");
  const offset = values["listener-offset"];
  const answered = new Map<object, string>();
  let others = 0;
  try {
    await playAll(chosen, {
      ...{ config, account, settleMs: settle * 1000, pause, signal },
      pushImage: (repositoryUri) => copyImage(image, repositoryUri, config, signal),
      request: (dnsName) =>
        respond(offset === undefined ? dnsName : `127.0.0.1:${80 + offset}`, settle * 1500 + 1000),
      onPlayed: ({ item, answer, isAsExpected }) => {
        if (!isAsExpected) others += 1;
        answered.set(item.setUp, answer);
        console.log(`${isAsExpected ? "✓" : "✗"} ${item.title}: ${isAsExpected ? item.expected : answer}`);
      },
    });
  } finally {
    // Half a day's answers are not lost with the last one.
    if (answered.size > 0) await record(answers, answered);
  }
  for (const [why, those] of Map.groupBy(leftOut, ({ reason }) => reason))
    console.log(`not played, ${those.length} set-ups: ${why}`);
  console.log(
    `${answered.size - others} of ${answered.size} set-ups as expected; nothing is left. Answers: ${answers}`,
  );
  return others === 0 ? 0 : 1;
}

/** Returns the set-ups with this text that fit into the limit, and why the others are not played. */
function choose(text: string, limit: number) {
  const named = Object.values<readonly Item[]>(files)
    .flat()
    .filter(({ title }) => title.includes(text));
  if (named.length === 0) throw new Refusal(`no set-up contains "${text}" (--only)`);
  const chosen: Item[] = [];
  const leftOut: { readonly reason: string }[] = [];
  let usd = 0;
  for (const item of named) {
    const reason =
      item.setUp.notPlayed ??
      (usd + item.usd > limit ? "together they may cost more than --limit" : undefined);
    if (reason !== undefined) leftOut.push({ reason });
    else {
      usd += item.usd;
      chosen.push(item);
    }
  }
  return { chosen, leftOut };
}

/** Resolves to the status of a response, or to `times out`. A new name is not known everywhere at once. */
async function respond(host: string, ms: number): Promise<string> {
  for (let attempt = 1; ; attempt += 1)
    try {
      const response = await fetch(`http://${host}/`, { signal: AbortSignal.timeout(ms) });
      await response.body?.cancel();
      return String(response.status);
    } catch (error) {
      const { name, cause } = error as Error & { cause?: { code?: string } };
      if (name === "TimeoutError" || /TIMEOUT|TIMEDOUT/.test(cause?.code ?? "")) return "times out";
      if (cause?.code !== "ENOTFOUND" || attempt === 20) return cause?.code ?? name;
      await sleep(ms);
    }
}

/** Writes the answers into the set-ups' files, or all set-ups with an answer into another file. */
async function record(answers: string, answered: ReadonlyMap<object, string>): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const withAnswer = ({ setUp }: Item) => {
    const answer = answered.get(setUp);
    return answer === undefined ? setUp : { ...setUp, state: "recorded", answer, date };
  };
  if (answers !== data)
    return writeFile(answers, json(Object.values<readonly Item[]>(files).flat().map(withAnswer)));
  for (const [file, items] of Object.entries<readonly Item[]>(files)) {
    const known = JSON.parse(await readFile(join(data, file), "utf8"));
    const setUps = items.map(withAnswer);
    await writeFile(join(data, file), json(Array.isArray(known) ? setUps : { ...known, setUps }));
  }
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

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
