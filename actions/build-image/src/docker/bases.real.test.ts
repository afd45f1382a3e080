import { beforeAll, expect, it } from "vitest";
import { fastClock } from "../../../shared/fast-clock.support.ts";
import { useWorkshop } from "./docker.support.ts";

const workshop = await useWorkshop();
let base: string;
beforeAll(() => {
  base = `${workshop.host}/base`;
});

/** Moves the base's tag to an image of this text. */
async function pushBase(text: string, tag = "1") {
  const inputs = {
    tags: [tag],
    destination: { repository: { registry: "ecr", name: "base" } as const, creation: undefined },
  };
  const files = { Dockerfile: "FROM scratch\nCOPY base.txt /", "base.txt": text };
  return (await workshop.build(files, { inputs })).digest;
}

const on = (from: string) => ({ Dockerfile: `FROM ${from}\nCOPY main.txt /`, "main.txt": "main" });

it("builds again, on the new base, when the tag of the base has moved", async () => {
  await pushBase("one");
  const first = await workshop.build(on(`${base}:1`));
  expect(await workshop.build(on(`${base}:1`))).toMatchObject({ built: false, digest: first.digest });

  const moved = await pushBase("two");
  const second = await workshop.build(on(`${base}:1`));
  expect(second.built).toBe(true);
  expect(second.parts.map(({ what }) => what)).toEqual(["base layer", "COPY main.txt /"]);
  expect(second.parts[0]?.digest).not.toBe(first.parts[0]?.digest);
  expect(workshop.lines().some((line) => line.includes(`docker-image://${base}:1@${moved}`))).toBe(true);
});

it("takes a base that cannot be resolved by its name, and says so", async () => {
  const unreachable = () =>
    workshop.readSource(on("127.0.0.1:9/base:1"), { environment: { clock: fastClock } });
  expect(await unreachable()).toBe(await unreachable());
  expect(workshop.lines().at(-1)).toMatch(
    /^127\.0\.0\.1:9\/base:1: could not be read from its registry \(.*\); only its name/,
  );
});
