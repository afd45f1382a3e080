const encoder = new TextEncoder();

/** Waits for the first item, so that a failure before it is thrown here; `all` yields it again, and the others. */
export async function begin<Item>(items: AsyncGenerator<Item>) {
  const first = await items.next();
  async function* all(): AsyncGenerator<Item> {
    try {
      if (!first.done) yield first.value;
      yield* items;
    } finally {
      await items.return(undefined);
    }
  }
  return { first: first.done ? undefined : first.value, all: all() };
}

/** A body that is made as fast as its client reads it; a client that goes away ends the making. */
export function pullBody(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: () => pieces.return(undefined).then(() => {}),
    },
    { highWaterMark: 0 },
  );
}

/**
 * A body that is made without waiting for its client. A browser reads the answer only when it has sent its request:
 * an import that waited until its progress is read would wait for the browser, and the browser for it.
 */
export function pushBody(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      // Fails when the client has gone, which ends the making at the piece after.
      for await (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}
