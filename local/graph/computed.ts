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
    throw new Error(`the local graph has no answer for a resource of type ${type}: add it to local/graph/computed.ts`);
  return answer({ ...context, name: String(inputs.name ?? inputs.family ?? "unnamed"), inputs });
}

interface Asked extends Computing {
  name: string;
  inputs: Record<string, unknown>;
}

type Answer = (asked: Asked) => Record<string, unknown>;

const arnOf = ({ region, account }: Asked, service: string, rest: string): string =>
  `arn:aws:${service}:${region}:${account}:${rest}`;

/** A resource that goes by its ARN; `path` is what stands before its name there. */
const byArn =
  (service: string, path: string, hash: (name: string) => string = () => ""): Answer =>
  (asked) => {
    const arn = arnOf(asked, service, `${path}${asked.name}${hash(asked.name)}`);
    return { id: arn, arn };
  };

/** A resource that goes by its name and has an ARN too. */
const byName =
  (service: string, path: string): Answer =>
  (asked) => ({ id: asked.name, arn: arnOf(asked, service, `${path}${asked.name}`) });

/** A listener's ARN and a rule's carry those of what they hang on. */
const hanging =
  (on: "loadBalancerArn" | "listenerArn", from: string, to: string, number: "port" | "priority"): Answer =>
  ({ inputs }) => {
    const arn = `${String(inputs[on]).replace(`:${from}/`, `:${to}/`)}/${hex(String(inputs[number]))}`;
    return { id: arn, arn };
  };

const balancer = (path: string): Answer => byArn("elasticloadbalancing", `${path}/`, (name) => `/${hex(name)}`);
const nothing: Answer = () => ({});

const answers: Record<string, Answer> = {
  "awsx:ec2:Vpc": () => ({
    vpcId: "vpc-0a0a0a0a",
    publicSubnetIds: ["subnet-0a0a0a01", "subnet-0a0a0a02"],
    privateSubnetIds: ["subnet-0b0b0b01", "subnet-0b0b0b02"],
  }),
  "aws:ec2/securityGroup:SecurityGroup": ({ name }) => ({ id: `sg-${hex(name)}` }),
  "aws:lb/loadBalancer:LoadBalancer": (asked) => ({
    ...balancer("loadbalancer/app")(asked),
    dnsName: `${asked.name}.${asked.region}.elb.amazonaws.com`,
  }),
  "aws:lb/targetGroup:TargetGroup": balancer("targetgroup"),
  "aws:lb/listener:Listener": hanging("loadBalancerArn", "loadbalancer", "listener", "port"),
  "aws:lb/listenerRule:ListenerRule": hanging("listenerArn", "listener", "listener-rule", "priority"),
  "aws:ecs/cluster:Cluster": byArn("ecs", "cluster/"),
  "aws:ecs/service:Service": (asked) => byArn("ecs", `service/${String(asked.inputs.cluster).split("/")[1]}/`)(asked),
  "aws:ecs/taskDefinition:TaskDefinition": (asked) => {
    const arnWithoutRevision = arnOf(asked, "ecs", `task-definition/${asked.name}`);
    return { id: asked.name, arn: `${arnWithoutRevision}:1`, arnWithoutRevision, revision: 1 };
  },
  "aws:ecr/repository:Repository": (asked) => ({
    ...byName("ecr", "repository/")(asked),
    repositoryUrl: `${asked.account}.dkr.ecr.${asked.region}.amazonaws.com/${asked.name}`,
  }),
  "aws:dynamodb/table:Table": byName("dynamodb", "table/"),
  "aws:secretsmanager/secret:Secret": byArn("secretsmanager", "secret:", () => "-AbCdEf"),
  "aws:sns/topic:Topic": byArn("sns", ""),
  "aws:sns/topicSubscription:TopicSubscription": ({ inputs }) => ({
    arn: `${inputs.topic}:${hex(String(inputs.endpoint))}`,
  }),
  "aws:cloudwatch/logGroup:LogGroup": byName("logs", "log-group:"),
  "aws:iam/role:Role": ({ account, name }) => ({ id: name, arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:iam/rolePolicy:RolePolicy": nothing,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": nothing,
  "aws:lambda/function:Function": byName("lambda", "function:"),
  "aws:lambda/permission:Permission": nothing,
  "aws:lambda/functionUrl:FunctionUrl": ({ functionUrl }) => ({ functionUrl }),
  "aws:sfn/stateMachine:StateMachine": byArn("states", "stateMachine:"),
};

/** Eight hexadecimal digits that depend on `text` alone, for ids that AWS makes up. */
const hex = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);
