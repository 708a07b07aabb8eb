export interface CallTransferClientOptions {
  /** Default: `call-transfer`. */
  taskQueue?: string;
  /** How long an ask may take before `NoAnswerError`, in milliseconds. Default: 6,000, a second more than the workflow's own hard limit. */
  answerTimeoutMs?: number;
}

/** How one ask differs from the client's others. */
export interface AskOptions {
  /** How long the ask may take before `NoAnswerError`, in milliseconds. Default: the client's own. */
  answerTimeoutMs?: number;
  /** Called where the answer is an old one, which was given to the same request or report before. */
  onRepetition?: () => void;
}
