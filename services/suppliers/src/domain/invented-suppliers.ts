import type { SupplierFields } from "./supplier.ts";

const firstWords = [
  "Alta",
  "Bean",
  "Cedar",
  "Dawn",
  "Ember",
  "Fazenda",
  "Golden",
  "Harbour",
  "Indigo",
  "Juniper",
];
const secondWords = ["Brothers", "Coffee", "Estate", "Farm", "Growers", "Hills", "Import", "Trading"];
const places: readonly (readonly [city: string, state: string])[] = [
  ["Addis Abeba", "Addis Abeba"],
  ["Antigua", "Sacatepéquez"],
  ["Blue Mountain", "Saint Andrew"],
  ["Boquete", "Chiriquí"],
  ["Huehuetenango", "Huehuetenango"],
  ["Jinotega", "Jinotega"],
  ["Kona", "Hawaii"],
  ["Lyon", "Auvergne-Rhône-Alpes"],
  ["Manizales", "Caldas"],
  ["Nyeri", "Nyeri County"],
  ["Patrocínio", "Minas Gerais"],
  ["Seattle", "Washington"],
  ["Tarrazú", "San José"],
];

/** Returns the supplier of a number, always the same one; names repeat, as they do in long lists. */
export function inventSupplier(number: number): SupplierFields {
  // A step coprime to the number of names, so that neighbours in the table are not neighbours in the list.
  const series = (number * 7919) % 100_000;
  const [city, state] = places[number % places.length] as (typeof places)[number];
  const first = firstWords[series % firstWords.length];
  const second = secondWords[Math.floor(series / firstWords.length) % secondWords.length];
  return {
    name: `${first} ${second} ${Math.floor(series / (firstWords.length * secondWords.length))}`,
    address: `${1 + (number % 999)} Harvest Road`,
    city,
    state,
    email: `orders-${number}@suppliers.example`,
    phone: `+1 206 555 ${String(number % 10_000).padStart(4, "0")}`,
  };
}
