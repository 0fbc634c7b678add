const { appendFileSync } = require('node:fs');
const path = require('node:path');

/** Notes how long each suite took in the file that SUITE_TIMES names: .ci/run shows the longest. */
module.exports = class SuiteTimes {
  onTestResult(_test, { testFilePath, perfStats }) {
    const file = process.env.SUITE_TIMES;
    if (file) {
      const seconds = (perfStats.end - perfStats.start) / 1000;
      appendFileSync(file, `${seconds.toFixed(1).padStart(8)}  ${path.relative(process.cwd(), testFilePath)}\n`);
    }
  }
};
