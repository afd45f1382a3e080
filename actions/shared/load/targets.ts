export interface LoadTarget {
  readonly url: URL;
  /** A whole number from 1. */
  readonly weight: number;
}

/**
 * Returns indexes of targets in proportion to their weights, evenly mixed: nginx's smooth weighted round robin, exact
 * after each sum of the weights.
 */
export function takeTurns(targets: readonly Pick<LoadTarget, "weight">[]): () => number {
  const weights = targets.map(({ weight }) => weight);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const credit = weights.map(() => 0);
  return () => {
    let best = 0;
    for (let index = 0; index < credit.length; index++) {
      credit[index] = (credit[index] ?? 0) + (weights[index] ?? 0);
      if ((credit[index] ?? 0) > (credit[best] ?? 0)) best = index;
    }
    credit[best] = (credit[best] ?? 0) - sum;
    return best;
  };
}
