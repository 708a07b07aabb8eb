const { TestEnvironment } = require('jest-environment-node');

/** The first test that fails is enough: the mutant is noticed, and what comes after it is skipped. */
module.exports = class extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent(event) {
    if (event.name === 'test_fn_failure') this.#hasFailed = true;
    if (event.name === 'test_start' && this.#hasFailed) event.test.mode = 'skip';
  }
};
