import { realAccount } from './real-account';

/** Jest's global setup: ends the run before any test where the environment doesn't say all that must be said. */
export default async function refuse() {
  try {
    await realAccount();
  } catch (error) {
    console.error(`\nRefused, and nothing was changed. ${(error as Error).message}`);
    process.exit(1);
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  (require('../jest/setup.cjs') as () => void)();
}
