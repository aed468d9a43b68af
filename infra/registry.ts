import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";

/** Name of the registry that all environments pull from: it belongs to the first one, where images arrive. */
export const registryName = (place: Place, first: string): string => place.named("app", first);

/** Repository of its images, known to every environment by name. */
export const registryUrl = (place: Place, first: string): pulumi.Output<string> =>
  pulumi.interpolate`${place.account}.dkr.ecr.${place.region}.amazonaws.com/${registryName(place, first)}`;

/**
 * Images by digest; a tag can't be moved. No lifecycle rule on purpose: a rollback needs a last-known-good image however old it
 * is, and no rule of the registry can know which ones those are.
 */
export const registry = (place: Place, opts?: pulumi.CustomResourceOptions): aws.ecr.Repository =>
  new aws.ecr.Repository(
    "registry",
    {
      name: registryName(place, place.environment),
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    },
    { ...opts, retainOnDelete: true },
  );
