/**
 * A stand-in for Temporal and its worker: answers what a gateway asks after some time, and keeps nothing, so that the gateway is
 * what limits a measurement. Runs in a process of its own; the parent is told the address, and tells the time that an answer takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

const api = temporal.api.workflowservice.v1;
const COMPLETED =
  temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage
    .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

/** One kind of message, as Protobuf's generated code reads and writes it. */
interface Message<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

let delayMs = 0;

function method<Request, Response>(
  name: string,
  request: Message<Request>,
  response: Message<Response>,
  answer: (request: Request) => Response,
  isDelayed = true,
) {
  const definition = {
    path: `/temporal.api.workflowservice.v1.WorkflowService/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: Request) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes: Buffer) => request.decode(bytes),
    responseSerialize: (message: Response) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes),
  };
  const handle = (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
    void sleep(isDelayed ? delayMs : 0).then(() => {
      reply(null, answer(call.request));
    });
  };
  return { name, definition, handle };
}

type UpdateRequest = temporal.api.workflowservice.v1.IUpdateWorkflowExecutionRequest;

/** A number for a request, a decision for a report. */
function updated({ workflowExecution, request }: UpdateRequest) {
  const [payload] = request?.input?.args?.payloads ?? [];
  const said = defaultPayloadConverter.fromPayload<{ transferId?: string; askId?: string }>(payload ?? {});
  const { transferId = 'none', askId } = said;
  const { workflowId = '' } = workflowExecution ?? {};
  const conversationId = workflowId?.split('/')[1] ?? '';
  const step =
    request?.input?.name === 'requestTransfer' ? dial(transferId) : route({ conversationId, transferId });
  const success = { payloads: [defaultPayloadConverter.toPayload({ ...step, askId })] };
  const updateRef = {
    workflowExecution: { workflowId: workflowId ?? '', runId: 'run' },
    updateId: request?.meta?.updateId ?? '',
  };
  return api.UpdateWorkflowExecutionResponse.create({ updateRef, outcome: { success }, stage: COMPLETED });
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

const dial = (transferId: string) => ({
  action: 'DIAL',
  leg: {
    ...{ transferId, type: 'PHONE_NUMBER', transferNumber: '+12005550100', country: 'US' },
    expiresAt: inSeconds(60),
    dialBy: inSeconds(48),
  },
});

const route = (ids: { conversationId: string; transferId: string }) => ({
  action: 'ROUTE',
  decision: {
    ...{ ...ids, outcome: 'AGENT', route: { type: 'QUEUE', queue: 'agents' }, currentTaskName: 'billing' },
    ...{ referenceVariables: {}, transferVariables: {}, fallback: false, reason: null, legs: [] },
  },
});

const methods = [
  method(
    'GetSystemInfo',
    api.GetSystemInfoRequest,
    api.GetSystemInfoResponse,
    () => api.GetSystemInfoResponse.create({ serverVersion: 'fake', capabilities: {} }),
    false,
  ),
  method(
    'DescribeTaskQueue',
    api.DescribeTaskQueueRequest,
    api.DescribeTaskQueueResponse,
    () => {
      const seconds = Math.floor(Date.now() / 1000);
      return api.DescribeTaskQueueResponse.fromObject({
        pollers: [{ lastAccessTime: { seconds, nanos: 0 } }],
      });
    },
    false,
  ),
  method(
    'ExecuteMultiOperation',
    api.ExecuteMultiOperationRequest,
    api.ExecuteMultiOperationResponse,
    ({ operations = [] }) => {
      const update = operations?.find(({ updateWorkflow }) => updateWorkflow)?.updateWorkflow;
      const startWorkflow = { runId: 'run', started: true };
      return api.ExecuteMultiOperationResponse.create({
        responses: [{ startWorkflow }, { updateWorkflow: updated(update ?? {}) }],
      });
    },
  ),
  method(
    'UpdateWorkflowExecution',
    api.UpdateWorkflowExecutionRequest,
    api.UpdateWorkflowExecutionResponse,
    updated,
  ),
  method(
    'SignalWorkflowExecution',
    api.SignalWorkflowExecutionRequest,
    api.SignalWorkflowExecutionResponse,
    () => api.SignalWorkflowExecutionResponse.create({}),
  ),
];

function main(): void {
  const server = new Server();
  const service = Object.fromEntries(methods.map(({ name, definition }) => [name, definition]));
  const handlers = Object.fromEntries(methods.map(({ name, handle }) => [name, handle]));
  server.addService(service, handlers);
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.send?.(`127.0.0.1:${port}`);
  });
  process.on('message', (message) => {
    delayMs = Number(message);
  });
  process.on('disconnect', () => process.exit());
}

main();
