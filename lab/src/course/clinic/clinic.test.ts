import { check, openLabIn } from "@ecs-delivery/actions/check-lab/src/check.support";
import type { Game } from "@ecs-delivery/actions/check-lab/src/class/clinic-games";
import { faults } from "@ecs-delivery/actions/check-lab/src/faults/faults";
import { openClients } from "@ecs-delivery/actions/check-lab/src/faults/place";
import { buildByHand, limitAdmin } from "@ecs-delivery/actions/check-lab/src/lab-account.support";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { faultNamed, faultOf } from "./choose-fault.ts";
import { type Clinic, startGame } from "./game.ts";

const simulator = await startTestSimulator({ account: "academy" });
afterAll(() => simulator.close());
const { listeners } = await buildByHand(simulator);
const aws = openClients(simulator.clientConfig);
const minute = 60_000;

/** A clinic whose player ends it after so many checks. */
function openClinic(games: readonly Game[] = []) {
  const said: string[] = [];
  const kept: Game[] = [];
  const state = { isEnded: false, now: 0 };
  const clinic: Clinic = {
    open: () => ({ aws, lab: openLabIn(simulator) }),
    wait: simulator.clock.foreground.wait,
    check: () => check(simulator, { numbers: [5, 6, 7, 8, 9] }),
    async pause() {
      state.now += minute;
      await simulator.clock.foreground.wait(minute);
      return state.isEnded;
    },
    ...{ now: () => state.now, say: (text) => said.push(text), language: "en", seed: "class", games },
    keep: async (all) => void kept.push(all.at(-1) as Game),
  };
  return { clinic, said, kept, end: () => Object.assign(state, { isEnded: true }) };
}

const setTasks = (desiredCount: number) =>
  aws.ecs.updateService({
    cluster: "microservices-serverlesscluster",
    ...{ service: "customer-microservice", desiredCount },
  });

it("shows symptoms without the cause, charges hints, and counts another right way", async () => {
  const { clinic, said, kept } = openClinic();
  const game = await startGame(clinic, faultNamed("day-off"));
  expect(said.join("\n")).toMatch(/Customers get 503\.\n {2}GET \/suppliers: HTTP 503/);
  expect(said.join("\n")).not.toMatch(/desired|7\.services/);
  expect(kept.at(-1)).toMatchObject({ fault: "day-off", outcome: "aborted", points: 0, attempt: 1 });
  await game.hint();
  await game.hint();
  expect(said.at(-1)).toMatch(/^Hint 2 of 3 \(-20 points\): 7\.services Both services are active/);
  await setTasks(4);
  expect(await game.over).toMatchObject({ outcome: "repaired", hints: 2, points: 60 });
  expect(kept.at(-1)).toEqual(await game.over);
  await setTasks(3);
  await simulator.clock.foreground.wait(3 * minute);
});

it("waits while everything is open, and gives no points for giving up", async () => {
  const { clinic, said, kept } = openClinic([{ fault: "lost-key" } as Game]);
  const game = await startGame(clinic, faultNamed("lost-key"));
  for (const { rule } of Object.values(listeners)) await limitAdmin(simulator, rule, { source: "0.0.0.0/0" });
  await game.hint();
  await game.hint();
  await game.hint();
  expect(said.at(-1)).toMatch(/9\.source-ip listener 80: 0\.0\.0\.0\/0 is everybody/);
  await game.hint();
  expect(said.at(-1)).toMatch(/was the last hint/);
  await game.giveUp();
  expect(said.at(-1)).toMatch(/9\.source-ip.*\nFix: aws elbv2 modify-rule/);
  expect(await game.over).toMatchObject({ outcome: "gave up", points: 0, attempt: 2, seed: "class" });
  expect(kept.at(-1)?.outcome).toBe("gave up");
});

it("waits until nothing is open to everyone that was not before", async () => {
  const { clinic, said } = openClinic();
  const game = await startGame(clinic, faultNamed("day-off"));
  const account = clinic.open().lab.account;
  const GroupId = (await account.securityGroups()).find(
    ({ GroupName }) => GroupName === "microservices-sg",
  )?.GroupId;
  const everything = [
    { IpProtocol: "-1", IpRanges: ["0.0.0.0/1", "128.0.0.0/1"].map((CidrIp) => ({ CidrIp })) },
  ];
  await aws.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: everything });
  await setTasks(3);
  await expect.poll(() => said.at(-1)).toMatch(/but microservices-sg opens every port to everyone\. Fix: /);
  await aws.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: everything });
  expect(await game.over).toMatchObject({ outcome: "repaired", points: 100 });
});

it("refuses a lab that does not pass, and keeps a game as aborted when the player ends it", async () => {
  await setTasks(2);
  const { clinic, kept, end } = openClinic();
  await simulator.clock.foreground.wait(3 * minute);
  await expect(startGame(clinic, faultNamed("open-door"))).rejects.toThrow(
    /^the lab does not pass before the game: 9\.scaled .*: desired 2, running 2$/,
  );
  expect(kept).toEqual([]);
  await setTasks(3);
  await simulator.clock.foreground.wait(3 * minute);
  const game = await startGame(clinic, faultNamed("open-door"));
  end();
  expect(await game.over).toMatchObject({ outcome: "aborted", points: 0 });
});

it("gives a seed the same faults, each once, and another seed others", () => {
  const order = (seed: string) => faults.map((_, round) => faultOf(seed, round).name);
  expect(order("monday")).toEqual(order("monday"));
  expect(order("monday ada")).not.toEqual(order("monday grace"));
  expect(order("monday").toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
  expect(faultOf("monday", faults.length)).toBe(faultOf("monday", 0));
  expect(() => faultNamed("cointoss")).toThrow(
    /^"cointoss" is not a fault, did you mean coin-toss\? Faults: /,
  );
});
