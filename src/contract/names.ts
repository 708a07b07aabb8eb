/** The task queue on which the workflows run unless told otherwise. */
export const DEFAULT_TASK_QUEUE = 'call-transfer';

/** Workflow type of a conversation. */
export const CALL_TRANSFER_WORKFLOW = 'callTransferWorkflow';

/** Workflow type of every leg after the first. */
export const RECONNECTION_LEG_WORKFLOW = 'reconnectionLegWorkflow';

/** What every workflow id of this package begins with. */
export const WORKFLOW_ID_PREFIX = 'call-transfer/';

/** The workflow id of a conversation, so that the same conversation always finds its workflow. */
export const conversationWorkflowId = (conversationId: string): string => WORKFLOW_ID_PREFIX + conversationId;

/** The workflow id of a reconnection leg. */
export const legWorkflowId = (conversationId: string, transferId: string): string =>
  fittingId(`${conversationWorkflowId(conversationId)}/${transferId}`);

/** In characters. Stores in SQL take no longer workflow id; Temporal's server takes 1,000 bytes for any id. */
const LONGEST_ID = 255;

/** An id that Temporal takes: instead of the end of a long one it has a hash (FNV-1a) of the whole, always the same. */
export function fittingId(id: string): string {
  const characters = Array.from(id);
  if (characters.length <= LONGEST_ID) return id;
  const hash = characters.reduce(
    (last, character) => BigInt.asUintN(64, (last ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n),
    0xcbf29ce484222325n,
  );
  return `${characters.slice(0, LONGEST_ID - 15).join('')}~${hash.toString(36)}`;
}

/** What one workflow takes of a hard limit at most for the way back of its answer, in milliseconds. */
export const WAY_BACK_MS = 300;

/**
 * The workflow task time-out with which conversations and legs should be started, in milliseconds: so long
 * nobody else takes over the task of a worker that died. Temporal's default of 10 s is longer than any asker
 * waits; a task of this package takes half a second at most, and a busy worker some more.
 */
export const WORKFLOW_TASK_TIMEOUT_MS = 2000;
