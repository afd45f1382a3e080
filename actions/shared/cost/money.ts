const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** Enough digits for the cheapest price of the list, a read in S3. */
const unitPrice = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 8 });
const amounts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** Formats `$1,234.50`; `< $0.01` for an amount between zero and a cent. */
export function formatUsd(usd: number): string {
  return usd > 0 && usd < 0.005 ? "< $0.01" : `$${cents.format(usd)}`;
}

/** Formats `+$3.65`, `−$3.65`, `±$0.00`. */
export function formatChange(usd: number): string {
  const sign = Math.abs(usd) < 0.005 ? "±" : usd > 0 ? "+" : "−";
  return `${sign}$${cents.format(Math.abs(usd))}`;
}

export function formatUnitPrice(usd: number): string {
  return `$${unitPrice.format(usd)}`;
}

export function formatQuantity(quantity: number): string {
  return quantity > 0 && quantity < 0.005 ? "< 0.01" : amounts.format(quantity);
}
