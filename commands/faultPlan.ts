import { parseRule, type Rule } from "../emulator/faults/rule.ts";
import { seeded } from "../emulator/uuid.ts";

/** What is to go wrong in a run. */
export interface Plan {
  /** For the cloud: its tokens and chances are drawn from it. */
  seed: string;
  rules: Rule[];
  /** The plan for people, and how to have it again; empty when nothing is to go wrong. */
  told: string[];
}

/** The rules of `--fault`, and with `--seed` those that are drawn from it. Throws an error of one line. */
export function planOf({ fault, seed }: { fault: string[]; seed?: string | undefined }, otherwise: string): Plan {
  if (seed !== undefined && !/^\d{1,9}$/.test(seed))
    throw new Error(`--seed must be a whole number from 0 to 999999999, not ${JSON.stringify(seed)}`);
  const drawn = seed === undefined ? [] : draw(seed);
  const rules = [...fault.map(parseRule), ...drawn];
  const told = rules.map(({ text }) => `  --fault ${JSON.stringify(text)}`);
  if (told.length > 0) told.unshift(`Faults to come${seed === undefined ? "" : ` (drawn from --seed ${seed})`}:`);
  return { seed: seed ?? otherwise, rules, told };
}

/** One to three faults, by chance from the seed: the same seed, the same plan. */
export function draw(seed: string): Rule[] {
  const count = 1 + Math.floor(seeded(`${seed}/count`) * 3);
  const left = [...chances];
  return Array.from({ length: count }, (_, turn) => {
    const [[place, fault, least, most]] = left.splice(Math.floor(seeded(`${seed}/${turn}`) * left.length), 1) as [
      Chance,
    ];
    const amount = least + Math.floor(seeded(`${seed}/${turn}/amount`) * (most - least + 1));
    return parseRule(`${place} ${fault} ${amount}`);
  });
}

type Chance = [place: string, fault: string, least: number, most: number];

const chances: readonly Chance[] = [
  ["ecs:UpdateService", "throttle", 1, 4],
  ["ecs:UpdateService", "lose", 1, 3],
  ["ecs:RegisterTaskDefinition", "lose", 1, 3],
  ["ecs:ListServiceDeployments", "throttle", 1, 4],
  ["ecs:DescribeServiceDeployments", "lose", 1, 4],
  ["dynamodb:UpdateItem", "lose", 1, 4],
  ["dynamodb:GetItem", "throttle", 1, 4],
  ["dynamodb:PutItem", "lose", 1, 4],
  ["states:StartExecution", "lose", 1, 2],
  ["states:SendTaskSuccess", "lose", 1, 1],
  ["sns:Publish", "throttle", 1, 4],
  ["secretsmanager:GetSecretValue", "throttle", 1, 4],
  ["lambda:deploy", "throttle", 1, 4],
  ["lambda:deploy", "timeout", 1, 2],
  ["lambda:smoke", "timeout", 1, 2],
  ["lambda:admission", "timeout", 1, 1],
  ["lambda:ask", "timeout", 1, 1],
  ["task:dev", "crash-at-boot", 1, 3],
  ["task:live", "crash-at-boot", 1, 3],
  ["task:live", "crash-after", 20, 200],
  ["balancer:dev", "slow-weights", 5, 60],
  ["balancer:live", "slow-weights", 5, 60],
  // Not of live: what somebody does to its rules behind ECS's back, Greengate can tell people of and not prevent.
  ["balancer:dev", "reset-rules", 1, 2],
];
