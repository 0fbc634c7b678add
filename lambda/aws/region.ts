/** The form of a Region's name, in every partition: it becomes part of the name of a host, so nothing else may pass. */
export const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/**
 * How the names of Regions begin in each partition but `aws`, which has all others.
 *
 * @see https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json, `regionRegex`
 */
const BEGINNINGS: readonly [beginning: string, partition: string][] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
];

/** Whether it may be a Region of the partition. One that is not known may name its Regions as it likes, but not as another one does. */
export function isRegionOf(region: string, partition: string): boolean {
  const named = BEGINNINGS.find(([beginning]) => region.startsWith(beginning))?.[1];
  const isOther = named === undefined ? BEGINNINGS.some(([, known]) => known === partition) : named !== partition;
  return REGION.test(region) && !isOther;
}
