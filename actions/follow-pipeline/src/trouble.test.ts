import type { Fault } from "@ecs-delivery/simulator/gateway/faults";
import { expect, test } from "vitest";
import { useStage } from "./stage.support.ts";

const pipeline = "update-web";
const stage = await useStage(pipeline);

/** Follows, with a fault from the beginning of following on. */
async function followWith(version: string, fault: Fault, onCancel = "leave") {
  const image = await stage.push(version);
  const onLine = (line: string) => {
    if (line.startsWith("Following execution")) stage.simulator.faults.add(fault);
  };
  return stage.follow({ pipeline, image, "on-cancel": onCancel }, { onLine });
}

test("keeps polling and reaches its result without an answer for a while", async () => {
  const fault: Fault = { kind: "unavailable", operation: "codepipeline:*", times: 9 };
  const { error, record, lines } = await followWith("without", fault);
  expect(error).toBeUndefined();
  expect(record.status).toBe("succeeded");
  expect(lines.join("\n")).toMatch(/^AWS does not respond [\s\S]*^AWS responds again\.$/m);
});

test("reports credentials that expire meanwhile, with where to look and what happens to the execution", async () => {
  const fault: Fault = { kind: "expire", operation: "codepipeline:*" };
  const { error, record } = await followWith("expired", fault);
  expect(error?.message).toMatch(
    /^The AWS credentials have expired \(.*\), so execution \S+ of update-web could not be followed to its end; it continues \(on-cancel: leave\)$/,
  );
  expect(error?.nextStep).toMatch(
    /^open https:\/\/us-east-1\.console\.aws\.amazon\.com\/.*role-duration-seconds/,
  );
  expect(record.status).toBe("lost");
});

test("reports that an execution that cannot be stopped continues", async () => {
  const fault: Fault = { kind: "deny", operation: "codepipeline:*" };
  const { error, handle, record } = await followWith("denied", fault, "stop");
  expect(error?.message).toMatch(
    /^The AWS role may not do this: .*; it continues, as it could not be stopped \(on-cancel: stop\): /,
  );
  expect(record.status).toBe("lost");
  expect(handle).toMatchObject({ executionId: record.executionId });
});

test("uses the pipeline's own words when the role may not read deployments, and says so", async () => {
  stage.simulator.faults.add({ kind: "deny", operation: "codedeploy:*" });
  const image = await stage.push("unseen");
  const { error, record, lines } = await stage.follow({ pipeline, image });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", deployments: [] });
  expect(lines.join("\n")).toMatch(/Could not follow deployment d-\w+: The AWS role may not do this: /);
});

test("fails when the tasks of a pipeline that succeeded do not stay up", async () => {
  const { clock } = stage.simulator;
  const end = new AbortController();
  const crash = async () => {
    for (; !end.signal.aborted; await clock.wait(10_000, end.signal).catch(() => {}))
      await fetch(new URL("/fail", stage.productionUrl)).catch(() => {});
  };
  const { record, error } = await stage.follow(
    { pipeline, image: await stage.push("fragile"), start: "always", "settle-for": "30m" },
    { onLine: (line) => void (/execution Succeeded$/.test(line) && crash()) },
  );
  end.abort();
  expect(error.message).toMatch(/^Container web exited with code 3.*production runs the new web:\d+\)$/);
  expect(record).toMatchObject({ status: "failed", deployments: [{ status: "failed" }] });
});
