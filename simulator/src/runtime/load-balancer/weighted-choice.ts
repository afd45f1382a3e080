/**
 * Chooses in proportion to the weights by smooth weighted round robin: in every run of as many choices as the sum of
 * the weights, each option comes up exactly as often as its weight. Weight 0 is never chosen; when every weight is 0
 * the result is undefined.
 */
export function createWeightedChoice<Option>(
  options: readonly { readonly option: Option; readonly weight: number }[],
): () => Option | undefined {
  const contenders = options
    .filter(({ weight }) => weight > 0)
    .map(({ option, weight }) => ({ option, weight, credit: 0 }));
  const first = contenders[0];
  if (first === undefined || contenders.length === 1) return () => first?.option;
  const total = contenders.reduce((sum, { weight }) => sum + weight, 0);
  return () => {
    let best = first;
    for (const contender of contenders) {
      contender.credit += contender.weight;
      if (contender.credit > best.credit) best = contender;
    }
    best.credit -= total;
    return best.option;
  };
}
