import { describe, expect, it } from "vitest";
import { createSharedReads } from "./shared-reads.ts";

function reader() {
  const pending: { resolve: (text: string) => void; reject: (error: Error) => void }[] = [];
  const read = () => new Promise<string>((resolve, reject) => pending.push({ resolve, reject }));
  return { pending, read };
}

describe("shared reads", () => {
  it("answer the first with its own read and all who ask meanwhile with one that begins later", async () => {
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

  it("do not share what is not the same", () => {
    const share = createSharedReads<string>();
    const { pending, read } = reader();
    void share("page 1", read);
    void share("page 2", read);
    expect(pending).toHaveLength(2);
  });

  it("start anew after a failure, which only those hear of who shared it", async () => {
    const share = createSharedReads<string>();
    const { pending, read } = reader();
    const first = share("list", read);
    const second = share("list", read);
    pending[0]?.reject(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    pending[1]?.resolve("back");
    expect(await second).toBe("back");
    const third = share("list", read);
    expect(pending).toHaveLength(3);
    pending[2]?.resolve("still there");
    expect(await third).toBe("still there");
  });
});
