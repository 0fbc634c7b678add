/** The form of a Region's name, in every partition: it becomes part of the name of a host, so nothing else may pass. */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/**
 * How the names of its Regions begin, its domain, and that of its dual-stack endpoints. The last one has all other Regions.
 *
 * @see https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json, `regionRegex`, `dnsSuffix`, `dualStackDnsSuffix`
 */
export const PARTITIONS: readonly (readonly [id: string, beginning: string, domain: string, dualStackDomain: string])[] = [
  ['aws-cn', 'cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  ['aws-us-gov', 'us-gov-', 'amazonaws.com', 'api.aws'],
  ['aws-eusc', 'eusc-', 'amazonaws.eu', 'api.amazonwebservices.eu'],
  ['aws-iso', 'us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'],
  ['aws-iso-b', 'us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'],
  ['aws-iso-e', 'eu-isoe-', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  ['aws-iso-f', 'us-isof-', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  ['aws', '', 'amazonaws.com', 'api.aws'],
];

/** Whether it may be a Region of the partition. One that is not known may name its Regions as it likes, but not as another one does. */
export function isRegionOf(region: string, partition: string): boolean {
  const named = PARTITIONS.find(([, beginning]) => region.startsWith(beginning))?.[0];
  const isKnown = domainOf(partition) !== undefined;
  return REGION.test(region) && (named === partition || (named === 'aws' && !isKnown));
}

/** The domain that all of AWS in the partition is under; undefined if the partition is not known. */
export function domainOf(partition: string): string | undefined {
  return PARTITIONS.find(([id]) => id === partition)?.[2];
}
