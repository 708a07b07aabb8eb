/**
 * Temporal did not answer in time, or could not be reached, or no worker polls the task queue: the message says which.
 * Whether the request or report was carried out is unknown: repeat it, which is safe, or send the customer on your own
 * fallback route.
 */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** No conversation with this id is open, and none that ended has the leg. */
export class ConversationNotFoundError extends Error {
  override readonly name = 'ConversationNotFoundError';

  constructor(readonly conversationId: string) {
    super(`No conversation ${conversationId} is known, or it has ended`);
  }
}
