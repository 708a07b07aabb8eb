/**
 * How the workflows have changed while their histories stay replayable.
 *
 * A conversation records with its settings which revision it began with, and keeps to it to its end. That costs its
 * history nothing, where a patch costs two events.
 */
import type { ConversationSettings } from './default-settings';

/**
 * The revision that new conversations begin with.
 *
 * 1. The first; its conversations record none.
 * 2. Whether a command comes after a local activity is for recorded times to say: where a worker is so busy that its
 *    workflow task must be prolonged, a replay sees an earlier time there than the worker did. The answer to the report
 *    of an asker who repeats what Temporal could not take closes the run in the same workflow task. Pauses before an
 *    activity are the activity's. A conversation asks ASAPP for its later legs, too; their workflows wait.
 */
export const WORKFLOW_REVISION = 2;

const isSince = (revision: number, { workflowRevision = 1 }: ConversationSettings): boolean =>
  workflowRevision >= revision;

export const decidesByRecordedTimes = (settings: ConversationSettings): boolean => isSince(2, settings);

export const pausesInActivities = (settings: ConversationSettings): boolean => isSince(2, settings);

export const asksForLaterLegs = (settings: ConversationSettings): boolean => isSince(2, settings);

export const closesWithAnswer = (settings: ConversationSettings): boolean => isSince(2, settings);
