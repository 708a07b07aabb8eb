import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { Resource } from '@opentelemetry/resources';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

/** In memory, to show what there is; yours sends spans to a collector. */
export const exporter = new InMemorySpanExporter();
const spanProcessor = new SimpleSpanProcessor(exporter);
const resource = new Resource({ 'service.name': 'encryption-and-tracing' });

// For spans of the client and the activities, and of HTTP requests to ASAPP.
new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] }).register();
registerInstrumentations({ instrumentations: [new UndiciInstrumentation()] });

/** For the client and for the worker. */
export const openTelemetry = new OpenTelemetryPlugin({ resource, spanProcessor });
