const { TestEnvironment } = require('jest-environment-node');

/** Skips what follows the first test of a file that fails: one is enough to catch a mutant. */
module.exports = class extends TestEnvironment {
  async handleTestEvent({ name, test }) {
    this.hasFailed ||= name === 'test_done' && test.errors.length > 0;
    if (name === 'test_start' && this.hasFailed) {
      test.mode = 'skip';
    }
  }
};
