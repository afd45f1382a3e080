/** A defect of a dashboard's body, and where: `/widgets/0/properties`. */
export interface Finding {
  readonly dataPath: string;
  readonly message: string;
}

type Check = (value: unknown, path: string) => Finding[];

/** Maximum of one dashboard, and of one widget. Source: CloudWatch user guide, quotas. */
const mostWidgets = 500;
const mostMetrics = 500;
/** Columns of the grid that widgets lie on. */
const columns = 24;

/** Source: "Dashboard body structure and syntax", CloudWatch API reference. Nothing found means nothing wrong. */
export function checkDashboardBody(body: unknown): Finding[] {
  return object(
    {
      start: text(),
      end: text(),
      periodOverride: oneOf("auto", "inherit"),
      widgets: list(widget, mostWidgets),
      variables: list(any),
    },
    ["widgets"],
  )(body, "");
}

const widgetMembers = {
  type: oneOf("metric", "text", "log", "alarm", "explorer"),
  x: number(0, columns - 1),
  y: number(0),
  width: number(1, columns),
  height: number(1, 1000),
};

const propertiesByType: Readonly<Record<string, Check>> = {
  metric: metricProperties,
  text: object({ markdown: text(), background: oneOf("transparent", "solid") }, ["markdown"]),
  log: object(
    {
      query: text(),
      region: text(),
      title: text(),
      view: oneOf("table", "timeSeries", "bar", "pie"),
      stacked: boolean,
      accountId: text(),
      queryLanguage: text(),
    },
    ["query", "region"],
  ),
  alarm: object({ alarms: list(text(/^arn:/), 100), sortBy: text(), states: list(text()), title: text() }, [
    "alarms",
  ]),
  explorer: any,
};

function widget(value: unknown, path: string): Finding[] {
  const type = isRecord(value) ? value.type : undefined;
  const properties = propertiesByType[String(type)] ?? any;
  return object({ ...widgetMembers, properties }, ["type", "properties"])(value, path);
}

const metricMembers = {
  metrics: list(metric, mostMetrics),
  region: text(),
  title: text(),
  view: oneOf("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
  stacked: boolean,
  stat: text(),
  period: number(1),
  yAxis: any,
  annotations: any,
  legend: any,
  liveData: boolean,
  setPeriodToTimeRange: boolean,
  singleValueFullPrecision: boolean,
  sparkline: boolean,
  timezone: text(),
  trend: boolean,
  table: any,
  labels: any,
  start: text(),
  end: text(),
  accountId: text(),
};

/** A metric widget shows metrics, or an alarm by its annotation. */
function metricProperties(value: unknown, path: string): Finding[] {
  const showsAlarm = isRecord(value) && isRecord(value.annotations) && value.annotations.alarms !== undefined;
  return object(metricMembers, showsAlarm ? [] : ["metrics", "region"])(value, path);
}

/** Namespace, name, pairs of a dimension's name and value, and what it is shown by; or an expression alone. */
function metric(value: unknown, path: string): Finding[] {
  if (!Array.isArray(value)) return [{ dataPath: path, message: "Should be array" }];
  const rest = isRecord(value.at(-1)) ? value.slice(0, -1) : value;
  const isExpression = rest.length === 0 && value.length === 1;
  const named = rest.length >= 2 && rest.length % 2 === 0 && rest.every((each) => typeof each === "string");
  if (isExpression || named || rest.includes("...") || rest.includes(".")) return [];
  return [{ dataPath: path, message: 'Invalid metric field type, only "String" type is allowed' }];
}

function object(members: Readonly<Record<string, Check>>, required: readonly string[]): Check {
  return (value, path) => {
    if (!isRecord(value)) return [{ dataPath: path, message: "Should be object" }];
    return [
      ...required
        .filter((name) => value[name] === undefined)
        .map((name) => ({ dataPath: path, message: `Should have required property '${name}'` })),
      ...Object.entries(value).flatMap(([name, inner]) => {
        const check = members[name];
        return check
          ? check(inner, `${path}/${name}`)
          : [{ dataPath: path, message: `Should NOT have additional properties: '${name}'` }];
      }),
    ];
  };
}

function list(check: Check, most = Number.POSITIVE_INFINITY): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return [{ dataPath: path, message: "Should be array" }];
    if (value.length > most) return [{ dataPath: path, message: `Should NOT have more than ${most} items` }];
    return value.flatMap((item, index) => check(item, `${path}/${index}`));
  };
}

function text(pattern = /(?:)/): Check {
  return (value, path) => {
    if (typeof value !== "string") return [{ dataPath: path, message: "Should be string" }];
    return pattern.test(value) ? [] : [{ dataPath: path, message: `Should match pattern ${pattern}` }];
  };
}

function oneOf(...values: string[]): Check {
  return (value, path) =>
    values.includes(String(value))
      ? []
      : [{ dataPath: path, message: `Should be equal to one of the allowed values: ${values.join(", ")}` }];
}

function number(least: number, most = Number.POSITIVE_INFINITY): Check {
  return (value, path) => {
    if (typeof value !== "number" || !Number.isInteger(value))
      return [{ dataPath: path, message: "Should be integer" }];
    if (value < least) return [{ dataPath: path, message: `Should be >= ${least}` }];
    return value > most ? [{ dataPath: path, message: `Should be <= ${most}` }] : [];
  };
}

function boolean(value: unknown, path: string): Finding[] {
  return typeof value === "boolean" ? [] : [{ dataPath: path, message: "Should be boolean" }];
}

function any(): Finding[] {
  return [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
