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
  const { account, region } = context;
  const name = String(inputs.name ?? inputs.family ?? "unnamed");
  return answer({
    ...context,
    name,
    inputs,
    arn: (service, rest) => `arn:aws:${service}:${region}:${account}:${rest}`,
  });
}

interface Asked extends Computing {
  name: string;
  inputs: Record<string, unknown>;
  arn(service: string, rest: string): string;
}

const balancer =
  (what: string) =>
  ({ arn, name }: Asked) => ({
    id: arn("elasticloadbalancing", `${what}/${name}/${hex(name)}`),
    arn: arn("elasticloadbalancing", `${what}/${name}/${hex(name)}`),
  });

/** A listener's ARN and a rule's carry those of what they hang on. */
const hanging = (on: unknown, from: string, to: string, id: string) => {
  const arn = `${String(on).replace(`:${from}/`, `:${to}/`)}/${id}`;
  return { id: arn, arn };
};

const answers: Record<string, (asked: Asked) => Record<string, unknown>> = {
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
  "aws:lb/listener:Listener": ({ inputs }) =>
    hanging(inputs.loadBalancerArn, "loadbalancer", "listener", hex(String(inputs.port))),
  "aws:lb/listenerRule:ListenerRule": ({ inputs }) =>
    hanging(inputs.listenerArn, "listener", "listener-rule", hex(String(inputs.priority))),
  "aws:ecs/cluster:Cluster": ({ arn, name }) => ({ arn: arn("ecs", `cluster/${name}`) }),
  "aws:ecs/service:Service": ({ arn, name, inputs }) => {
    const id = arn("ecs", `service/${String(inputs.cluster).split("/")[1]}/${name}`);
    return { id, arn: id };
  },
  "aws:ecs/taskDefinition:TaskDefinition": ({ arn, name }) => ({
    id: name,
    arn: arn("ecs", `task-definition/${name}:1`),
    arnWithoutRevision: arn("ecs", `task-definition/${name}`),
    revision: 1,
  }),
  "aws:ecr/repository:Repository": ({ account, region, arn, name }) => ({
    arn: arn("ecr", `repository/${name}`),
    repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
  }),
  "aws:dynamodb/table:Table": ({ arn, name }) => ({ id: name, arn: arn("dynamodb", `table/${name}`) }),
  "aws:secretsmanager/secret:Secret": ({ arn, name }) => {
    const id = arn("secretsmanager", `secret:${name}-AbCdEf`);
    return { id, arn: id };
  },
  "aws:sns/topic:Topic": ({ arn, name }) => ({ id: arn("sns", name), arn: arn("sns", name) }),
  "aws:sns/topicSubscription:TopicSubscription": ({ inputs }) => ({
    arn: `${inputs.topic}:${hex(String(inputs.endpoint))}`,
  }),
  "aws:cloudwatch/logGroup:LogGroup": ({ arn, name }) => ({ id: name, arn: arn("logs", `log-group:${name}`) }),
  "aws:iam/role:Role": ({ account, name }) => ({ id: name, arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:iam/rolePolicy:RolePolicy": () => ({}),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": () => ({}),
  "aws:lambda/function:Function": ({ arn, name }) => ({ id: name, arn: arn("lambda", `function:${name}`) }),
  "aws:lambda/permission:Permission": () => ({}),
  "aws:lambda/functionUrl:FunctionUrl": ({ functionUrl }) => ({ functionUrl }),
  "aws:sfn/stateMachine:StateMachine": ({ arn, name }) => ({
    id: arn("states", `stateMachine:${name}`),
    arn: arn("states", `stateMachine:${name}`),
  }),
};

/** Eight hexadecimal digits that depend on `text` alone, for ids that AWS makes up. */
function hex(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}
