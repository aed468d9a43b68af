import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Configuration } from "./configuration.ts";
import type { Place } from "./place.ts";
import { anything, role, type Statement } from "./role.ts";

export interface TemplateTaskDefinitionArgs {
  place: Place;
  container: Configuration["container"];
  /** Name of the registry that holds the releases' images. */
  registry: string;
}

/** The container that users reach; the service's load balancer names it. */
export const containerName = "app";

/**
 * What releases are made from: deployment/ copies the newest revision into the releases' family `<project>-<environment>`, with
 * image, `COMMIT` and `GREENGATE_RELEASE` of the release. The template itself never runs.
 */
export class TemplateTaskDefinition extends pulumi.ComponentResource {
  /** With revision. */
  readonly arn: pulumi.Output<string>;
  /** ARN of the group that the application's log goes to. */
  readonly logGroup: pulumi.Output<string>;
  /** Both go along with each release, so whoever registers one must be allowed to pass them. */
  readonly roleArns: pulumi.Output<string>[];

  constructor(name: string, args: TemplateTaskDefinitionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:TemplateTaskDefinition", name, {}, opts);
    const { place, container } = args;
    const parent = { parent: this };
    const logs = new aws.cloudwatch.LogGroup(
      "app",
      { name: `/ecs/${place.named("app")}`, retentionInDays: 90 },
      parent,
    );
    // What the application itself may do is the team's to say: they attach their policies to this role by its name.
    const task = role(
      { place, what: "task", service: "ecs-tasks", description: "What the application may do", policy: "none" },
      parent,
    );
    const execution = role(
      {
        place,
        what: "execution",
        service: "ecs-tasks",
        description: "What ECS needs to start the application's tasks",
        policy: starting(args, logs.arn),
      },
      parent,
    );
    const definition = new aws.ecs.TaskDefinition(
      "template",
      {
        family: place.named("template"),
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: String(container.cpu),
        memory: String(container.memory),
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
        taskRoleArn: task.arn,
        executionRoleArn: execution.arn,
        containerDefinitions: pulumi.jsonStringify([containerDefinition(args, logs.name)]),
        // A release under way may still be made from the revision before; Pulumi would deregister it.
        skipDestroy: true,
      },
      parent,
    );
    this.arn = definition.arn;
    this.logGroup = logs.arn;
    this.roleArns = [task.arn, execution.arn];
    this.registerOutputs();
  }
}

const containerDefinition = ({ place, container }: TemplateTaskDefinitionArgs, logGroup: pulumi.Output<string>) => ({
  name: containerName,
  // Dev's stack owns the registry, so at the first `pulumi up` there is no image: each release brings its own, by digest.
  image: "replaced-by-each-release",
  essential: true,
  portMappings: [{ containerPort: container.port, protocol: "tcp" }],
  environment: Object.entries({
    ...container.environment,
    PORT: String(container.port),
    ENVIRONMENT: place.environment,
    COMMIT: "replaced-by-each-release",
    GREENGATE_RELEASE: "replaced-by-each-release",
  }).map(([name, value]) => ({ name, value })),
  secrets: Object.entries(container.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": logGroup, "awslogs-region": place.region, "awslogs-stream-prefix": "app" },
  },
});

const starting = (
  { place, container, registry }: TemplateTaskDefinitionArgs,
  logs: pulumi.Output<string>,
): Statement[] => {
  const secrets = Object.values(container.secrets);
  return [
    { actions: ["ecr:GetAuthorizationToken"], resources: anything },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [place.arn("ecr", `repository/${registry}`)],
    },
    { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [pulumi.interpolate`${logs}:*`] },
    ...(secrets.length > 0 ? [{ actions: ["secretsmanager:GetSecretValue"], resources: secrets }] : []),
  ];
};
