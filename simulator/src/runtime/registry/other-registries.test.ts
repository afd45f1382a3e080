import { afterEach, describe, expect, it } from "vitest";
import { startHubForTests } from "./hub.support.ts";
import { digestOf } from "./manifest.ts";
import { createCalls, pushImage, startPlainRegistry } from "./test-registry.support.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function started<Server extends { close(): Promise<void> }>(server: Promise<Server>): Promise<Server> {
  const one = await server;
  ends.push(() => one.close());
  return one;
}

describe("a plain registry", () => {
  it("creates a repository with its first push, and mounts blobs from any repository", async () => {
    const plain = await started(startPlainRegistry());
    const digest = await pushImage(plain, "some/where", "v1");
    const response = await plain.call("GET", "/v2/some/where/manifests/v1");
    expect(digestOf(await response.text())).toBe(digest);
    const blob = digestOf("layer");
    for (const query of [`mount=${blob}&from=some/where`, `mount=${blob}`]) {
      const mounted = await plain.call("POST", `/v2/else/blobs/uploads/?${query}`);
      expect([mounted.status, mounted.headers.get("location")]).toEqual([201, `/v2/else/blobs/${blob}`]);
    }
    const unknown = await plain.call(
      "POST",
      `/v2/else/blobs/uploads/?mount=${digestOf("?")}&from=some/where`,
    );
    expect([unknown.status, unknown.headers.has("location")]).toEqual([202, true]);
  });

  it("refuses a malformed name", async () => {
    const { call } = await started(startPlainRegistry());
    const response = await call("POST", "/v2/Not-A-Name/blobs/uploads/");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code: "NAME_INVALID" }] });
  });
});

describe("a registry like Docker Hub", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it("requires a token of the scope, and its service grants the login's rights", async () => {
    const hub = await started(startHubForTests({ privateRepositories: ["me/secret"] }));
    const challenged = await fetch(`http://${hub.host}/v2/me/secret/manifests/v1`);
    expect([challenged.status, challenged.headers.get("www-authenticate")]).toEqual([
      401,
      `Bearer realm="http://${hub.tokenHost}/token",service="hub.test",scope="repository:me/secret:pull"`,
    ]);
    const ask = async (authorization: string | undefined) => {
      const query = "service=hub.test&scope=repository:me/secret:pull,push";
      const headers = authorization ? { authorization } : undefined;
      return fetch(`http://${hub.tokenHost}/token?${query}`, { ...(headers && { headers }) });
    };
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    expect((await ask(basic("me:wrong"))).status).toBe(401);
    const statusWith = async (authorization: string | undefined) => {
      const { token } = (await (await ask(authorization)).json()) as { token: string };
      return createCalls(hub.host, undefined).call("POST", "/v2/me/secret/blobs/uploads/", {
        headers: bearer(token),
      });
    };
    expect((await statusWith(basic("me:secret"))).status).toBe(202);
    const anonymous = await statusWith(undefined);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get("www-authenticate")).toContain(
      `scope="repository:me/secret:pull,push",error="insufficient_scope"`,
    );
  });

  it("lets a token expire", async () => {
    const hub = await started(startHubForTests({ tokenLifetimeMs: -1 }));
    const answer = await fetch(`http://${hub.tokenHost}/token?scope=repository:library/node:pull`);
    const { token } = (await answer.json()) as { token: string };
    const response = await fetch(`http://${hub.host}/v2/`, { headers: bearer(token) });
    expect(response.headers.get("www-authenticate")).toContain(`error="invalid_token"`);
  });

  it("has a store of blobs without login, with signed URLs only", async () => {
    const hub = await started(startHubForTests());
    const url = `http://${hub.blobHost}/${digestOf("x")}`;
    expect((await fetch(url)).status).toBe(403);
    const { call } = createCalls(hub.host, undefined);
    const query = "scope=repository:me/x:pull,push";
    const login = { authorization: `Basic ${Buffer.from("me:secret").toString("base64")}` };
    const { token } = (await (
      await fetch(`http://${hub.tokenHost}/token?${query}`, { headers: login })
    ).json()) as {
      token: string;
    };
    const { pushBlob } = createCalls(hub.host, `Bearer ${token}`);
    const digest = await pushBlob("me/x", "hello");
    const redirect = await call("GET", `/v2/me/x/blobs/${digest}`, {
      headers: bearer(token),
      redirect: "manual",
    });
    expect(redirect.status).toBe(307);
    const location = redirect.headers.get("location") as string;
    expect((await fetch(location, { headers: bearer(token) })).status).toBe(400);
    const part = await fetch(location, { headers: { Range: "bytes=1-2" } });
    expect([part.status, await part.text()]).toEqual([206, "el"]);
  });
});
