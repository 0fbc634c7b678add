import { setPartitionInfo } from '@aws-sdk/util-endpoints';
import { PARTITIONS } from './region';

// For every client: the list that comes with the SDK of this generation is older than the European sovereign cloud, and would ask another domain.
setPartitionInfo({
  partitions: PARTITIONS.map(([id, beginning, dnsSuffix, dualStackDnsSuffix]) => ({
    id,
    regionRegex: `^${beginning}`,
    regions: {},
    outputs: { name: id, dnsSuffix, dualStackDnsSuffix, supportsDualStack: true, supportsFIPS: true },
  })),
});
