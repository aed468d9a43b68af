import { createHash } from "node:crypto";

/** What the answers are made from. */
export interface Computing {
  account: string;
  region: string;
  /** The address that stands in for a Lambda function URL; ends with a slash. */
  functionUrl: string;
}

/** What AWS would fill in once the resource exists. Only the types that the program uses; another one is refused. */
export function computed(context: Computing, type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const answer = answers[type];
  if (!answer)
    throw new Error(
      `the local graph has no answer for a resource of type ${type}: add it to emulator/graph/computed.ts`,
    );
  const name = String(inputs.name ?? inputs.family ?? "unnamed");
  const words: Record<string, unknown> = {
    ...inputs,
    ...context,
    name,
    at: `${context.region}:${context.account}`,
    hash: hash([name, inputs.port, inputs.priority, inputs.endpoint].join()),
    loadBalancer: String(inputs.loadBalancerArn).split(":loadbalancer/")[1],
    listener: String(inputs.listenerArn).split(":listener/")[1],
    clusterName: String(inputs.cluster).split("/")[1],
  };
  const filled = (text: unknown) =>
    typeof text === "string" ? text.replaceAll(/\{(\w+)\}/g, (_, word: string) => String(words[word])) : text;
  return Object.fromEntries(Object.entries(answer).map(([key, text]) => [key, filled(text)]));
}

/** Eight hexadecimal digits that depend on `text` alone, for ids that AWS makes up. */
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** Many resources go by their ARN. */
const byArn = (arn: string) => ({ id: arn, arn });

/** Texts with `{words}`: the inputs' and the context's, and those that {@link computed} makes of them. */
const answers: Record<string, Record<string, unknown>> = {
  "awsx:ec2:Vpc": {
    vpcId: "vpc-0a0a0a0a",
    publicSubnetIds: ["subnet-0a0a0a01", "subnet-0a0a0a02"],
    privateSubnetIds: ["subnet-0b0b0b01", "subnet-0b0b0b02"],
  },
  "aws:ec2/securityGroup:SecurityGroup": { id: "sg-{hash}" },
  "aws:lb/loadBalancer:LoadBalancer": {
    ...byArn("arn:aws:elasticloadbalancing:{at}:loadbalancer/app/{name}/{hash}"),
    dnsName: "{name}.{region}.elb.amazonaws.com",
  },
  "aws:lb/targetGroup:TargetGroup": byArn("arn:aws:elasticloadbalancing:{at}:targetgroup/{name}/{hash}"),
  "aws:lb/listener:Listener": byArn("arn:aws:elasticloadbalancing:{at}:listener/{loadBalancer}/{hash}"),
  "aws:lb/listenerRule:ListenerRule": byArn("arn:aws:elasticloadbalancing:{at}:listener-rule/{listener}/{hash}"),
  "aws:ecs/cluster:Cluster": byArn("arn:aws:ecs:{at}:cluster/{name}"),
  "aws:ecs/service:Service": byArn("arn:aws:ecs:{at}:service/{clusterName}/{name}"),
  "aws:ecs/taskDefinition:TaskDefinition": {
    id: "{name}",
    arn: "arn:aws:ecs:{at}:task-definition/{name}:1",
    arnWithoutRevision: "arn:aws:ecs:{at}:task-definition/{name}",
    revision: 1,
  },
  "aws:ecr/repository:Repository": {
    id: "{name}",
    arn: "arn:aws:ecr:{at}:repository/{name}",
    repositoryUrl: "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
  },
  "aws:dynamodb/table:Table": { id: "{name}", arn: "arn:aws:dynamodb:{at}:table/{name}" },
  "aws:dynamodb/tableItem:TableItem": { id: "{tableName}" },
  "aws:secretsmanager/secret:Secret": byArn("arn:aws:secretsmanager:{at}:secret:{name}-AbCdEf"),
  "aws:sns/topic:Topic": byArn("arn:aws:sns:{at}:{name}"),
  "aws:sns/topicSubscription:TopicSubscription": { arn: "{topic}:{hash}" },
  "aws:cloudwatch/logGroup:LogGroup": { id: "{name}", arn: "arn:aws:logs:{at}:log-group:{name}" },
  "aws:iam/role:Role": { id: "{name}", arn: "arn:aws:iam::{account}:role/{name}" },
  "aws:iam/rolePolicy:RolePolicy": {},
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {},
  "aws:lambda/function:Function": { id: "{name}", arn: "arn:aws:lambda:{at}:function:{name}" },
  "aws:lambda/permission:Permission": {},
  "aws:lambda/functionUrl:FunctionUrl": { functionUrl: "{functionUrl}" },
  "aws:sfn/stateMachine:StateMachine": byArn("arn:aws:states:{at}:stateMachine:{name}"),
};
