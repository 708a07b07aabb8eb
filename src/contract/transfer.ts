import type { Variables } from './json';

/** A temporary number of ASAPP's. Times in epoch milliseconds. */
export interface AssignedNumber {
  transferNumber: string;
  country: string;
  /** When ASAPP releases the number. */
  expiresAt: number;
  /** The last moment at which dialling may begin. */
  dialBy: number;
}

/** What GenerativeAgent hands back. */
export interface LegContext {
  currentTaskName: string | null;
  referenceVariables: Variables;
  transferVariables: Variables;
}

/** ASAPP's answer about a transfer, as far as a leg's life depends on it. Times in epoch milliseconds. */
export interface TransferSnapshot {
  status: 'ACTIVE' | 'ONGOING' | 'COMPLETED' | 'EXPIRED';
  /** ASAPP's proof that the dialled call arrived. */
  callReceivedAt: number | null;
  completedAt: number | null;
  outputContext: (LegContext & { transferType: string }) | null;
}
