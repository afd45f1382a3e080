import { describe, expect, it } from "vitest";
import { createCachedPages, createFreshPages } from "./page-cache.ts";

/** A database that responds when the test says so, and counts its queries. */
function source() {
  const asked: ((body: string) => void)[] = [];
  const failing: ((error: Error) => void)[] = [];
  const render = () =>
    new Promise<string>((resolve, reject) => {
      asked.push(resolve);
      failing.push(reject);
    });
  return { asked, failing, render };
}

describe("pages that may be a second old", () => {
  it("are read once for all requests within it, and again afterwards", async () => {
    let time = 0;
    const pages = createCachedPages(1000, () => time);
    const { asked, render } = source();
    const waiting = [pages("list", render), pages("list", render)];
    asked[0]?.("first");
    expect(await Promise.all(waiting)).toEqual([
      { readAt: 0, body: "first" },
      { readAt: 0, body: "first" },
    ]);
    time = 999;
    expect((await pages("list", render)).body).toBe("first");
    expect(asked).toHaveLength(1);
    time = 1000;
    const later = pages("list", render);
    asked[1]?.("second");
    expect(await later).toEqual({ readAt: 1000, body: "second" });
  });

  it("are not kept when the read fails", async () => {
    const pages = createCachedPages(1000, () => 0);
    const { asked, failing, render } = source();
    const failed = pages("list", render);
    failing[0]?.(new Error("no database"));
    await expect(failed).rejects.toThrow("no database");
    const next = pages("list", render);
    asked[1]?.("back");
    expect((await next).body).toBe("back");
  });
});

describe("pages that are never older than their request", () => {
  it("serve the first request with its own read, and later ones with one that begins after it", async () => {
    const pages = createFreshPages(() => 0);
    const { asked, render } = source();
    const first = pages("list", render);
    const later = [pages("list", render), pages("list", render)];
    expect(asked).toHaveLength(1);
    asked[0]?.("before");
    expect((await first).body).toBe("before");
    expect(asked).toHaveLength(2);
    asked[1]?.("after");
    expect((await Promise.all(later)).map(({ body }) => body)).toEqual(["after", "after"]);
  });

  it("are read separately for each address", () => {
    const pages = createFreshPages(() => 0);
    const { asked, render } = source();
    void pages("page 1", render);
    void pages("page 2", render);
    expect(asked).toHaveLength(2);
  });

  it("fail for all waiting requests, and are read again for later ones", async () => {
    const pages = createFreshPages(() => 0);
    const { asked, failing, render } = source();
    const waiting = [pages("list", render), pages("list", render)];
    failing[0]?.(new Error("gone"));
    for (const each of waiting) await expect(each).rejects.toThrow("gone");
    expect(asked).toHaveLength(1);
    const later = pages("list", render);
    asked[1]?.("back");
    expect((await later).body).toBe("back");
  });
});
