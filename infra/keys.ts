import * as v from "valibot";
import { list, map, text, whole } from "../contract/rules.ts";
import { isEmail, isOrigin, isOwnVariable, isSecretArn } from "./rules.ts";

const variables =
  "variables with text values, other than PORT, ENVIRONMENT, COMMIT and GREENGATE_RELEASE, which are set anyway";
const approvers = "a list of at least one approver, each with name and email";
const stack = text(/^[a-z][a-z0-9-]*$/, "the name of a stack");

/** Each key of `Pulumi.<stack>.yaml` under `greengate:`. Durations are in the unit that the key names. */
export const keys = v.object({
  /** Origin that users open, which the smoke checks. Its DNS name points to the stack's load balancer. */
  address: text(isOrigin, "an https origin without a path, such as https://shop.example.com"),
  /** Certificate of that name, in the stack's region. */
  certificateArn: text(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, "the ARN of an ACM certificate"),
  /** Where the application's code lives, for links. */
  repository: text(/^[\w.-]+\/[\w.-]+$/, "a GitHub repository, owner/name"),
  /** The application's container, on Fargate. */
  container: v.object({
    /** Port that it listens on; it is told by `PORT`. */
    port: whole(1, 65_535),
    /** CPU units, 1024 to a processor. */
    cpu: v.picklist([256, 512, 1024, 2048, 4096], "256, 512, 1024, 2048 or 4096"),
    /** MiB. */
    memory: whole(512, 30_720),
    /** Path that the load balancer asks: 200 = healthy. */
    healthPath: text(/^\/[\w./-]*$/, "a path without a query, such as /health"),
    /** Environment variables beside those that Greengate sets. */
    environment: v.optional(
      map(isOwnVariable, () => true, variables),
      {},
    ),
    /** Environment variables whose values are read at each start, by the ARN of a Secrets Manager secret. */
    secrets: v.optional(map(isOwnVariable, isSecretArn, `${variables}, each with the ARN of a secret`), {}),
  }),
  /** How many tasks the first release starts; afterwards the count belongs to whoever scales the service. */
  tasks: whole(1, 100),
  /** Repositories, besides the environments' own, that images may come from. */
  registries: v.optional(
    list(/^[a-z0-9][a-z0-9._:/-]*$/, "a list of image repositories, such as registry.example.com/shop"),
  ),
  /** How long the old colour stands by after the traffic has moved. Longer, its smokes would fill an execution's history. */
  bakeMinutes: whole(0, 120),
  /** How long the new colour may take to get up before it is given up. */
  scaleUpMinutes: v.optional(whole(2, 60), 15),
  /** How long a release waits for the one before it. */
  lockWaitMinutes: v.optional(whole(1, 720), 30),
  smoke: v.object({
    /** Ids of the merchants that the smoke may sign in as; it refuses any other. */
    merchants: list(/^[\w-]+$/, "a list of at least one merchant id"),
  }),
  /** Mail addresses that hear how each release ends. Approvers hear it anyway. */
  notify: v.optional(list(isEmail, "a list of mail addresses")),
  /** The environment, gated by this one, that each green release is offered to. */
  offersTo: v.optional(stack),
  /** What a release needs before it may go ahead here. */
  gate: v.optional(
    v.object({
      /** The environment whose green release of the same image is the evidence. */
      from: stack,
      /** Who is asked. Any one of them decides. */
      approvers: v.pipe(
        v.array(
          v.object({
            /** Stands in the ledger and in messages. */
            name: text(
              (name) => /^[a-z][a-z0-9-]*$/.test(name) && name !== "everyone",
              "lower-case letters, digits and hyphens, and not everyone",
            ),
            /** Where the link goes. */
            email: text(isEmail, "a mail address"),
          }),
          approvers,
        ),
        v.minLength(1, approvers),
        v.check((all) => new Set(all.map(({ name }) => name)).size === all.length, "people of different names"),
      ),
      /** How long the question stays open. */
      expiresAfterHours: v.optional(whole(1, 720), 72),
      /** How old the evidence may be. */
      evidenceDays: v.optional(whole(1, 90), 7),
    }),
  ),
});
