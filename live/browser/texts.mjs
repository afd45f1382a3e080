// @ts-check

const en = {
  title: "Live delivery",
  description: "Services, deployments and stacks of an AWS account, as they change.",
  languageName: "English",
  skip: "Skip to the content",
  pages: "Pages",
  readOnly: "This page only reads the account. It changes nothing.",
  static: "Static",
  live: "Live",
  connecting: "Connecting…",
  waiting: "The server does not respond. Waiting…",
  noScript: "Without JavaScript, this is the state when the page was loaded.",
  reload: "Reload",
  noSuchPage: "There is no such page",
  noSuchPageFix: "Check the address, or go to",
  allServices: "all services",
  problems: {
    throttled: "throttles the requests of this page. It asks less often now.",
    unreachable: "cannot be reached. The page shows the last known state.",
    denied: "does not permit this page to read. The page shows the last known state.",
    failed: "returned an error. The page shows the last known state.",
  },
  /** @param {number} factor */
  faster: (factor) => `AWS waits pass ${factor} × faster`,
  justNow: "just now",
  /** @param {string} span */
  here: (span) => `(${span} here)`,
};

/** @type {typeof en} */
const fr = {
  title: "Livraison en direct",
  description: "Services, déploiements et piles d'un compte AWS, au fil de leurs changements.",
  languageName: "Français",
  skip: "Aller au contenu",
  pages: "Pages",
  readOnly: "Cette page ne fait que lire le compte. Elle ne change rien.",
  static: "Statique",
  live: "En direct",
  connecting: "Connexion…",
  waiting: "Le serveur ne répond pas. En attente…",
  noScript: "Sans JavaScript, voici l'état au chargement de la page.",
  reload: "Recharger",
  noSuchPage: "Cette page n'existe pas",
  noSuchPageFix: "Vérifiez l'adresse, ou voyez",
  allServices: "tous les services",
  problems: {
    throttled: "limite les requêtes de cette page. Elle interroge moins souvent.",
    unreachable: "est injoignable. La page montre le dernier état connu.",
    denied: "n'autorise pas cette page à lire. La page montre le dernier état connu.",
    failed: "a renvoyé une erreur. La page montre le dernier état connu.",
  },
  faster: (factor) => `les attentes d'AWS passent ${factor} × plus vite`,
  justNow: "à l'instant",
  here: (span) => `(${span} ici)`,
};

export const texts = { en, fr };
