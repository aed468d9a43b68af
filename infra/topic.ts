import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";

export interface TopicArgs {
  place: Place;
  /** People who get what is sent to them by name, and what is sent to everyone. */
  approvers: { name: string; email: string }[];
  /** Addresses that get what is sent to everyone. */
  notify: string[];
}

/**
 * Tells people by mail. Each message carries the attribute `to`, a name or `everyone`, and a subscription takes only its own:
 * an approver's link goes to that approver alone. Who subscribes must confirm from the mail that AWS sends.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export class Topic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, { place, approvers, notify }: TopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:Topic", name, {}, opts);
    const parent = { parent: this };
    const topic = new aws.sns.Topic("topic", { name: place.named("releases") }, parent);
    const subscribe = (what: string, endpoint: string, to: string[]) =>
      new aws.sns.TopicSubscription(
        what,
        {
          topic: topic.arn,
          protocol: "email",
          endpoint,
          filterPolicyScope: "MessageAttributes",
          filterPolicy: JSON.stringify({ to }),
        },
        parent,
      );
    for (const { name: approver, email } of approvers) subscribe(approver, email, [approver, "everyone"]);
    for (const email of notify) subscribe(email, email, ["everyone"]);
    this.arn = topic.arn;
    this.registerOutputs();
  }
}
