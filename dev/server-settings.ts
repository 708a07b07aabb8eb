/** Settings of a Temporal server by their keys, values as JSON writes them. */
export type DynamicConfig = Readonly<Record<string, string | number | boolean>>;

/**
 * How every server that this project starts is tuned: the development server, and the one on PostgreSQL. Each of the defaults
 * but the last costs a server of few shards (docs/scale.md, "What a server's shards carry"):
 *
 * - `numTaskqueue…Partitions` (4): a few workers do not serve each partition alike, and some callers wait much longer than
 *   others (`decisions/0019`).
 * - `transferProcessorMaxPollRPS` (20 for each shard): each hop of a workflow to its worker is a load of this queue. Above 20
 *   loads a second every hop waits for a token.
 * - `timerProcessorMaxTimeShift` (`1s`): timers are read so far ahead, and one that is shorter is found with the next
 *   reading: it fires up to a second late.
 * - `timerProcessorMaxPollRPS` (20 for each shard): with a shorter shift the timers are read more often.
 * - `maximumSignalsPerExecution` (10,000): a run that gets signals faster than its workflow closes waits for the last that it may
 *   have, and with it the answer that is due.
 *
 * Their source is `common/dynamicconfig/constants.go` and `service/history/queues` of server 1.32.
 */
const tuned: DynamicConfig = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxTimeShift': '10ms',
  'history.timerProcessorMaxPollRPS': 200,
  'history.maximumSignalsPerExecution': 1000,
};

/**
 * The development server reads the search attributes from its database whenever it meets one, for those that are
 * registered while it runs. With all of them registered at its start it need not: they are read once in a while. Other
 * servers do not, by default.
 */
const withKnownAttributes: DynamicConfig = { 'system.forceSearchAttributesCacheRefreshOnRead': false };

/** @param attributesAreKnown - whether all search attributes are registered before the first call */
export const serverSettings = ({ attributesAreKnown }: { attributesAreKnown: boolean }): DynamicConfig =>
  attributesAreKnown ? { ...tuned, ...withKnownAttributes } : tuned;
