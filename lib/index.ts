export * from './disconnection-options';
export * from './fleet-disconnection';
export * from './recovery-instance-policy';
export * from './source-server';
export * from './source-server-disconnection';
export * from './source-server-selection';
export * from './staging-area-drain';
export * from './teardown-function';
