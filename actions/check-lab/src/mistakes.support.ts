import { expect } from "vitest";
import type { Account } from "./account/account.ts";
import type { Report } from "./report.ts";

/** Makes a mistake in a finished lab; the returned function takes it back. */
export type Seed = () => Promise<() => Promise<unknown>>;

/** The item that fails, with those that wait for it, or with `?` cannot be checked; what it says; and how it is made. */
export type Mistake = readonly [items: string, evidence: RegExp, seed: Seed];

/** Expects that one item fails for a mistake, and that the mistake costs the weight of that item, whatever it breaks. */
export async function expectCaught(
  [items, evidence, seed]: Mistake,
  checkNow: () => Promise<Report>,
): Promise<void> {
  const undo = await seed();
  const { phases, score } = await checkNow().finally(undo);
  const [id, ...others] = items.split(" ");
  const waiting = others.filter((each) => !each.endsWith("?"));
  const all = phases.flatMap((phase) => phase.items);
  const failed = all.filter(({ status }) => status === "fail");
  expect(failed.map((item) => item.id)).toEqual([id]);
  const waits = all.filter(({ status }) => status === "waiting");
  expect(waits.map(({ waitsFor }) => waitsFor)).toEqual(waits.map(() => [id]));
  if (waiting.length > 0) expect(waits.map((item) => item.id)).toEqual(waiting);
  const unchecked = all.filter(({ status }) => status === "unchecked");
  expect(unchecked.map((item) => `${item.id}?`)).toEqual(others.filter((each) => each.endsWith("?")));
  expect(score.of - score.points - score.unchecked).toBe(failed[0]?.weight);
  expect(failed[0]?.evidence).toMatch(evidence);
  for (const text of Object.values(failed[0]?.fix ?? {})) expect(text.length).toBeGreaterThan(10);
  for (const arn of JSON.stringify(failed[0]?.fix).match(/arn:[^ "']+/g) ?? [])
    expect(arn).toContain("123456789012");
}

/** One after another, as a seed. */
export const allOf =
  (...seeds: readonly Seed[]): Seed =>
  async () => {
    const undo: (() => Promise<unknown>)[] = [];
    for (const seed of seeds) undo.push(await seed());
    return async () => {
      for (const each of undo.reverse()) await each();
    };
  };

type Value<Read extends keyof Account> = Account[Read] extends (...args: never[]) => Promise<infer T>
  ? T
  : never;

/** Changes what reads of an account return, for states that the simulator does not reach quickly, or at all. */
export function createChanges() {
  const edits = new Map<string | symbol, (value: never, ...args: string[]) => unknown>();
  const change =
    <Read extends keyof Account>(
      read: Read,
      edit: (value: Value<Read>, ...args: string[]) => unknown,
    ): Seed =>
    async () => {
      edits.set(read, edit);
      return async () => edits.delete(read);
    };
  return {
    change,
    /** Sets members of what a read returns: of all parts that contain this text, such as a name. */
    set: (read: keyof Account, members: object, text = ""): Seed =>
      change(read, (value) => {
        const of = (part: unknown) =>
          JSON.stringify(part)?.includes(text) ? { ...(part as object), ...members } : part;
        return Array.isArray(value) ? (value as unknown[]).map(of) : of(value);
      }),
    edited: (account: Account): Account =>
      new Proxy(account, {
        get: (target, name) => {
          const read: unknown = Reflect.get(target, name);
          const edit = edits.get(name);
          if (!edit || typeof read !== "function") return read;
          return async (...args: string[]) => edit(structuredClone(await read(...args)) as never, ...args);
        },
      }),
  };
}
