import { AwsError } from "../awsError.ts";
import type { ApiCall } from "../endpoint/serve.ts";
import type { FunctionError } from "../functions/result.ts";
import type { Graph } from "../graph/graph.ts";
import { checkAssumedRoles } from "./assumed.ts";
import { evaluate, type Need, type Verdict } from "./evaluate.ts";
import { needsOf, type Place } from "./needs.ts";
import { policiesOf, type Role } from "./policies.ts";

/** One permission that a role of the graph needed, and AWS's text where it hasn't got it. */
export interface Access {
  /** ARN of the role. */
  caller: string;
  need: Need;
  denied: string | undefined;
}

interface AccessArgs extends Place {
  graphs: readonly Graph[];
  /** Hears of each permission that is needed. */
  onAccess(access: Access): void;
}

/**
 * Who may do what, by the graphs' policies alone. Callers that are no role of the graphs (an operator, a story) may do everything.
 * Throws one line per policy, or role, that can't be enforced or that AWS wouldn't take.
 */
export function accessControl({ graphs, onAccess, ...place }: AccessArgs) {
  const policies = policiesOf(graphs);
  checkAssumedRoles(graphs, policies, place.account);

  /** AWS's text if it is refused. */
  const refused = (caller: string, role: Role, need: Need): string | undefined => {
    const verdict = evaluate(role.identity, need);
    const denied = verdict === "allowed" ? undefined : refusal(role, need, verdict, place);
    onAccess({ caller, need, denied });
    return denied;
  };
  const everybody = (resource: string, action: string, context: NonNullable<Need["context"]>) =>
    evaluate(policies.functions.get(resource) ?? [], { action, resource, context }) === "allowed";

  return {
    /** Throws the service's own error if the caller lacks a permission. */
    call(call: ApiCall): void {
      const role = policies.roles.get(call.caller);
      if (!role) return;
      for (const need of needsOf(call, place)) {
        const denied = refused(call.caller, role, need);
        if (denied === undefined) continue;
        if (call.service === "sns") throw new AwsError("AuthorizationError", denied, 403);
        throw new AwsError("AccessDeniedException", denied);
      }
    },
    /** The error with which Lambda refuses to be invoked by this role. */
    invoke(functionArn: string, caller: string): FunctionError | undefined {
      const role = policies.roles.get(caller);
      const denied = role && refused(caller, role, { action: "lambda:InvokeFunction", resource: functionArn });
      // As Step Functions tells it: https://github.com/awslabs/aws-deployment-framework/issues/460
      return denied === undefined ? undefined : { errorType: "Lambda.AWSLambdaException", errorMessage: denied };
    },
    /** Whether anybody on the internet may call the function by its URL; it takes both: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
    invokeByUrl: (functionArn: string): boolean =>
      everybody(functionArn, "lambda:InvokeFunctionUrl", { "lambda:FunctionUrlAuthType": "NONE" }) &&
      everybody(functionArn, "lambda:InvokeFunction", { "lambda:InvokedViaFunctionUrl": "true" }),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; the session's name is the service's to choose, here the role's. */
function refusal({ name }: Role, { action, resource }: Need, verdict: Verdict, { account }: Place): string {
  const why =
    verdict === "denied"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  const user = `arn:aws:sts::${account}:assumed-role/${name}/${name}`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}
