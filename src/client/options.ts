export interface CallTransferClientOptions {
  /** Default: `call-transfer`. */
  taskQueue?: string;
  /** How long a request or report may take before `NoAnswerError`, in milliseconds. Default: 6,000, a second more than the workflow's own hard limit. */
  answerTimeoutMs?: number;
}

/** How one request or report differs from the client's others. */
export interface AskOptions {
  /** How long it may take before `NoAnswerError`, in milliseconds. Default: the client's own. */
  answerTimeoutMs?: number;
  /** Called if the answer is an old one, which was given to the same request or report before. */
  onRepetition?: () => void;
}
