/**
 * A law of scaling: X(N) = perSecond · N / (1 + contention · (N − 1) + coherency · N · (N − 1)) requests per second
 * with N tasks (Gunther, "A General Theory of Computational Scalability Based on Rational Functions",
 * arXiv:0808.1431, equation 5). Without coherency it is Amdahl's law, whose serial part is the contention.
 */
export interface ScalingLaw {
  /** Requests per second of one task. */
  readonly perSecond: number;
  /** Part of a request's work that the tasks can only do one after another, such as in the database. */
  readonly contention: number;
  /** Work that each pair of tasks adds, such as to agree on data. */
  readonly coherency: number;
}

/** A measured throughput, of tasks that were always busy. */
export interface Throughput {
  readonly taskCount: number;
  readonly perSecond: number;
}

export function throughputAt({ perSecond, contention, coherency }: ScalingLaw, tasks: number): number {
  return (perSecond * tasks) / (1 + contention * (tasks - 1) + coherency * tasks * (tasks - 1));
}

/** Returns the highest throughput, and its count: infinite without coherency, where the limit is only approached. */
export function limitOf(law: ScalingLaw): { readonly tasks: number; readonly perSecond: number } {
  const { perSecond, contention, coherency } = law;
  if (coherency === 0) return { tasks: Number.POSITIVE_INFINITY, perSecond: perSecond / contention };
  const peak = Math.max(1, Math.sqrt((1 - contention) / coherency));
  const tasks = [Math.floor(peak), Math.ceil(peak)].reduce((one, other) =>
    throughputAt(law, other) > throughputAt(law, one) ? other : one,
  );
  return { tasks, perSecond: throughputAt(law, tasks) };
}

/** Fits Amdahl's law; undefined with fewer than two counts. */
export const fitAmdahl = (points: readonly Throughput[]) => fit(points, [[0, 1], [0]]);

/** Fits the Universal Scalability Law; undefined with fewer than three counts, which determine its three numbers. */
export const fitUsl = (points: readonly Throughput[]) => fit(points, [[0, 1, 2], [0, 1], [0, 2], [0]]);

/**
 * Fits by least squares of the relative errors of N / X = a + b · (N − 1) + c · N · (N − 1), which is linear. No part of
 * the work is negative: among the solutions with these terms, the best one without a negative number is taken.
 */
function fit(points: readonly Throughput[], choices: readonly (readonly number[])[]): ScalingLaw | undefined {
  const counts = new Set(points.map(({ taskCount }) => taskCount));
  if (counts.size < Math.max(...choices.map(({ length }) => length))) return undefined;
  const solutions = choices.map((terms) => {
    const rows = points.map(({ taskCount: n, perSecond }) => {
      const all = [1, n - 1, n * (n - 1)];
      return terms.map((term) => ((all[term] ?? 0) * perSecond) / n);
    });
    const found = leastSquares(rows);
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((term) => found[terms.indexOf(term)]);
    const errors = rows.map((row) => row.reduce((sum, term, index) => sum + term * (found[index] ?? 0), -1));
    return { a, b, c, error: errors.reduce((sum, error) => sum + error ** 2, 0) };
  });
  const [best] = solutions
    .filter(({ a, b, c }) => a > 0 && b >= 0 && c >= 0)
    .sort((one, other) => one.error - other.error);
  return best && { perSecond: 1 / best.a, contention: best.b / best.a, coherency: best.c / best.a };
}

/** Solves for the numbers whose products with each row sum up to 1, by the normal equations. */
function leastSquares(rows: readonly (readonly number[])[]): number[] {
  const size = rows[0]?.length ?? 0;
  const sum = (value: (row: readonly number[]) => number) => rows.reduce((all, row) => all + value(row), 0);
  const indexes = Array.from({ length: size }, (_, index) => index);
  const equations = indexes.map((i) => [
    ...indexes.map((j) => sum((row) => (row[i] ?? 0) * (row[j] ?? 0))),
    sum((row) => row[i] ?? 0),
  ]);
  // Gauss and Jordan: the matrix is positive definite, so no pivot is zero.
  for (const [i, pivot] of equations.entries()) {
    const head = pivot[i] ?? 1;
    for (let j = 0; j <= size; j++) pivot[j] = (pivot[j] ?? 0) / head;
    for (const [k, other] of equations.entries()) {
      const factor = other[i] ?? 0;
      if (k !== i) for (let j = 0; j <= size; j++) other[j] = (other[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return equations.map((equation) => equation[size] ?? 0);
}
