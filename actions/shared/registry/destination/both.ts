/** Both at once; nothing of either goes on when this has failed, and of two failures the first one's is told. */
export async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
