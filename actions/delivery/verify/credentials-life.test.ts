import { ECSClient } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import type { DeliveryContext } from "../context.ts";
import { checkCredentialsLife, refuseExpired } from "./credentials-life.ts";

const minute = 60_000;
const now = Date.UTC(2026, 10, 25, 14, 0);

function contextWith(credentials: { sessionToken?: string; expiration?: Date } | Error): DeliveryContext {
  const answer = async () => {
    if (credentials instanceof Error) throw credentials;
    return { accessKeyId: "AKIA", secretAccessKey: "x", ...credentials };
  };
  const ecs = new ECSClient({ region: "us-east-1", credentials: answer });
  return { clients: { ecs }, clock: { now: () => now } } as unknown as DeliveryContext;
}

const session = { sessionToken: "x" };
const expiring = (minutes: number) => ({ ...session, expiration: new Date(now + minutes * minute) });

test.each<[string, Parameters<typeof contextWith>[0], number, string | undefined, RegExp]>([
  ["that outlast the deployment", expiring(90), 90, undefined, /^$/],
  [
    "that do not",
    expiring(50),
    90,
    "advice",
    /^The AWS credentials expire in 50 min \(2026-11-25 14:50 UTC\), but the deployment may take up to 1 h 30 min/,
  ],
  ["without an end", {}, 600, undefined, /^$/],
  ["whose end is not known, for a deployment without long waits", session, 75, undefined, /^$/],
  [
    "whose end is not known, for a long one",
    session,
    150,
    "note",
    /^The deployment may take up to 2 h 30 min; the lifetime of the credentials is not known/,
  ],
  ["that are missing, which the first call reports", new Error("none"), 90, undefined, /^$/],
])("checks credentials %s", async (_, credentials, minutes, kind, text) => {
  const [finding] = await checkCredentialsLife(contextWith(credentials), minutes * minute);
  expect(finding?.kind).toBe(kind);
  expect(finding?.text ?? "").toMatch(text);
  if (kind === "advice")
    expect(finding?.fix).toMatch(/longer role-duration-seconds .*or set a shorter deadline/);
});

test("refuses expired credentials before any call", async () => {
  await expect(refuseExpired(contextWith(expiring(-5)))).rejects.toMatchObject({
    message: "The AWS credentials expired at 2026-11-25 13:55 UTC",
    nextStep: expect.stringContaining("role-duration-seconds"),
  });
  await expect(refuseExpired(contextWith(expiring(5)))).resolves.toBeUndefined();
});
