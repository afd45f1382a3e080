import { describe, expect, it } from "vitest";
import { createSharedReads } from "./shared-reads.ts";

function reader() {
  const pending: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  const read = () => new Promise<string>((resolve, reject) => pending.push({ resolve, reject }));
  return { pending, read };
}

describe("shared reads", () => {
  it("serve the first request with its own read and later ones with one that begins after it", async () => {
    const share = createSharedReads<string>();
    const { pending, read } = reader();
    const first = share("list", read);
    const later = [share("list", read), share("list", read)];
    expect(pending).toHaveLength(1);
    pending[0]?.resolve("old");
    expect(await first).toBe("old");
    expect(pending).toHaveLength(2);
    pending[1]?.resolve("new");
    expect(await Promise.all(later)).toEqual(["new", "new"]);
  });

  it("do not share reads of different keys", () => {
    const share = createSharedReads<string>();
    const { pending, read } = reader();
    void share("page 1", read);
    void share("page 2", read);
    expect(pending).toHaveLength(2);
  });

  it("fail for all waiting requests, and start again for later ones", async () => {
    const share = createSharedReads<string>();
    const { pending, read } = reader();
    const waiting = [share("list", read), share("list", read)];
    pending[0]?.reject(new Error("gone"));
    for (const each of waiting) await expect(each).rejects.toThrow("gone");
    expect(pending).toHaveLength(1);
    const later = share("list", read);
    pending[1]?.resolve("back");
    expect(await later).toBe("back");
  });
});
