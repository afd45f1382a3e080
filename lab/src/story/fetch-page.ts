// A page that takes longer is not one that answers.
const patienceMs = 10_000;

/** Gets a page; throws a sentence that names the address when nothing answers. */
export async function fetchPage(address: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(address, { redirect: "manual", signal: AbortSignal.timeout(patienceMs) });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    const { message } = ((cause as Error).cause as Error | undefined) ?? (cause as Error);
    throw new Error(`${address} does not answer: ${message}`, { cause });
  }
}
