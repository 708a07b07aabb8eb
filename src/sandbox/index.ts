/** A stand-in for ASAPP, for tests of your own: `temporal-call-transfer/sandbox`. */
export { Sandbox, type LoggedRequest, type SandboxOptions } from './sandbox';
export {
  Exchange,
  SandboxError,
  type ExchangeOptions,
  type Lag,
  type SandboxContext,
  type SandboxStatus,
  type SandboxTransfer,
} from './exchange';
export type { Dialect, Fault, FaultEffect, SandboxMethod } from './faults';
