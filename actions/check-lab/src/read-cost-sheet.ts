import Papa from "papaparse";

/** A row of an estimate. */
interface CostRow {
  readonly service: string;
  readonly region: string;
  /** In the sheet's currency. */
  readonly monthly: number;
}

export interface CostSheet {
  readonly rows: readonly CostRow[];
  /** The sum of the rows. */
  readonly monthly: number;
  /** Another currency, and cells that are not an amount. */
  readonly problems: readonly string[];
  /** Stated totals that are not the sum. A row that was added, removed or changed alone is often the cause. */
  readonly wrongSums: readonly string[];
}

/**
 * Columns, in lower case without accents. English names are those of AWS's calculator (Group hierarchy, Region,
 * Description, Service, Upfront, Monthly, First 12 months total, Currency, Status, Configuration summary; above them
 * Upfront cost, Monthly cost, Total 12 months cost, Currency) and of our estimate-cost. The calculator translates them.
 */
const columns = {
  service: /^(?:nom du |aws )?service/,
  region: /^region/,
  yearly: /\b12\b|\bannual|\bannuel|\bannee|\byear|\bpar an\b/,
  monthly: /month|mensuel|\bmois\b/,
  upfront: /^(?:upfront|(?:cout |paiement )?initial)/,
  currency: /^(?:currency|devise|monnaie)/,
};
type Column = keyof typeof columns;
type Places = { readonly [column in Column]: number };

export const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();

/** Hours a month are not an amount, and a column of the twelve months is not the monthly one. */
function placesOf(cells: readonly string[]): Places {
  const heads = cells.map((cell) => plain(cell).replace(/^\W+/, ""));
  const isAmount = (name: string) => !/heure|hour|quantit|nombre|number|unit|\bg[bo]\b/.test(name);
  const place = (column: Column) =>
    heads.findIndex((name) => {
      if (column === "monthly" && columns.yearly.test(name)) return false;
      return columns[column].test(name) && (isAmount(name) || !/ly$/.test(column));
    });
  const names = Object.keys(columns) as Column[];
  return Object.fromEntries(names.map((column) => [column, place(column)])) as Places;
}

const hasAmounts = ({ monthly, yearly }: Places) => monthly >= 0 || yearly >= 0;
/** A title that mentions both is one cell. */
const isHead = (places: Places) =>
  places.service >= 0 && hasAmounts(places) && ![places.monthly, places.yearly].includes(places.service);

/** Rows in which a table's head is looked for. */
const upperRows = 200;

/**
 * Reads the table of an AWS Pricing Calculator export or of our estimate-cost, in English or French, also after a
 * spreadsheet has saved it with other separators and in another encoding. Undefined for another CSV file.
 */
export function readCostSheet(bytes: Uint8Array): CostSheet | undefined {
  const text = decode(bytes).replace(/\r\n?/g, "\n");
  for (const delimiter of [",", ";", "\t"]) {
    const parse = (preview: number) =>
      Papa.parse<string[]>(text, { delimiter, preview, skipEmptyLines: "greedy" }).data;
    const head = parse(upperRows).findIndex((cells) => isHead(placesOf(cells)));
    if (head >= 0) return readTable(parse(0), head, delimiter);
  }
  return undefined;
}

/** Excel writes UTF-16 with a byte order mark, UTF-8 or, as plain CSV, Windows-1252. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

const isTotal = (cell: string) => /^(?:grand )?total\b|^somme\b|^sum$/.test(plain(cell));
const isNoService = (cell: string) =>
  isTotal(cell) || /^(?:(?:sous|sub)[- ]?total|free$|$)/.test(plain(cell));
/** In a row with a service, the other cells may say anything. */
const isTotalRow = (cells: readonly string[], service: string) =>
  isTotal(service) || (service.trim() === "" && cells.some(isTotal));

function readTable(lines: readonly string[][], head: number, delimiter: string): CostSheet | undefined {
  const places = placesOf(lines[head] ?? []);
  const amount = (cells: readonly string[], at: number) => amountOf(cells[at] ?? "", delimiter);
  const monthlyIn = (cells: readonly string[], at: Places) =>
    at.monthly >= 0
      ? amount(cells, at.monthly)
      : (amount(cells, at.yearly) - (amount(cells, at.upfront) || 0)) / 12;
  const below = lines.slice(head + 1);
  const services = below.filter((cells) => {
    const written = cells[places.monthly >= 0 ? places.monthly : places.yearly];
    return written?.trim() && !isNoService(cells[places.service] ?? "");
  });
  const rows = services.map((cells) => ({
    service: cells[places.service]?.trim() ?? "",
    region: cells[places.region]?.trim() ?? "",
    monthly: monthlyIn(cells, places),
  }));
  const counted = rows.filter(({ monthly }) => Number.isFinite(monthly));
  if (counted.length === 0) return undefined;
  const monthly = counted.reduce((sum, row) => sum + row.monthly, 0);
  // The calculator's summary is above the table; a spreadsheet's total is below it.
  const summary = lines
    .slice(0, head)
    .findIndex((cells) => cells.filter(Boolean).length > 2 && hasAmounts(placesOf(cells)));
  const totals = [
    ...(summary < 0 ? [] : [monthlyIn(lines[summary + 1] ?? [], placesOf(lines[summary] ?? []))]),
    ...below
      .filter((cells) => isTotalRow(cells, cells[places.service] ?? ""))
      .map((cells) => monthlyIn(cells, places)),
  ];
  const problems = [
    ...currencyProblems(lines[head] ?? [], services, places),
    ...rows.filter((row) => !counted.includes(row)).map(({ service }) => `${service} has no amount a month`),
  ];
  const wrongSums = [
    ...totals
      .filter((total) => isOff(total, monthly, rows.length))
      .map((total) => `the total is ${total.toFixed(2)} a month, the rows are ${monthly.toFixed(2)}`),
    ...services
      .filter((cells) => {
        const [month, year] = [amount(cells, places.monthly), amount(cells, places.yearly)];
        return isOff(year, 12 * month + (amount(cells, places.upfront) || 0), 12);
      })
      .map((cells) => `${cells[places.service]?.trim()}: 12 months are not 12 times the month`),
  ];
  return { rows: counted, monthly, problems, wrongSums };
}

/** Each of so many amounts is rounded to cents. Never off without an amount. */
const isOff = (one: number, other: number, amounts: number) =>
  Math.abs(one - other) > 0.01 * (amounts + 1) + 0.005 * Math.abs(other);

function currencyProblems(head: readonly string[], rows: readonly string[][], places: Places): string[] {
  const amounts = [places.monthly, places.yearly, places.currency].filter((place) => place >= 0);
  const cells = [head, ...rows].flatMap((row) => amounts.map((place) => row[place] ?? ""));
  const other = cells.map((cell) => /€|£|¥|\b(?:EUR|GBP|CHF|CAD|JPY)\b|CA\$|\beuros?\b/i.exec(cell)?.[0]);
  const found = other.find((name) => name !== undefined);
  return found === undefined ? [] : [`the amounts are in ${found}, not in US dollars`];
}

/** NaN without an amount. Spaces of any width and apostrophes part thousands, as do commas in English. */
function amountOf(cell: string, delimiter: string): number {
  const text = cell.replace(/[^\d.,-]/g, "");
  // Spreadsheets show zero as a dash.
  const isZero = /\p{L}/u.test(cell) ? /^(?:free|gratuit)/i.test(cell) : /[-–—]/.test(cell);
  if (!/\d/.test(text)) return isZero ? 0 : Number.NaN;
  const decimal = text.search(/[.,]\d*$/);
  if (decimal < 0) return Number(text);
  const [whole, rest] = [text.slice(0, decimal), text.slice(decimal + 1)];
  const isThousands =
    text[decimal] === "," && rest.length === 3 && delimiter !== ";" && /^-?\d{1,3}(?:,\d{3})*$/.test(whole);
  return Number(`${whole.replace(/[.,]/g, "") || "0"}${isThousands ? "" : "."}${rest}`);
}
