import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { type CloudWatchState, type Dashboard, page, readTags, unsupported } from "./state.ts";

export function dashboardOperations(state: CloudWatchState): Operations<"cloudwatch"> {
  return {
    putDashboard: (input) => {
      refuseUnsupported(unsupported, "PutDashboard", input, ["DashboardName", "DashboardBody", "Tags"]);
      const { DashboardName: name = "", DashboardBody: body = "" } = input;
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
        throw invalidInput(
          `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).`,
        );
      refuseBadBody(body);
      const existing = state.dashboards.get(name);
      if (existing) Object.assign(existing, { body, modifiedAt: state.now() });
      else
        state.dashboards.set(name, {
          name,
          arn: state.dashboardArnOf(name),
          body,
          modifiedAt: state.now(),
          tags: readTags(input.Tags),
        });
      return { DashboardValidationMessages: [] };
    },
    getDashboard: ({ DashboardName }) => {
      const { name, arn, body } = find(state, DashboardName);
      return { DashboardName: name, DashboardArn: arn, DashboardBody: body };
    },
    listDashboards: (input) => {
      const matching = [...state.dashboards.values()]
        .filter(({ name }) => name.startsWith(input.DashboardNamePrefix ?? ""))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, NextToken } = page(matching, input);
      return {
        DashboardEntries: items.map(({ name, arn, body, modifiedAt }) => ({
          DashboardName: name,
          DashboardArn: arn,
          LastModified: modifiedAt,
          Size: Buffer.byteLength(body),
        })),
        NextToken,
      };
    },
    deleteDashboards: ({ DashboardNames = [] }) => {
      // "If one of the dashboards does not exist, none of them is deleted" (DeleteDashboards).
      const found = DashboardNames.map((name) => find(state, name));
      for (const { name } of found) state.dashboards.delete(name);
      return {};
    },
  };
}

function find(state: CloudWatchState, name = ""): Dashboard {
  const dashboard = state.dashboards.get(name);
  if (dashboard) return dashboard;
  throw new AwsError("DashboardNotFoundError", `Dashboard ${name} does not exist`, 404);
}

/** CloudWatch checks each widget's properties as well. */
function refuseBadBody(text: string): void {
  let body: { widgets?: unknown } | null;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw invalidInput(`The field DashboardBody must be a valid JSON object: ${(error as Error).message}`);
  }
  if (!Array.isArray(body?.widgets))
    throw invalidInput("The dashboard body is invalid: Should have required property 'widgets'");
}

const invalidInput = errorWith("DashboardInvalidInputError");
