/** Returns a function that accepts the statuses of `200,304` or `2xx`. */
export function parseStatuses(
  text: string,
  problem: (sentence: string) => void,
): (status: number) => boolean {
  const accepted = text.split(",").map((part) => part.trim());
  for (const part of accepted)
    if (!/^[1-5](\d\d|xx)$/.test(part))
      problem(`Input expect-status has "${part}"; expected a status such as 200 or a class such as 2xx`);
  return (status) => accepted.includes(String(status)) || accepted.includes(`${Math.floor(status / 100)}xx`);
}
