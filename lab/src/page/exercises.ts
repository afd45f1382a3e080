import {
  type CodeDeployClient,
  CreateDeploymentConfigCommand,
  DeploymentConfigAlreadyExistsException,
} from "@aws-sdk/client-codedeploy";
import { addToHeading, type Change, crashAtStart, toggleNavigation } from "../story/change.ts";
import { canary, slowRelease } from "../story/slow-release.ts";
import type { Exercise } from "./operations.ts";

export interface PreparedExercise extends Exercise {
  /** @param count how many exercises there were before: each heading is a new one */
  change(count: number): Change;
  /** Name of the traffic configuration of its deployment. */
  configuration?: string;
  /** Whether visitors are needed to see its effect. */
  needsLoad?: boolean;
}

/** The navigation is light or dark in turn, whatever an earlier exercise left in the file. */
function otherNavigation(): Change {
  const toggle = toggleNavigation("Give the administrators another navigation bar");
  return {
    ...toggle,
    edit(original, current) {
      const other = toggle.edit(original, current);
      return current === other ? original : other;
    },
  };
}

export const exercises: readonly PreparedExercise[] = [
  {
    name: "new-heading",
    title: { en: "New heading", fr: "Nouveau titre" },
    about: {
      en: "Changes the customers' heading: only customer is deployed.",
      fr: "Change le titre des clients : seul customer est déployé.",
    },
    change: (count) => addToHeading(`, roast no. ${count + 1}`, "Greet the customers with a new roast"),
  },
  {
    name: "light-navigation",
    title: { en: "Light navigation", fr: "Navigation claire" },
    about: {
      en: "Makes the administrators' dark navigation bar light, or dark again.",
      fr: "Rend claire la barre de navigation sombre des administrateurs, ou l’inverse.",
    },
    change: otherNavigation,
  },
  {
    name: "crash-at-start",
    title: { en: "Crash at start", fr: "Plantage au démarrage" },
    about: {
      en: "Releases an employee service that ends at once: the run is red, production is untouched.",
      fr: "Livre un service employee qui s’arrête aussitôt : l’exécution échoue, la production reste intacte.",
    },
    change: (count) =>
      crashAtStart(`cannot start: price list no. ${count + 1} is missing`, "Require the price list"),
  },
  {
    name: "slow-canary",
    title: { en: "Slow canary", fr: "Canari lent" },
    about: {
      en: "Releases slow lists to a tenth of the visitors, with load: an alarm rolls the release back.",
      fr: "Livre des listes lentes à un dixième des visiteurs, sous charge : une alarme annule la livraison.",
    },
    change: () => slowRelease,
    configuration: canary.deploymentConfigName,
    needsLoad: true,
  },
];

/** Creates the traffic configuration of the slow canary, once. */
export async function provideCanary(codedeploy: CodeDeployClient): Promise<void> {
  await codedeploy.send(new CreateDeploymentConfigCommand(canary)).catch((error) => {
    if (!(error instanceof DeploymentConfigAlreadyExistsException)) throw error;
  });
}
