import type { Grant } from "./grants.ts";

/** What a role may do although no story can need it, because the embedded cloud doesn't do what AWS does with it. */
export const outOfReach: readonly { roles: RegExp; actions: string[]; why: string }[] = [
  {
    roles: /^(release|emergency|rollback)$/,
    actions: [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ],
    why: "Step Functions sets the machine's log up with them when the machine is created; here history is all there is",
  },
  {
    roles: /^(release|emergency|rollback)$/,
    actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
    why: "Step Functions traces executions with them; nothing is traced here",
  },
  {
    roles: /^(gate|deploy|smoke|admission|ask|answer)$/,
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    why: "Lambda's runtime writes the function's log with them; here the log is read from the worker",
  },
  {
    roles: /^execution$/,
    actions: [
      "ecr:GetAuthorizationToken",
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
    ],
    why: "Fargate's agent pulls the image, writes the log and reads secrets with them; here a task is a process",
  },
];

export const isOutOfReach = ({ role, action }: Pick<Grant, "role" | "action">): boolean =>
  outOfReach.some(({ roles, actions }) => roles.test(role) && actions.includes(action));
