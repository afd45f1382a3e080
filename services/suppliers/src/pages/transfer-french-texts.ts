import type { TransferTexts } from "./transfer-texts.ts";

const number = (value: number) => value.toLocaleString("fr");
const list = (names: readonly string[]) =>
  new Intl.ListFormat("fr").format(
    names.map((name) => (name.trim() ? `«\u00a0${name}\u00a0»` : "une colonne sans nom")),
  );

export const french: TransferTexts = {
  purpose:
    "Chaque ligne d’un fichier CSV devient un nouveau fournisseur. L’export est un fichier de la même forme.",
  columns: (names) =>
    `La première ligne nomme les colonnes, dans n’importe quel ordre, chacune une fois\u00a0: ${names}.`,
  format:
    "Les valeurs sont séparées par des virgules ou des points-virgules. Le fichier est en UTF-8\u202f; Excel l’enregistre ainsi sous «\u00a0CSV UTF-8 (délimité par des virgules)\u00a0».",
  batches: (rows, limit) =>
    `Les lignes sont importées par ${number(rows)}\u00a0: si l’une d’elles comporte une erreur, aucune de celles-ci ne l’est. Un fichier peut atteindre ${limit}.`,
  example: "Un exemple",
  file: "Fichier CSV",
  start: "Importer",
  nothingImported: "Rien n’a été importé.",
  refusal: (refusal, limit) => {
    switch (refusal.kind) {
      case "wrong-content-type":
        return "Envoyez le fichier en text/csv, ou par le formulaire en multipart/form-data.";
      case "broken-upload":
        return "Le fichier n’est pas arrivé entier. Veuillez l’envoyer de nouveau.";
      case "no-file":
        return "Veuillez choisir un fichier.";
      case "second-file":
        return "Il y a plus d’un fichier. Veuillez les envoyer un par un.";
      case "too-large":
        return `Le fichier dépasse ${limit}, le maximum que nous recevons à la fois. Veuillez l’envoyer en plusieurs parties.`;
      case "empty-file":
        return "Le fichier est vide\u00a0: il y manque même la ligne qui nomme les colonnes.";
      case "no-rows":
        return "Le fichier nomme les colonnes, mais ne contient aucun fournisseur.";
      case "wrong-columns":
        return [
          "La première ligne doit nommer chacune des colonnes une fois.",
          refusal.missing.length > 0 && `Manquent\u00a0: ${list(refusal.missing)}.`,
          refusal.unknown.length > 0 && `Inconnues\u00a0: ${list(refusal.unknown)}.`,
          refusal.doubled.length > 0 && `Plus d’une fois\u00a0: ${list(refusal.doubled)}.`,
        ]
          .filter(Boolean)
          .join(" ");
      case "not-utf-8":
        return `L’enregistrement qui commence à la ligne ${number(refusal.line)} n’est pas en UTF-8. Dans Excel, enregistrez le fichier sous «\u00a0CSV UTF-8 (délimité par des virgules)\u00a0».`;
      case "broken-quotes":
        return `L’enregistrement qui commence à la ligne ${number(refusal.line)} a un guillemet qui n’est pas fermé, ou un guillemet dans une valeur qui n’est pas doublé.`;
      case "row-too-long":
        return `L’enregistrement qui commence à la ligne ${number(refusal.line)} ne se termine pas\u00a0: un guillemet n’est peut-être pas fermé.`;
    }
  },
  progress: "Avancement",
  batch: (outcome, firstLine, lastLine, rows) => {
    const lines =
      firstLine === lastLine
        ? `Ligne ${number(firstLine)}`
        : `Lignes ${number(firstLine)} à ${number(lastLine)}`;
    switch (outcome) {
      case "imported":
        return `${lines}\u00a0: ${number(rows)} importée${rows > 1 ? "s" : ""}`;
      case "refused":
        return `${lines}\u00a0: non importées, à cause de ces erreurs`;
      case "failed":
        return `${lines}\u00a0: non importées, la base de données ne les a pas prises`;
      case "unknown":
        return `${lines}\u00a0: la base de données a été perdue pendant leur écriture. Consultez la liste avant de les importer de nouveau.`;
    }
  },
  atLine: (line, sentence) => `Ligne ${number(line)}\u00a0: ${sentence}`,
  valueCount: (found, expected) => `a ${found} valeur${found > 1 ? "s" : ""} pour ${expected} colonnes`,
  result: "Résultat",
  allImported: (rows) =>
    rows === 1 ? "Le fournisseur est importé." : `Les ${number(rows)} fournisseurs sont tous importés.`,
  someImported: (imported, others) =>
    `Lignes importées\u00a0: ${number(imported)}. Lignes non importées\u00a0: ${number(others)}.`,
  moreProblems: (count) => `Il y a ${number(count)} autres erreurs, qui ne sont pas listées.`,
  endedAfter: (line) => `L’import s’est arrêté ici. Rien après la ligne ${number(line)} n’est importé.`,
  brokenOff: (line) =>
    `L’import a été interrompu. Rien après la ligne ${number(line)} n’est importé, ou pas sûrement\u00a0: consultez la liste.`,
  advice:
    "Corrigez les erreurs, et importez les lignes qui ne le sont pas, sous la ligne qui nomme les colonnes. Les autres seraient ajoutées deux fois.",
  backToList: "Vers la liste",
  importAnother: "Importer un autre fichier",
};
