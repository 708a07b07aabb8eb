/**
 * The books as the histories themselves have them: what Temporal has written down of a conversation, whatever anybody saw.
 *
 * 1. Each leg has one decision: every answer that routes its caller says the same. What a run has decided that took in no
 *    request at all is counted alone, if the request was made again of another run: nobody has heard it.
 * 2. A decision that says how a leg ended comes after its hangup, or after ASAPP said that it had ended.
 * 3. A number is handed out before its `dialBy`, by the only clock that a workflow has, the beginning of its task; and never
 *    after ASAPP gave it to another leg.
 * 4. No workflow task fails for a reason that the next one does not mend, and no workflow fails.
 * 5. Every conversation comes to its end.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { CALL_TRANSFER_WORKFLOW } from '../src/contract/names';
import type { NextStep, RoutingDecision } from '../src/index';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type FailedTask = temporal.api.history.v1.IWorkflowTaskFailedEventAttributes;
const { EventType, WorkflowTaskFailedCause } = temporal.api.enums.v1;

/** Failures of the SDK's that a second try of the same task mends, within a fraction of a second. */
const passingFailures: readonly { name: string; says: RegExp }[] = [
  // The SDK's core splits a task's events at an update's sequencing id; a timer that fires in the second part cannot be
  // cancelled in the first. https://github.com/temporalio/sdk-rust/issues/680
  { name: 'TIMER_FIRED_WHILE_CANCELLED', says: /TimerMachine in state CancelTimerCommandSent .* TimerFired/ },
];

/** The server has the task done again: its end came before an event that it has not seen, or its shard moved. */
const expectedFailures: ReadonlySet<string> = new Set([
  'UNHANDLED_COMMAND',
  'FORCE_CLOSE_COMMAND',
  'FAILOVER_CLOSE_COMMAND',
]);

/** What is known of one leg, from all histories that speak of it. */
interface LegBook {
  /** Distinct, by outcome and route. */
  decisions: Set<string>;
  decidedAt: number;
  outcome: string | undefined;
  /** The first sign of its end: a report, or ASAPP's word. Epoch milliseconds; infinite if there is none. */
  endSeenAt: number;
  /** Answers with its number. */
  handedOutAt: number[];
  number: { transferNumber: string; assignedAt: number } | undefined;
}

/** One run, as far as it has been entered. */
interface Run {
  where: string;
  /** For which leg each activity was scheduled, by its event. */
  scheduled: Map<string, string>;
  /** When the newest workflow task began, epoch milliseconds. */
  taskBeganAt: number;
  /** It has taken in a request or a report. */
  wasAsked: boolean;
}

/** Outcomes that come of a leg's end alone. */
const endings: ReadonlySet<string> = new Set(['AGENT', 'SYSTEM', 'CUSTOMER_HUNG_UP', 'DIAL_FAILED']);

export class HistoryBooks {
  /** What must not be, each with the ids that show where. */
  readonly wrong: string[] = [];
  /** Workflow tasks that failed, by their causes. */
  readonly failedTasks: Record<string, number> = {};
  /** Decisions of runs that took in no request, about legs that another run decided. */
  unheardDecisions = 0;
  private readonly unasked: { decision: Partial<RoutingDecision>; at: number }[] = [];
  private readonly legs = new Map<string, LegBook>();

  /** Enters one run of a conversation, or of a later leg. */
  enter(workflowId: string, runId: string, events: readonly HistoryEvent[]): void {
    const where = `${workflowId}, run ${runId}`;
    const input = decoded(events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads);
    const type = events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;
    const run = { where, scheduled: new Map<string, string>(), taskBeganAt: 0, wasAsked: false };
    for (const event of events) this.enterEvent(run, event);
    const last = events.at(-1);
    if (type === CALL_TRANSFER_WORKFLOW && !isAtItsEnd(last?.eventType))
      this.wrong.push(`${where}: ends with ${EventType[last?.eventType ?? 0]} ${JSON.stringify(input)}`);
  }

  /** Balances them, when all histories have been entered. */
  close(): readonly string[] {
    // Before any of them is entered: two that differ are wrong.
    const heard = new Set([...this.legs.keys()].filter((id) => this.leg(id).decisions.size > 0));
    for (const { decision, at } of this.unasked)
      if (heard.has(decision.transferId ?? '')) this.unheardDecisions++;
      else this.enterDecision(decision, at);
    const assigned = this.assignments();
    for (const [transferId, leg] of this.legs) {
      if (leg.decisions.size > 1)
        this.wrong.push(`${transferId}: decided as ${[...leg.decisions].join(' and ')}`);
      if (endings.has(leg.outcome ?? '') && leg.endSeenAt > leg.decidedAt)
        this.wrong.push(`${transferId}: decided as ${leg.outcome} before its hangup`);
      const { number } = leg;
      if (number === undefined) continue;
      const others = assigned.get(number.transferNumber) ?? [];
      const taken = others.find(({ assignedAt }) => assignedAt > number.assignedAt);
      if (taken !== undefined && leg.handedOutAt.some((at) => at > taken.assignedAt))
        this.wrong.push(`${transferId}: got a number that ${taken.transferId} had by then`);
    }
    return this.wrong;
  }

  private enterEvent(run: Run, event: HistoryEvent): void {
    const at = timeOf(event);
    if (event.workflowTaskStartedEventAttributes) run.taskBeganAt = at;
    const payloadsOf = (holder: { payloads?: Payloads } | null | undefined) => decoded(holder?.payloads);
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed) this.enterFailedTask(run.where, failed);
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    if (update) run.wasAsked = true;
    if (update?.name === 'reportDisconnect') this.seeEnd(payloadsOf(update.args)[0], at);
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal?.signalName === 'disconnected') this.seeEnd(payloadsOf(signal.input)[0], at);
    const answer = event.workflowExecutionUpdateCompletedEventAttributes?.outcome?.success;
    if (answer) this.enterAnswer(payloadsOf(answer)[0] as NextStep, at, run.taskBeganAt);
    const result = event.workflowExecutionCompletedEventAttributes?.result;
    if (result) {
      // A later leg's own result has no route: its conversation decides. And some workflows have no result.
      const decision = (payloadsOf(result)[0] ?? {}) as Partial<RoutingDecision>;
      if (run.wasAsked) this.enterDecision(decision, at);
      else if (decision.route !== undefined) this.unasked.push({ decision, at });
    }
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity) run.scheduled.set(String(event.eventId), legAskedFor(payloadsOf(activity.input)[0]));
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) {
      const transferId = run.scheduled.get(String(completed.scheduledEventId)) ?? '';
      this.enterAsapp(transferId, payloadsOf(completed.result)[0], at);
    }
  }

  private enterFailedTask(where: string, { cause, failure }: FailedTask): void {
    const name = WorkflowTaskFailedCause[cause ?? 0]?.replace('WORKFLOW_TASK_FAILED_CAUSE_', '') ?? 'unknown';
    const message = failure?.message ?? '';
    const passing = passingFailures.find(({ says }) => says.test(message))?.name;
    const known = passing ?? name;
    this.failedTasks[known] = (this.failedTasks[known] ?? 0) + 1;
    if (passing === undefined && !expectedFailures.has(name))
      this.wrong.push(`${where}: a workflow task failed, ${name}: ${message}`);
  }

  private enterAnswer(step: NextStep, at: number, taskBeganAt: number): void {
    if (step.action === 'ROUTE') {
      this.enterDecision(step.decision, at);
      return;
    }
    const { transferId, dialBy } = step.leg;
    this.leg(transferId).handedOutAt.push(at);
    if (taskBeganAt >= Date.parse(dialBy))
      this.wrong.push(`${transferId}: its number was handed out after ${dialBy}`);
  }

  private enterDecision({ transferId, outcome, route }: Partial<RoutingDecision>, at: number): void {
    if (transferId === undefined || outcome === undefined || route === undefined) return;
    const leg = this.leg(transferId);
    leg.decisions.add(`${outcome} ${JSON.stringify(route)}`);
    leg.decidedAt = Math.min(leg.decidedAt, at);
    leg.outcome = outcome;
  }

  private enterAsapp(transferId: string, answer: unknown, at: number): void {
    const { destination, transfer } = (answer ?? {}) as {
      destination?: { transferNumber?: string };
      transfer?: { status?: string };
    };
    if (destination?.transferNumber !== undefined)
      this.leg(transferId).number = { transferNumber: destination.transferNumber, assignedAt: at };
    if (transfer?.status === 'COMPLETED' || transfer?.status === 'EXPIRED') this.seeEnd({ transferId }, at);
  }

  private seeEnd(report: unknown, at: number): void {
    const { transferId = '' } = report as { transferId?: string };
    const leg = this.leg(transferId);
    leg.endSeenAt = Math.min(leg.endSeenAt, at);
  }

  /** Which legs had a number, and since when. */
  private assignments(): Map<string, { transferId: string; assignedAt: number }[]> {
    const assigned = new Map<string, { transferId: string; assignedAt: number }[]>();
    for (const [transferId, { number }] of this.legs) {
      if (number === undefined) continue;
      const { transferNumber, assignedAt } = number;
      assigned.set(transferNumber, [...(assigned.get(transferNumber) ?? []), { transferId, assignedAt }]);
    }
    return assigned;
  }

  private leg(transferId: string): LegBook {
    const known = this.legs.get(transferId);
    if (known !== undefined) return known;
    const leg: LegBook = {
      decisions: new Set(),
      decidedAt: Infinity,
      outcome: undefined,
      endSeenAt: Infinity,
      handedOutAt: [],
      number: undefined,
    };
    this.legs.set(transferId, leg);
    return leg;
  }
}

type Payloads = temporal.api.common.v1.IPayload[] | null;

const decoded = (payloads: Payloads | undefined): unknown[] =>
  (payloads ?? []).map((payload) => defaultPayloadConverter.fromPayload(payload));

function legAskedFor(input: unknown): string {
  const { transferId, request } = (input ?? {}) as { transferId?: string; request?: { transferId?: string } };
  return transferId ?? request?.transferId ?? '';
}

const timeOf = ({ eventTime }: HistoryEvent): number =>
  Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;

const isAtItsEnd = (type: number | null | undefined): boolean =>
  type === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED ||
  type === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW;
