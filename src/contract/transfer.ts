import type { Variables } from './json';

/** What GenerativeAgent hands back. */
export interface LegContext {
  currentTaskName: string | null;
  referenceVariables: Variables;
  transferVariables: Variables;
}

/** ASAPP's answer about a transfer, as far as a leg's life depends on it. Times in epoch milliseconds on ASAPP's clock. */
export interface TransferSnapshot {
  status: 'ACTIVE' | 'ONGOING' | 'COMPLETED' | 'EXPIRED';
  /** ASAPP's proof that the dialled call arrived. */
  callReceivedAt: number | null;
  completedAt: number | null;
  /** `transferType` is `null` if ASAPP names none. */
  outputContext: (LegContext & { transferType: string | null }) | null;
}
