import { fromEnv } from '@aws-sdk/credential-provider-env';

/*
 * The SDK looks for credentials and settings in many places, but a function has them in its environment alone.
 * In the bundle this stands in for the packages that look elsewhere (scripts/build.mjs): they are a quarter of it, and open files that are not there.
 */

/** In the place of @aws-sdk/credential-provider-node. */
export const defaultProvider = fromEnv;

/** In the place of @smithy/shared-ini-file-loader. */
export const CONFIG_PREFIX_SEPARATOR = '.';
export const getProfileName = () => 'default';
export const loadSharedConfigFiles = () => Promise.resolve({ configFile: {}, credentialsFile: {} });

/** In the place of @smithy/util-defaults-mode-node, for time-outs and retries that are ours to choose. */
export const resolveDefaultsModeConfig = () => () => Promise.resolve('standard');
