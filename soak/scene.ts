/** What calls need: the server, workers, a gateway, ASAPP and the network between them; and how it is broken. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Connection } from '@temporalio/client';

import { asappEnvironment } from '../dev/demo/asapp-environment';
import { GatewayProcess } from '../dev/demo/gateway-process';
import { WorkerProcess } from '../dev/demo/worker-process';
import { DEFAULT_TASK_QUEUE } from '../src/index';
import type { Sandbox } from '../src/sandbox';

import { RECOVERY_MS, type Disturbance } from './ledger';
import { Network } from './network';
import { pause, starve } from './pauses';
import { phoneOverHttp, type Phone } from './phone';
import type { SoakOptions } from './plan';
import type { SoakServer } from './server';
import { Supervised } from './supervised';
import type { Link, Trouble, TroubleKind } from './troubles';

const CLOCK = join(__dirname, 'shifted-clock.cjs');
const DEPLOYMENT = 'soak';

/** What is started at the beginning, and what processes are told. */
export interface SceneOptions extends Pick<SoakOptions, 'purpose' | 'workers' | 'otherWorker'> {
  folder: string;
  environment: Record<string, string>;
  /** Of this version alone. */
  workflowBundle: string;
}

export class Scene {
  readonly disturbances: Disturbance[] = [];
  readonly made: Partial<Record<TroubleKind, number>> = {};
  private readonly workers: Supervised[] = [];
  private gateway: Supervised | undefined;
  private network: Network | undefined;
  private gatewayUrl = '';
  private readonly apiKey = randomUUID();
  private started = 0;
  private madeCurrent = 0;
  /** Of troubles that start a process: a worker is not started at a server that is down. */
  private queue: Promise<void> = Promise.resolve();
  private readonly making: Promise<void>[] = [];

  constructor(
    private readonly server: SoakServer,
    private readonly sandbox: Sandbox,
    private readonly connection: Connection,
    private readonly options: SceneOptions,
    private readonly tell: (line: string) => void,
  ) {}

  async start(): Promise<void> {
    const { purpose, workers } = this.options;
    if (purpose.persistenceFaults) this.disturbances.push({ from: 0, to: Infinity });
    if (purpose.network) this.network = await Network.start();
    for (let index = 0; index < workers; index++) {
      const addresses = {
        temporal: await this.linked(`worker-${index}-temporal`, this.server.address),
        asapp: await this.linked(`worker-${index}-asapp`, new URL(this.sandbox.asapp.apiUrl).host),
      };
      const worker = new Supervised(() => this.startWorker(index, addresses));
      this.workers.push(worker);
      await worker.start();
    }
    if (purpose.otherVersion === 'versioned') await this.makeOtherVersionCurrent();
    const address = await this.linked('gateway-temporal', this.server.address);
    this.gateway = new Supervised(() => this.startGateway(address));
    await this.gateway.start();
  }

  /** A phone system that knows only the gateway. */
  get phone(): Phone {
    return phoneOverHttp(() => this.gatewayUrl, this.apiKey);
  }

  /** How often a process ended that nobody had killed. */
  get endedByThemselves(): number {
    return this.processes.reduce((sum, { endedByItself }) => sum + endedByItself, 0);
  }

  private get processes(): Supervised[] {
    return this.gateway === undefined ? this.workers : [...this.workers, this.gateway];
  }

  /** Begins it; whether it could be made says {@link everythingMade}. */
  make(trouble: Trouble): void {
    const startsSomething = ['workerKilled', 'serverRestarted', 'serverReplaced', 'asappDown'];
    const isInTurn = startsSomething.includes(trouble.kind);
    const made = isInTurn ? this.queue.then(() => this.disturb(trouble)) : this.disturb(trouble);
    if (isInTurn) this.queue = made;
    made.catch(() => undefined);
    this.making.push(made);
  }

  async everythingMade(): Promise<void> {
    await Promise.all(this.making);
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.close()));
    await this.network?.close();
  }

  private async disturb(trouble: Trouble): Promise<void> {
    const disturbance = { from: Date.now(), to: Infinity };
    this.disturbances.push(disturbance);
    this.made[trouble.kind] = (this.made[trouble.kind] ?? 0) + 1;
    if (trouble.kind !== 'asappFaults') this.tell(`${trouble.kind} after ${trouble.afterCalls} calls`);
    await this.breakAndMend(trouble);
    disturbance.to = Date.now() + RECOVERY_MS;
  }

  private async breakAndMend(trouble: Trouble): Promise<void> {
    switch (trouble.kind) {
      case 'workerKilled':
        await this.workers[trouble.worker]?.crash();
        break;
      case 'workerPaused':
        await onProcess(this.workers[trouble.worker], (pid) => pause(pid, trouble.ms));
        break;
      case 'workerStarved':
        await onProcess(this.workers[trouble.worker], (pid) => starve(pid, trouble.ms));
        break;
      case 'gatewayPaused':
        await onProcess(this.gateway, (pid) => pause(pid, trouble.ms));
        break;
      case 'serverPaused':
        await onProcess(this.server, (pid) => pause(pid, trouble.ms));
        break;
      case 'serverRestarted':
        await this.server.restart();
        break;
      case 'serverReplaced':
        await this.server.replace();
        break;
      case 'versionMadeCurrent':
        await this.makeOtherVersionCurrent();
        break;
      case 'linkSlow':
      case 'linkReset':
      case 'linkHalfOpen':
      case 'linkBlackHole':
        await this.network?.break(trouble.link, trouble.fault, trouble.ms);
        break;
      case 'asappFaults':
        this.sandbox.fail(...trouble.faults);
        break;
      case 'asappDown':
        this.sandbox.fail({ times: 'untilHealed', effect: { kind: 'status', status: 503 } });
        await sleep(trouble.ms);
        this.sandbox.heal();
        break;
    }
  }

  /** Where a process connects in place of the address: to a link that can be broken, if the plan has a network. */
  private async linked(link: Link, address: string): Promise<string> {
    return (await this.network?.link(link, address)) ?? address;
  }

  private async startWorker(
    index: number,
    { temporal, asapp }: { temporal: string; asapp: string },
  ): Promise<WorkerProcess> {
    const { folder, environment, purpose, otherWorker, workflowBundle } = this.options;
    const isOther = this.isOtherVersion(index);
    const clocks = purpose.clocksMs?.workers ?? [];
    return await WorkerProcess.start(
      {
        ...environment,
        ...asappEnvironment({ ...this.sandbox.asapp, apiUrl: `http://${asapp}` }),
        ...clockOf(clocks[index % clocks.length]),
        ...(purpose.otherVersion === 'versioned' && {
          TEMPORAL_DEPLOYMENT_NAME: DEPLOYMENT,
          TEMPORAL_WORKER_BUILD_ID: buildOf(isOther),
        }),
        ...(isOther ? {} : { CALL_TRANSFER_WORKFLOW_BUNDLE: workflowBundle }),
        TEMPORAL_ADDRESS: temporal,
      },
      this.connection,
      {
        namespace: 'default',
        taskQueue: DEFAULT_TASK_QUEUE,
        logFile: join(folder, `worker-${++this.started}.log`),
        ...(isOther && otherWorker !== undefined ? { command: [otherWorker] } : {}),
      },
    );
  }

  private async startGateway(temporal: string): Promise<GatewayProcess> {
    const gateway = await GatewayProcess.start(
      {
        ...clockOf(this.options.purpose.clocksMs?.gateway),
        TEMPORAL_ADDRESS: temporal,
        GATEWAY_API_KEYS: this.apiKey,
        GATEWAY_REQUESTS_PER_SECOND: '10000',
        GATEWAY_LOG_LEVEL: 'warn',
      },
      { logFile: join(this.options.folder, `gateway-${++this.started}.log`) },
    );
    this.gatewayUrl = gateway.url;
    return gateway;
  }

  private isOtherVersion(index: number): boolean {
    return this.options.purpose.otherVersion !== undefined && index % 2 === 1;
  }

  /** First the other version, as before an upgrade; then this one, and back. */
  private async makeOtherVersionCurrent(): Promise<void> {
    const isOther = this.madeCurrent++ % 2 === 0;
    await this.connection.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: 'default',
      deploymentName: DEPLOYMENT,
      buildId: buildOf(isOther),
      identity: 'soak',
    });
  }
}

const buildOf = (isOther: boolean): string => (isOther ? 'other' : 'this');

const clockOf = (shiftMs = 0): Record<string, string> =>
  shiftMs === 0 ? {} : { NODE_OPTIONS: `--require ${CLOCK}`, CLOCK_SHIFT_MS: String(shiftMs) };

async function onProcess(
  process: { readonly pid: number | undefined } | undefined,
  act: (pid: number) => Promise<void>,
): Promise<void> {
  if (process?.pid !== undefined) await act(process.pid);
}
