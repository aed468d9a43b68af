import { shown } from "../history.ts";

/** How a resource shows in the history. Which resources there are is the cloud's affair: any ARN is taken here. */
export interface Resource {
  /** What the types of its events start with. */
  events: "Task" | "LambdaFunction" | "Activity";
  /** As the cause of a result that is too large names it. */
  name: string;
  waitsForToken: boolean;
  /** Details of all its events, if they have any. */
  shown?: Record<string, string>;
  /** Details of its Scheduled event. */
  scheduled(input: string, region: string): Record<string, unknown>;
}

/** `arn:aws:states:::<type>:<action>` is an integration; functions and activities are named by their own ARNs, with events of their own. */
export function resourceOf(arn: string): Resource {
  const [, type, action] = /^arn:[^:]+:states:::(aws-sdk:[^:]+|[^:]+):(.+)$/.exec(arn) ?? [];
  if (type === undefined || action === undefined) {
    const scheduled = (input: string) => ({ ...shown("input", input), resource: arn });
    const events = arn.includes(":activity:") ? "Activity" : "LambdaFunction";
    return { events, name: arn, waitsForToken: false, scheduled };
  }
  const names = { resource: action, resourceType: type };
  const scheduled = (input: string, region: string) => ({ parameters: input, region, ...names });
  return { events: "Task", name: type, waitsForToken: action.endsWith(".waitForTaskToken"), shown: names, scheduled };
}
