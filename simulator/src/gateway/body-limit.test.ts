import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, expect, it } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";

const mebibyte = 1024 * 1024;

const simulator = await startTestSimulator();
afterAll(() => simulator.close());

/** Sends a body of so many zeros, which is never completely in memory. */
async function send(service: string, headers: Record<string, string>, bytes: number) {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIA/20260102/us-east-1/${service}/aws4_request`;
  const request = httpRequest(`${simulator.endpoint}/bucket/key`, {
    method: "PUT",
    headers: { ...headers, authorization },
  });
  const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    request.on("error", reject).on("response", async (response) => {
      resolve({ status: response.statusCode, text: (await response.toArray()).join("") });
    });
  });
  const zeros = Buffer.alloc(mebibyte);
  const pieces = function* () {
    for (let left = bytes; left > 0; left -= mebibyte) yield zeros.subarray(0, Math.min(left, mebibyte));
  };
  await pipeline(Readable.from(pieces()), request);
  return answered;
}

it.each<[string, string, Record<string, string>, number, number, RegExp]>([
  ["JSON", "ecs", { "x-amz-target": "a.b" }, 2 * mebibyte, 413, /"RequestEntityTooLargeException"/],
  ["JSON with files", "codecommit", { "x-amz-target": "a.b" }, 32 * mebibyte, 413, /33554432 bytes/],
  ["CBOR", "monitoring", { "smithy-protocol": "rpc-v2-cbor" }, 2 * mebibyte, 413, /TooLargeException/],
  ["query", "cloudformation", {}, 2 * mebibyte, 413, /<ErrorResponse>.*<Code>RequestEntityTooLarge</],
  ["EC2", "ec2", {}, 2 * mebibyte, 413, /<Errors><Error><Code>RequestEntityTooLarge</],
  ["REST JSON", "lambda", {}, 70_167_211, 413, /larger than 70167211 bytes/],
  ["REST XML", "s3", {}, 128 * mebibyte, 400, /<Error><Code>EntityTooLarge</],
])(
  "%s: a body above the limit is refused as in the protocol",
  async (_, service, headers, limit, status, text) => {
    const refused = await send(service, headers, limit + 1);
    expect(refused).toEqual({ status, text: expect.stringMatching(text) });
    expect((await send(service, headers, limit)).text).not.toMatch(/TooLarge|larger than/);
  },
);
