const { secondTriesIn, secondTryLines } = require('./second-tries.cjs');

/** Says at the end of a run which tests passed only on a second try: these are not to be trusted. */
module.exports = class SecondTryReporter {
  onRunComplete(_contexts, results) {
    for (const line of secondTryLines(secondTriesIn(results))) process.stderr.write(`${line}\n`);
  }
};
