import type { Ended } from "../contract/ends.ts";
import { nameOf } from "../contract/execution.ts";
import type { CloseCall } from "../contract/gateCalls.ts";
import type { ReleaseRecord } from "../contract/ledger.ts";
import { compareLink, consoleLink } from "../contract/links.ts";
import { short } from "../contract/text.ts";
import { targetOf } from "./closeRollback.ts";
import type { Notice } from "./context.ts";
import type { GateSettings } from "./settings.ts";

/** Ends after which the commit is still on its branch, and would come again with the next merge. */
const endsToRevert: Ended[] = ["RolledBack", "RollbackFailed", "Refused", "DeployFailed", "Restored"];

/** What everybody is told of an end: what happened, what changed, how to take it back, and where to look. */
export function noticeOf(settings: GateSettings, call: CloseCall, record: ReleaseRecord): Notice {
  const { project, environment, repository } = settings;
  const { build, ended, why, requestedBy } = record;
  const commit = build?.commit ?? call.left?.commit;
  const before = targetOf(call)?.commit ?? record.before;
  return {
    subject: `${ended} ${commit ? short(commit) : nameOf(call.execution)}`,
    lines: [
      `${project} ${environment}: ${ended}`,
      why,
      ...(commit ? [`Commit: ${commit}`] : []),
      ...(build ? [`Image: ${build.image}`] : []),
      `Asked for by: ${requestedBy}`,
      ...(commit && before && before !== commit ? [`Changes: ${compareLink(repository, before, commit)}`] : []),
      ...(commit && endsToRevert.includes(ended) ? [`Take it back: git revert ${commit}`] : []),
      `Execution: ${consoleLink(call.execution)}`,
    ],
  };
}
