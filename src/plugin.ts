import { SimplePlugin } from '@temporalio/plugin';
import {
  Runtime,
  type BundleOptions,
  type ReplayWorkerOptions,
  type Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { z } from 'zod';

import { withAccountWorker } from './account/account-connection';
import { AccountCeilings, type CeilingsOptions } from './account/ceilings';
import { createCallTransferActivities } from './activities/create-activities';
import type { CallTransferActivities } from './activities/types';
import { CircuitBreaker, type CircuitBreakerOptions } from './asapp/circuit-breaker';
import { HttpCallTransfers, type HttpCallTransfersOptions } from './asapp/http-call-transfers';
import type { CallTransfers } from './asapp/port';
import { besideUsers, withWorkflows } from './bundling/bundle-options';
import { workflowCodeLimit } from './bundling/workflow-code-limit';
import { parsePayload } from './contract/parse';
import { conversationSettingsSchema, type ConversationSettingsInput } from './contract/settings';
import { withEventsWorker } from './events/events-worker';
import { eventsOptionsSchema, type EventsOptions } from './events/receiver';
import type { RoutingPolicy } from './routing/policy';
import { defaultRoutingPolicy } from './routing/table';
import { admissionSchema, isAdmitted, type Admission, type ReadAdmission } from './worker-process/admission';
import { findDecision } from './worker-process/find-decision';
import { measuredCallTransfers } from './worker-process/request-metrics';
import { searchAttributesOf } from './worker-process/search-attributes';

export interface CallTransferPluginOptions {
  /** ASAPP's address and credentials, or your own way to ask it. */
  asapp: HttpCallTransfersOptions | CallTransfers;
  /** When ASAPP counts as down, and for how long it is left alone then. */
  circuitBreaker?: CircuitBreakerOptions;
  /** What the account at ASAPP may have open and may use, over all workers. Default: no ceiling. */
  ceilings?: CeilingsOptions;
  /**
   * Which conversations may go to GenerativeAgent, or a function that says so whenever one begins. The others get the route
   * of your policy with the reason `NOT_ADMITTED`. Default: all.
   */
  admission?: Admission | ReadAdmission;
  /** Who is told of each conversation that is over. Default: nobody. */
  events?: EventsOptions;
  /** Your routing policy. Default: everybody whom GenerativeAgent did not finish with goes to the queue `agents`. */
  routing?: RoutingPolicy;
  /** Deadlines, windows and limits that differ from their defaults. */
  settings?: ConversationSettingsInput;
}

/** @throws ApplicationFailure of type `InvalidInput` */
function always(admission: Admission): ReadAdmission {
  const checked = parsePayload(admissionSchema, admission, 'admission');
  return () => checked;
}

/**
 * Adds the call transfer to a worker: its workflows and activities, beside those that the worker has.
 *
 * Give it to the worker, or to the connection that the worker is made from, or to both: it registers once.
 * With a bundle built beforehand, give it to `bundleWorkflowCode`, too.
 *
 * ```ts
 * const worker = await Worker.create({
 *   taskQueue: 'call-transfer',
 *   workflowsPath: require.resolve('./workflows'),
 *   plugins: [new CallTransferPlugin({ asapp: { apiUrl, apiId, apiSecret } })],
 * });
 * ```
 */
export class CallTransferPlugin extends SimplePlugin {
  private readonly activities: CallTransferActivities;
  private hasSearchAttributes = () => Promise.resolve(false);
  private readonly ceilings: AccountCeilings | undefined;
  private readonly events: z.output<typeof eventsOptionsSchema> | undefined;

  /** @throws ApplicationFailure of type `InvalidInput` that names the setting or the ceiling */
  constructor(options: CallTransferPluginOptions) {
    super({ name: 'temporal-call-transfer' });
    const { asapp, circuitBreaker, ceilings, events } = options;
    const { admission = {}, settings = {}, routing = defaultRoutingPolicy } = options;
    const checked = parsePayload(conversationSettingsSchema, settings, 'settings');
    const readAdmission = typeof admission === 'function' ? admission : always(admission);
    this.events = events && parsePayload(eventsOptionsSchema, events, 'events');
    this.ceilings = ceilings && new AccountCeilings(ceilings);
    const transfers = 'create' in asapp ? asapp : new HttpCallTransfers(asapp);
    const limited = this.ceilings?.limit(transfers) ?? transfers;
    this.activities = createCallTransferActivities({
      asapp: measuredCallTransfers(new CircuitBreaker(limited, circuitBreaker)),
      routing: this.ceilings?.hearEnds(routing) ?? routing,
      settings: { ...checked, sip: transfers.hasSip ?? false, endedEvents: this.events?.variables ?? null },
      isAdmitted: async (conversationId) => isAdmitted(conversationId, await readAdmission()),
      hasSearchAttributes: () => this.hasSearchAttributes(),
      findDecision,
    });
  }

  /** @throws Error if the worker has another activity under one of this package's names */
  override configureWorker(options: WorkerOptions): WorkerOptions {
    const configured = super.configureWorker(options);
    const activities = this.beside(configured.activities);
    return { ...configured, ...withWorkflows(configured), ...workflowCodeLimit(configured), activities };
  }

  override configureReplayWorker(options: ReplayWorkerOptions): ReplayWorkerOptions {
    const configured = super.configureReplayWorker(options);
    return { ...configured, ...withWorkflows(configured) };
  }

  /** Bundles this package's workflows together with the user's. */
  override configureBundler(options: BundleOptions): BundleOptions {
    return besideUsers(super.configureBundler(options));
  }

  /**
   * Finds out whether the server has the search attributes: without them a call shows fewer columns, and works.
   * With ceilings, runs a worker for the account's ledger beside this one; with events, one that delivers them.
   */
  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const { connection, namespace } = worker.options;
    if (connection !== undefined) {
      this.hasSearchAttributes = searchAttributesOf(connection, namespace, {
        logger: Runtime.instance().logger,
      });
      await this.hasSearchAttributes();
    }
    const { ceilings, events } = this;
    const run = () => super.runWorker(worker, next);
    const runWithLedger = (limits: AccountCeilings) =>
      withAccountWorker(worker, limits.account, async (ledger) => {
        limits.askAccount = (ask) => ledger.ask(ask);
        await run();
      });
    const runCalls = ceilings === undefined ? run : () => runWithLedger(ceilings);
    await (events === undefined ? runCalls() : withEventsWorker(worker, events, runCalls));
  }

  private beside(activities: object | undefined): object {
    const theirs = new Map(Object.entries(activities ?? {}));
    for (const [name, ours] of Object.entries(this.activities)) {
      if (theirs.has(name) && theirs.get(name) !== ours) {
        throw new Error(`The worker has another activity named ${name}, which temporal-call-transfer needs`);
      }
    }
    return { ...activities, ...this.activities };
  }
}
